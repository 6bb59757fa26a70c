"""Bill.com's refusals, turned into our errors by their code; a status alone decides only where no code came.

Source: docs/bill-com.md, errors and limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from bot.clients.bill_access import SERVICE
from bot.clients.http import Operation, Repeat, retry_after, unanswered, unreadable
from bot.clients.wire import UnreadableError, decode
from bot.errors import (
    AuthError,
    CredentialsError,
    DuplicateError,
    InvalidFieldError,
    LockedOutError,
    MfaRequiredError,
    NoSuchEntryError,
    PermissionMissingError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    SessionEndedError,
    UpstreamError,
)

NO_REASON = "Bill.com gave no reason."
_REASON_LIMIT = 300
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_CODE = re.compile(r"\(?\bBDC_\d+\b\)?\s*[:\-–]?\s*")
_ID_PREFIX = re.compile(r"^\s*(?=\w*\d)[0-9A-Za-z]{15,30}\s*[:\-–]\s+")
_DUPLICATE = re.compile(
    r"\bduplicate\b.*\b(number|invoice|bill|vendor|name)\b|\b(number|invoice|bill|vendor|name)\b.*"
    r"(\bduplicate\b|\balready (exists|used|in use|been used)\b|\bis already\b)",
    re.IGNORECASE | re.DOTALL,
)
_DUPLICATE_STATUSES = frozenset({200, 400, 409, 422})


@dataclass(frozen=True)
class Complaint:
    """Be one entry of an error body; `code` is empty where Bill.com left it out."""

    code: str
    message: str


@dataclass(frozen=True)
class _Refusal:
    """Be everything an error is made from."""

    operation: Operation
    detail: str
    reason: str
    now: datetime
    headers: Mapping[str, str]


def complaints(body: bytes) -> tuple[Complaint, ...]:
    """Read an error body: an array, a single object, or v2's envelope; empty when it is none of these."""
    try:
        value = decode(body)
    except UnreadableError:
        return ()
    if isinstance(value, dict):
        inner = value.get("response_data") or value.get("errors")
        value = inner if isinstance(inner, list | dict) else value
    rows = value if isinstance(value, list) else [value]
    found = (_complaint(row) for row in rows)
    return tuple(one for one in found if one is not None)


def refusal(response: httpx.Response, operation: Operation, *, now: datetime, bearer: bool = False) -> UpstreamError:
    """Make the error that an answer stands for; `bearer` says that an OAuth token was shown.

    `now` is aware; Bill.com names no waiting time for its hourly limit, so it is counted to the next hour.
    """
    found = complaints(response.content)
    status = response.status_code
    codes = " ".join(dict.fromkeys(one.code for one in found if one.code))
    case = _Refusal(
        operation=operation,
        detail=f"{operation.path}: HTTP {status} {codes}".rstrip(),
        reason=_reason(found),
        now=now,
        headers=response.headers,
    )
    for one in found:
        if one.code in _DOOR:
            return _DOOR[one.code](case)
    if status in _DUPLICATE_STATUSES and any(_DUPLICATE.search(one.message) for one in found):
        return _duplicate(case)
    for one in found:
        if one.code in _BUSINESS:
            return _BUSINESS[one.code](case)
    return _by_status(status, case, readable=bool(found), coded=bool(codes), bearer=bearer)


def clean(message: str) -> str:
    """Return a vendor's text for people: without codes, leading ids and unfilled placeholders."""
    text = _ID_PREFIX.sub("", _CODE.sub("", message))
    text = _PLACEHOLDER.sub("…", text)
    return " ".join(text.split())


def _complaint(row: object) -> Complaint | None:
    if isinstance(row, str):
        return Complaint("", row)
    if not isinstance(row, dict):
        return None
    code = row.get("code") or row.get("error_code")
    message = row.get("message") or row.get("error_message") or row.get("detail")
    if not isinstance(code, str) and not isinstance(message, str):
        return None
    return Complaint(code if isinstance(code, str) else "", _filled(message, row.get("params")))


def _filled(message: object, params: object) -> str:
    text = message if isinstance(message, str) else ""
    rows = params if isinstance(params, list) else [params]
    values = {
        str(row["name"]): str(row["value"])
        for row in rows
        if isinstance(row, dict) and "name" in row and "value" in row
    }
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def _reason(found: tuple[Complaint, ...]) -> str:
    # The same text often comes several times, each time behind another id: hence after cleaning.
    texts = list(dict.fromkeys(text for text in (clean(one.message) for one in found) if text))
    reason = " ".join(text if text.endswith((".", "!", "?", "…")) else f"{text}." for text in texts[:3])
    return (reason if len(reason) <= _REASON_LIMIT else reason[: _REASON_LIMIT - 1] + "…") or NO_REASON


