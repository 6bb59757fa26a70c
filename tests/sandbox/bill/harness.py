from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from bot.sandbox.bill import BillSandbox, build
from bot.sandbox.wire import SandboxClock

ADDRESS = "http://bill.test"
VERIFIER = "a-verifier-that-is-long-enough-for-the-rule-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = "http://127.0.0.1:9999/connect/back"


@dataclass
class Bench:
    """A pretend Bill.com in this process, and what a test does with it."""

    clock: SandboxClock
    sandbox: BillSandbox
    session: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, **options: Any) -> Bench:
        clock = SandboxClock()
        return cls(clock, build(clock, **options))

    @property
    def credentials(self) -> dict[str, Any]:
        return self.sandbox.credentials

    @property
    def organization(self) -> str:
        return str(self.credentials["organizations"][0]["id"])

    @property
    def other_organization(self) -> str:
        return str(self.credentials["organizations"][1]["id"])

    def user(self, begin: str) -> dict[str, Any]:
        return next(user for user in self.credentials["users"] if user["email"].startswith(begin))

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None, **rest: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            async with self.client() as client:
                return await client.request(method, path, headers=self.session if headers is None else headers, **rest)

        return asyncio.run(once())

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.sandbox.app)
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.call("GET", path, params=query)

    def post(self, path: str, data: Any = None) -> httpx.Response:
        return self.call("POST", path, json={} if data is None else data)

    def control(self, call: str, /, **data: Any) -> Any:
        reply = self.call("POST", f"/_control/{call}", json=data)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def shown(self) -> Any:
        return self.get("/_control/state").json()["organizations"][self.organization]

    def login(self, who: str = "maya", organization: str | None = None) -> httpx.Response:
        user = self.user(who)
        return self.log_in_with(user["email"], user["password"], organization or self.organization)

    def login_with_token(self, which: int = 0, organization: str | None = None) -> httpx.Response:
        entry = self.credentials["organizations"][which]
        return self.log_in_with(entry["syncToken"]["name"], entry["syncToken"]["value"], organization or entry["id"])

    def log_in_with(self, name: str, password: str, organization: str, key: str | None = None) -> httpx.Response:
        body = {"username": name, "password": password, "organizationId": organization}
        reply = self.call("POST", "/v3/login", {}, json={**body, "devKey": key or self.credentials["devKey"]})
        if reply.status_code == 200:
            self.session = {"sessionId": reply.json()["sessionId"], "devKey": key or self.credentials["devKey"]}
        return reply

    def named(self, kind: str, name: str) -> str:
        rows = self.shown()["lists"][kind]
        return str(next(row["id"] for row in rows if row["name"] == name))

    def bill(self, **changes: Any) -> dict[str, Any]:
        return {
            "vendorId": self.named("vendors", "Acme Cloud Services"),
            "dueDate": "2026-05-31",
            "invoice": {"invoiceNumber": "INV-1", "invoiceDate": "2026-05-01"},
            "billLineItems": [{"amount": 100.25, "description": "Hosting"}, {"amount": 9.75}],
            **changes,
        }

    def made(self, **changes: Any) -> dict[str, Any]:
        reply = self.post("/v3/bills", self.bill(**changes))
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    def consent(self, who: str = "maya", organization: str | None = None, **changes: str) -> dict[str, str]:
        """Walk through the pages; return what came back in the redirect."""
        page = self.call("GET", "/authx/authorize", {}, params=self.authorization(**changes))
        if page.status_code == 303:
            return query_of(page)
        user = self.user(who)
        ticket = ticket_of(page)
        form = {"ticket": ticket, "email": user["email"], "password": user["password"], "decision": "allow"}
        page = self.call("POST", "/authx/sign-in", {}, data=form)
        assert page.status_code == 200, page.text
        choice = {"ticket": ticket, "organizationId": organization or self.organization, "decision": "allow"}
        return query_of(self.call("POST", "/authx/consent", {}, data=choice))

    def authorization(self, **changes: str) -> dict[str, str]:
        start = {
            "response_type": "code",
            "client_id": self.credentials["oauth"]["clientId"],
            "redirect_uri": BACK,
            "state": "some-state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {**start, **changes}

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        return self.token(
            grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER, **changes
        )

    def token(self, **form: str) -> httpx.Response:
        oauth = self.credentials["oauth"]
        form = {"client_id": oauth["clientId"], "client_secret": oauth["clientSecret"], **form}
        return self.call("POST", "/authx/token", {}, data=form)

    def connect(self) -> dict[str, Any]:
        tokens = dict(self.exchange(self.consent()["code"]).json())
        self.session = {"Authorization": f"Bearer {tokens['access_token']}"}
        return tokens


def ticket_of(page: httpx.Response) -> str:
    match = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert match is not None, page.text
    return match[1]


def query_of(reply: httpx.Response) -> dict[str, str]:
    assert reply.status_code == 303, reply.text
    assert reply.headers["location"].startswith(BACK + "?")
    return dict(parse_qsl(urlsplit(reply.headers["location"]).query))


def refused(reply: httpx.Response, status: int, code: str, says: str = "") -> None:
    """Assert that the reply is v3's error array with this status and code."""
    assert reply.status_code == status, reply.text
    (first, *_) = errors = reply.json()
    assert code in [error["code"] for error in errors], errors
    assert {"timestamp", "severity", "category", "message"} <= set(first)
    assert says in " ".join(error["message"] for error in errors), errors
