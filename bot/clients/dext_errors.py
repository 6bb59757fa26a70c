"""Dext's refusals, which mostly come with HTTP 200 (docs/dext.md, errors)."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from bot.clients.http import Operation, retry_after, unanswered, unreadable
from bot.clients.wire import UnreadableError, decode
from bot.errors import NoSuchEntryError, RateLimitedError, RefusedError, SessionEndedError, UpstreamError

SERVICE = "Dext"
"""What people call it."""

NO_REASON = "Dext gave no reason."
_REASON_LIMIT = 300


@dataclass(frozen=True)
class Complaint:
    """Be what Dext says instead of an answer; `code` is an HTTP status in the body, 0 without one."""

    code: int
    message: str


class TurnedAwayError(SessionEndedError):
    """Say that Dext did not accept the grant; `code` is 401 or 403. Never leaves `bot.clients`."""

    def __init__(self, code: int, detail: str) -> None:
        self.status = code
        super().__init__("Dext didn't let me in. Please try again.", service=SERVICE, detail=detail)


def readable(body: bytes) -> object:
    """Return what a body holds, None when it is not JSON: that is told by the shape later."""
    try:
        return decode(body)
    except UnreadableError:
        return None


def complaint(value: object) -> Complaint | None:
    """Return what an answer complains about, None when it is no complaint; to be asked before all else."""
    if not isinstance(value, dict):
        return None
    code = _number(value.get("errorcode"))
    if code:
        return Complaint(code, _words(value.get("errormessage")))
    # The OAuth and user calls have their own form, and a standard OAuth error costs nothing to know.
    errors = value.get("errors") or value.get("error")
    if errors:
        return Complaint(0, " ".join(filter(None, (_words(errors), _words(value.get("error_description"))))))
    if "errorcode" in value and value.get("errormessage"):
        return Complaint(0, _words(value["errormessage"]))
    return None


def refusal(response: httpx.Response, found: Complaint | None, operation: Operation) -> UpstreamError:
    """Make the error for an answer that is a complaint or has no status of success."""
    code = (found.code if found is not None else 0) or response.status_code
    detail = f"HTTP {response.status_code}, code {code}"
    reason = (found.message if found is not None else "") or NO_REASON
    if code in (401, 403):
        return TurnedAwayError(code, f"{operation.path}: {detail}")
    if code == 429:
        return RateLimitedError(
            "Dext asks me to slow down. Please try again in a moment.",
            service=SERVICE,
            detail=f"{operation.path}: {detail}",
            retry_after=retry_after(response.headers, 5.0),
        )
    if code >= 500 or code == 408:
        return unanswered(operation, detail, service=SERVICE)
    if found is None:
        # Something that is not Dext answered: not even a 404 of it may be believed.
        return unreadable(operation, UnreadableError(detail), service=SERVICE)
    if code == 404:
        return NoSuchEntryError(
            "Dext doesn't have this any more.", service=SERVICE, detail=f"{operation.path}: {detail}", reason=reason
        )
    return RefusedError(
        f"Dext refused this: {reason}", service=SERVICE, detail=f"{operation.path}: {detail}", reason=reason
    )


def _number(value: object) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value.strip()[:6])
    return value if isinstance(value, int) else 0


def _words(value: object) -> str:
    match value:
        case str():
            text = " ".join(value.split())
        case list():
            text = " ".join(filter(None, map(_words, value)))
        case dict():
            text = " ".join(f"{key}: {words}" for key, words in ((key, _words(item)) for key, item in value.items()))
        case _:
            text = ""
    return text if len(text) <= _REASON_LIMIT else text[: _REASON_LIMIT - 1] + "…"
