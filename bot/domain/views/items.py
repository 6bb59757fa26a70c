"""Items that can be published, and their cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import Request
from bot.domain.businesses import Business
from bot.domain.items import Item
from bot.domain.money import Money
from bot.domain.publishing import Publish
from bot.domain.suppliers import Order


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
    notice: str = ""


@dataclass(frozen=True)
class Card:
    """Be an approval card: the request, its item, and the publish once it is approved.

    `new_supplier` is the order by which its supplier was created in Bill.com, as long as that is news.
    """

    business: Business
    request: Request
    item: Item
    publish: Publish | None
    bill_url: str
    new_supplier: Order | None = None


@dataclass(frozen=True)
class Unwritten:
    """Be the edits of an item that Dext refused, each with its reason, for whoever made them."""

    item: Item
    user_id: str
    refused: tuple[tuple[str, str], ...]
