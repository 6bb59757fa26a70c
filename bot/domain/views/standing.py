"""Where a business stands, for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import Request
from bot.domain.businesses import Business
from bot.domain.connections import Connection, Turn
from bot.domain.money import Money
from bot.domain.people import Role


@dataclass(frozen=True)
class ListLine:
    """Be one list in a status: how many active entries, as of when, and what is wrong with it."""

    name: str
    total: int
    synced_at: datetime | None
    problem: str


@dataclass(frozen=True)
class Standing:
    """Be where a business stands, for one person."""

    business: Business
    connection: Connection
    lists: tuple[ListLine, ...]
    ready: int
    ready_totals: tuple[Money, ...]
    to_review: int
    failed: int
    rejected: int
    waiting: int
    held: int
    refreshing: bool
    admins: tuple[str, ...]
    roles: frozenset[Role]
    can_publish: bool
    why_not: str
    notice: str
    history: tuple[Turn, ...]
    now: datetime


@dataclass(frozen=True)
class HistoryPage:
    """Be a page of a connection's history, newest first."""

    business: Business
    turns: tuple[Turn, ...]
    page: int
    more: bool


@dataclass(frozen=True)
class HomeView:
    """Be the Home of one person: the businesses they have a role in, and what waits for their decision."""

    admins: tuple[str, ...]
    standings: tuple[Standing, ...]
    to_decide: tuple[Request, ...]
