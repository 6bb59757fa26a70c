"""Items: cost documents that Dext has read, what they lack, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.layers import Layers
from bot.domain.lines import NO_LINES, Lines
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
    """Be what is known of a document: as Dext says it, or as it holds after edits and rules.

    The `…_id` fields carry Bill.com's ids, which are also those that we push to Dext, or are empty. `project` is
    Dext's one field for class and location; the other two are known from edits and rules. `total` and `tax` are
    in `currency`; `None` is unknown. `tax_setting` is the id of a rate, `none`, or empty: then `tax` decides.
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
    customer_id: str = ""
    project_class: str = ""
    project_class_id: str = ""
    location: str = ""
    location_id: str = ""
    payment_method_id: str = ""
    approver: str = ""
    approver_id: str = ""
    tax_setting: str = ""
    lines: Lines = NO_LINES

    @property
    def money(self) -> Money | None:
        """Return the total with its currency, or `None` while either is unknown."""
        return None if self.total is None or not self.currency else Money(self.currency, self.total)


@dataclass(frozen=True)
class Item:
    """Be an item as it is stored; `number` is what people type, counted per business.

    `details` is what holds, `seen` what Dext last said, `layers` what each source says. `version` counts changes of
    what holds. `uploader` sent the document from Slack, `editors` are all who edited it there.
    """

    id: str
    business_id: str
    number: int
    details: Details
    status: ItemStatus
    lacks: tuple[str, ...]
    taken_in_at: datetime
    bill_id: str = ""
    note: str = ""
    layers: Layers = field(default_factory=Layers)
    seen: Details | None = None
    version: int = 1
    uploader: str = ""
    editors: tuple[str, ...] = ()

    @property
    def prepared_by(self) -> tuple[str, ...]:
        """Return the people who sent or edited it in Slack: none of them approves it."""
        return (*self.editors, self.uploader) if self.uploader else self.editors

    @property
    def label(self) -> str:
        """Return supplier and total in one phrase, for sentences that name the item."""
        supplier = self.details.supplier or "Unknown supplier"
        money = self.details.money
        return f"{supplier}, {money}" if money else f"{supplier}, total unknown"


def due_too_early(details: Details) -> bool:
    """Say whether a document is due before it was written, which nobody means."""
    return details.due_on is not None and details.issued_on is not None and details.due_on < details.issued_on


def is_within_reason(day: date, today: date) -> bool:
    """Say whether a document date is in a believable century: ten years back to two ahead."""
    return today.year - 10 <= day.year <= today.year + 2
