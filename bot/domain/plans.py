"""The plan of a publish: exactly what will be sent to Bill.com for an item, and its fingerprint.

An approval is given for a plan. What people see on a card, what is sent, and what is
compared before it is sent all come from the same value.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from bot.domain.bills import INVOICE_NUMBER_LIMIT, BillDraft, BillLine
from bot.domain.businesses import TaxTreatment
from bot.domain.coding import Coding, Match
from bot.domain.credits import as_owed, is_credit, remarks
from bot.domain.items import Details
from bot.domain.money import Money

_KEPT_OF_A_LONG_NUMBER = 14
_MARKER = re.compile(r"\[dext:([^\]\s]+)\]\s*$")


@dataclass(frozen=True)
class Plan:
    """Be what publishing an item would send, with the names people know for the ids.

    `flags` are remarks an approver has to see (a generated number, an assumed date).
    `pays` is set when the document was already paid: its payment is recorded after the bill exists.
    `credit` says that it becomes a vendor credit: the draft's due date and lines' signs are then not sent as such.
    """

    dext_id: str
    draft: BillDraft
    currency: str
    tax: Decimal
    treatment: TaxTreatment
    pays: bool
    supplier: str
    category: str
    original_number: str
    customer: str = ""
    project_class: str = ""
    project_location: str = ""
    payment_method: str = ""
    flags: tuple[str, ...] = ()
    credit: bool = False

    @property
    def money(self) -> Money:
        """Return what the bill will amount to."""
        return Money(self.currency, self.draft.total)

    @property
    def fingerprint(self) -> str:
        """Return a digest of everything that is sent: ids, amounts, dates, texts, document.

        Names do not count (a renamed category asks nobody anything), remarks do not either.
        """
        sent: dict[str, object] = {
            "document": self.dext_id,
            "draft": asdict(self.draft),
            "currency": self.currency,
            "pays": self.pays,
        }
        if self.credit:
            sent["credit"] = True
        # Decimal("5.0") and Decimal("5.00") are one amount: normalise before digesting.
        canonical = json.dumps(sent, sort_keys=True, default=_plain)
        return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def marker(dext_id: str) -> str:
    """Return the text by which a bill is recognised as this item's, whatever else changed on it."""
    return f"[dext:{dext_id}]"


def marked_as(description: str) -> str:
    """Return the Dext id whose marker a bill's description ends with, or nothing."""
    found = _MARKER.search(description)
    return found[1] if found else ""


def bill_number(original: str, dext_id: str) -> tuple[str, str]:
    """Return the invoice number to send and a remark when it is not the document's own.

    Bill.com takes at most 21 characters and demands one. A longer number keeps its
    beginning and gets six hexadecimal digits of a digest of the whole, so that two long
    numbers that begin alike stay apart; a missing one is generated from Dext's id.
    """
    number = " ".join(original.split())
    if not number:
        return f"DEXT-{dext_id}"[:INVOICE_NUMBER_LIMIT], "the document has no invoice number; one was generated"
    if len(number) <= INVOICE_NUMBER_LIMIT:
        return number, ""
    digest = hashlib.sha256(number.encode()).hexdigest()[:6]
    short = f"{number[:_KEPT_OF_A_LONG_NUMBER]}~{digest}"
    return short, f"invoice number shortened, Bill.com takes {INVOICE_NUMBER_LIMIT} characters"


