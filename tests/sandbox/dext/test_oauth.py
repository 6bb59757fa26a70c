from __future__ import annotations

from typing import Any

import pytest

from .driver import HARBOR, KESTREL, REDIRECT, Driver, answer, code_of


def authorize(dext: Driver, **more: str) -> dict[str, str]:
    return {"response_type": "code", "client_id": dext.client["client_id"], "redirect_uri": REDIRECT, **more}


def test_sign_in_page_says_what_it_is_and_escapes(dext: Driver) -> None:
    reply = dext.send("GET", "/oauth/authorize", params=authorize(dext, state='"><script>x'))
    assert reply.status_code == 200
    assert "Sandbox — not Dext" in reply.text
    assert "<script>" not in reply.text
    assert 'value="&quot;&gt;&lt;script&gt;x"' in reply.text


def test_a_newcomer_signs_in_with_one_click(dext: Driver) -> None:
    carried = authorize(dext, state="s1")
    shown = dext.send("GET", "/oauth/authorize", params=carried)
    assert "<strong>Kestrel Outdoor Ltd</strong><br><code>lena@kestreloutdoor.example</code>" in shown.text
    assert "<details>" not in shown.text
    assert 'value="kestrel-lena-1"' not in shown.text
    filled = dext.send("POST", "/oauth/sign-in", data={**carried, "fill": "lena@kestreloutdoor.example"})
    assert filled.status_code == 200
    for value in ("lena@kestreloutdoor.example", "kestrel-lena-1", "s1"):
        assert f'value="{value}"' in filled.text
    assert "<b>x" not in dext.send("POST", "/oauth/sign-in", data={**carried, "fill": "<b>x"}).text


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "someone"},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": ""},
    ],
)
def test_strange_client_or_address_is_refused(dext: Driver, change: dict[str, Any]) -> None:
    for reply in (
        dext.send("GET", "/oauth/authorize", params=authorize(dext) | change),
        dext.consent(**change),
        dext.send("GET", "/oauth/access_token", params=authorize(dext) | dext.client | change),
    ):
        assert reply.status_code == 401
        assert isinstance(reply.json()["errors"][0], str)


def test_state_comes_back_and_address_keeps_its_query(dext: Driver) -> None:
    back = answer(dext.consent(state="s 1&2", redirect_uri=REDIRECT + "?a=b"))
    assert back.pop("code")
    assert back == {"a": "b", "state": "s 1&2"}


def test_denial_and_wrong_response_type(dext: Driver) -> None:
    assert answer(dext.consent("deny", state="s")) == {"error": "access_denied", "state": "s"}
    wrong = dext.send("GET", "/oauth/authorize", params=authorize(dext, response_type="token"))
    assert answer(wrong) == {"error": "unsupported_response_type"}


def test_wrong_password_and_suspended_person_stay_on_the_page(dext: Driver) -> None:
    for reply in (dext.consent(password="no"), dext.consent(account=1, user=1)):
        assert reply.status_code == 401
        assert "No active person" in reply.text


def test_code_works_once_within_a_minute(dext: Driver) -> None:
    code = dext.code()
    assert dext.token("authorization_code", code=code).status_code == 200
    assert dext.token("authorization_code", code=code).status_code == 401
    late = dext.code()
    dext.advance(61)
    assert dext.token("authorization_code", code=late).status_code == 401


def test_code_needs_the_same_address_and_the_secret(dext: Driver) -> None:
    other = dext.token("authorization_code", code=dext.code(), redirect_uri=REDIRECT + "/other")
    assert other.status_code == 401
    assert dext.token("authorization_code", code=dext.code(), client_secret="x").status_code == 401
    assert dext.token("password", code=dext.code()).status_code == 401


def test_access_token_lapses_and_refresh_heals(dext: Driver) -> None:
    tokens = dext.tokens()
    assert tokens["expires_in"] == 7200
    assert tokens["token_type"] == "bearer"
    dext.advance(7201)
    assert code_of(dext.call("inbox", tokens["access_token"])) == 403
    fresh = dext.token("refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert fresh["refresh_token"] == tokens["refresh_token"]
    assert code_of(dext.call("inbox", fresh["access_token"])) is None


def test_switches_rotate_refresh_tokens_and_hide_the_expiry(dext: Driver) -> None:
    dext.control("switches", rotate_refresh=True, expires_in_null=True)
    tokens = dext.tokens()
    fresh = dext.token("refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert fresh["expires_in"] is None
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert dext.token("refresh_token", refresh_token=tokens["refresh_token"]).status_code == 401
    assert dext.token("refresh_token", refresh_token=fresh["refresh_token"]).status_code == 200


def test_revocation_kills_one_account_until_access_is_restored_or_given_anew(dext: Driver) -> None:
    harbor, kestrel, session = dext.tokens(0), dext.tokens(1), dext.session()
    dext.control("revoke", account=HARBOR)
    assert code_of(dext.call("inbox", harbor["access_token"])) == 403
    assert code_of(dext.send("POST", "/api/inbox", json={"sessionid": session}).json()) == 403
    refresh = dext.token("refresh_token", refresh_token=harbor["refresh_token"])
    assert refresh.status_code == 401
    assert refresh.json()["errors"]
    assert dext.call("inbox", kestrel["access_token"])["size"] == 2
    assert dext.call("inbox", dext.tokens(0)["access_token"])["size"] == 13
    dext.control("restore-access", account=HARBOR)
    assert dext.call("inbox", harbor["access_token"])["size"] == 13


def test_expire_tokens_leaves_refresh_alone(dext: Driver) -> None:
    harbor, kestrel = dext.tokens(0), dext.tokens(1)
    dext.control("expire-tokens", account=KESTREL)
    assert code_of(dext.call("inbox", harbor["access_token"])) is None
    assert code_of(dext.call("inbox", kestrel["access_token"])) == 403
    assert dext.token("refresh_token", refresh_token=kestrel["refresh_token"]).status_code == 200
    dext.control("expire-tokens")
    assert code_of(dext.call("inbox", harbor["access_token"])) == 403


def test_login_token_needs_a_live_refresh_token(dext: Driver) -> None:
    query = {**dext.client, "refresh_token": dext.tokens()["refresh_token"]}
    assert dext.send("GET", "/oauth/login_token", params=query).json()["expires_in"] == 599
    dext.control("revoke")
    assert dext.send("GET", "/oauth/login_token", params=query).status_code == 401


def test_grant_gives_tokens_without_the_page(dext: Driver) -> None:
    given = dext.control("grant", account=KESTREL)
    users = dext.call("list_users", given["access_token"])["users"]
    assert {user["account_id"] for user in users} == {KESTREL}
    assert dext.token("refresh_token", refresh_token=given["refresh_token"]).status_code == 200
    assert dext.account(KESTREL)["access"] == {"access_tokens": 2, "refresh_tokens": 1, "sessions": 0}
