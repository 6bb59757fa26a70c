"""Items: cost documents that Dext has read, what they lack, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.money import Money


class ItemStatus(StrEnum):
    """Name where an item stands (docs/items.md, statuses)."""

    PROCESSING = "processing"
    TO_REVIEW = "to_review"
    READY = "ready"
    WAITING = "waiting"
    HELD = "held"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """Return the status as people read it."""
        return _TITLES[self]


_TITLES = {
    ItemStatus.PROCESSING: "Processing",
    ItemStatus.TO_REVIEW: "To review",
    ItemStatus.READY: "Ready",
    ItemStatus.WAITING: "Waiting for approval",
    ItemStatus.HELD: "Held",
    ItemStatus.PUBLISHING: "Publishing",
    ItemStatus.PUBLISHED: "Published",
    ItemStatus.FAILED: "Failed",
    ItemStatus.REJECTED: "Rejected",
}

OPEN = frozenset(
    {ItemStatus.PROCESSING, ItemStatus.TO_REVIEW, ItemStatus.READY, ItemStatus.FAILED, ItemStatus.REJECTED}
)
"""Statuses that follow from the item's own details: nothing is under way for it."""


class DocumentKind(StrEnum):
    """Say what kind of document an item is; only costs that are owed or paid become bills."""

    BILL = "bill"
    CREDIT_NOTE = "credit_note"
    SALE = "sale"


class Obstacle(StrEnum):
    """Say what happened to an item in Dext that keeps us from publishing it."""

    NONE = ""
    GONE = "gone"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Details:
    """Be what Dext says of a document.

    Names are as in Dext; the `…_id` fields carry the ids that we pushed there, which are
    Bill.com's, or are empty. `total` and `tax` are in `currency`; `None` is unknown.
    """

    dext_id: str
    kind: DocumentKind
    processed: bool
    supplier: str
    supplier_id: str
    number: str
    issued_on: date | None
    due_on: date | None
    currency: str
    total: Decimal | None
    tax: Decimal | None
    category: str
    category_id: str
    customer: str = ""
    project: str = ""
    payment_method: str = ""
    description: str = ""
    paid: bool = False
    obstacle: Obstacle = Obstacle.NONE

    @property
    def money(self) -> Money | None:
        """Return the total with its currency, or `None` while either is unknown."""
        return None if self.total is None or not self.currency else Money(self.currency, self.total)


@dataclass(frozen=True)
class Item:
    """Be an item as it is stored; `number` is what people type, counted per business."""

    id: str
    business_id: str
    number: int
    details: Details
    status: ItemStatus
    lacks: tuple[str, ...]
    taken_in_at: datetime
    bill_id: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        """Return supplier and total in one phrase, for sentences that name the item."""
        supplier = self.details.supplier or "Unknown supplier"
        money = self.details.money
        return f"{supplier}, {money}" if money else f"{supplier}, total unknown"


def is_within_reason(day: date, today: date) -> bool:
    """Say whether a document date is in a believable century: ten years back to two ahead."""
    return today.year - 10 <= day.year <= today.year + 2
