from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.errors import (
    BotError,
    CredentialsError,
    GarbledReplyError,
    PermissionMissingError,
    RateLimitedError,
    TokenRevokedError,
    UnavailableError,
    UpstreamError,
)

from .doubles import NOW, DextHolder, DextWorld, dext_grant, ok

TRADE = "GET /oauth/access_token"
INBOX = "POST /api/inbox"
EMPTY = {"size": 0, "receipts": []}
FRESH = {"access_token": "dat-2", "refresh_token": "drt-2", "expires_in": 3600, "token_type": "bearer"}


def no(code: object, message: str = "no") -> httpx.Response:
    return ok({"errorcode": code, "errormessage": message})


def test_the_browser_is_sent_to_authorize(dext: DextWorld) -> None:
    url = urlsplit(dext.gateway.authorize_url("https://bot/cb", "st"))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://dext.test/oauth/authorize"
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["dext-client"],
        "redirect_uri": ["https://bot/cb"],
        "state": ["st"],
    }


def test_a_code_becomes_a_grant(dext: DextWorld) -> None:
    dext.up.on(TRADE, ok(FRESH), ok(FRESH | {"expires_in": None}))
    assert dext.gateway.exchange_code("code-1", "https://bot/cb") == dext_grant("dat-2", "drt-2", minutes=60)
    assert dict(dext.up.requests[0].url.params) == {
        "grant_type": "authorization_code",
        "redirect_uri": "https://bot/cb",
        "code": "code-1",
        "client_id": "dext-client",
        "client_secret": "dext-s3cret",
    }
    assert dext.gateway.exchange_code("code-2", "https://bot/cb").expires_at is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (ok({"errors": ["Invalid grant"]}, 401), TokenRevokedError),
        (ok({"error": "invalid_grant", "error_description": "gone"}, 400), TokenRevokedError),
        (no(401, "Bad code"), TokenRevokedError),
        (ok({"errors": ["Invalid client"]}, 401), CredentialsError),
        (httpx.Response(429), RateLimitedError),
        (httpx.Response(503), UnavailableError),
        (httpx.ReadTimeout("slow"), UnavailableError),
        (httpx.ConnectError("refused"), UnavailableError),
        (httpx.Response(404, text="<html>"), GarbledReplyError),
        (httpx.Response(200, text="<html>"), GarbledReplyError),
        (ok({"access_token": "dat-2"}), GarbledReplyError),
        (ok({"access_token": "da\nt", "refresh_token": "x"}), GarbledReplyError),
    ],
)
def test_refused_codes(dext: DextWorld, answer: Any, error: type[UpstreamError]) -> None:
    dext.up.on(TRADE, answer)
    with pytest.raises(error) as caught:
        dext.gateway.exchange_code("code-1", "https://bot/cb")
    assert type(caught.value) is error
    assert len(dext.up.requests) == 1


@pytest.mark.parametrize("refused", [no(401), no(403), httpx.Response(401), ok({"errors": ["x"]}, 401)])
def test_a_grant_turned_away_is_refreshed_kept_and_used(dext: DextWorld, refused: httpx.Response) -> None:
    dext.up.on(INBOX, refused, ok(EMPTY))
    dext.up.on(TRADE, ok(FRESH))
    assert dext.client.inbox() == []
    assert dext.access.granted == [dext_grant("dat-2", "drt-2", minutes=60)]
    assert [one.headers["authorization"] for one in dext.up.sent(INBOX)] == ["Bearer dat-1", "Bearer dat-2"]
    assert dict(dext.up.sent(TRADE)[0].url.params) == {
        "grant_type": "refresh_token",
        "refresh_token": "drt-1",
        "client_id": "dext-client",
        "client_secret": "dext-s3cret",
    }


def test_a_refresh_carries_the_redirect_address_where_it_is_known() -> None:
    world = DextWorld(redirect_uri="https://bot/cb")
    world.access = DextHolder(dext_grant(minutes=1))
    world.up.on(INBOX, ok(EMPTY))
    world.up.on(TRADE, ok({"access_token": "dat-2"}))
    world.client.inbox()
    assert world.up.sent(TRADE)[0].url.params["redirect_uri"] == "https://bot/cb"
    assert world.access.held == dext_grant("dat-2", "drt-1")
    world.close()


@pytest.mark.parametrize(("code", "error"), [(401, TokenRevokedError), (403, PermissionMissingError)])
def test_a_fresh_grant_that_is_turned_away_is_not_chased(
    dext: DextWorld, code: int, error: type[UpstreamError]
) -> None:
    dext.up.on(INBOX, no(code))
    dext.up.on(TRADE, ok(FRESH))
    with pytest.raises(error):
        dext.client.inbox()
    assert len(dext.up.sent(INBOX)) == 2
    assert len(dext.up.sent(TRADE)) == 1


def test_a_refused_refresh_needs_an_admin(dext: DextWorld) -> None:
    dext.up.on(INBOX, no(403))
    dext.up.on(TRADE, ok({"errors": ["revoked"]}, 401))
    with pytest.raises(TokenRevokedError):
        dext.client.inbox()
    assert dext.access.granted == []


def test_a_grant_renewed_by_another_process_is_used(dext: DextWorld) -> None:
    def trade(request: httpx.Request) -> httpx.Response:
        dext.access.held = dext_grant("dat-9", "drt-9")
        return ok({"errors": ["revoked"]}, 401)

    dext.up.on(INBOX, no(403), ok(EMPTY))
    dext.up.on(TRADE, trade)
    dext.client.inbox()
    assert dext.up.sent(INBOX)[1].headers["authorization"] == "Bearer dat-9"


def test_eight_threads_refresh_once(dext: DextWorld) -> None:
    dext.access = DextHolder(dext_grant(minutes=0))

    def trade(request: httpx.Request) -> httpx.Response:
        time.sleep(0.05)
        return ok(FRESH)

    dext.up.on(INBOX, ok(EMPTY))
    dext.up.on(TRADE, trade)
    threads = [threading.Thread(target=dext.client.inbox) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(dext.up.sent(TRADE)) == 1
    assert len(dext.up.sent(INBOX)) == 8
    assert dext.access.held.expires_at == NOW + timedelta(hours=1)


def test_no_secret_reaches_a_log_or_an_error(dext: DextWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    errors: list[str] = []
    dext.up.on(INBOX, no(403))
    answers: list[Any] = [
        ok(FRESH),
        ok({"errors": ["revoked"]}, 401),
        httpx.ReadTimeout("https://dext.test?client_secret=dext-s3cret"),
        httpx.ConnectError("https://dext.test?client_secret=dext-s3cret"),
        httpx.Response(500),
        ok({"access_token": ["dat-s3cret"]}),
    ]
    for answer in answers:
        dext.access = DextHolder(dext_grant())
        dext.up.on(TRADE, answer)
        for call in (dext.client.inbox, lambda: dext.gateway.exchange_code("code-s3cret", "https://bot/cb")):
            try:
                call()
            except BotError as error:
                errors.append(f"{error} {error.user_message} {error!r} {error.__cause__}")
    assert len(errors) == 11
    text = caplog.text + " ".join(errors)
    for secret in ("s3cret", "drt-", "dat-", "access_token?"):
        assert secret not in text
