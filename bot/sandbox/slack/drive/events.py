"""Deliver events, and deliver them again when the bot did not take them."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import Any

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive.outgoing import Delivery, Outgoing
from bot.sandbox.slack.drive.person import outcome
from bot.sandbox.slack.errors import need
from bot.sandbox.slack.model import Json

_LOOK_AGAIN_SECONDS = 0.02


class Events:
    """Send events and keep a record of every attempt."""

    def __init__(self, slack: Slack, out: Outgoing) -> None:
        self._slack = slack
        self._out = out
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: list[Json] = []

    async def open_home(self, body: Json) -> Json:
        """Let a person open the app's Home."""
        slack = self._slack
        user = slack.workspace.person(body.get("user"))
        event: Json = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": slack.workspace.dm(user.id).id,
            "tab": body.get("tab", "home"),
            "event_ts": slack.workspace.new_ts(),
        }
        home = slack.views.homes.get(user.id)
        if home is not None and event["tab"] == "home":
            event["view"] = slack.views.to_json(home)
        since = slack.workspace.revision
        delivery, record = await self.deliver(event)
        return outcome(slack, user, since, delivery, event_id=record["event_id"])

    async def send(self, body: Json) -> Json:
        """Deliver any event; `event_id` repeats an earlier one."""
        event = {"event_ts": self._slack.workspace.new_ts(), **need(body, "event")}
        delivery, record = await self.deliver(event, body.get("event_id"))
        return {**_attempt(delivery), "event_id": record["event_id"], "done": record["done"]}

    async def deliver(self, event: Json, event_id: str | None = None) -> tuple[Delivery, Json]:
        """Deliver an event once; if it fails, go on in the background. Return the attempt and the record."""
        envelope = self._envelope(event, event_id or "Ev" + secrets.token_hex(5).upper())
        record: Json = {"event_id": envelope["event_id"], "event": event, "attempts": [], "done": False}
        self.sent.append(record)
        first = await self._try(envelope, record, 0, "")
        if not record["done"]:
            task = asyncio.get_running_loop().create_task(self._repeat(envelope, record, _reason(first)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return first, record

    async def verify_url(self, body: Json) -> Json:
        """Ask the bot to prove that it listens, as when an app is set up."""
        challenge = secrets.token_hex(16)
        ask = {"type": "url_verification", "token": self._slack.verification_token, "challenge": challenge}
        delivery = await self._out.json("url_verification", {**ask, **body})
        said: Any = delivery.body
        given = said.get("challenge") if isinstance(said, dict) else said
        return {**_attempt(delivery), "verified": delivery.accepted and given == challenge}

    async def _repeat(self, envelope: Json, record: Json, reason: str) -> None:
        delays = self._slack.settings.retry_delays
        for number, delay in enumerate(delays, 1):
            due = self._slack.clock.now() + timedelta(seconds=delay)
            while self._slack.clock.now() < due:
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            reason = _reason(await self._try(envelope, record, number, reason))
            if record["done"]:
                return
        record["done"] = True

    async def _try(self, envelope: Json, record: Json, number: int, reason: str) -> Delivery:
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else None
        delivery = await self._out.json("event_callback", envelope, headers)
        record["attempts"].append({**_attempt(delivery), "retry": number, "reason": reason or None})
        record["done"] = delivery.accepted or delivery.no_retry
        return delivery

    def _envelope(self, event: Json, event_id: str) -> Json:
        seed = self._slack.seed
        installed = {
            "enterprise_id": None,
            "team_id": seed.team_id,
            "user_id": seed.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": self._slack.verification_token,
            "team_id": seed.team_id,
            "api_app_id": seed.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self._slack.clock.now().timestamp()),
            "authorizations": [installed],
            "is_ext_shared_channel": False,
        }


def _attempt(delivery: Delivery) -> Json:
    return {
        "status": delivery.status,
        "elapsed_ms": delivery.elapsed_ms,
        "ack_body": delivery.body,
        "timed_out": delivery.timed_out,
        "error": delivery.error,
    }


def _reason(delivery: Delivery) -> str:
    if delivery.timed_out:
        return "http_timeout"
    return "connection_failed" if delivery.error else "http_error"
