"""What a message shows: values that services fill and `blocks/` turns into Slack's blocks.

Names and texts are foreign and unescaped here; escaping is the business of `blocks/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import Request
from bot.domain.businesses import Business
from bot.domain.connections import Break, Connection
from bot.domain.items import Item
from bot.domain.links import Attempt
from bot.domain.money import Money
from bot.domain.people import Role
from bot.domain.publishing import Publish
from bot.domain.refreshing import Refresh


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


@dataclass(frozen=True)
class HomeView:
    """Be the Home of one person: the businesses they have a role in, and what waits for their decision."""

    admins: tuple[str, ...]
    standings: tuple[Standing, ...]
    to_decide: tuple[Request, ...]


@dataclass(frozen=True)
class ConnectOffer:
    """Be a fresh connect link; `again` names the organisation when one was connected before."""

    business: Business
    url: str
    expires_at: datetime
    again: str


@dataclass(frozen=True)
class PublishList:
    """Be what can be published: a page of ready items, and the first of those that lack something."""

    business: Business
    ready: tuple[Item, ...]
    ready_count: int
    ready_totals: tuple[Money, ...]
    lacking: tuple[Item, ...]
    lacking_count: int
    page: int
    pages: int
    waiting: int
    taken_in_at: datetime | None
    problem: str
    words: str


@dataclass(frozen=True)
class Card:
    """Be an approval card: the request, its item, and the publish once it is approved."""

    business: Business
    request: Request
    item: Item
    publish: Publish | None
    bill_url: str


@dataclass(frozen=True)
class FinishPrompt:
    """Be the question whether what was signed in to is the right thing to connect."""

    attempt: Attempt
    business: Business
    problem: str


@dataclass(frozen=True)
class SettingsForm:
    """Be the settings as the form shows them."""

    business: Business
    roles: dict[Role, tuple[str, ...]]
    tax_account: str


@dataclass(frozen=True)
class BreakView:
    """Be a break of a connection as its living message shows it; counts are of items it held."""

    business: Business
    broken: Break
    held: int
    published: int
    stopped: int
    under_way: int


@dataclass(frozen=True)
class RefreshProgress:
    """Be a refresh as its living message shows it."""

    business: Business
    refresh: Refresh