def make_plan(details: Details, coding: Coding, treatment: TaxTreatment) -> Plan:
    """Return the plan for an item that lacks nothing (`readiness.lacks` is empty).

    Raises `ValueError` when something is missing after all: a caller's mistake.
    """
    shown, details = details, as_owed(details)
    supplier, category = coding.supplier.entry, coding.category.entry
    if supplier is None or category is None or details.total is None or details.tax is None:
        raise ValueError("a plan needs an item that lacks nothing")
    if details.issued_on is None:
        raise ValueError("a plan needs a document date")
    number, remark = bill_number(details.number, details.dext_id)
    flags = [*([remark] if remark else []), *remarks(shown)]
    due = details.due_on
    if due is None or is_credit(details):
        due = details.issued_on
    if details.due_on is None and not is_credit(details):
        flags.append("no due date on the document; it is paid already, so its date is used as due date")
    if coding.supplier.by_name:
        flags.append(f"supplier found in Bill.com by its name “{supplier.name}”")
    if coding.category.by_name:
        flags.append(f"category found in Bill.com by its name “{category.name}”")
    if not supplier.kind:
        flags.append(
            f"Bill.com does not say in which currency it pays this supplier; the document is in {details.currency}"
        )
    draft = BillDraft(
        vendor_id=supplier.id,
        invoice_number=number,
        invoice_date=details.issued_on,
        due_date=due,
        description=_description(details, number),
        lines=_lines(details, details.total, details.tax, coding, treatment),
        pay_from_account_id=None,
    )
    return Plan(
        dext_id=details.dext_id,
        draft=draft,
        currency=details.currency,
        tax=details.tax,
        treatment=treatment,
        pays=details.paid,
        credit=is_credit(details),
        supplier=supplier.name,
        category=category.name,
        original_number=details.number,
        customer=_name(coding.customer),
        project_class=_name(coding.project_class),
        project_location="" if coding.project_class.entry else _name(coding.project_location),
        payment_method=details.payment_method,
        flags=tuple(flags),
    )


def _name(found: Match) -> str:
    return found.entry.name if found.entry else ""


def _id(found: Match) -> str | None:
    return found.entry.id if found.entry else None


def _lines(
    details: Details, total: Decimal, tax: Decimal, coding: Coding, treatment: TaxTreatment
) -> tuple[BillLine, ...]:
    """Return the lines, which always add up to the document's total.

    Bill.com knows no tax: it stays inside the category's line, or becomes a line of its own.
    """
    category, tax_account = coding.category.entry, coding.tax_account.entry
    assert category is not None
    own_line = treatment is TaxTreatment.OWN_LINE and tax > 0 and tax_account is not None
    text = details.description or details.supplier
    project_class = _id(coding.project_class)
    shared = {
        "class_id": project_class,
        "location_id": None if project_class else _id(coding.project_location),
        "customer_id": _id(coding.customer),
    }
    first = BillLine(total - tax if own_line else total, text[:4000], category.id, **shared)
    if not own_line or tax_account is None:
        return (first,)
    return (first, BillLine(tax, "Tax", tax_account.id, **shared))


def _description(details: Details, number: str) -> str:
    """Return the bill's description: the item's own, what found no field, and the marker last."""
    parts = [details.description]
    original = " ".join(details.number.split())
    if original and original != number:
        parts.append(f"Invoice number on the document: {original}")
    if details.payment_method:
        parts.append(f"Payment method: {details.payment_method}")
    text = " · ".join(part for part in parts if part)
    mark = marker(details.dext_id)
    return f"{text[: 4000 - len(mark) - 1]} {mark}".strip()


def differences(old: Plan, new: Plan) -> tuple[str, ...]:
    """Name what changed between two plans, one phrase each, old value first."""
    pairs = [
        ("supplier", old.supplier if old.draft.vendor_id != new.draft.vendor_id else "", new.supplier),
        ("total", str(old.money) if old.money != new.money else "", str(new.money)),
        ("tax", str(old.tax) if old.tax != new.tax else "", str(new.tax)),
        ("category", old.category if _accounts(old) != _accounts(new) else "", new.category),
        ("invoice number", _unless(old.draft.invoice_number, new.draft.invoice_number), new.draft.invoice_number),
        ("date", _unless(old.draft.invoice_date, new.draft.invoice_date), str(new.draft.invoice_date)),
        ("due date", _unless(old.draft.due_date, new.draft.due_date), str(new.draft.due_date)),
        ("paid", _unless(_yes(old.pays), _yes(new.pays)), _yes(new.pays)),
    ]
    named = tuple(f"{what}: {before} → {now}" for what, before, now in pairs if before)
    if named or old.fingerprint == new.fingerprint:
        return named
    return ("description, class, location or customer changed",)


def _accounts(plan: Plan) -> tuple[str, ...]:
    return tuple(line.account_id for line in plan.draft.lines)


def _unless(old: date | str, new: date | str) -> str:
    return "" if old == new else str(old)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
