"""Signs of a second writer: bills and publications of our items that this bot did not make.

A bill is created by the bot or by Dext's own Bill.com link, never by both: else it may be paid twice
(docs/businesses.md, one writer).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.bills import Bill
from bot.domain.plans import marked_as
from bot.domain.publishing import normalised_number


class SightingKind(StrEnum):
    """Name where a second writer showed: Dext says it published an item, or Bill.com has a bill that looks like one."""

    DEXT = "dext"
    BILL = "bill"


@dataclass(frozen=True)
class Known:
    """Be what is compared of an item of ours.

    `vendor_id` is empty where Dext did not say which; `bill_id` is the bill this bot made for it, if it did.
    """

    item_id: str
    dext_id: str
    vendor_id: str
    number: str
    issued_on: date | None
    total: Decimal | None
    bill_id: str = ""


@dataclass(frozen=True)
class Sighting:
    """Be one sign of a second writer; `remote_id` is the bill in Bill.com, or the item in Dext.

    Those that are seen before somebody settled the first share its alarm, and so one message.
    """

    id: str
    business_id: str
    kind: SightingKind
    remote_id: str
    item_id: str
    seen_at: datetime
    alarm_id: str
    settled_by: str = ""
    settled_at: datetime | None = None


def doubles(bills: Iterable[Bill], known: Sequence[Known]) -> list[tuple[Bill, Known]]:
    """Return bills that this bot did not make, each with the item of ours that it looks like.

    Alike is the same total with the same normalised number, or with the same date where the item has no
    number, unless both name a vendor and not the same. Whether somebody keyed the bill by hand cannot be
    told: a person decides.
    """
    made = {one.bill_id for one in known if one.bill_id}
    by_dext_id = {one.dext_id: one for one in known}
    found = []
    for bill in bills:
        if bill.archived or bill.id in made:
            continue
        marked = by_dext_id.get(marked_as(bill.description))
        if marked is not None and not marked.bill_id:
            continue  # made by this bot a moment ago; its answer is still to come
        item = marked or next((one for one in known if _alike(bill, one)), None)
        if item is not None:
            found.append((bill, item))
    return found


def _alike(bill: Bill, item: Known) -> bool:
    if bill.amount != item.total or item.vendor_id not in ("", bill.vendor_id):
        return False
    number = normalised_number(item.number)
    if number:
        return normalised_number(bill.invoice_number) == number
    return bill.invoice_date == item.issued_on
