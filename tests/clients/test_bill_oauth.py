from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from bot.clients.bill import BillApp
from bot.domain.lists import ListName
from bot.errors import (
    BotError,
    CredentialsError,
    GarbledReplyError,
    PermissionMissingError,
    QuotaError,
    RefusedError,
    TokenRevokedError,
    UnavailableError,
)

from .doubles import NOW, Access, BillWorld, bdc, grant, ok

WHO = "GET /v3/login/session"
TRADE = "POST /authx/token"
WHO_BODY = {"organizationId": "008ORG", "userId": "006USER"}
FRESH = {"access_token": "at-2", "refresh_token": "rt-2", "expires_in": 1800, "organizationId": "008ORG"}


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def test_the_browser_is_sent_to_authorize_with_pkce(world: BillWorld) -> None:
    url = urlsplit(world.gateway.authorize_url("https://bill.test/connect/", "https://bot/cb?x=1", "st", "chal"))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://bill.test/connect/authx/authorize"
    assert {name: values[0] for name, values in parse_qs(url.query).items()} == {
        "response_type": "code",
        "client_id": "client-1",
        "redirect_uri": "https://bot/cb?x=1",
        "state": "st",
        "code_challenge": "chal",
        "code_challenge_method": "S256",
    }


def test_a_code_becomes_a_grant(world: BillWorld) -> None:
    world.up.on(TRADE, ok(FRESH | {"userId": "006U"}))
    made = world.gateway.exchange_code("code-1", "https://bot/cb", "verifier")
    assert made == replace(grant("at-2", "rt-2", minutes=30), user_id="006U")
    sent = world.up.requests[0]
    assert str(sent.url) == "https://bill.test/connect/authx/token"
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form(sent) == {
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": "https://bot/cb",
        "code_verifier": "verifier",
        "client_id": "client-1",
        "client_secret": "client-s3cret",
    }


def test_a_grant_without_owner_asks_whose_it_is(world: BillWorld) -> None:
    world.up.on(TRADE, ok({"access_token": "at-2", "refresh_token": "rt-2"}))
    world.up.on(WHO, ok(WHO_BODY))
    made = world.gateway.exchange_code("code-1", "https://bot/cb", "verifier")
    assert made == replace(grant("at-2", "rt-2", minutes=None))
    assert world.up.requests[1].headers["authorization"] == "Bearer at-2"


def test_a_grant_is_kept_although_its_user_stays_unnamed(world: BillWorld) -> None:
    world.up.on(TRADE, ok(FRESH))
    world.up.on(WHO, bdc("BDC_1145", 403))
    assert world.gateway.exchange_code("code-1", "https://bot/cb", "verifier").user_id == ""


@pytest.mark.parametrize(
    ("who", "error"), [(bdc("BDC_1145", 403), PermissionMissingError), (ok({"userId": "006U"}), GarbledReplyError)]
)
def test_a_grant_without_organization_is_useless(world: BillWorld, who: httpx.Response, error: type[BotError]) -> None:
    world.up.on(TRADE, ok({"access_token": "at-2", "refresh_token": "rt-2"}))
    world.up.on(WHO, who)
    with pytest.raises(error):
        world.gateway.exchange_code("code-1", "https://bot/cb", "verifier")


@pytest.mark.parametrize(
    ("answer", "error", "which"),
    [
        (ok({"error": "invalid_grant"}, 400), TokenRevokedError, None),
        (ok({"error": "invalid_client"}, 401), CredentialsError, "client"),
        (ok({"error": "unauthorized_client"}, 400), CredentialsError, "client"),
        (ok({"error": "invalid_request", "error_description": "BDC_1: code missing"}, 400), RefusedError, None),
        (ok({"error": "server_error"}, 500), UnavailableError, None),
        (httpx.Response(502, text="<html>"), UnavailableError, None),
        (bdc("BDC_1144", 429), QuotaError, None),
        (httpx.ReadError("cut"), UnavailableError, None),
        (ok({"access_token": "at-2", "organizationId": "008", "userId": "006"}), GarbledReplyError, None),
        (ok({"refresh_token": "rt-2"}), GarbledReplyError, None),
        (ok([]), GarbledReplyError, None),
    ],
)
def test_refused_codes(world: BillWorld, answer: Any, error: type[BotError], which: str | None) -> None:
    world.up.on(TRADE, answer)
    with pytest.raises(error) as caught:
        world.gateway.exchange_code("code-1", "https://bot/cb", "verifier")
    assert getattr(caught.value, "which", None) == which
    assert len(world.up.requests) == 1


