"""A refresh of the lists: what it found, list by list."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.lists import ListName

OVERLAP = timedelta(minutes=15)
"""How far changes are read back before the last pass began: clocks differ, and a change may show late."""

FULL_EVERY = timedelta(days=7)
"""Everything is read at least this often: only that shows what vanished without a trace."""

_PUSH_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)


class RefreshState(StrEnum):
    """Name the state of a refresh; at most one of a business is `RUNNING`."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class ListState(StrEnum):
    """Name how one list of a refresh stands; `UNAVAILABLE` is switched off or not permitted there."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


class Why(StrEnum):
    """Name why everything of a list is read; `CHANGES` is the one reason to read less."""

    FIRST = "first"
    CONNECTED = "connected"
    ASKED = "asked"
    DUE = "due"
    CHANGES = "changes"


@dataclass(frozen=True)
class Course:
    """Be how a list is read: everything, or what changed `since` then."""

    why: Why
    since: datetime | None = None


def course(
    read_at: datetime | None, full_at: datetime | None, now: datetime, pace: timedelta, asked: Why | None = None
) -> Course:
    """Say how to read a list whose last complete passes began then.

    `pace` is the time until the next scheduled refresh: everything is read now if it would be too late by then.
    """
    if read_at is None or full_at is None:
        return Course(Why.FIRST)
    if asked is not None:
        return Course(asked)
    if now + pace - full_at > FULL_EVERY:
        return Course(Why.DUE)
    return Course(Why.CHANGES, read_at - OVERLAP)


def next_refresh(now: datetime, pace: timedelta, business_id: str) -> datetime:
    """Return when the clock refreshes a business next: within one `pace`, at a time of its own.

    The time follows from the business's id, so that many businesses are spread evenly and stay so.
    """
    step = int(pace.total_seconds())
    behind = (int(now.timestamp()) - zlib.crc32(business_id.encode())) % step
    return datetime.fromtimestamp(int(now.timestamp()) - behind + step, UTC)


def next_push(tries: int, now: datetime) -> datetime:
    """Return when to try again to send Dext what it did not take, after so many tries."""
    return now + _PUSH_PAUSES[min(tries, len(_PUSH_PAUSES)) - 1]


@dataclass(frozen=True)
class ListResult:
    """Be one list of a refresh: counts are entries, `total` the active ones afterwards.

    `problem` is for people; `push_problem` says what Dext did not take. `why` and `since` say how it is read.
    """

    name: ListName
    state: ListState = ListState.WAITING
    read: int = 0
    added: int = 0
    changed: int = 0
    archived: int = 0
    total: int = 0
    problem: str = ""
    push_problem: str = ""
    why: Why = Why.FIRST
    since: datetime | None = None

    @property
    def full(self) -> bool:
        """Say whether everything is read, so that what is not seen has vanished."""
        return self.why is not Why.CHANGES


@dataclass(frozen=True)
class Refresh:
    """Be one refresh of a business; `requested_by` is empty when the clock asked for it."""

    id: str
    business_id: str
    requested_by: str
    channel_id: str
    state: RefreshState
    started_at: datetime
    finished_at: datetime | None
    due_at: datetime | None
    attempts: int
    first: bool
    lists: tuple[ListResult, ...]
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Say whether anything differs from before."""
        return any(row.added or row.changed or row.archived for row in self.lists)
