"""Refreshing the lists: one at a time a business, three lists at once, resumable at the list it was in."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.lists import ListName
from bot.domain.people import Right
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState, Why, course, next_refresh
from bot.domain.views.lists import RefreshProgress
from bot.domain.work import Job, Queue
from bot.errors import ConflictError, LockedOutError, UpstreamError
from bot.services.base import Base, find_business
from bot.services.health import REFUSALS, Health
from bot.services.people import require
from bot.services.pushing import Pushing
from bot.services.reading import SIGN_OF_LIFE, ListReader, why
from storage import legs, lists, people, refreshes

AT_ONCE = 3
"""Lists read at the same time: as many requests as Bill.com allows an organisation."""

_CHAINS = (
    (ListName.SUPPLIERS,),
    (ListName.ACCOUNTS, ListName.PAYMENT_METHODS),  # the second is made from the first
    (ListName.CUSTOMERS,),
    (ListName.CLASSES,),
    (ListName.LOCATIONS,),
    (ListName.APPROVERS,),
)
"""Which lists follow one another; the longest first, so that it does not end alone."""

_LOOK = 1.0
_MOST_ATTEMPTS = 10
_MANY = 1000
_EXPIRED = "the connection to Bill.com expired while the lists were read"
_OURS = "something went wrong on our side, again and again; whoever runs this bot finds it in the log"


class Refreshing:
    """Keep our copies of the lists, and Dext's, in step with Bill.com's."""

    def __init__(self, base: Base, health: Health, pushing: Pushing) -> None:
        self._base = base
        self._health = health
        self._pushing = pushing

    def request(
        self, workspace_id: str, user_id: str, channel_id: str, business_id: str = "", *, full: bool = False
    ) -> tuple[Refresh, bool]:
        """Begin a refresh, or join the one under way; return it and whether it was joined.

        `full` reads everything, else only what changed is read where that is enough. Raises `ConflictError`
        when the connection has to be mended first.
        """
        with self._base.database.begin() as session:
            # Locked: two people who ask at the same moment get one refresh.
            business = find_business(session, workspace_id, channel_id, business_id, lock=True)
            require(session, business, user_id, Right.REFRESH)
            connection = legs.connection(session, business.id)
            if not connection.live:
                raise ConflictError(
                    "The connection is not working, so the lists can't be refreshed. Reconnect first: type "
                    "`/dext reconnect`."
                )
            channel = business.channel_id or channel_id
            running = refreshes.running(session, business.id)
            if running is not None:
                if not running.requested_by:
                    # The clock's own is shown to nobody; now somebody waits for it.
                    refreshes.change(session, running.id, requested_by=user_id, channel_id=channel)
                    running = replace(running, requested_by=user_id, channel_id=channel)
                return running, True
            return self.start_in(session, business.id, user_id, channel, Why.ASKED if full else None), False

    def start_in(
        self, session: Session, business_id: str, user_id: str, channel_id: str, everything: Why | None = None
    ) -> Refresh:
        """Begin a refresh in the caller's transaction; one under way is returned instead.

        `everything` says why all is to be read; without it each list's own past decides.
        """
        running = refreshes.running(session, business_id)
        if running is not None:
            return running
        now, pace = self._base.clock(), self._base.pace.refresh
        known = lists.passes(session, business_id)
        results = []
        for name in ListName:
            chosen = course(*known.get(name, (None, None)), now, pace, everything)
            results.append(ListResult(name, why=chosen.why, since=chosen.since))
        refresh = Refresh(
            id=self._base.new_id(),
            business_id=business_id,
            requested_by=user_id,
            channel_id=channel_id,
            state=RefreshState.RUNNING,
            started_at=now,
            finished_at=None,
            due_at=now + SIGN_OF_LIFE,
            attempts=0,
            first=not any(age.synced_at for age in lists.ages(session, business_id)),
            lists=tuple(results),
        )
        generations = {name: lists.next_generation(session, business_id, name) for name in ListName}
        refreshes.add(session, refresh, generations)
        people.set_refresh_due(session, business_id, next_refresh(now, pace, business_id))
        self._base.work.enqueue_in(session, refresh_job(refresh))
        return refresh

    def start_due(self, limit: int = 100) -> int:
        """Begin the refreshes that the clock owes, and revive interrupted ones; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = people.due_for_refresh(session, now, limit)
            for business_id in due:
                business = people.business(session, business_id)
                if legs.connection(session, business_id).live:
                    self.start_in(session, business_id, "", business.channel_id)
                else:
                    people.set_refresh_due(session, business_id, now + timedelta(hours=1))
            stuck = refreshes.due(session, now, limit)
            for refresh_id in stuck:
                refresh = refreshes.get(session, refresh_id)
                refreshes.change(session, refresh_id, attempts=refresh.attempts + 1, due_at=now + SIGN_OF_LIFE)
                self._base.work.enqueue_in(session, refresh_job(replace(refresh, attempts=refresh.attempts + 1)))
        return len(due) + len(stuck)

    def progress(self, refresh_id: str) -> RefreshProgress:
        """Return a refresh as it stands."""
        with self._base.database.read() as session:
            refresh = refreshes.get(session, refresh_id)
            return RefreshProgress(people.business(session, refresh.business_id), refresh)

    def run(self, refresh_id: str) -> Iterator[None]:
        """Do what is left of a refresh; yields when progress may be shown, now and then also when there is none.

        A list that fails keeps its last good copy, and the others complete. When the connection itself is
        refused, the refresh stops and keeps what it had. Closing the iterator stops it where it is.
        """
        with self._base.database.begin() as session:
            refresh = refreshes.get(session, refresh_id)
        if refresh.state is not RefreshState.RUNNING:
            return
        if refresh.attempts > _MOST_ATTEMPTS:
            self._end(refresh_id, _OURS)
            return
        yield
        problem = ""
        try:
            yield from self._work(refresh)
        except REFUSALS:
            problem = _EXPIRED
        except LockedOutError as error:
            problem = why(error)
        except UpstreamError:
            pass  # no list could be read; each says why, and the health of the connection has learned it
        if sum(row.read for row in self.progress(refresh_id).refresh.lists) >= _MANY:
            self._base.database.tidy("entries")
        self._end(refresh_id, problem)

    def _work(self, refresh: Refresh) -> Iterator[None]:
        """Read and pass on what is left; raises what is true of the connection and not of one list only.

        The whole teaches one thing about the connection: an answer that came before a refusal must not undo it.
        """
        crew, results = _Crew(), {row.name: row for row in refresh.lists}
        with self._health.bill(refresh.business_id) as bill:
            reader = ListReader(self._base, bill, refresh, crew.stop, crew.heard)

            def follow(chain: tuple[ListName, ...]) -> None:
                for name in chain:
                    self._bring(refresh, results[name], reader, crew)

            yield from crew.work(follow)
            if crew.refusal is not None:
                raise crew.refusal
            if reader.outage is not None and not reader.answered:
                raise reader.outage

    def _bring(self, refresh: Refresh, result: ListResult, reader: ListReader, crew: _Crew) -> None:
        """Read one list, unless that was done before an interruption, and pass it on to Dext."""
        if crew.stop.is_set() or result.state in (ListState.UNAVAILABLE, ListState.FAILED):
            return
        if result.state is not ListState.DONE:
            try:
                result = reader.read(result)
            except (*REFUSALS, LockedOutError) as error:
                crew.refusal = error
                crew.stop.set()
                return
        if result.state is not ListState.DONE or crew.stop.is_set():
            return
        if result.why is Why.ASKED:
            self._pushing.forget_refusals(refresh.business_id, result.name)
        problem = self._pushing.push(refresh.business_id, result.name, crew.heard)
        if problem:
            with self._base.database.begin() as session:
                refreshes.note_push(session, refresh.id, result.name, problem)

    def _end(self, refresh_id: str, problem: str) -> None:
        now = self._base.clock()
        state = RefreshState.STOPPED if problem else RefreshState.DONE
        with self._base.database.begin() as session:
            refresh = refreshes.get(session, refresh_id)
            refreshes.change(session, refresh_id, state=state.value, finished_at=now, due_at=None, problem=problem)
            self._base.tell(session, "refresh", refresh_id, refresh.business_id)
            self._base.tell(session, "refreshed", refresh_id, refresh.business_id)
            # Lists changed, so what items lack may have: look at them again.
            self._base.work.enqueue_in(session, Job("intake", f"intake:after:{refresh_id}", (refresh.business_id, "")))


