"""How a publish's troubles are put to people: what happened, what it means, what to do."""

from __future__ import annotations

from bot.domain.fields import shown
from bot.domain.plans import Plan
from bot.domain.publishing import Recognised
from bot.errors import (
    DuplicateError,
    LockedOutError,
    MfaRequiredError,
    NoSuchEntryError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    UpstreamError,
)


def twins(found: Recognised, plan: Plan) -> str:
    """Name a bill or credit that looks the same but is not ours, or return nothing."""
    if not found.twins:
        return ""
    bill, what = found.twins[0], "credit" if plan.credit else "bill"
    return (
        f"Bill.com already has a {what} from this supplier that looks the same: number {bill.invoice_number}, "
        f"{shown(bill.invoice_date)}, {bill.amount:,.2f} ({bill.id}). If it is another one, change its "
        "reference with Edit; if it is the same, archive the item in Dext"
    )


def waiting(error: UpstreamError, *, sent: bool) -> str:
    """Say why a publish waits; `sent` when the bill may be in Bill.com already."""
    service = error.service or "Bill.com"
    if sent:
        return f"{service} did not confirm; I am checking whether the bill arrived before anything is sent again"
    if isinstance(error, RateLimitedError | LockedOutError):
        return f"{service} asked us to wait; it goes on by itself"
    return f"{service} is not answering; it goes on by itself"


def refusal(error: UpstreamError) -> str:
    """Say what was refused, and who can change that."""
    match error:
        case PermissionMissingError():
            return f"the user who connected {error.service} may not do this there; an admin changes their role there"
        case MfaRequiredError():
            return f"{error.service} demands a second factor for this, which a bot cannot give"
        case DuplicateError():
            return (
                "Bill.com already has a bill with this number; change the reference with Edit, or archive the item in "
                "Dext"
            )
        case NoSuchEntryError():
            return f"{error.service} no longer has this; restore it there, then try again"
        case RefusedError() if "archived" in error.reason.lower():
            return (
                f"{error.service} no longer takes an entry that this item uses: it was archived there. Refresh the "
                "lists, and the item says which"
            )
        case RefusedError() if error.reason:
            return f"{error.service} refused it: {error.reason}"
        case _:
            return f"{error.service} refused it without saying why"
