"""The line to Bill.com: at most three requests at once an organisation, every one of them counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

import httpx
from pydantic import TypeAdapter

from bot.clients.bill_access import SERVICE
from bot.clients.http import Operation, Outgoing, exchange, repeating, unreadable
from bot.clients.quota import BILL_REQUESTS, Quota
from bot.clients.wire import UnreadableError, parse, parse_words

AT_ONCE = 3
"""Requests at the same time that Bill.com allows a developer key and organisation (docs/bill-com.md, limits)."""

Shape = TypeVar("Shape")


def _alone(_organization_id: str) -> AbstractContextManager[None]:
    return nullcontext()


class Turns:
    """Hand out the three places of each organisation; thread-safe, one a process for all addresses of Bill.com."""

    def __init__(self, shared: Callable[[str], AbstractContextManager[None]] = _alone) -> None:
        """Take what holds a place of an organisation among all processes, where there can be several."""
        self._guard = threading.Lock()
        self._places: dict[str, threading.BoundedSemaphore] = {}
        self._shared = shared

    @contextmanager
    def of(self, organization_id: str) -> Iterator[None]:
        """Hold a place of an organisation, after waiting until there is one."""
        with self._guard:
            here = self._places.setdefault(organization_id, threading.BoundedSemaphore(AT_ONCE))
        # Threads of this process wait for one another first: only three of them ever ask the others.
        with here, self._shared(organization_id):
            yield


class Line:
    """Send requests to one address of Bill.com."""

    def __init__(self, http: httpx.Client, turns: Turns, quota: Quota, sleep: Callable[[float], None]) -> None:
        self._http = http
        self._turns = turns
        self._quota = quota
        self._sleep = sleep

    def pause(self, seconds: float) -> None:
        """Wait, holding no place."""
        self._sleep(seconds)

    def send(self, organization_id: str, operation: Operation, url: str, outgoing: Outgoing) -> httpx.Response:
        """Send a request, again where its operation allows it, and return the answer whatever it says.

        An empty `organization_id` (before sign-in) waits for no place. Raises UnavailableError,
        OutcomeUnknownError or GarbledReplyError as `exchange` does, and QuotaError before anything is sent.
        """

        def attempt() -> httpx.Response:
            # A place is held only while a request is under way: not while waiting to repeat it or to sign in.
            with self._turns.of(organization_id) if organization_id else nullcontext():
                self._quota.take(BILL_REQUESTS)
                return exchange(self._http, operation, url, outgoing, service=SERVICE)

        return repeating(operation.repeat, attempt, sleep=self._sleep)


def read(shape: type[Shape] | TypeAdapter[Shape], response: httpx.Response, operation: Operation) -> Shape:
    """Parse a successful answer; raises GarbledReplyError, after a write OutcomeUnknownError."""
    try:
        return parse(shape, response.content)
    except UnreadableError as error:
        raise unreadable(operation, error, service=SERVICE) from None


def read_words(shape: TypeAdapter[Shape], response: httpx.Response, operation: Operation) -> Shape:
    """Parse a successful answer that holds no fraction, as quickly as can be; raises as `read` does."""
    try:
        return parse_words(shape, response.content)
    except UnreadableError as error:
        raise unreadable(operation, error, service=SERVICE) from None