class _Crew:
    """Let three threads work at once, and tell whoever waits for them what they hear."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.refusal: UpstreamError | None = None
        self._news: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def heard(self) -> None:
        """Say that there is something to show."""
        self._news.put(False)

    def work(self, follow: Callable[[tuple[ListName, ...]], None]) -> Iterator[None]:
        """Follow every chain, three at a time; yields when there is news, and about every second without.

        Raises what a chain raised, after all have ended. When the iterator is closed, they stop at their next chunk.
        """

        def one(chain: tuple[ListName, ...]) -> None:
            try:
                follow(chain)
            finally:
                self._news.put(True)

        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lists") as pool:
            begun = [pool.submit(one, chain) for chain in _CHAINS]
            try:
                left = len(begun)
                while left:
                    left -= self._next()
                    yield
            finally:
                self.stop.set()
        for chain in begun:
            chain.result()

    def _next(self) -> bool:
        """Return whether the next news is the end of a chain; without any, not, after a while."""
        try:
            return self._news.get(timeout=_LOOK)
        except queue.Empty:
            return False


def refresh_job(refresh: Refresh) -> Job:
    """Return the job that does a refresh, one id an attempt."""
    return Job("refresh", f"refresh:{refresh.id}:{refresh.attempts}", (refresh.id,), Queue.REFRESH, refresh.business_id)
