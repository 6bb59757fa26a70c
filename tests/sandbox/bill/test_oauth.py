from __future__ import annotations

import re

import httpx
import pytest

from .harness import BACK, CHALLENGE, Bench, query_of, refused, ticket_of


@pytest.fixture
def visitor() -> Bench:
    return Bench.new()


def bad(reply: httpx.Response, error: str, status: int = 400) -> None:
    assert (reply.status_code, reply.json()["error"]) == (status, error), reply.text
    assert reply.json()["error_description"]


def test_the_whole_way_gives_tokens_that_replace_the_session(visitor: Bench) -> None:
    back = visitor.consent()
    assert back["state"] == "some-state"
    tokens = visitor.exchange(back["code"])
    assert tokens.headers["cache-control"] == "no-store"
    data = tokens.json()
    assert data.pop("access_token") != data.pop("refresh_token")
    user_id = visitor.user("maya")["organizations"][visitor.organization]["userId"]
    assert data == {
        "token_type": "Bearer",
        "expires_in": 3600,
        "organizationId": visitor.organization,
        "userId": user_id,
    }
    visitor.session = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    assert visitor.get("/v3/login/session").json()["userId"] == user_id
    assert visitor.post("/v3/bills", visitor.bill()).status_code == 201


def test_the_sign_in_page_says_it_is_a_sandbox_and_escapes(visitor: Bench) -> None:
    page = visitor.call("GET", "/authx/authorize", {}, params=visitor.authorization())
    assert page.status_code == 200
    assert "Sandbox — not Bill.com" in page.text
    form = {"ticket": ticket_of(page), "email": "<script>alert(1)</script>", "password": "x"}
    again = visitor.call("POST", "/authx/sign-in", {}, data=form)
    assert again.status_code == 401
    assert "<script>" not in again.text
    assert "wrong" in again.text
    assert ticket_of(again) == form["ticket"]


def test_a_newcomer_signs_in_with_one_click(visitor: Bench) -> None:
    user = visitor.user("maya")
    page = visitor.call("GET", "/authx/authorize", {}, params=visitor.authorization())
    assert "<small>Harbor &amp; Pine Interiors</small>" in page.text
    assert f'value="{user["password"]}"' not in page.text
    filled = visitor.call("POST", "/authx/sign-in", {}, data={"ticket": ticket_of(page), "fill": user["email"]})
    assert (filled.status_code, ticket_of(filled)) == (200, ticket_of(page))
    for name in ("email", "password"):
        assert re.search(rf'<input id="{name}"[^>]*value="{re.escape(user[name])}"', filled.text)
    nobody = visitor.call("POST", "/authx/sign-in", {}, data={"ticket": ticket_of(page), "fill": "<b>@x.example"})
    assert "<b>@x" not in nobody.text


def test_the_choice_shows_only_the_persons_organizations(visitor: Bench) -> None:
    user = visitor.user("daniel")
    page = visitor.call("GET", "/authx/authorize", {}, params=visitor.authorization())
    form = {"ticket": ticket_of(page), "email": user["email"].upper(), "password": user["password"]}
    page = visitor.call("POST", "/authx/sign-in", {}, data=form)
    assert "Harbor &amp; Pine Interiors" in page.text
    assert "Kestrel Outdoor" not in page.text
    choice = {"ticket": form["ticket"], "organizationId": visitor.other_organization, "decision": "allow"}
    assert visitor.call("POST", "/authx/consent", {}, data=choice).status_code == 403


def test_the_second_organization_can_be_chosen(visitor: Bench) -> None:
    back = visitor.consent(organization=visitor.other_organization)
    assert visitor.exchange(back["code"]).json()["organizationId"] == visitor.other_organization


@pytest.mark.parametrize("stage", ["sign-in", "consent"])
def test_denial_goes_back_with_access_denied(visitor: Bench, stage: str) -> None:
    page = visitor.call("GET", "/authx/authorize", {}, params=visitor.authorization())
    user = visitor.user("maya")
    form = {"ticket": ticket_of(page), "email": user["email"], "password": user["password"]}
    if stage == "consent":
        visitor.call("POST", "/authx/sign-in", {}, data=form)
    back = query_of(visitor.call("POST", f"/authx/{stage}", {}, data={**form, "decision": "deny"}))
    assert (back["error"], back["state"]) == ("access_denied", "some-state")
    assert visitor.call("POST", "/authx/consent", {}, data={**form, "decision": "allow"}).status_code == 400


def test_consent_needs_a_sign_in_before_it(visitor: Bench) -> None:
    page = visitor.call("GET", "/authx/authorize", {}, params=visitor.authorization())
    choice = {"ticket": ticket_of(page), "organizationId": visitor.organization, "decision": "allow"}
    assert visitor.call("POST", "/authx/consent", {}, data=choice).status_code == 400


