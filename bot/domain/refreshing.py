"""A refresh of the lists: what it found, list by list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.lists import ListName


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


@dataclass(frozen=True)
class ListResult:
    """Be one list of a refresh: counts are entries, `total` the active ones afterwards.

    `problem` is for people; `push_problem` says what Dext did not take.
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
