"""Send requests to the bot as Slack does: signed, with a deadline, and on record."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.errors import ImpossibleError
from bot.sandbox.slack.model import Json

PATH = "/slack/events"
"""Where the bot takes everything, below its own address."""

_FORM = "application/x-www-form-urlencoded"
_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a request body, version v0."""
    base = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Delivery:
    """One request to the bot and what came back in time.

    `body` is the parsed JSON, the text, or None for an empty body. `error` names a
    broken connection.
    """

    kind: str
    status: int | None
    elapsed_ms: int
    body: Any
    timed_out: bool = False
    error: str | None = None
    no_retry: bool = False

    @property
    def accepted(self) -> bool:
        """Say whether the bot acknowledged in time with status 200."""
        return self.status == 200


class Outgoing:
    """Post to the bot. `transport` stands in for the network in tests."""

    def __init__(self, slack: Slack, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._slack = slack
        self._transport = transport

    async def form(self, kind: str, fields: dict[str, str]) -> Delivery:
        """Send form fields, as for a slash command."""
        return await self._send(kind, urlencode(fields).encode(), _FORM)

    async def payload(self, payload: Json) -> Delivery:
        """Send an interaction: one form field that holds JSON."""
        return await self.form(payload["type"], {"payload": json.dumps(payload)})

    async def json(self, kind: str, body: Json, headers: dict[str, str] | None = None) -> Delivery:
        """Send a JSON body, as for events."""
        return await self._send(kind, json.dumps(body).encode(), "application/json", headers)

    async def _send(self, kind: str, body: bytes, content_type: str, extra: dict[str, str] | None = None) -> Delivery:
        settings = self._slack.settings
        if settings.bot_url is None:
            raise ImpossibleError(
                "there is no bot: POST /_control/bot {url} first",
                words="No app is connected to this workspace yet, so nobody would read this.",
            )
        # Signed with the real time, not the sandbox's: the bot compares it with its own clock.
        timestamp = int(time.time())
        headers = {
            "Content-Type": content_type,
            "User-Agent": _AGENT,
            "Accept": "application/json,*/*",
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": sign(self._slack.seed.signing_secret, timestamp, body),
            **(extra or {}),
        }
        began = time.monotonic()
        outcome: dict[str, Any] = {"status": None, "body": None}
        try:
            transport = self._transport or httpx.AsyncHTTPTransport(verify=False, trust_env=False)
            async with (
                httpx.AsyncClient(transport=transport, timeout=None, trust_env=False) as client,
                asyncio.timeout(settings.ack_seconds),
            ):
                reply = await client.post(settings.bot_url.rstrip("/") + PATH, content=body, headers=headers)
            outcome = {
                "status": reply.status_code,
                "body": _parsed(reply),
                "no_retry": reply.headers.get("x-slack-no-retry") == "1",
            }
        except TimeoutError:
            outcome["timed_out"] = True
        except (httpx.TransportError, httpx.InvalidURL) as broken:
            outcome["error"] = f"{type(broken).__name__}: {broken}"
        delivery = Delivery(kind=kind, elapsed_ms=round((time.monotonic() - began) * 1000), **outcome)
        self._slack.deliveries.append(
            {
                "at": self._slack.clock.now().isoformat(),
                "kind": kind,
                "status": delivery.status,
                "elapsed_ms": delivery.elapsed_ms,
                "timed_out": delivery.timed_out,
                "error": delivery.error,
                "request": body.decode(),
                "ack_body": delivery.body,
                "retry": (extra or {}).get("X-Slack-Retry-Num"),
            }
        )
        return delivery


def _parsed(reply: httpx.Response) -> Any:
    if not reply.content.strip():
        return None
    if reply.headers.get("content-type", "").startswith("application/json"):
        try:
            return reply.json()
        except ValueError:
            return reply.text
    return reply.text