def _by_status(status: int, case: _Refusal, *, readable: bool, coded: bool, bearer: bool) -> UpstreamError:
    if status >= 500 or status == 408:
        return unanswered(case.operation, case.detail, service=SERVICE)
    if status == 401:
        # An OAuth token that ran out is told by the status alone; a session that ended always has its code.
        return _session_ended(case) if bearer else _not_let_in(case)
    if status == 423:
        return _locked_out(case)
    if status == 429:
        return _busy(case)
    if readable and not coded and status == 400:
        return _invalid(case)
    if readable or (400 <= status < 500 and case.operation.repeat is not Repeat.SAFE):
        return _refused(case)
    # Something that is not Bill.com answered, e.g. a wrong address with a page of its own: not even a 404
    # may be believed, or every entry would seem to be gone.
    return unreadable(case.operation, UnreadableError(f"HTTP {status} without an error of Bill.com"), service=SERVICE)


def _session_ended(case: _Refusal) -> UpstreamError:
    return SessionEndedError(
        "The session with Bill.com has ended. Please try again.", service=SERVICE, detail=case.detail
    )


def _not_let_in(case: _Refusal) -> UpstreamError:
    return AuthError(
        "Bill.com didn't let me in. An admin should check the connection.", service=SERVICE, detail=case.detail
    )


def _locked_out(case: _Refusal) -> UpstreamError:
    return LockedOutError(
        "Bill.com has locked this organization for a while. Wait some minutes, then try again.",
        service=SERVICE,
        detail=case.detail,
    )


def _mfa(case: _Refusal) -> UpstreamError:
    return MfaRequiredError(
        "Bill.com asks for a second factor for this, which I don't have. Please do it in Bill.com itself.",
        service=SERVICE,
        detail=case.detail,
    )


def _not_permitted(case: _Refusal) -> UpstreamError:
    return PermissionMissingError(
        "The Bill.com user of this connection isn't permitted to do this. An admin can change its role in Bill.com.",
        service=SERVICE,
        detail=case.detail,
    )


def _credentials(which: str, message: str) -> Callable[[_Refusal], UpstreamError]:
    def make(case: _Refusal) -> UpstreamError:
        return CredentialsError(message, service=SERVICE, detail=case.detail, which=which)

    return make


def _spent(case: _Refusal) -> UpstreamError:
    next_hour = case.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return QuotaError(
        "Bill.com's hourly limit for this app is used up. I'll carry on by myself as soon as it frees up.",
        service=SERVICE,
        detail=case.detail,
        retry_after=retry_after(case.headers, (next_hour - case.now).total_seconds()),
    )


def _busy(case: _Refusal) -> UpstreamError:
    return RateLimitedError(
        "Bill.com is busy with other requests of this organization. Please try again in a moment.",
        service=SERVICE,
        detail=case.detail,
        retry_after=retry_after(case.headers, 2.0),
    )


def _lost(case: _Refusal) -> UpstreamError:
    return unanswered(case.operation, case.detail, service=SERVICE)


def _duplicate(case: _Refusal) -> UpstreamError:
    return DuplicateError(
        f"Bill.com already has one like this: {case.reason}", service=SERVICE, detail=case.detail, reason=case.reason
    )


def _invalid(case: _Refusal) -> UpstreamError:
    return InvalidFieldError(
        f"Bill.com doesn't accept a value: {case.reason}", service=SERVICE, detail=case.detail, reason=case.reason
    )


def _gone(case: _Refusal) -> UpstreamError:
    return NoSuchEntryError(
        "Bill.com doesn't have this any more.", service=SERVICE, detail=case.detail, reason=case.reason
    )


def _refused(case: _Refusal) -> UpstreamError:
    return RefusedError(
        f"Bill.com refused this: {case.reason}", service=SERVICE, detail=case.detail, reason=case.reason
    )


_WRONG_TOKEN = _credentials(
    "token_name_or_value", "Bill.com doesn't accept the token's name or value. An admin should enter both again."
)
_WRONG_KEY = _credentials(
    "developer_key", "Bill.com doesn't accept this app's developer key. An operator has to check it."
)
_WRONG_ORGANIZATION = _credentials(
    "organization_id", "Bill.com doesn't know this organization ID. An admin should copy it again."
)

_DOOR: Mapping[str, Callable[[_Refusal], UpstreamError]] = {
    "BDC_1109": _session_ended,
    "BDC_1361": _mfa,
    "BDC_1145": _not_permitted,
    "BDC_1107": _locked_out,
    "BDC_1110": _locked_out,
    "BDC_1101": _WRONG_TOKEN,
    "BDC_1113": _WRONG_TOKEN,
    "BDC_1102": _WRONG_KEY,
    "BDC_1103": _WRONG_KEY,
    "BDC_1123": _WRONG_ORGANIZATION,
    "BDC_1144": _spent,
    "BDC_1322": _busy,
    "BDC_1001": _lost,
    "BDC_1002": _lost,
}
_BUSINESS: Mapping[str, Callable[[_Refusal], UpstreamError]] = {
    "BDC_1171": _duplicate,
    "BDC_1143": _invalid,
    "BDC_1120": _gone,
}
