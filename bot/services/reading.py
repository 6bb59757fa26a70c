"""Reading one list from Bill.com into our copy: by stream, resumable, complete or not believed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clients.bill import BillClient
from bot.domain.lists import PAYMENT_ACCOUNT_TYPES, Entry, ListName
from bot.domain.refreshing import ListResult, ListState, Refresh
from bot.errors import (
    AuthError,
    GarbledReplyError,
    LockedOutError,
    MfaRequiredError,
    PermissionMissingError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    UpstreamError,
)
from bot.services.base import Base
from bot.services.health import OUTAGES, REFUSALS
from storage import lists, refreshes

CHUNK = 200
"""Entries in one transaction: few enough that nobody waits long for the database, or for this process."""

SIGN_OF_LIFE = timedelta(minutes=5)
"""A refresh that stored nothing for so long is taken up anew: three tries of one request take three minutes at most."""

_BEAT = timedelta(seconds=30)
# The three lists share one row that shows they are alive: written with every chunk, it made them wait for one another.

_ASKED_BY_ID = 100


class ListReader:
    """Read the lists of one refresh; its methods run in several threads, a list in each."""

    def __init__(
        self, base: Base, bill: BillClient, refresh: Refresh, stop: threading.Event, heard: Callable[[], None]
    ) -> None:
        """Take what to read, what ends it early, and whom to call after every chunk.

        `answered` says that some list was read to its end, `outage` what kept another from it.
        """
        self.answered = False
        self.outage: UpstreamError | None = None
        self._base = base
        self._bill = bill
        self._refresh = refresh
        self._stop = stop
        self._heard = heard
        self._shown_at: datetime | None = None
        # Where the database takes one writer at a time, the three wait for one another here, without polling it.
        self._storing = threading.Lock() if base.database.single_writer else nullcontext()

    def read(self, result: ListResult) -> ListResult:
        """Read a list and return how that ended; what was stored before a failure is kept, and nothing archived.

        Raises what says that Bill.com no longer accepts us at all: then no list can be read.
        """
        name = result.name
        if name is ListName.PAYMENT_METHODS and self._accounts() is not ListState.DONE:
            return self._failed(result, ListState.FAILED, "it is made from the chart of accounts, which was not read")
        try:
            return self._read(result)
        except (*REFUSALS, LockedOutError):
            raise
        except UpstreamError as error:
            if isinstance(error, OUTAGES):
                self.outage = error
            else:
                self.answered = True
            unavailable = isinstance(error, PermissionMissingError | MfaRequiredError)
            return self._failed(result, ListState.UNAVAILABLE if unavailable else ListState.FAILED, why(error))

    def _read(self, result: ListResult) -> ListResult:
        name = result.name
        began, read = self._base.clock(), 0
        with self._base.database.begin() as session:
            generation = refreshes.generation(session, self._refresh.id, name)
        for chunk in _chunks(self._considerate(self._source(result))):
            read += len(chunk)
            self._keep(replace(result, state=ListState.READING, read=read), generation, chunk)
            self._heard()
            if self._stop.is_set():
                return replace(result, state=ListState.READING, read=read)
        if result.full and name is not ListName.PAYMENT_METHODS:
            self._ask_again(name, generation)
        self.answered = True
        return self._complete(replace(result, read=read), generation, began)

    def _considerate(self, pages: Iterator[tuple[Entry, ...]]) -> Iterator[tuple[Entry, ...]]:
        """Pass pages on, one at a time when nobody waits for an answer of this process."""
        for page in pages:
            self._base.courtesy.stand_back()
            yield page

    def _source(self, result: ListResult) -> Iterator[tuple[Entry, ...]]:
        """Yield a list's pages: archived entries first.

        One that is archived while we read is then missed by both halves and found missing; one that is restored
        is seen twice. The other way round, one that is restored would be missed and archived in our copy.
        """
        if result.name is ListName.PAYMENT_METHODS:
            with self._base.database.begin() as session:
                accounts = lists.of_kinds(session, self._refresh.business_id, ListName.ACCOUNTS, PAYMENT_ACCOUNT_TYPES)
            yield self._bill.payment_methods(accounts)
            return
        for archived in (True, False):
            yield from self._bill.entries(result.name, archived=archived, updated_since=result.since)

    def _keep(self, result: ListResult, generation: int, chunk: tuple[Entry, ...]) -> None:
        now = self._base.clock()
        with self._storing, self._base.database.begin() as session:
            lists.take_page(session, self._refresh.business_id, result.name, generation, chunk)
            refreshes.keep_list(session, self._refresh.id, result)
            # The due time is this refresh's sign of life: while pages come, nobody revives it.
            if self._shown_at is None or now - self._shown_at >= _BEAT:
                refreshes.change(session, self._refresh.id, due_at=now + SIGN_OF_LIFE)
                self._shown_at = now

    def _ask_again(self, name: ListName, generation: int) -> None:
        """Ask by id for what a whole pass did not see: a row can slip between two pages while others change.

        Only what Bill.com does not know then either has vanished; an empty answer by mistake wipes nothing.
        """
        after = ""
        while True:
            with self._base.database.begin() as session:
                ids = lists.unseen(session, self._refresh.business_id, name, generation, after, _ASKED_BY_ID)
            if not ids:
                return
            after = ids[-1]
            found = self._bill.known(name, ids)
            with self._base.database.begin() as session:
                lists.take_page(session, self._refresh.business_id, name, generation, found)

    def _complete(self, result: ListResult, generation: int, began: datetime) -> ListResult:
        business_id, name, now = self._refresh.business_id, result.name, self._base.clock()
        with self._base.database.begin() as session:
            if result.full or name is ListName.PAYMENT_METHODS:
                lists.archive_unseen(session, business_id, name, generation)
            counts = lists.count(session, business_id, name, generation)
            lists.keep_age(session, business_id, name, generation, counts.total, now, "")
            lists.note_pass(session, business_id, name, began, full=result.full)
            done = replace(
                result,
                state=ListState.DONE,
                added=counts.added,
                changed=counts.changed,
                archived=counts.archived,
                total=counts.total,
                problem="",
            )
            refreshes.keep_list(session, self._refresh.id, done)
        self._heard()
        return done

    def _failed(self, result: ListResult, state: ListState, problem: str) -> ListResult:
        failed = replace(result, state=state, problem=problem)
        with self._base.database.begin() as session:
            generation = refreshes.generation(session, self._refresh.id, result.name)
            lists.keep_age(session, self._refresh.business_id, result.name, generation, 0, None, problem)
            refreshes.keep_list(session, self._refresh.id, failed)
        self._heard()
        return failed

    def _accounts(self) -> ListState:
        with self._base.database.begin() as session:
            refresh = refreshes.get(session, self._refresh.id)
        return next(row.state for row in refresh.lists if row.name is ListName.ACCOUNTS)


def _chunks(pages: Iterable[tuple[Entry, ...]]) -> Iterator[tuple[Entry, ...]]:
    """Put pages together until a chunk is full; the last one may be smaller, or empty: it too is a sign of life."""
    held: list[Entry] = []
    for page in pages:
        held += page
        if len(held) >= CHUNK:
            yield tuple(held)
            held.clear()
    yield tuple(held)


def why(error: UpstreamError) -> str:
    """Say in a few words why a list could not be read or sent, and who can mend it."""
    service = error.service or "the service"
    match error:
        case PermissionMissingError():
            return (
                f"switched off in {service}, or not permitted to the user who signed in; an administrator of "
                f"{service} can change that"
            )
        case MfaRequiredError():
            return f"{service} demands a second factor for it; an admin has to reconnect with a token that needs none"
        case QuotaError():
            return f"the hourly limit of {service} for this app is used up; the next refresh tries again"
        case RateLimitedError():
            return f"{service} asked us to slow down; the next refresh tries again"
        case RefusedError():
            return f"{service} refused it: {error.reason or 'no reason given'}; tell whoever runs this bot"
        case GarbledReplyError():
            return f"{service} sent something we can't read; the next refresh tries again"
        case LockedOutError():
            return f"{service} has locked the sign-in for a while; the next refresh tries again"
        case AuthError():
            return f"{service} does not let us in; an admin has to reconnect"
        case _:
            return f"{service} did not answer; the next refresh tries again"