def test_a_sign_in_page_left_open_too_long_expires(visitor: Bench) -> None:
    page = visitor.call("GET", "/authx/authorize", {}, params=visitor.authorization())
    visitor.clock.advance(11 * 60)
    user = visitor.user("maya")
    form = {"ticket": ticket_of(page), "email": user["email"], "password": user["password"]}
    assert visitor.call("POST", "/authx/sign-in", {}, data=form).status_code == 400


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
    ],
)
def test_a_faulty_request_is_sent_back(visitor: Bench, change: dict[str, str], error: str) -> None:
    assert visitor.consent(**change)["error"] == error


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "https://127.0.0.1/back"},
        {"redirect_uri": "http://[bad"},
        {"redirect_uri": ""},
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_registered(visitor: Bench, change: dict[str, str]) -> None:
    reply = visitor.call("GET", "/authx/authorize", {}, params=visitor.authorization(**change))
    assert reply.status_code == 400
    assert "location" not in reply.headers


def test_registered_addresses_must_match_exactly(visitor: Bench) -> None:
    visitor.control("redirect-uris", uris=[BACK])
    assert "code" in visitor.consent()
    other = visitor.authorization(redirect_uri=BACK + "/more")
    assert visitor.call("GET", "/authx/authorize", {}, params=other).status_code == 400
    built = Bench.new(redirect_uris=("https://bot.example/back",))
    assert built.call("GET", "/authx/authorize", {}, params=built.authorization()).status_code == 400


def test_a_code_works_once_and_its_second_use_ends_what_it_gave(visitor: Bench) -> None:
    code = visitor.consent()["code"]
    tokens = visitor.exchange(code).json()
    bad(visitor.exchange(code), "invalid_grant")
    bad(visitor.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]), "invalid_grant")
    refused(visitor.call("GET", "/v3/vendors", {"Authorization": f"Bearer {tokens['access_token']}"}), 401, "BDC_1109")


def test_a_code_lives_a_minute(visitor: Bench) -> None:
    code = visitor.consent()["code"]
    visitor.clock.advance(61)
    bad(visitor.exchange(code), "invalid_grant")


@pytest.mark.parametrize(
    ("change", "error", "status"),
    [
        ({"code": "unknown"}, "invalid_grant", 400),
        ({"code_verifier": "another"}, "invalid_grant", 400),
        ({"redirect_uri": BACK + "2"}, "invalid_grant", 400),
        ({"code_verifier": ""}, "invalid_request", 400),
        ({"grant_type": ""}, "invalid_request", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"client_secret": "wrong"}, "invalid_client", 401),
        ({"client_id": "wrong"}, "invalid_client", 401),
    ],
)
def test_the_token_endpoint_is_strict(visitor: Bench, change: dict[str, str], error: str, status: int) -> None:
    form = {"grant_type": "authorization_code", "code": visitor.consent()["code"], "redirect_uri": BACK}
    form["code_verifier"] = "a-verifier-that-is-long-enough-for-the-rule-0123456789"
    bad(visitor.token(**{**form, **change}), error, status)


def test_the_token_endpoint_takes_form_fields_only(visitor: Bench) -> None:
    bad(visitor.call("POST", "/authx/token", {}, json={"grant_type": "refresh_token"}), "invalid_request")


def test_refresh_tokens_rotate(visitor: Bench) -> None:
    old = visitor.connect()
    new = visitor.token(grant_type="refresh_token", refresh_token=old["refresh_token"]).json()
    assert new["organizationId"] == visitor.organization
    refused(visitor.get("/v3/vendors"), 401, "BDC_1109")
    visitor.session = {"Authorization": f"Bearer {new['access_token']}"}
    assert visitor.get("/v3/vendors").status_code == 200
    bad(visitor.token(grant_type="refresh_token", refresh_token=old["refresh_token"]), "invalid_grant")


def test_access_tokens_expire_and_can_be_refreshed(visitor: Bench) -> None:
    tokens = visitor.connect()
    visitor.clock.advance(3601)
    refused(visitor.get("/v3/vendors"), 401, "BDC_1109")
    assert visitor.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 200


def test_revoked_access_ends_tokens_and_a_new_consent_works(visitor: Bench) -> None:
    tokens = visitor.connect()
    visitor.control("revoke", organizationId=visitor.organization)
    refused(visitor.get("/v3/vendors"), 401, "BDC_1109")
    bad(visitor.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]), "invalid_grant")
    visitor.connect()
    assert visitor.get("/v3/vendors").status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "Bearer nothing"])
def test_other_authorization_headers_are_refused(visitor: Bench, header: str) -> None:
    refused(visitor.call("GET", "/v3/vendors", {"Authorization": header}), 401, "BDC_1109")


def test_log_out_ends_the_access_token(visitor: Bench) -> None:
    visitor.connect()
    assert visitor.call("POST", "/v3/logout").status_code == 200
    refused(visitor.get("/v3/vendors"), 401, "BDC_1109")
