"""The inbox as people ask for it: which items, in what words, and what is shown of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.approvals import Request
from bot.domain.businesses import Business
from bot.domain.coding import Coding
from bot.domain.items import Item, ItemStatus
from bot.domain.money import Money
from bot.domain.people import Right, Role, may
from bot.domain.publishing import Publish


class Section(StrEnum):
    """Name a part of the inbox by the word people type for it."""

    ALL = "all"
    PROCESSING = "processing"
    READY = "ready"
    REVIEW = "review"
    WAITING = "waiting"
    HELD = "held"
    PUBLISHING = "publishing"
    FAILED = "failed"
    PUBLISHED = "published"
    REJECTED = "rejected"

    @property
    def statuses(self) -> tuple[ItemStatus, ...]:
        """Return the statuses that belong to it."""
        return tuple(ItemStatus) if self is Section.ALL else (_STATUS[self],)

    @property
    def label(self) -> str:
        """Return the section as people read it."""
        return "All" if self is Section.ALL else _STATUS[self].label


_STATUS = {section: ItemStatus(section.value) for section in Section if section.value in set(ItemStatus)}
_STATUS[Section.REVIEW] = ItemStatus.TO_REVIEW
_SECTION = {status: section for section, status in _STATUS.items()}


def section_of(status: ItemStatus) -> Section:
    """Return the section that shows items of a status."""
    return _SECTION[status]


@dataclass(frozen=True)
class Wanted:
    """Be what somebody wants to see of the inbox; pages count from 0, `words` narrow what is shown."""

    section: Section = Section.ALL
    words: str = ""
    page: int = 0


def wanted(typed: str) -> Wanted:
    """Read what follows `/dext items`: a section first, if one is named, then words.

    A supplier whose name begins like a section is found with `all` in front: `all ready mix`.
    """
    first, _, rest = typed.strip().partition(" ")
    try:
        return Wanted(Section(first.lower()), rest.strip())
    except ValueError:
        return Wanted(words=typed.strip())


@dataclass(frozen=True)
class Tally:
    """Be how many items have a status, and what they add up to per currency."""

    status: ItemStatus
    count: int
    totals: tuple[Money, ...]


@dataclass(frozen=True)
class InboxRow:
    """Be an item in the list, with the request that waits for a decision on it, if one does."""

    item: Item
    waiting: Request | None = None
    bill_url: str = ""


@dataclass(frozen=True)
class InboxList:
    """Be a page of the inbox, for one person; `tallies` count all items, `count` those that match."""

    business: Business
    wanted: Wanted
    tallies: tuple[Tally, ...]
    count: int
    totals: tuple[Money, ...]
    rows: tuple[InboxRow, ...]
    pages: int
    roles: frozenset[Role]
    problem: str
    notice: str

    @property
    def can_request(self) -> bool:
        """Say whether this person may ask for approval, as things stand."""
        return may(self.roles, Right.REQUEST) and not self.problem


@dataclass(frozen=True)
class Moment:
    """Be something that happened to an item: when, and what; `by` is a Slack id, or nobody."""

    at: datetime
    what: str
    by: str = ""


@dataclass(frozen=True)
class ItemView:
    """Be one item in full, for one person; `request` is the newest of its requests."""

    business: Business
    item: Item
    coding: Coding
    request: Request | None
    publish: Publish | None
    bill_url: str
    history: tuple[Moment, ...]
    roles: frozenset[Role]
    problem: str
    notice: str

    @property
    def can_request(self) -> bool:
        """Say whether this person may ask for approval, as things stand."""
        return may(self.roles, Right.REQUEST) and not self.problem
