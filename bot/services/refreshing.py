"""Refreshing the lists: read from Bill.com page by page, keep, push on to Dext; resumable anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clients.dext import Kind
from bot.domain.lists import Entry, ListName
from bot.domain.people import Right
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState
from bot.domain.views import RefreshProgress
from bot.domain.work import Job, Queue
from bot.errors import (
    AuthError,
    ConflictError,
    CredentialsError,
    GarbledReplyError,
    MfaRequiredError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    SessionEndedError,
    TokenRevokedError,
    UpstreamError,
)
from bot.services.base import Base, find_business
from bot.services.health import Health
from bot.services.people import require
from storage import legs, lists, people, refreshes

_PUSH_BATCH = 200
_RETRY = timedelta(minutes=1)
_PUSHED_AS: dict[ListName, Kind] = {
    ListName.ACCOUNTS: "categories",
    ListName.SUPPLIERS: "payees",
    ListName.CUSTOMERS: "clients",
    ListName.CLASSES: "projects",
    ListName.LOCATIONS: "projects",
}
"""Where each list goes in Dext; payment methods and approvers have no call there."""


class Refreshing:
    """Keep our copies of the lists, and Dext's, in step with Bill.com's."""

    def __init__(self, base: Base, health: Health) -> None:
        self._base = base
        self._health = health

    def request(self, workspace_id: str, user_id: str, channel_id: str, business_id: str = "") -> tuple[Refresh, bool]:
        """Begin a refresh, or join the one under way; return it and whether it was joined.

        Raises `ConflictError` when the connection has to be mended first.
        """
        with self._base.database.begin() as session:
            # Locked: two people who ask at the same moment get one refresh.
            business = find_business(session, workspace_id, channel_id, business_id, lock=True)
            require(session, business, user_id, Right.REFRESH)
            connection = legs.connection(session, business.id)
            if not connection.live:
                raise ConflictError(
                    "The connection is not working, so the lists can't be refreshed. Reconnect first: type "
                    "`/dext connect`."
                )
            running = refreshes.running(session, business.id)
            if running is not None:
                return running, True
            channel = business.channel_id or channel_id
            return self.start_in(session, business.id, user_id, channel), False

    def start_in(self, session: Session, business_id: str, user_id: str, channel_id: str) -> Refresh:
        """Begin a refresh in the caller's transaction; one under way is returned instead."""
        running = refreshes.running(session, business_id)
        if running is not None:
            return running
        now = self._base.clock()
        refresh = Refresh(
            id=self._base.new_id(),
            business_id=business_id,
            requested_by=user_id,
            channel_id=channel_id,
            state=RefreshState.RUNNING,
            started_at=now,
            finished_at=None,
            due_at=now + _RETRY,
            attempts=0,
            first=not any(age.synced_at for age in lists.ages(session, business_id)),
            lists=tuple(ListResult(name) for name in ListName),
        )
        generations = {name: lists.next_generation(session, business_id, name) for name in ListName}
        refreshes.add(session, refresh, generations)
        people.set_refresh_due(session, business_id, now + self._base.pace.refresh)
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
                refreshes.change(session, refresh_id, attempts=refresh.attempts + 1, due_at=now + _RETRY)
                self._base.work.enqueue_in(session, refresh_job(replace(refresh, attempts=refresh.attempts + 1)))
        return len(due) + len(stuck)

    def progress(self, refresh_id: str) -> RefreshProgress:
        """Return a refresh as it stands."""
        with self._base.database.begin() as session:
            refresh = refreshes.get(session, refresh_id)
            return RefreshProgress(people.business(session, refresh.business_id), refresh)

    def run(self, refresh_id: str) -> Iterator[None]:
        """Do what is left of a refresh; yields after every page, when progress may be shown.

        A list that fails keeps its last good copy, and the others complete. When the connection
        itself is refused, the refresh stops and keeps what it had.
        """
        with self._base.database.begin() as session:
            refresh = refreshes.get(session, refresh_id)
        if refresh.state is not RefreshState.RUNNING:
            return
        yield
        for result in refresh.lists:
            if result.state in (ListState.UNAVAILABLE, ListState.FAILED):
                continue
            if result.state is ListState.DONE:
                # Read before an interruption; whether Dext has it all is known entry by entry.
                yield from self._push(refresh, result.name)
                continue
            try:
                yield from self._read(refresh, result.name)
            except (CredentialsError, TokenRevokedError, SessionEndedError):
                self._end(refresh_id, "the connection to Bill.com expired while the lists were read")
                return
            yield from self._push(refresh, result.name)
        self._end(refresh_id, "")

    def _read(self, refresh: Refresh, name: ListName) -> Iterator[None]:
        """Read one list into our copy, a page a transaction."""
        business_id, read = refresh.business_id, 0
        with self._base.database.begin() as session:
            generation = refreshes.generation(session, refresh.id, name)
        try:
            with self._health.bill(business_id) as bill:
                for page in bill.entries(name):
                    read += len(page)
                    self._keep_page(refresh, name, generation, page, read)
                    yield
        except (CredentialsError, TokenRevokedError, SessionEndedError):
            raise
        except UpstreamError as error:
            self._note_failure(refresh, name, generation, read, error)
            return
        with self._base.database.begin() as session:
            lists.archive_unseen(session, business_id, name, generation)
            counts = lists.count(session, business_id, name, generation)
            lists.keep_age(session, business_id, name, generation, counts.total, self._base.clock(), "")
            done = ListResult(name, ListState.DONE, read, counts.added, counts.changed, counts.archived, counts.total)
            refreshes.keep_list(session, refresh.id, done)
        yield

    def _keep_page(self, refresh: Refresh, name: ListName, generation: int, page: tuple[Entry, ...], read: int) -> None:
        now = self._base.clock()
        with self._base.database.begin() as session:
            lists.take_page(session, refresh.business_id, name, generation, page)
            refreshes.keep_list(session, refresh.id, ListResult(name, ListState.READING, read=read))
            # The due time is this refresh's sign of life: while pages come, nobody revives it.
            refreshes.change(session, refresh.id, due_at=now + _RETRY * 2)

    def _note_failure(self, refresh: Refresh, name: ListName, generation: int, read: int, error: UpstreamError) -> None:
        unavailable = isinstance(error, PermissionMissingError | MfaRequiredError)
        state = ListState.UNAVAILABLE if unavailable else ListState.FAILED
        problem = _why(error)
        with self._base.database.begin() as session:
            lists.keep_age(session, refresh.business_id, name, generation, 0, None, problem)
            refreshes.keep_list(session, refresh.id, ListResult(name, state, read=read, problem=problem))

    def _push(self, refresh: Refresh, name: ListName) -> Iterator[None]:
        """Send Dext what it does not have as it is now; a failure there never spoils our copy."""
        kind = _PUSHED_AS.get(name)
        if kind is None:
            return
        try:
            with self._health.dext(refresh.business_id) as dext:
                while True:
                    with self._base.database.begin() as session:
                        batch = lists.unpushed(session, refresh.business_id, name, _PUSH_BATCH)
                    if not batch:
                        return
                    gone = [entry.id for entry, _ in batch if entry.archived]
                    kept = [(entry.id, entry.name[:255], entry.number) for entry, _ in batch if not entry.archived]
                    if kept:
                        dext.push(kind, kept)
                    if gone:
                        dext.delete(kind, gone)
                    with self._base.database.begin() as session:
                        sent = [(entry.id, digest) for entry, digest in batch]
                        lists.note_pushed(session, refresh.business_id, name, sent)
                    yield
        except UpstreamError as error:
            with self._base.database.begin() as session:
                now = next(row for row in refreshes.get(session, refresh.id).lists if row.name is name)
                refreshes.keep_list(session, refresh.id, replace(now, push_problem=_why(error)))

    def _end(self, refresh_id: str, problem: str) -> None:
        now = self._base.clock()
        state = RefreshState.STOPPED if problem else RefreshState.DONE
        with self._base.database.begin() as session:
            refresh = refreshes.get(session, refresh_id)
            refreshes.change(session, refresh_id, state=state.value, finished_at=now, due_at=None, problem=problem)
            self._base.tell(session, "refresh", refresh_id, refresh.business_id)
            # Lists changed, so what items lack may have: look at them again.
            self._base.work.enqueue_in(session, Job("intake", f"intake:after:{refresh_id}", (refresh.business_id, "")))


def refresh_job(refresh: Refresh) -> Job:
    """Return the job that does a refresh, one id an attempt."""
    return Job("refresh", f"refresh:{refresh.id}:{refresh.attempts}", (refresh.id,), Queue.REFRESH, refresh.business_id)


def _why(error: UpstreamError) -> str:
    """Say in a few words why a list could not be read or sent, and who can mend it."""
    service = error.service or "the service"
    match error:
        case PermissionMissingError():
            return f"switched off in {service}, or not permitted to the user who signed in"
        case MfaRequiredError():
            return f"{service} demands a second factor for it"
        case RateLimitedError():
            return f"{service} asked us to slow down; the next refresh tries again"
        case RefusedError():
            return f"{service} refused it: {error.reason or 'no reason given'}"
        case GarbledReplyError():
            return f"{service} sent something we can't read; the next refresh tries again"
        case AuthError():
            return f"{service} does not let us in; an admin has to reconnect"
        case _:
            return f"{service} did not answer; the next refresh tries again"
