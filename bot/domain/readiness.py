"""What an item lacks before it can be published, in words that say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.domain.businesses import TaxTreatment
from bot.domain.coding import NO_MATCH, Coding, Match, booking, due_date
from bot.domain.credits import REFUNDED, as_owed, is_credit
from bot.domain.fields import shown
from bot.domain.items import Details, DocumentKind, Obstacle, is_within_reason
from bot.domain.lines import MOST_LINES, Ref
from bot.domain.money import Money
from bot.domain.tax import NO_TAX, Booking

_MOST_LINE_REASONS = 3

_UNKNOWN = "is not in Bill.com"


def lacks(details: Details, coding: Coding, treatment: TaxTreatment, today: date) -> tuple[str, ...]:
    """Return every reason why the item cannot be published, most important first; none when it can.

    Each is a short phrase that names what to put right ("category missing: choose one with *Edit*"). An item without
    reasons is one that Bill.com accepts (docs/items.md, readiness).
    """
    if details.kind is DocumentKind.SALE:
        return ("sales documents go to your main accounting software, not to Bill.com",)
    if details.obstacle is Obstacle.GONE:
        return ("no longer in Dext's inbox (archived, merged or deleted there): move it back to publish it from here",)
    if details.obstacle is Obstacle.PUBLISHED:
        return ("Dext published it by itself: switch off Dext's own Bill.com link, and look for the bill in Bill.com",)
    details = as_owed(details)
    booked = booking(details, coding, treatment)
    reasons = [
        *([REFUNDED] if is_credit(details) and details.paid else []),
        *_entry("supplier", details.supplier, coding.supplier),
        *([] if _every_line_has_a_category(details) else _entry("category", details.category, coding.category)),
        *_amounts(details, coding, booked),
        *_dates(details, due_date(details, coding), today),
        *_currency(details, coding),
        *_optional("customer", details.customer, coding.customer),
        *_project(details, coding),
        *_payment(details, coding),
        *_optional("Bill.com approver", details.approver, coding.approver),
        *_lines(details, coding, booked),
    ]
    if booked.treatment is TaxTreatment.OWN_LINE and booked.amount and coding.tax_account.entry is None:
        reasons.append("tax account missing or archived: an admin chooses one in `/dext settings`")
    return tuple(reasons)


def knows_no_supplier(reasons: Sequence[str]) -> bool:
    """Say whether one of an item's reasons is that Bill.com does not know its supplier."""
    return any(reason.startswith("supplier “") and _UNKNOWN in reason for reason in reasons)


def _entry(what: str, name: str, found: Match) -> list[str]:
    if found.entry is not None:
        return []
    if found.archived is not None:
        return [f"{what} “{found.archived.name}” is archived in Bill.com: choose another with Edit"]
    if not name:
        return [f"{what} missing: choose one with Edit"]
    return [_unmatched(what, name, found)]


def _unmatched(what: str, name: str, found: Match) -> str:
    if found.several:
        return f"{found.several} entries in Bill.com are called “{name}”: choose the {what} with Edit"
    return f"{what} “{name}” {_UNKNOWN}: choose another with Edit, or add it there and refresh"


def _optional(what: str, name: str, found: Match) -> list[str]:
    return _entry(what, name, found) if name or found.archived is not None else []


def _project(details: Details, coding: Coding) -> list[str]:
    """Look for a project among classes and locations: Dext has one field for both."""
    own_class = bool(details.project_class or details.project_class_id)
    own_location = bool(details.location or details.location_id)
    reasons = _optional("class", details.project_class, coding.project_class) if own_class else []
    reasons += _optional("location", details.location, coding.project_location) if own_location else []
    if not details.project or (own_class and own_location):
        return reasons
    open_places = [
        found for found, own in ((coding.project_class, own_class), (coding.project_location, own_location)) if not own
    ]
    if any(found.entry for found in open_places):
        return reasons
    nearest = next((found for found in open_places if found != NO_MATCH), NO_MATCH)
    return reasons + _entry("class or location", details.project, nearest)


def _every_line_has_a_category(details: Details) -> bool:
    return bool(details.lines) and all(row.category for row in details.lines.rows)


