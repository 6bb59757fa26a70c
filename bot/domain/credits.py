"""Credit notes: cost documents that become vendor credits, and what differs for them."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.items import Details, DocumentKind

REFUNDED = (
    "marked as paid in Dext, so it was refunded already: a credit would be taken off a later bill. If it was not, "
    "untick paid in Dext"
)

NO_DOCUMENT = "Bill.com keeps no document with a vendor credit; it stays in Dext"


def is_credit(details: Details) -> bool:
    """Say whether a document is a credit note."""
    return details.kind is DocumentKind.CREDIT_NOTE


def as_owed(details: Details) -> Details:
    """Return a credit note with its amounts as Bill.com counts them: what the supplier owes, above zero.

    Dext shows some credit notes with amounts below zero and some above; a credit is never owed by us, so the sign
    says nothing. Every other document is returned as it is.
    """
    if not is_credit(details):
        return details
    total = None if details.total is None else abs(details.total)
    tax = None if details.tax is None else abs(details.tax)
    return replace(details, total=total, tax=tax)


def remarks(details: Details) -> list[str]:
    """Return what an approver of a credit has to know."""
    if not is_credit(details):
        return []
    negative = details.total is not None and details.total < 0
    shown = [f"Dext shows it as {details.money}; a credit counts above zero"] if negative else []
    return [*shown, NO_DOCUMENT]
