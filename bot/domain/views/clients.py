"""Every business that a person looks after."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.businesses import Business
from bot.domain.clients import Move, Work
from bot.domain.connections import Connection


@dataclass(frozen=True)
class ClientRow:
    """Be one business among many: its health, its open work, its next move and whose that is."""

    business: Business
    connection: Connection
    work: Work
    move: Move
    whose: tuple[str, ...]


@dataclass(frozen=True)
class ClientsPage:
    """Be a page of the businesses somebody looks after, the most pressing first."""

    rows: tuple[ClientRow, ...]
    count: int
    pressing: int
    page: int
    pages: int
    words: str


@dataclass(frozen=True)
class Copied:
    """Be what was taken over from one business's settings into another's; `left` says what was not, and why."""

    source: Business
    target: Business
    taken: tuple[str, ...]
    left: tuple[str, ...]
