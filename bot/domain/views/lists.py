"""Lists as people look through them, and what a refresh brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.businesses import Business
from bot.domain.items import Item
from bot.domain.lists import Entry, Found, ListName
from bot.domain.refreshing import Refresh, RefreshState
from bot.domain.rules import Rule


@dataclass(frozen=True)
class AffectedItem:
    """Be an item that nobody has decided finally, and the archived entries it is coded to, each with its list."""

    item: Item
    entries: tuple[tuple[ListName, Entry], ...]


@dataclass(frozen=True)
class AffectedRule:
    """Be a rule that goes by or sets entries that were archived, each with its list."""

    rule: Rule
    entries: tuple[tuple[ListName, Entry], ...]


@dataclass(frozen=True)
class RefreshOutcome:
    """Be how a refresh ended and what it means: what uses an archived entry, the tax account by its name."""

    business: Business
    refresh: Refresh
    affected: tuple[AffectedItem, ...] = ()
    tax_account: str = ""
    rules: tuple[AffectedRule, ...] = ()

    @property
    def worth_telling(self) -> bool:
        """Say whether the channel is to hear of it: when somebody asked, something changed, or something failed."""
        if self.refresh.state is not RefreshState.DONE:
            return False  # the broken connection has a message of its own
        failed = any(row.problem or row.push_problem for row in self.refresh.lists)
        return bool(self.refresh.requested_by) or self.refresh.changed or failed


@dataclass(frozen=True)
class EntryPage:
    """Be a page of one list as `/dext lists` shows it; pages count from 0, `words` narrowed it."""

    business: Business
    name: ListName
    words: str
    found: Found
    page: int
    total: int
    synced_at: datetime | None
    problem: str


@dataclass(frozen=True)
class RefreshProgress:
    """Be a refresh as its living message shows it."""

    business: Business
    refresh: Refresh
