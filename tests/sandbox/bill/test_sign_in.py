from __future__ import annotations

import pytest

from .harness import Bench, refused


def test_an_administrator_signs_in_to_both_organizations(bench: Bench) -> None:
    for organization in (bench.organization, bench.other_organization):
        reply = bench.login(organization=organization).json()
        assert reply["organizationId"] == organization
        assert reply["userId"] == bench.user("maya")["organizations"][organization]["userId"]
        assert reply["trusted"] is False


def test_a_sync_token_signs_in_through_the_same_call(bench: Bench) -> None:
    assert bench.login_with_token().status_code == 200
    assert bench.get("/v3/vendors").status_code == 200


def test_wrong_credentials_each_have_their_code(bench: Bench) -> None:
    maya = bench.user("maya")
    email, password, organization = maya["email"], maya["password"], bench.organization
    refused(bench.log_in_with(email, "wrong", organization), 401, "BDC_1101")
    refused(bench.log_in_with("nobody@harborandpine.example", password, organization), 401, "BDC_1101")
    refused(bench.log_in_with(email, password, organization, key="01XXX"), 401, "BDC_1102")
    refused(bench.log_in_with(email, password, "00800000000000000000"), 401, "BDC_1123")
    refused(bench.login("daniel", bench.other_organization), 401, "BDC_1123")
    refused(bench.login_with_token(0, bench.other_organization), 401, "BDC_1123")


def test_sign_in_checks_its_fields(bench: Bench) -> None:
    refused(bench.call("POST", "/v3/login", {}, json={}), 400, "BDC_1143", "username: must not be blank")
    refused(bench.call("POST", "/v3/login", {}, json={"user": "x"}), 400, "BDC_1119", "user: ")
    refused(bench.call("POST", "/v3/login", {}, content=b"{"), 400, "BDC_1122")
    typed = {"content-type": "application/json"}
    for body in (b"{", b"[]", b'{"username": NaN}', b"\xff"):
        refused(bench.call("POST", "/v3/login", typed, content=body), 400, "BDC_1122")


def test_a_device_that_is_too_long_is_refused_and_a_remembered_one_is_trusted(bench: Bench) -> None:
    maya = bench.user("maya")
    body = {"username": maya["email"], "password": maya["password"], "organizationId": bench.organization}
    body |= {"devKey": bench.credentials["devKey"], "rememberMeId": "abc"}
    refused(bench.call("POST", "/v3/login", {}, json={**body, "device": "d" * 49}), 400, "BDC_1143", "device")
    assert bench.call("POST", "/v3/login", {}, json={**body, "device": "d" * 19}).json()["trusted"] is True


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "BDC_1102"), ({"devKey": "wrong"}, "BDC_1102"), ({"sessionId": "wrong"}, "BDC_1109")],
)
def test_each_call_checks_dev_key_and_session(bench: Bench, headers: dict[str, str], code: str) -> None:
    sent = {**bench.session, **headers} if headers else {"sessionId": bench.session["sessionId"]}
    refused(bench.call("GET", "/v3/vendors", sent), 401, code)


def test_a_session_works_only_with_its_own_dev_key(bench: Bench) -> None:
    other = {**bench.session, "devKey": bench.credentials["otherDevKey"]}
    refused(bench.call("GET", "/v3/vendors", other), 401, "BDC_1109")
    assert bench.get("/v3/vendors").status_code == 200


def test_a_users_session_idles_out_after_35_minutes_and_slides(bench: Bench) -> None:
    for _ in range(3):
        bench.clock.advance(34 * 60)
        assert bench.get("/v3/login/session").status_code == 200
    bench.clock.advance(36 * 60)
    refused(bench.get("/v3/login/session"), 401, "BDC_1109")


def test_a_sync_token_session_idles_out_after_48_hours(bench: Bench) -> None:
    bench.login_with_token()
    for _ in range(2):
        bench.clock.advance(47 * 3600)
        assert bench.get("/v3/login/session").status_code == 200
    bench.clock.advance(49 * 3600)
    refused(bench.get("/v3/login/session"), 401, "BDC_1109")


def test_log_out_ends_the_session(bench: Bench) -> None:
    reply = bench.call("POST", "/v3/logout")
    assert (reply.status_code, reply.content) == (200, b"")
    refused(bench.get("/v3/vendors"), 401, "BDC_1109")


def test_only_the_own_organization_is_shown(bench: Bench) -> None:
    assert bench.get(f"/v3/organizations/{bench.organization}").json()["name"] == "Harbor & Pine Interiors"
    refused(bench.get(f"/v3/organizations/{bench.other_organization}"), 403, "BDC_1123")


def test_objects_of_another_organization_do_not_exist(bench: Bench) -> None:
    vendor = bench.named("vendors", "Fjord Energy")
    bench.login(organization=bench.other_organization)
    refused(bench.get(f"/v3/vendors/{vendor}"), 404, "BDC_1120")
    assert len(bench.get("/v3/vendors").json()["results"]) == 3


def test_an_accountant_may_not_see_users(bench: Bench) -> None:
    bench.login("daniel")
    refused(bench.get("/v3/users"), 403, "BDC_1145")
    assert bench.get("/v3/vendors").status_code == 200


@pytest.mark.parametrize("call", [("GET", "/v3/v3/vendors"), ("DELETE", "/v3/vendors"), ("GET", "/v4/vendors")])
def test_an_unknown_call_says_so(bench: Bench, call: tuple[str, str]) -> None:
    refused(bench.call(*call), 404, "BDC_1121")
