"""What a bill in Bill.com is, as far as the bot writes and reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

INVOICE_NUMBER_LIMIT = 21
"""Characters that Bill.com accepts in an invoice number (docs/bill-com.md, bills)."""


@dataclass(frozen=True)
class BillLine:
    """Be one line of a bill; `amount` is in the vendor's currency, ids are Bill.com's."""

    amount: Decimal
    description: str
    account_id: str
    class_id: str | None = None
    location_id: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True)
class BillDraft:
    """Be a bill that is to be created."""

    vendor_id: str
    invoice_number: str
    invoice_date: date
    due_date: date
    description: str
    lines: tuple[BillLine, ...]
    pay_from_account_id: str | None = None

    @property
    def total(self) -> Decimal:
        """Return the sum of the lines, which is what Bill.com will show as the amount."""
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class Bill:
    """Be a bill as Bill.com reports it; `payment_status` is its own word, upper case."""

    id: str
    vendor_id: str
    invoice_number: str
    invoice_date: date
    amount: Decimal
    description: str
    payment_status: str
    paid_amount: Decimal
    archived: bool
    created_at: datetime | None


@dataclass(frozen=True)
class Document:
    """Be a document of a bill; `ready` is false while Bill.com still processes the upload."""

    id: str
    name: str
    ready: bool