def test_without_an_oauth_client_there_is_no_redirect() -> None:
    world = BillWorld(app=BillApp(SecretStr("dev-key"), None, None))
    with pytest.raises(CredentialsError):
        world.gateway.exchange_code("c", "r", "v")
    with pytest.raises(CredentialsError):
        world.gateway.authorize_url("https://bill.test", "r", "s", "c")
    world.close()


def test_a_grant_is_shown_alone(world: BillWorld) -> None:
    world.up.on(WHO, ok(WHO_BODY))
    world.client(Access(grant())).ping()
    assert world.up.requests[0].headers["authorization"] == "Bearer at-1"
    assert "sessionid" not in world.up.requests[0].headers
    assert "devkey" not in world.up.requests[0].headers


@pytest.mark.parametrize(
    "refused", [httpx.Response(401, text=""), bdc("BDC_1109", 401), ok({"error": "invalid_token"}, 401)]
)
def test_a_refused_grant_is_refreshed_kept_and_then_used(world: BillWorld, refused: httpx.Response) -> None:
    access = Access(grant())

    def answer(request: httpx.Request) -> httpx.Response:
        assert access.granted, "kept before use"
        return ok(WHO_BODY)

    world.up.on(WHO, refused, answer)
    world.up.on(TRADE, ok(FRESH))
    world.client(access).ping()
    assert access.granted == [grant("at-2", "rt-2", minutes=30)]
    assert form(world.up.sent(TRADE)[0]) == {
        "grant_type": "refresh_token",
        "refresh_token": "rt-1",
        "client_id": "client-1",
        "client_secret": "client-s3cret",
    }
    assert world.up.sent(WHO)[1].headers["authorization"] == "Bearer at-2"


def test_a_grant_is_refreshed_shortly_before_it_ends(world: BillWorld) -> None:
    access = Access(grant(minutes=10))
    world.up.on(WHO, ok(WHO_BODY))
    world.up.on(TRADE, ok({"access_token": "at-2", "expires_in": None}))
    world.client(access).ping()
    assert access.granted == []
    world.now = NOW + timedelta(minutes=9, seconds=30)
    world.client(access).ping()
    # No new refresh token: the old one stays good.
    assert access.granted == [grant("at-2", "rt-1", minutes=None)]


def test_eight_threads_refresh_once(world: BillWorld) -> None:
    access = Access(grant(minutes=0))

    def trade(request: httpx.Request) -> httpx.Response:
        time.sleep(0.05)
        return ok(FRESH)

    world.up.on(WHO, ok(WHO_BODY))
    world.up.on(TRADE, trade)
    threads = [threading.Thread(target=world.client(access).ping) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.up.sent(TRADE)) == 1
    assert len(world.up.sent(WHO)) == 8


def test_a_grant_renewed_by_another_process_is_used_after_a_refused_refresh(world: BillWorld) -> None:
    access = Access(grant(minutes=0))

    def trade(request: httpx.Request) -> httpx.Response:
        access.held = grant("at-9", "rt-9")
        return ok({"error": "invalid_grant"}, 400)

    world.up.on(TRADE, trade)
    world.up.on(WHO, ok(WHO_BODY))
    world.client(access).ping()
    assert world.up.sent(WHO)[0].headers["authorization"] == "Bearer at-9"


def test_a_withdrawn_grant_needs_an_admin(world: BillWorld) -> None:
    access = Access(grant(minutes=0))
    world.up.on(TRADE, ok({"error": "invalid_grant"}, 400))
    with pytest.raises(TokenRevokedError):
        world.client(access).ping()
    assert access.granted == []


def test_lists_work_with_a_grant_too(world: BillWorld) -> None:
    world.up.on("GET /v3/vendors", ok({"results": []}))
    assert world.client(Access(grant())).page(ListName.SUPPLIERS).entries == ()
