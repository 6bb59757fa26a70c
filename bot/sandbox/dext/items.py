"""An item (the API calls it a receipt) and the flat object as which it is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.sandbox.dext.documents import Document

if TYPE_CHECKING:
    from bot.sandbox.dext.state import Account

TEXTS = ("invoice_number", "payee", "client", "project", "category", "payment_method_ref", "description")
"""Details that are words and may be blank."""


@dataclass
class Item:
    """Be one document with its details; absent details are `None`, money is exact."""

    id: int
    document: Document
    submitted: dt.datetime
    ready_at: dt.datetime
    date: dt.date
    currency: str
    type: str = "invoice"
    invoice_number: str | None = None
    due_date: dt.date | None = None
    paid: bool = False
    payee: str | None = None
    client: str | None = None
    project: str | None = None
    category: str | None = None
    total_amount: Decimal | None = None
    vat_amount: Decimal | None = None
    payment_method: str | None = None
    payment_method_ref: str | None = None
    description: str | None = None
    archived: bool = False
    publish_at: dt.datetime | None = None
    integration_state: str | None = None
    integration_state_message: str | None = None
    times_shown: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)

    def ready(self, now: dt.datetime) -> bool:
        """Say whether extraction is finished at `now`."""
        return self.ready_at <= now

    def lacks(self) -> list[str]:
        """Name what Dext itself needs before it publishes (facts 2.4)."""
        needed = {"category": self.category, "supplier": self.payee, "total amount": self.total_amount}
        return [name for name, value in needed.items() if value is None]

    def change(self, now: dt.datetime, by: str, changes: Mapping[str, Any]) -> None:
        """Set details to checked values and remember who did it: `api`, `person` or `dext`."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.remember(now, by, {name: canonical(value) for name, value in changes.items()})

    def remember(self, now: dt.datetime, by: str, what: dict[str, Any]) -> None:
        """Append a line to the item's history, which only the control API shows."""
        self.history.append({"at": now.isoformat(), "by": by, **what})


def canonical(value: Any) -> Any:
    """Return a detail as plain JSON, always in the same form: two decimals, ISO dates, null."""
    match value:
        case Decimal():
            return format(value.quantize(Decimal("0.01")), "f")
        case dt.datetime() | dt.date():
            return value.isoformat()
        case _:
            return value


def full(item: Item, now: dt.datetime) -> dict[str, Any]:
    """Return an item for the control API: canonical values, nothing hidden by processing."""
    names = ("id", "type", "date", "due_date", "paid", "currency", "total_amount", "vat_amount", "payment_method")
    more = ("archived", "integration_state", "integration_state_message", "submitted", "ready_at", "publish_at")
    shown = {name: canonical(getattr(item, name)) for name in (*names, *TEXTS, *more)}
    return {**shown, "ready": item.ready(now), "file_name": item.document.file_name, "history": item.history}


def shown(item: Item, account: Account, now: dt.datetime) -> dict[str, Any]:
    """Return an item as a reply carries it, with the wandering types of facts 1.4.

    Money is a decimal string, or now and then a number, and null when absent; a blank is
    null in one reply and an empty string in the next. Both turn with every showing.
    """
    turn = item.id + item.times_shown
    item.times_shown += 1
    ready = item.ready(now)
    category = account.entry_named("categories", item.category) if ready else None
    payee = account.entry_named("payees", item.payee) if ready else None

    def word(value: str | None, shift: int) -> str | None:
        if ready and value:
            return value
        return "" if (turn + shift) % 2 else None

    def base(value: Decimal | None) -> Decimal:
        same = ready and item.currency == account.base_currency
        return value if same and value is not None else Decimal(0)

    return {
        "id": item.id,
        "type": item.type if ready else "receipt",
        "date": (item.date if ready else item.submitted.date()).isoformat(),
        "invoice_number": word(item.invoice_number, 0),
        "due_date": word(item.due_date.isoformat() if item.due_date else None, 1),
        "paid": item.paid and ready,
        "payee": word(item.payee, 0),
        "payee_id": word(payee.id if payee else None, 1),
        "client": word(item.client, 1),
        "project": word(item.project, 0),
        "category": word(item.category, 1),
        "category_id": word(category.id if category else None, 0),
        "category_code": word(category.code if category else None, 1),
        "currency": item.currency,
        "total_amount": _money(item.total_amount if ready else None, turn),
        "vat_amount": _money(item.vat_amount if ready else None, turn + 1),
        "base_currency": account.base_currency,
        "base_total": _money(base(item.total_amount), turn + 2),
        "base_vat": _money(base(item.vat_amount), turn),
        "payment_method": (item.payment_method if ready else None) or "unknown",
        "payment_method_ref": word(item.payment_method_ref, 0),
        "description": word(item.description, 1),
        "status": "complete" if ready else "new",
        "integration_status": "Ready for Export" if ready else "In Processing",
        "user_status": "processed" if ready else "processing",
        "integration_state": item.integration_state,
        "integration_state_message": item.integration_state_message,
        "processed": int(ready),
    }


def _money(value: Decimal | None, turn: int) -> str | float | None:
    if value is None:
        return None
    if turn % 3 == 2:
        return float(value)
    text = format(value.normalize(), "f")
    return text if "." in text else f"{text}.0"
