"""Things that may be used for a short time: trigger ids, response URLs, OAuth codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import RESPONSE_URL_USES, TIMES
from bot.sandbox.wire import SandboxClock

TRIGGER_ERRORS = {
    "views": {"unknown": "invalid_trigger_id", "late": "expired_trigger_id", "used": "exchanged_trigger_id"},
    "interactivity": {"unknown": "trigger_expired", "late": "trigger_expired", "used": "trigger_exchanged"},
}
"""The two families of error names that Slack's own pages give for triggers."""


@dataclass
class Trigger:
    """Leave to open one modal. `view_id` is the modal that it came from, if any."""

    user: str
    until: datetime
    view_id: str | None
    used: bool = False


@dataclass
class ResponseUrl:
    """Leave to answer an interaction. `message_ts` is the message it came from, if any."""

    user: str
    channel: str
    until: datetime
    message_ts: str | None
    thread_ts: str | None
    from_command: bool
    uses: int = 0


@dataclass
class Tickets:
    """Issue and take tickets by the sandbox's clock."""

    clock: SandboxClock
    trigger_seconds: float = TIMES["trigger"]
    response_url_seconds: float = TIMES["response_url"]
    trigger_errors: str = "views"
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    codes: dict[str, bool] = field(default_factory=dict)
    """OAuth codes, and whether each one has been used."""

    def issue_trigger(self, user: str, view_id: str | None = None) -> str:
        """Return a new trigger id for `user`."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, self._in(self.trigger_seconds), view_id)
        return trigger_id

    def take_trigger(self, trigger_id: str) -> Trigger:
        """Use up a trigger id, or raise the error Slack has for it."""
        names = TRIGGER_ERRORS[self.trigger_errors]
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError(names["unknown"])
        if trigger.used:
            raise SlackError(names["used"])
        if self.clock.now() > trigger.until:
            raise SlackError(names["late"])
        trigger.used = True
        return trigger

    def issue_response_url(
        self,
        user: str,
        channel: str,
        *,
        message_ts: str | None = None,
        thread_ts: str | None = None,
        from_command: bool = False,
    ) -> str:
        """Return the path of a new response URL."""
        key = f"/{'commands' if from_command else 'actions'}/{secrets.token_hex(16)}"
        until = self._in(self.response_url_seconds)
        self.response_urls[key] = ResponseUrl(user, channel, until, message_ts, thread_ts, from_command)
        return key

    def find_response_url(self, key: str) -> ResponseUrl:
        """Return what a response URL stands for, or raise that it is used up or too old."""
        ticket = self.response_urls.get(key)
        if ticket is None:
            raise SlackError("invalid_url", status=404)
        if ticket.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url", status=404)
        if self.clock.now() > ticket.until:
            raise SlackError("expired_url", status=404)
        return ticket

    def issue_code(self) -> str:
        """Return a new OAuth code."""
        code = f"sandbox.{secrets.token_hex(12)}"
        self.codes[code] = False
        return code

    def take_code(self, code: str) -> None:
        """Use up an OAuth code, or raise the error Slack has for it."""
        if code not in self.codes:
            raise SlackError("invalid_code")
        if self.codes[code]:
            raise SlackError("code_already_used")
        self.codes[code] = True

    def _in(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)
