from __future__ import annotations

import logging
import threading
import time
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.clients.bill import BillApp, BillSession
from bot.clients.quota import BILL_LOGINS, BILL_REQUESTS, Quota
from bot.errors import (
    AuthError,
    BotError,
    CredentialsError,
    GarbledReplyError,
    LockedOutError,
    MfaRequiredError,
    OutcomeUnknownError,
    PermissionMissingError,
    QuotaError,
    RefusedError,
    SessionEndedError,
    UnavailableError,
)

from .doubles import NOW, SESSION, TOKEN, Access, BillWorld, bdc, body, grant, ok

LOGIN = "POST /v3/login"
WHO = "GET /v3/login/session"
TRADE = "POST /authx/token"
LOGGED_IN = {"sessionId": "sess-2", "organizationId": "008ORG", "userId": "006USER", "trusted": False}
WHO_BODY = {"organizationId": "008ORG", "userId": "006USER"}


def test_signing_in_sends_the_token_as_user_and_password(world: BillWorld) -> None:
    world.up.on(LOGIN, ok(LOGGED_IN))
    assert world.gateway.sign_in(TOKEN) == BillSession(SecretStr("sess-2"), "008ORG", "006USER")
    sent = world.up.requests[0]
    assert str(sent.url) == "https://bill.test/connect/v3/login"
    assert sent.headers["content-type"] == "application/json"
    assert "devkey" not in sent.headers
    assert body(sent) == {
        "username": "finance-bot",
        "password": "s3cret-token",
        "organizationId": "008ORG",
        "devKey": "dev-key",
    }


@pytest.mark.parametrize(
    ("answer", "error", "which"),
    [
        (bdc("BDC_1101", 401), CredentialsError, "token_name_or_value"),
        (bdc("BDC_1101", 422), CredentialsError, "token_name_or_value"),
        (bdc("BDC_1113", 400), CredentialsError, "token_name_or_value"),
        (bdc("BDC_1109", 401), CredentialsError, "token_name_or_value"),
        (httpx.Response(401, text="who?"), CredentialsError, "token_name_or_value"),
        (bdc("BDC_1102", 401), CredentialsError, "developer_key"),
        (bdc("BDC_1103", 403), CredentialsError, "developer_key"),
        (bdc("BDC_1123", 400), CredentialsError, "organization_id"),
        (bdc("BDC_1107", 423), LockedOutError, None),
        (bdc("BDC_1110", 401), LockedOutError, None),
        (bdc("BDC_1144", 422), QuotaError, None),
        (bdc("BDC_1145", 403), PermissionMissingError, None),
        (bdc("BDC_1104", 403, "Accept the terms"), RefusedError, None),
        (bdc("BDC_1001", 500), UnavailableError, None),
        (httpx.Response(503), UnavailableError, None),
        (httpx.ReadTimeout("slow"), UnavailableError, None),
        (httpx.ConnectError("refused"), UnavailableError, None),
        (ok({"organizationId": "008ORG"}), GarbledReplyError, None),
        (ok({"sessionId": "bad\nid"}), GarbledReplyError, None),
        (httpx.Response(200, text="<html>"), GarbledReplyError, None),
    ],
)
def test_a_refused_sign_in_says_what_to_look_at(
    world: BillWorld, answer: Any, error: type[BotError], which: str | None
) -> None:
    world.up.on(LOGIN, answer)
    with pytest.raises(error) as caught:
        world.gateway.sign_in(TOKEN)
    assert type(caught.value) is error
    assert getattr(caught.value, "which", None) == which
    assert len(world.up.requests) == 1
    assert "BDC" not in caught.value.user_message


def test_a_call_shows_session_and_key(world: BillWorld) -> None:
    world.up.on(WHO, ok(WHO_BODY))
    world.client().ping()
    assert world.up.requests[0].headers["sessionId"] == "sess-1"
    assert world.up.requests[0].headers["devKey"] == "dev-key"
    assert "authorization" not in world.up.requests[0].headers


@pytest.mark.parametrize("kept", [None, BillSession(SecretStr("sess-1"), "008OTHER", "006USER")])
def test_without_a_session_of_this_organization_it_signs_in_first(world: BillWorld, kept: BillSession | None) -> None:
    world.up.on(LOGIN, ok(LOGGED_IN))
    world.up.on(WHO, ok(WHO_BODY))
    world.access.kept = kept
    world.client().ping()
    assert [one.url.path for one in world.up.requests] == ["/connect/v3/login", "/connect/v3/login/session"]
    assert world.access.kept == BillSession(SecretStr("sess-2"), "008ORG", "006USER")


def test_an_ended_session_is_renewed_silently_and_the_call_repeated_once(world: BillWorld) -> None:
    world.up.on(WHO, bdc("BDC_1109", 401), ok(WHO_BODY))
    world.up.on(LOGIN, ok(LOGGED_IN))
    world.client().ping()
    assert [one.headers["sessionId"] for one in world.up.sent(WHO)] == ["sess-1", "sess-2"]
    assert world.access.saved == [BillSession(SecretStr("sess-2"), "008ORG", "006USER")]


