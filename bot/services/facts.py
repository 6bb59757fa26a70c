"""What Dext says of a document, as the item's facts, and the digest by which a change is noticed."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal

from bot.clients.dext import DextReceipt
from bot.domain.items import Details, DocumentKind, Item, Obstacle
from bot.domain.marks import without_mark

_MOST = Decimal(10) ** 12
_KINDS = {
    "credit_note": DocumentKind.CREDIT_NOTE,
    "credit note": DocumentKind.CREDIT_NOTE,
    "refund": DocumentKind.CREDIT_NOTE,
    "sales_invoice": DocumentKind.SALE,
    "sale": DocumentKind.SALE,
    "sales": DocumentKind.SALE,
}
_FACTS = (
    "dext_id", "kind", "processed", "supplier", "supplier_id", "number", "issued_on", "due_on", "currency", "total",
    "tax", "category", "category_id", "customer", "project", "payment_method", "description", "paid", "obstacle",
)  # fmt: skip
"""The details that Dext gives; what edits and rules add is not Dext's to change."""


def facts_of(item: Item) -> Details:
    """Return what Dext last said of an item's document, as far as it is known."""
    return item.seen if item.seen is not None else item.details


def read(receipt: DextReceipt) -> Details:
    """Turn Dext's flat object into an item's details; our own mark does not count as a change."""
    return Details(
        dext_id=receipt.id,
        kind=_KINDS.get(receipt.type.casefold(), DocumentKind.BILL),
        processed=receipt.processed,
        supplier=_text(receipt.supplier),
        supplier_id=_id(receipt.supplier_id),
        number=_text(receipt.invoice_number),
        issued_on=receipt.date,
        due_on=receipt.due_date,
        currency=_currency(receipt.currency),
        total=_amount(receipt.total),
        tax=_amount(receipt.tax),
        category=_text(receipt.category),
        category_id=_id(receipt.category_id),
        customer=_text(receipt.customer),
        project=_text(receipt.project),
        payment_method=_text(receipt.payment_method),
        description=without_mark(_text(receipt.description)),
        paid=receipt.paid,
        obstacle=Obstacle.PUBLISHED if receipt.integration_state.casefold() == "published" else Obstacle.NONE,
    )


def _text(text: str) -> str:
    """Return a text that every database keeps: PostgreSQL refuses NUL."""
    return text.replace("\0", "")


def _id(text: str) -> str:
    """Return an id of ours that Dext carries, or nothing for what cannot be one."""
    return text if len(text) <= 64 and "\0" not in text else ""


def _amount(amount: Decimal | None) -> Decimal | None:
    """Return an amount, or `None` for one that cannot be kept exactly: better unreadable than rounded."""
    if amount is None or not amount.is_finite() or abs(amount) >= _MOST or amount != round(amount, 4):
        return None
    return amount


def _currency(text: str) -> str:
    """Return a currency's code, or nothing for what cannot be one."""
    code = text.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def fingerprint(details: Details) -> str:
    """Return a digest of details, by which a change in Dext is noticed: its API has no since-filter."""
    values = {name: _plain(getattr(details, name)) for name in _FACTS}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return format(value.normalize(), "f") if hasattr(value, "normalize") else str(value)
