"""How the pretend Slack says no: to the bot, and to whoever drives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SlackError(Exception):
    """A Web API call is refused with one of Slack's error names."""

    def __init__(
        self,
        code: str,
        messages: list[str] | None = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.status = status
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the JSON body in Slack's shape."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


class ImpossibleError(Exception):
    """A person could not do this in Slack: what they would touch is not there for them.

    The message is for whoever drives the control API. Where it names ids, the extra `words` say it to the person.
    """

    def __init__(self, message: str, *, status: int = 409, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.extra = extra


def need(body: Mapping[str, Any], key: str) -> Any:
    """Return what a control call must say, or raise ImpossibleError with status 400."""
    if key not in body:
        raise ImpossibleError(f"missing: {key!r}", status=400)
    return body[key]
