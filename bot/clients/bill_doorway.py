"""What signing in with a sync token and with OAuth have in common.

A sign-in often happens on the way to another call, perhaps to the creation of a bill. So nothing
here ends in OutcomeUnknownError: that would read as if the bill might have been created.
"""

from __future__ import annotations

from typing import TypeVar

import httpx
from pydantic import SecretStr

from bot.clients.bill_access import SERVICE
from bot.clients.bill_line import Line
from bot.clients.http import Operation, Outgoing
from bot.clients.wire import UnreadableError, Wire, parse
from bot.errors import GarbledReplyError, OutcomeUnknownError, UnavailableError, UpstreamError

Answer = TypeVar("Answer", bound=Wire)


def knock(line: Line, organization_id: str, operation: Operation, outgoing: Outgoing) -> httpx.Response:
    """Send a request of a sign-in; raises UnavailableError, GarbledReplyError, QuotaError."""
    try:
        return line.send(organization_id, operation, operation.url(), outgoing)
    except OutcomeUnknownError as error:
        raise certain(error) from None


def certain(error: UpstreamError) -> UpstreamError:
    """Return the error, an unknown outcome as UnavailableError."""
    if not isinstance(error, OutcomeUnknownError):
        return error
    return UnavailableError(
        "Bill.com isn't answering right now. Nothing was done; please try again in a few minutes.",
        service=SERVICE,
        detail=error.detail,
    )


def understood(shape: type[Answer], response: httpx.Response, operation: Operation) -> Answer:
    """Parse a successful answer; raises GarbledReplyError."""
    try:
        return parse(shape, response.content)
    except UnreadableError as error:
        raise garbled(operation, str(error)) from None


def garbled(operation: Operation, detail: str) -> GarbledReplyError:
    """Make the error for an answer that cannot be used."""
    return GarbledReplyError(
        "Bill.com sent an answer to the sign-in that I can't read. Please try again later.",
        service=SERVICE,
        detail=f"{operation.path}: {detail}",
    )


def sendable(secret: SecretStr | None, operation: Operation) -> SecretStr:
    """Return a token that was answered; raises GarbledReplyError for none and for one that no header can carry."""
    # What cannot stand in a header would fail later, with an error that quotes it.
    text = "" if secret is None else secret.get_secret_value()
    if secret is None or not carriable(text):
        raise garbled(operation, "a token is missing or has characters that no header can carry")
    return secret


def carriable(text: str) -> bool:
    """Say whether a text can stand in an HTTP header as it is."""
    return bool(text) and text.isascii() and text.isprintable()
