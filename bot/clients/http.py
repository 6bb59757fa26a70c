"""The one place where HTTP clients are built and where a request leaves.

What may go wrong on the wire is translated here, and here is decided what may be sent twice:
every call names an `Operation`, and its `Repeat` says what a lost answer means.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    wait_exponential_jitter,
)

from bot.clients.wire import UnreadableError
from bot.errors import GarbledReplyError, NoSuchEntryError, OutcomeUnknownError, UnavailableError, UpstreamError

DEFAULT_SECONDS = 20.0
DEFAULT_TIMEOUT = httpx.Timeout(DEFAULT_SECONDS, connect=5.0)
"""Seconds: 5 to connect, 20 between two pieces of an answer, 20 to send or to wait for a free connection."""

ANSWER_TIMES = 2
"""An answer is given up that is not whole after so many times the seconds allowed between two pieces of it."""

PASSING_STATUSES = frozenset({502, 503, 504})
"""Answers of something in front of the service that usually pass within seconds."""

NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""What can only happen before the first byte of a request has left."""

_ID = re.compile(r"[0-9A-Za-z_-]+")


class Repeat(StrEnum):
    """Say whether a call may be sent again, which also says what a lost answer means."""

    SAFE = "safe"
    """Reading, or writing the same value again: repeated here."""
    FIND_FIRST = "find_first"
    """Creating: never repeated here; after any doubt the caller must look for what it made."""
    NEVER = "never"
    """Writing or spending something that cannot be looked up: never repeated here."""


@dataclass(frozen=True)
class Operation:
    """Be one call of a service; `path` has `{names}` for ids."""

    method: Literal["GET", "POST"]
    path: str
    repeat: Repeat

    def url(self, **ids: str) -> str:
        """Return the path with its ids; raises NoSuchEntryError for what cannot be an id."""
        # An empty or strange id would silently address another resource than the one that is meant.
        for value in ids.values():
            if not _ID.fullmatch(value):
                raise NoSuchEntryError(detail=f"malformed id for {self.path}", reason="There is no such entry.")
        return self.path.format(**ids)


# Without a repr, because a traceback that shows local variables would show tokens.
@dataclass(frozen=True, repr=False)
class Outgoing:
    """Be what one request carries beside its address."""

    headers: Mapping[str, str]
    params: Mapping[str, str] | None = None
    content: bytes | None = None


def upstream_client(
    base_url: str, *, timeout: httpx.Timeout = DEFAULT_TIMEOUT, transport: httpx.BaseTransport | None = None
) -> httpx.Client:
    """Build the HTTP client of one service; whoever builds it closes it.

    Its time-out bounds the wait for each piece of an answer; an answer that drips is bounded as a whole too.
    """
    # Dext's OAuth takes its secret and tokens in the query, and httpx logs every URL at INFO
    # (docs/dext.md, sign-in): its request log is therefore off, whatever the root logger says.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    seconds = ANSWER_TIMES * (timeout.read or DEFAULT_SECONDS)

    def bound(response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream), "only the synchronous client is used here"
        response.stream = _Bounded(response.stream, time.monotonic() + seconds)

    return httpx.Client(
        base_url=base_url,
        timeout=timeout,
        transport=transport,
        follow_redirects=False,
        event_hooks={"response": [bound]},
    )


class _Bounded(httpx.SyncByteStream):
    """Be the body of an answer that must have come by a time of the monotonic clock."""

    def __init__(self, stream: httpx.SyncByteStream, ends: float) -> None:
        self._stream = stream
        self._ends = ends

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._ends:
                raise httpx.ReadTimeout("the answer comes too slowly")
            yield piece

    def close(self) -> None:
        self._stream.close()


def exchange(http: httpx.Client, operation: Operation, url: str, outgoing: Outgoing, *, service: str) -> httpx.Response:
    """Send one request once and return whatever was answered.

    Raises UnavailableError when no answer came and nothing can have been done or repeating does no
    harm, OutcomeUnknownError when a write may have been done, GarbledReplyError for an undecodable read.
    """
    try:
        return http.request(
            operation.method,
            url,
            headers=dict(outgoing.headers),
            params=None if outgoing.params is None else dict(outgoing.params),
            content=outgoing.content,
        )
    except NOT_SENT as error:
        raise UnavailableError(
            f"{service} can't be reached right now. Nothing was done; please try again in a few minutes.",
            service=service,
            detail=f"{operation.path}: {type(error).__name__}",
        ) from None
    except httpx.DecodingError as error:
        raise unreadable(operation, UnreadableError(type(error).__name__), service=service) from None
    except httpx.RequestError as error:
        # Only the name of the error: its text can quote a header, its request holds the URL.
        raise unanswered(operation, type(error).__name__, service=service) from None


def repeating(
    repeat: Repeat, attempt: Callable[[], httpx.Response], *, sleep: Callable[[float], None] = time.sleep
) -> httpx.Response:
    """Run an attempt, three times at most where `repeat` allows it, with growing pauses of 0.2 to 2 s."""
    if repeat is not Repeat.SAFE:
        return attempt()
    retrying = Retrying(
        stop=stop_after_attempt(3),
        wait=wait_exponential_jitter(multiplier=0.2, max=2.0, exp_base=2, jitter=0.2),
        retry=retry_if_exception_type(UnavailableError) | retry_if_result(_may_pass),
        retry_error_callback=_last_outcome,
        sleep=sleep,
    )
    return retrying(attempt)


def unanswered(operation: Operation, detail: str, *, service: str) -> UpstreamError:
    """Make the error for a request that left and brought no answer, or an answer of 5xx."""
    detail = f"{operation.path}: {detail}"
    if operation.repeat is Repeat.SAFE:
        return UnavailableError(
            f"{service} isn't answering right now. Please try again in a few minutes.", service=service, detail=detail
        )
    return OutcomeUnknownError(
        f"{service} didn't confirm in time, so it may or may not have been done. Check there before trying again.",
        service=service,
        detail=detail,
    )


def unreadable(operation: Operation, error: UnreadableError, *, service: str) -> UpstreamError:
    """Make the error for an answer that cannot be read."""
    if operation.repeat is not Repeat.SAFE:
        return unanswered(operation, str(error), service=service)
    return GarbledReplyError(
        f"{service} sent an answer I can't read. Please try again; if it stays like this, tell your administrator.",
        service=service,
        detail=f"{operation.path}: {error}",
    )


def retry_after(headers: Mapping[str, str], default: float) -> float:
    """Return the seconds that a Retry-After header asks for, or the default; a date counts as none."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text) else default


def _may_pass(response: httpx.Response) -> bool:
    return response.status_code in PASSING_STATUSES


def _last_outcome(state: RetryCallState) -> httpx.Response:
    # The last answer goes to the caller as it is, so that its error code still decides.
    assert state.outcome is not None
    response: httpx.Response = state.outcome.result()
    return response
