"""The wire: what Bill.com and Dext answer in this world. The clients above it are the real ones.

A call that would simply be answered is answered without them: of the millions of a year nearly all are such.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clients.bill import BillApp, BillGateway
from bot.clients.dext import DextGateway
from bot.clients.quota import Quota
from tests.conftest import FakeClock
from tests.year.world import BILL, DEXT, Key, World

TOKEN_LIFE = timedelta(days=300)
_UNCOUNTED = Quota({"bill:requests": 10**9, "bill:logins": 10**9})


class Quick:
    """Be a client whose check is answered at once; anything else is done by the real one."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def ping(self) -> None: ...

    def account(self) -> None: ...

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)


class Door:
    """Stand before a gateway, and let checks of what is well pass at once."""

    def __init__(self, world: World, clock: FakeClock, real: Any, provider: Any) -> None:
        self._world, self._clock, self._real, self._provider = world, clock, real, provider
        self.checks = 0

    def client(self, access: Any, **how: Any) -> Any:
        self.checks += 1
        key: Key = (access._owner.split(":")[1], self._provider)
        signing_in = not key[0].startswith("b")  # it is an attempt's, not a business's
        if signing_in or not self._world.fine(key) or self._renews(key, how.get("renew_before")):
            return self._real.client(access, **how)
        return Quick(lambda: self._real.client(access, **how))

    def _renews(self, key: Key, ahead: timedelta | None) -> bool:
        ends = self._world.grant_ends.get(key[0]) if ahead is not None else None
        return ends is not None and ahead is not None and ends - ahead <= self._clock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def bill_door(world: World, clock: FakeClock) -> Door:
    """Return Bill.com as the bot reaches it."""
    http = httpx.Client(base_url="https://bill.example", transport=httpx.MockTransport(BillWire(world).answer))
    real = BillGateway(http, None, BillApp(SecretStr("key"), None, None), _UNCOUNTED, clock, lambda _: None)
    return Door(world, clock, real, BILL)


def dext_door(world: World, clock: FakeClock) -> Door:
    """Return Dext as the bot reaches it."""
    http = httpx.Client(base_url="https://dext.example", transport=httpx.MockTransport(DextWire(world, clock).answer))
    return Door(world, clock, DextGateway(http, "id", SecretStr("secret"), clock, lambda _: None), DEXT)


class BillWire:
    """Answer as Bill.com does; the organisation of business `b7` is `ob7`, its token `tb7-1`, later `tb7-2`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sign_ins = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v3/login" and request.method == "POST":
            return self._sign_in(json.loads(request.content))
        business_id = request.headers.get("sessionid", "").split("-")[0]
        key = (business_id, BILL)
        if key in self._world.down:
            return httpx.Response(503, text="<html>gateway</html>")
        if key in self._world.refused or key in self._world.idle:
            return _refusal(401, "BDC_1109")
        if self._world.odd.get(key):
            return _refusal(403, self._world.odd[key])
        if path == "/v3/login/session":
            return httpx.Response(200, json={"organizationId": f"o{business_id}", "userId": "u1"})
        if path.startswith("/v3/organizations/"):
            return httpx.Response(200, json={"id": f"o{business_id}", "name": f"Organisation {business_id}"})
        return httpx.Response(200, json={"id": "u1", "firstName": "Dana", "lastName": "Reyes"})

    def _sign_in(self, body: dict[str, str]) -> httpx.Response:
        business_id = body["organizationId"][1:]
        key = (business_id, BILL)
        if key in self._world.down:
            raise httpx.ConnectError("no route")
        if self._world.odd.get(key) == "BDC_1107":
            return _refusal(403, "BDC_1107")
        if key in self._world.refused or body["password"] != token(self._world, business_id):
            return _refusal(401, "BDC_1101")
        self._world.idle.discard(key)
        self._sign_ins += 1
        session = f"{business_id}-{self._sign_ins}"
        return httpx.Response(
            200, json={"sessionId": session, "organizationId": body["organizationId"], "userId": "u1"}
        )


class DextWire:
    """Answer as Dext does; the account of business `b7` is `ab7`."""

    def __init__(self, world: World, clock: FakeClock) -> None:
        self._world, self._clock = world, clock
        self._grants = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/access_token":
            query = request.url.params
            return self._grant((query.get("code") or query["refresh_token"]).split("-")[0])
        business_id = request.headers["authorization"].removeprefix("Bearer ").split("-")[0]
        key = (business_id, DEXT)
        if key in self._world.down:
            return httpx.Response(503, text="<html>gateway</html>")
        if key in self._world.refused or self._world.grant_ends[business_id] <= self._clock():
            return httpx.Response(401, json={"error": {"code": 401, "message": "invalid access token"}})
        self._world.idle.discard(key)
        return httpx.Response(200, json={"users": [{"email": "d@x.example", "account_id": f"a{business_id}"}]})

    def _grant(self, business_id: str) -> httpx.Response:
        key = (business_id, DEXT)
        if key in self._world.down:
            raise httpx.ConnectError("no route")
        if key in self._world.refused:
            return httpx.Response(400, json={"error": {"code": 400, "message": "invalid refresh token"}})
        self._grants += 1
        self._world.grant_ends[business_id] = self._clock() + TOKEN_LIFE
        tokens = {"access_token": f"{business_id}-{self._grants}", "refresh_token": f"{business_id}-r{self._grants}"}
        return httpx.Response(200, json={**tokens, "expires_in": TOKEN_LIFE.total_seconds()})


def token(world: World, business_id: str) -> str:
    """Return the value of the sync token that Bill.com accepts at present."""
    return f"t{business_id}-{world.tokens.get(business_id, 1)}"


def _refusal(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json=[{"code": code, "severity": "ERROR", "category": "REQUEST", "message": code}])