def test_a_session_that_ends_at_once_again_is_not_chased(world: BillWorld) -> None:
    world.up.on(WHO, bdc("BDC_1109", 401))
    world.up.on(LOGIN, ok(LOGGED_IN))
    with pytest.raises(SessionEndedError):
        world.client().ping()
    assert len(world.up.sent(LOGIN)) == 1
    assert len(world.up.sent(WHO)) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (bdc("BDC_1145", 403), PermissionMissingError),
        (bdc("BDC_1361", 403), MfaRequiredError),
        (bdc("BDC_1107", 423), LockedOutError),
        (httpx.Response(401, text="no"), AuthError),
    ],
)
def test_other_refusals_at_the_door_never_sign_in_again(
    world: BillWorld, answer: httpx.Response, error: type[BotError]
) -> None:
    world.up.on(WHO, answer)
    with pytest.raises(error):
        world.client().ping()
    assert len(world.up.requests) == 1
    assert world.access.saved == []


def test_a_session_renewed_by_another_process_is_used_instead(world: BillWorld) -> None:
    def end(request: httpx.Request) -> httpx.Response:
        world.access.kept = BillSession(SecretStr("sess-9"), "008ORG", "006USER")
        return bdc("BDC_1109", 401)

    world.up.on(WHO, end, ok(WHO_BODY))
    world.client().ping()
    assert [one.headers["sessionId"] for one in world.up.requests] == ["sess-1", "sess-9"]


def test_eight_threads_with_an_ended_session_sign_in_once(world: BillWorld) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return bdc("BDC_1109", 401) if request.headers["sessionId"] == "sess-1" else ok(WHO_BODY)

    def login(request: httpx.Request) -> httpx.Response:
        time.sleep(0.1)
        return ok(LOGGED_IN)

    world.up.on(WHO, answer)
    world.up.on(LOGIN, login)
    start = threading.Barrier(8)
    done: list[int] = []

    def work() -> None:
        start.wait()
        world.client().ping()
        done.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 8
    assert len(world.up.sent(LOGIN)) == 1


def test_a_refused_renewal_forgets_the_session_and_reports_the_credentials(world: BillWorld) -> None:
    world.up.on(WHO, bdc("BDC_1109", 401))
    world.up.on(LOGIN, bdc("BDC_1101", 401))
    with pytest.raises(CredentialsError) as caught:
        world.client().ping()
    assert caught.value.which == "token_name_or_value"
    assert world.access.saved == [None]


def test_a_doubtful_renewal_does_not_make_the_write_doubtful(world: BillWorld) -> None:
    world.up.on("POST /v3/bills/record-payment", bdc("BDC_1109", 401))
    world.up.on(LOGIN, httpx.ReadTimeout("slow"))
    with pytest.raises(UnavailableError):
        record(world)


def record(world: BillWorld) -> str:
    return world.client().record_payment(vendor_id="009V", bill_id="00nB", amount=Decimal("1.10"), on=NOW.date())


def test_a_write_turned_away_at_the_door_is_sent_again(world: BillWorld) -> None:
    world.up.on("POST /v3/bills/record-payment", bdc("BDC_1109", 401), ok({"id": "stp1"}))
    world.up.on(LOGIN, ok(LOGGED_IN))
    assert record(world) == "stp1"


def test_a_malformed_developer_key_is_named_and_not_shown() -> None:
    world = BillWorld(app=BillApp(SecretStr("kéy\u201d"), None, None))
    with pytest.raises(CredentialsError) as caught:
        world.client().ping()
    assert caught.value.which == "developer_key"
    assert "kéy" not in str(caught.value)
    world.close()


def test_requests_and_sign_ins_are_counted() -> None:
    world = BillWorld(quota=Quota({BILL_REQUESTS: 3, BILL_LOGINS: 1}))
    world.up.on(WHO, ok(WHO_BODY))
    world.up.on(LOGIN, ok(LOGGED_IN))
    world.gateway.sign_in(TOKEN)
    with pytest.raises(QuotaError):
        world.gateway.sign_in(TOKEN)
    world.client().ping()
    world.client().ping()
    with pytest.raises(QuotaError):
        world.client().ping()
    assert len(world.up.requests) == 3
    world.close()


def test_at_most_three_requests_at_once_an_organization(world: BillWorld) -> None:
    now: list[int] = []
    most: list[int] = []
    three = threading.Barrier(3)

    def slow(request: httpx.Request) -> httpx.Response:
        now.append(1)
        # Passes only if three are under way together; a fourth would be counted meanwhile.
        three.wait(timeout=10)
        time.sleep(0.02)
        most.append(len(now))
        three.wait(timeout=10)
        now.pop()
        return ok(WHO_BODY)

    world.up.on(WHO, slow)
    threads = [threading.Thread(target=world.client().ping) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 12
    assert max(most) <= 3


def test_no_secret_reaches_a_log_or_an_error(world: BillWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    errors: list[str] = []
    world.up.on(WHO, bdc("BDC_1109", 401))
    world.up.on(TRADE, ok({"error": "invalid_grant"}, 400))
    world.up.on(LOGIN, ok({"sessionId": ["s3cret-session"]}), bdc("BDC_1101", 401), httpx.ReadTimeout("s3cret"))
    for access in (Access(TOKEN, SESSION), Access(TOKEN), Access(TOKEN), Access(grant("s3cret-at", "s3cret-rt"))):
        with pytest.raises(BotError) as caught:
            world.client(access).ping()
        errors.append(f"{caught.value} {caught.value.user_message} {caught.value!r}")
    text = caplog.text + " ".join(errors)
    for secret in ("s3cret", "dev-key", "sess-1"):
        assert secret not in text


def test_an_outcome_is_unknown_after_a_cut_write(world: BillWorld) -> None:
    world.up.on("POST /v3/bills/record-payment", httpx.RemoteProtocolError("cut"))
    with pytest.raises(OutcomeUnknownError):
        record(world)
    assert len(world.up.requests) == 1
