"""How a publish's troubles are put to people: what happened, what it means, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.fields import shown
from bot.domain.lists import ListName
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
        f"Bill.com has a {what} from this supplier that looks the same: {bill.invoice_number}, "
        f"{shown(bill.invoice_date)}, {shown(bill.amount, plan.currency)} ({bill.id}). If yours is another one, "
        "change its reference with Edit; if not, archive it in Dext"
    )


def waiting(error: UpstreamError, *, sent: bool) -> str:
    """Say why a publish waits; `sent` when the bill may be in Bill.com already."""
    service = error.service or "Bill.com"
    if sent:
        return f"{service} did not confirm; I am checking whether the bill arrived before anything is sent again"
    if isinstance(error, RateLimitedError | LockedOutError):
        return f"{service} asked us to wait; it goes on by itself"
    return f"{service} is not answering; it goes on by itself"


def is_of_archived(error: RefusedError) -> bool:
    """Say whether something was refused because an entry it uses is archived."""
    return "archived" in error.reason.lower()


def used(plan: Plan) -> dict[ListName, list[str]]:
    """Return the ids of the entries that a plan sends, by their lists."""
    draft = plan.draft
    found: dict[ListName, list[str | None]] = {
        ListName.SUPPLIERS: [draft.vendor_id],
        ListName.ACCOUNTS: [line.account_id for line in draft.lines],
        ListName.CLASSES: [line.class_id for line in draft.lines],
        ListName.LOCATIONS: [line.location_id for line in draft.lines],
        ListName.CUSTOMERS: [line.customer_id for line in draft.lines],
    }
    return {name: ids for name, said in found.items() if (ids := sorted({one for one in said if one})[:100])}


def archived(gone: Sequence[tuple[ListName, str]]) -> str:
    """Name the entries that Bill.com no longer takes, or return nothing."""
    if not gone:
        return ""
    named = " and ".join(f"{name.one} “{called}”" for name, called in gone[:3])
    return (
        f"Bill.com no longer takes {named}: archived there. Choose another with Edit, or have it restored there, then "
        "try again"
    )


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
        case RefusedError() if is_of_archived(error):
            return (
                f"{error.service} no longer takes an entry that this item uses: it was archived there. Choose another "
                "supplier or category with Edit, or have it restored there, then try again"
            )
        case RefusedError() if error.reason:
            return f"{error.service} refused it: {error.reason}"
        case _:
            return f"{error.service} refused it without saying why"
