"""Doubles for the tests of the clients: a scripted upstream and places for credentials."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clients.bill import BillApp, BillClient, BillGateway, BillGrant, BillSession, SyncToken
from bot.clients.dext import DextClient, DextGateway, DextGrant
from bot.clients.http import upstream_client
from bot.clients.quota import Quota

NOW = datetime(2026, 11, 22, 10, 40, tzinfo=UTC)
BASE = "https://bill.test/connect"
V2 = "https://old-bill.test/api/v2"
DEXT = "https://dext.test"

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def ok(body: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def bdc(code: str, status: int, message: str = "no", **more: object) -> httpx.Response:
    return httpx.Response(status, json=[{"code": code, "severity": "ERROR", "message": message, **more}])


class Upstream:
    """Answer from a script: the last answer of a path is repeated; unknown paths fail the test."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.script: dict[str, list[Answer]] = {}
        self.requests: list[httpx.Request] = []
        self._guard = threading.Lock()

    def on(self, call: str, *answers: Answer) -> None:
        self.script[call] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(self.prefix)
        with self._guard:
            self.requests.append(request)
            answers = self.script[f"{request.method} {path}"]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A response object can be sent once only.
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return answer(request)

    def sent(self, call: str) -> list[httpx.Request]:
        method, path = call.split(" ")
        return [one for one in self.requests if one.method == method and one.url.path == self.prefix + path]


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


@dataclass
class Access:
    """Hold a connection's credentials in memory."""

    held: SyncToken | BillGrant
    kept: BillSession | None = None
    saved: list[BillSession | None] = field(default_factory=list)
    granted: list[BillGrant] = field(default_factory=list)

    def credentials(self) -> SyncToken | BillGrant:
        return self.held

    def session(self) -> BillSession | None:
        return self.kept

    def renewing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def keep_session(self, session: BillSession | None) -> None:
        self.kept = session
        self.saved.append(session)

    def replace_grant(self, old: BillGrant, new: BillGrant) -> None:
        assert self.held == old
        self.held = new
        self.granted.append(new)


TOKEN = SyncToken("finance-bot", SecretStr("s3cret-token"), "008ORG")
SESSION = BillSession(SecretStr("sess-1"), "008ORG", "006USER")


def grant(access: str = "at-1", refresh: str = "rt-1", *, minutes: int | None = 60) -> BillGrant:
    ends = None if minutes is None else NOW + timedelta(minutes=minutes)
    return BillGrant(SecretStr(access), SecretStr(refresh), ends, "008ORG", "006USER")


class BillWorld:
    """Wire a gateway to scripted upstreams."""

    def __init__(self, *, app: BillApp | None = None, quota: Quota | None = None, v2: bool = True) -> None:
        self.up = Upstream("/connect")
        self.old = Upstream("/api/v2")
        self.pauses: list[float] = []
        self.now = NOW
        app = app or BillApp(SecretStr("dev-key"), "client-1", SecretStr("client-s3cret"))
        self.http = upstream_client(BASE, transport=httpx.MockTransport(self.up))
        self.v2 = upstream_client(V2, transport=httpx.MockTransport(self.old))
        self.gateway = BillGateway(
            self.http, self.v2 if v2 else None, app, quota or Quota(), lambda: self.now, self.pauses.append
        )
        self.access = Access(TOKEN, SESSION)

    def client(self, access: Access | None = None) -> BillClient:
        return self.gateway.client(access or self.access)

    def close(self) -> None:
        self.http.close()
        self.v2.close()


@dataclass
class DextHolder:
    """Hold a Dext grant in memory."""

    held: DextGrant
    granted: list[DextGrant] = field(default_factory=list)

    def grant(self) -> DextGrant:
        return self.held

    def replace_grant(self, old: DextGrant, new: DextGrant) -> None:
        assert self.held == old
        self.held = new
        self.granted.append(new)

    def renewing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def lock_key(self) -> str:
        return "connection-1"


def dext_grant(access: str = "dat-1", refresh: str = "drt-1", *, minutes: int | None = None) -> DextGrant:
    ends = None if minutes is None else NOW + timedelta(minutes=minutes)
    return DextGrant(SecretStr(access), SecretStr(refresh), ends)


class DextWorld:
    """Wire a Dext gateway to a scripted upstream."""

    def __init__(self, *, redirect_uri: str = "") -> None:
        self.up = Upstream("")
        self.pauses: list[float] = []
        self.http = upstream_client(DEXT, transport=httpx.MockTransport(self.up))
        self.gateway = DextGateway(
            self.http,
            "dext-client",
            SecretStr("dext-s3cret"),
            lambda: NOW,
            self.pauses.append,
            redirect_uri=redirect_uri,
        )
        self.access = DextHolder(dext_grant())

    @property
    def client(self) -> DextClient:
        return self.gateway.client(self.access)

    def close(self) -> None:
        self.http.close()
