"""What an item lacks before it can be published, in words that say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.domain.businesses import TaxTreatment
from bot.domain.coding import Coding, Match
from bot.domain.credits import REFUNDED, as_owed, is_credit
from bot.domain.items import Details, DocumentKind, Obstacle, is_within_reason
from bot.domain.money import Money

_UNKNOWN = "is not in Bill.com"


def lacks(details: Details, coding: Coding, treatment: TaxTreatment, today: date) -> tuple[str, ...]:
    """Return every reason why the item cannot be published, most important first; none when it can.

    Each is a short phrase that names what to put right and where ("category missing: choose one in
    Dext"). An item without reasons is one that Bill.com accepts (docs/items.md, readiness).
    """
    if details.kind is DocumentKind.SALE:
        return ("sales documents go to your main accounting software, not to Bill.com",)
    if details.obstacle is Obstacle.GONE:
        return ("no longer in Dext's inbox (archived, merged or deleted there): move it back to publish it from here",)
    if details.obstacle is Obstacle.PUBLISHED:
        return ("Dext published it by itself: switch off Dext's own Bill.com link, and look for the bill in Bill.com",)
    details = as_owed(details)
    reasons = [
        *([REFUNDED] if is_credit(details) and details.paid else []),
        *_entry("supplier", details.supplier, coding.supplier),
        *_entry("category", details.category, coding.category),
        *_amounts(details),
        *_dates(details, today),
        *_currency(details, coding),
        *(_optional("customer", details.customer, coding.customer)),
        *_project(details, coding),
        *_payment(details, coding),
    ]
    if treatment is TaxTreatment.OWN_LINE and details.tax and coding.tax_account.entry is None:
        reasons.append("tax account missing: an admin chooses one in `/dext settings`")
    return tuple(reasons)


def knows_no_supplier(reasons: Sequence[str]) -> bool:
    """Say whether one of an item's reasons is that Bill.com does not know its supplier."""
    return any(reason.startswith("supplier “") and _UNKNOWN in reason for reason in reasons)


def _entry(what: str, name: str, found: Match) -> list[str]:
    if found.entry is not None:
        return []
    if found.archived is not None:
        return [f"{what} “{found.archived.name}” is archived in Bill.com: choose another in Dext"]
    if not name:
        return [f"{what} missing: choose one in Dext"]
    return [_unmatched(what, name, found)]


def _unmatched(what: str, name: str, found: Match) -> str:
    if found.several:
        return f"{found.several} entries in Bill.com are called “{name}”: choose the {what} again in Dext"
    return f"{what} “{name}” {_UNKNOWN}: add it there and refresh, or choose another in Dext"


def _optional(what: str, name: str, found: Match) -> list[str]:
    return _entry(what, name, found) if name else []


def _project(details: Details, coding: Coding) -> list[str]:
    """Look for a project among classes and locations: Dext has one field for both."""
    if not details.project or coding.project_class.entry or coding.project_location.entry:
        return []
    nearest = coding.project_class if coding.project_class != Match() else coding.project_location
    return _entry("class or location", details.project, nearest)


def _payment(details: Details, coding: Coding) -> list[str]:
    if not details.payment_method or coding.payment_account.entry is not None:
        return []
    if not details.paid:
        return []  # kept in the description of the bill; only a payment already made must be booked
    return _entry("payment method", details.payment_method, coding.payment_account)


def _amounts(details: Details) -> list[str]:
    reasons = []
    if details.total is None:
        reasons.append("total missing or unreadable: enter it in Dext")
    elif details.total <= 0:
        reasons.append("total is not above zero: if it is a credit note, make it one in Dext")
    if not details.currency:
        reasons.append("currency missing: enter it in Dext")
    if details.tax is None:
        reasons.append("tax amount missing: enter it in Dext, 0.00 if there is none")
    elif details.total is not None and not 0 <= details.tax <= max(details.total, Decimal(0)):
        reasons.append("tax is more than the total: correct it in Dext")
    if details.currency and not all(
        Money(details.currency, amount).fits for amount in (details.total, details.tax) if amount is not None
    ):
        reasons.append(f"amounts have more decimals than {details.currency} knows: correct them in Dext")
    return reasons


def _dates(details: Details, today: date) -> list[str]:
    reasons = []
    if details.issued_on is None:
        reasons.append("date missing: enter it in Dext")
    elif not is_within_reason(details.issued_on, today):
        reasons.append(f"date {details.issued_on.isoformat()} looks wrong: correct it in Dext")
    if details.due_on is None:
        if not details.paid and not is_credit(details):
            reasons.append("due date missing: enter it in Dext")
    elif not is_within_reason(details.due_on, today):
        reasons.append(f"due date {details.due_on.isoformat()} looks wrong: correct it in Dext")
    return reasons


def _currency(details: Details, coding: Coding) -> list[str]:
    vendor = coding.supplier.entry
    if vendor is None or not details.currency or vendor.kind in ("", details.currency):
        return []
    return [f"currency is {details.currency}, but Bill.com pays this supplier in {vendor.kind}"]
