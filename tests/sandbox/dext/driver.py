"""Drive a pretend Dext in the test's own process."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from bot.sandbox.dext import DextSandbox

REDIRECT = "http://127.0.0.1:8000/oauth/dext"
HARBOR, KESTREL = 4100235, 4100872
FIRST = 1048200001


class Driver:
    """Send requests to a sandbox and read its state."""

    def __init__(self, sandbox: DextSandbox) -> None:
        self.sandbox = sandbox
        self.client = {key: sandbox.credentials[key] for key in ("client_id", "client_secret")}

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.sandbox.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://dext.test") as client:
                return await client.request(method, path, **options)

        return asyncio.run(go())

    def control(self, name: str, **body: Any) -> Any:
        reply = self.send("POST", f"/_control/{name}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def advance(self, seconds: float) -> None:
        self.sandbox.wire.clock.advance(seconds)

    def account(self, account_id: int = HARBOR) -> dict[str, Any]:
        accounts = self.send("GET", "/_control/state").json()["accounts"]
        return next(account for account in accounts if account["id"] == account_id)

    def item(self, item_id: int) -> dict[str, Any]:
        return next(item for item in self.account()["items"] if item["id"] == item_id)

    def person(self, account: int = 0, user: int = 0) -> dict[str, Any]:
        found = self.sandbox.credentials["accounts"][account]["users"][user]
        assert isinstance(found, dict)
        return found

    def session(self, account: int = 0) -> str:
        person = self.person(account)
        reply = self.send("POST", "/api/login", json={"login": person["email"], "password": person["password"]})
        return str(reply.json()["sessionid"])

    def consent(self, decision: str = "allow", account: int = 0, user: int = 0, **more: Any) -> httpx.Response:
        person = self.person(account, user)
        form = {"client_id": self.client["client_id"], "redirect_uri": REDIRECT, "decision": decision}
        return self.send("POST", "/oauth/sign-in", data={**form, **person, "suspended": "", **more})

    def code(self, account: int = 0) -> str:
        return answer(self.consent(account=account))["code"]

    def token(self, grant_type: str, **more: str) -> httpx.Response:
        query = {"grant_type": grant_type, "redirect_uri": REDIRECT, **self.client, **more}
        return self.send("GET", "/oauth/access_token", params=query)

    def tokens(self, account: int = 0) -> dict[str, Any]:
        reply = self.token("authorization_code", code=self.code(account))
        assert reply.status_code == 200, reply.text
        found = reply.json()
        assert isinstance(found, dict)
        return found

    def call(self, path: str, token: str, **body: Any) -> Any:
        reply = self.send("POST", f"/api/{path}", json=body, headers={"authorization": f"Bearer {token}"})
        assert reply.status_code == 200
        return reply.json()

    def post(self, token: str, name: str, data: bytes) -> Any:
        headers = {"authorization": f"Bearer {token}"}
        return self.send("POST", "/api/postReceipt", files={"photo": (name, data)}, headers=headers).json()


def answer(reply: httpx.Response) -> dict[str, str]:
    """Return what a redirect carries back."""
    assert reply.status_code == 302, reply.text
    return dict(parse_qsl(urlsplit(reply.headers["location"]).query))


def code_of(reply: Any) -> Any:
    """Return the errorcode of a reply, `None` if it is none."""
    return reply.get("errorcode") if isinstance(reply, dict) else None
