from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from bot.clients.bill import BillApp, SyncToken
from bot.errors import (
    CredentialsError,
    GarbledReplyError,
    OutcomeUnknownError,
    PermissionMissingError,
    RefusedError,
    SessionEndedError,
    UnavailableError,
    UpstreamError,
)

from .doubles import TOKEN, Access, BillWorld, grant, ok

V2_LOGIN = "POST /Login.json"
SET = "POST /SetApprovers.json"
DONE = {"response_status": 0, "response_message": "Success", "response_data": {}}


def v2_login(session: str) -> httpx.Response:
    return ok({"response_status": 0, "response_data": {"sessionId": session, "orgId": "008ORG"}})


def v2_no(code: str, message: str = "no") -> httpx.Response:
    return ok({"response_status": 1, "response_data": {"error_code": code, "error_message": message}})


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def test_approvers_are_set_over_v2_with_a_session_of_its_own(world: BillWorld) -> None:
    world.old.on(V2_LOGIN, v2_login("v2-1"))
    world.old.on(SET, ok(DONE))
    world.client().set_approvers("00nB", ["0061", "0062"])
    world.client().set_approvers("00nB", ["0061"])
    login, first, _second = world.old.requests
    assert str(login.url) == "https://old-bill.test/api/v2/Login.json"
    assert form(login) == {
        "devKey": "dev-key",
        "orgId": "008ORG",
        "userName": "finance-bot",
        "password": "s3cret-token",
    }
    assert form(first) == {
        "devKey": "dev-key",
        "sessionId": "v2-1",
        "data": '{"objectId":"00nB","entity":"Bill","approvers":["0061","0062"]}',
    }
    assert world.up.requests == []


def test_an_ended_v2_session_is_renewed_once(world: BillWorld) -> None:
    world.old.on(V2_LOGIN, v2_login("v2-1"), v2_login("v2-2"))
    world.old.on(SET, v2_no("BDC_1109"), ok(DONE))
    world.client().set_approvers("00nB", ["0061"])
    assert [form(one)["sessionId"] for one in world.old.sent(SET)] == ["v2-1", "v2-2"]
    world.old.on(SET, v2_no("BDC_1109"))
    with pytest.raises(SessionEndedError):
        world.client().set_approvers("00nB", ["0061"])


def test_a_replaced_token_signs_in_anew(world: BillWorld) -> None:
    world.old.on(V2_LOGIN, v2_login("v2-1"), v2_login("v2-2"))
    world.old.on(SET, ok(DONE))
    world.client().set_approvers("00nB", ["0061"])
    other = Access(SyncToken("other", SecretStr("other"), "008ORG"))
    world.client(other).set_approvers("00nB", ["0061"])
    assert [form(one)["sessionId"] for one in world.old.sent(SET)] == ["v2-1", "v2-2"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (v2_no("BDC_1145"), PermissionMissingError),
        (v2_no("BDC_1001"), OutcomeUnknownError),
        (v2_no("BDC_4242", "User is no approver"), RefusedError),
        (httpx.Response(500), OutcomeUnknownError),
        (httpx.Response(200, text="<html>"), OutcomeUnknownError),
        (ok([]), OutcomeUnknownError),
        (httpx.ReadTimeout("slow"), OutcomeUnknownError),
        (httpx.ConnectError("refused"), UnavailableError),
    ],
)
def test_refused_approvers(world: BillWorld, answer: Any, error: type[UpstreamError]) -> None:
    world.old.on(V2_LOGIN, v2_login("v2-1"))
    world.old.on(SET, answer)
    with pytest.raises(error):
        world.client().set_approvers("00nB", ["0061"])
    assert len(world.old.sent(SET)) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (v2_no("BDC_1101"), CredentialsError),
        (v2_no("BDC_1109"), CredentialsError),
        (httpx.Response(200, text="<html>"), GarbledReplyError),
        (ok({"response_status": 0, "response_data": {}}), GarbledReplyError),
        (ok({"response_status": 0, "response_data": []}), GarbledReplyError),
        (httpx.ReadTimeout("slow"), UnavailableError),
    ],
)
def test_refused_v2_sign_ins_are_never_doubtful(world: BillWorld, answer: Any, error: type[UpstreamError]) -> None:
    world.old.on(V2_LOGIN, answer)
    with pytest.raises(error):
        world.client().set_approvers("00nB", ["0061"])


def test_with_a_grant_v2_is_shown_the_grant(world: BillWorld) -> None:
    access = Access(grant())
    world.old.on(SET, v2_no("BDC_1109"), ok(DONE))
    world.up.on("POST /authx/token", ok({"access_token": "at-2", "refresh_token": "rt-2"}))
    world.client(access).set_approvers("00nB", ["0061"])
    assert [one.headers["authorization"] for one in world.old.requests] == ["Bearer at-1", "Bearer at-2"]
    assert "sessionId" not in form(world.old.requests[0])
    world.old.on(SET, ok(DONE))
    world.client(access).set_approvers("00nB", ["0061"])


def test_without_v2_approvers_are_not_available() -> None:
    world = BillWorld(v2=False, app=BillApp(SecretStr("k"), None, None))
    with pytest.raises(PermissionMissingError):
        world.client(Access(TOKEN)).set_approvers("00nB", ["0061"])
    world.close()