def _lines(details: Details, coding: Coding, booked: Booking) -> list[str]:
    """Say what is wrong with the line items: what they name, what they are, and whether they add up."""
    rows = details.lines.rows
    if not rows:
        return []
    if len(rows) > MOST_LINES:
        return [
            f"{len(rows)} line items are more than the {MOST_LINES} that one bill takes: split the document in Dext"
        ]
    reasons = []
    for place, (row, found) in enumerate(zip(rows, coding.lines, strict=True), start=1):
        named: list[tuple[str, Ref, Match]] = [
            ("category", row.category, found.category),
            ("class", row.project_class, found.project_class),
            ("location", row.location, found.location),
            ("customer", row.customer, found.customer),
        ]
        for what, ref, match in named:
            if ref:
                reasons += _entry(f"line {place}: {what}", ref.name or ref.id, match)
        if row.amount < 0:
            reasons.append(f"line {place} is below zero: Bill.com takes no negative lines; take it off another line")
        elif details.currency and not Money(details.currency, row.amount).fits:
            reasons.append(f"line {place} has more decimals than {details.currency} knows: correct it with Edit")
    more = len(reasons) - _MOST_LINE_REASONS
    shown = [*reasons[:_MOST_LINE_REASONS], f"{more} more to put right on the lines"] if more > 0 else reasons
    return shown + _sum(details, booked)


def _sum(details: Details, booked: Booking) -> list[str]:
    if details.total is None or booked.amount is None:
        return []
    wanted = details.total - booked.amount if details.lines.net else details.total
    off = details.lines.total - wanted
    if not off:
        return []
    whole = "net amount" if details.lines.net else "total"
    return [
        f"lines do not add up: {abs(off):f} {'more' if off > 0 else 'less'} than the {whole}; correct them with Edit"
    ]


def _payment(details: Details, coding: Coding) -> list[str]:
    if not details.payment_method or coding.payment_account.entry is not None:
        return []
    if not details.paid:
        return []  # kept in the description of the bill; only a payment already made must be booked
    return _entry("payment method", details.payment_method, coding.payment_account)


def _amounts(details: Details, coding: Coding, booked: Booking) -> list[str]:
    reasons = []
    if details.total is None:
        reasons.append("total missing or unreadable: enter it with Edit")
    elif details.total <= 0:
        reasons.append("total is not above zero: if it is a credit note, make it one in Dext")
    if not details.currency:
        reasons.append("currency missing: enter it with Edit")
    if details.tax_setting not in ("", NO_TAX) and coding.tax_rate is None:
        reasons.append("tax setting is no longer offered: choose another with Edit")
    elif booked.amount is None and (details.total is not None or coding.tax_rate is None):
        reasons.append("tax setting missing: choose one with Edit, “No tax” if there is none")
    elif booked.amount is not None and not _within(booked.amount, details.total):
        reasons.append("tax is more than the total: correct it with Edit")
    if details.currency and not all(
        Money(details.currency, amount).fits for amount in (details.total, booked.amount) if amount is not None
    ):
        reasons.append(f"amounts have more decimals than {details.currency} knows: correct them with Edit")
    return reasons


def _within(tax: Decimal, total: Decimal | None) -> bool:
    return total is None or 0 <= tax <= max(total, Decimal(0))


def _dates(details: Details, due_on: date | None, today: date) -> list[str]:
    reasons = []
    if details.issued_on is None:
        reasons.append("date missing: enter it with Edit")
    elif not is_within_reason(details.issued_on, today):
        reasons.append(f"date {shown(details.issued_on)} looks wrong: correct it with Edit")
    if due_on is None:
        if not details.paid and not is_credit(details):
            reasons.append("due date missing: enter it with Edit")
    elif not is_within_reason(due_on, today):
        reasons.append(f"due date {shown(due_on)} looks wrong: correct it with Edit")
    return reasons


def _currency(details: Details, coding: Coding) -> list[str]:
    vendor = coding.supplier.entry
    if vendor is None or not details.currency or vendor.kind in ("", details.currency):
        return []
    return [f"currency is {details.currency}, but Bill.com pays this supplier in {vendor.kind}"]
