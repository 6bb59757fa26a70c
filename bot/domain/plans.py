"""The plan of a publish: exactly what will be sent to Bill.com for an item, and its fingerprint.

An approval is given for a plan. What people see on a card, what is sent, and what is
compared before it is sent all come from the same value.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from bot.domain.bills import INVOICE_NUMBER_LIMIT, BillDraft, BillLine
from bot.domain.businesses import TaxTreatment
from bot.domain.coding import Coding, LineCoding, Match, booking, due_date, supplier_terms
from bot.domain.credits import as_owed, is_credit, remarks
from bot.domain.fields import shown
from bot.domain.items import Details, due_too_early
from bot.domain.layers import Layers, Told, story
from bot.domain.lines import ItemLine, allocate
from bot.domain.money import Money
from bot.domain.tax import Booking

_KEPT_OF_A_LONG_NUMBER = 14
_MARKER = re.compile(r"\[dext:([^\]\s]+)\]\s*$")
LAST_TIME = "not published the last time: "
"""How the remark begins that says why an earlier publish of the item stopped."""
TAX_LINE = "tax"
"""What a line of tax alone is called on a card."""


@dataclass(frozen=True)
class Plan:
    """Be what publishing an item would send, with the names people know for the ids.

    `flags` are remarks an approver has to see (a generated number, an assumed date).
    `pays` is set when the document was already paid: its payment is recorded after the bill exists. `approver_id`
    is a user of Bill.com, the bill's first approver there. `line_names` has what each line is booked to, `story`
    where values came from that are not the document's own. `credit` says that it becomes a vendor credit: the
    draft's due date and lines' signs are then not sent as such.
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
    approver_id: str = ""
    approver: str = ""
    tax_name: str = ""
    line_names: tuple[str, ...] = ()
    story: tuple[Told, ...] = ()

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
        if self.approver_id:  # only then, so that a request from before there were approvers still stands
            sent["approver"] = self.approver_id
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


def make_plan(details: Details, coding: Coding, treatment: TaxTreatment, layers: Layers | None = None) -> Plan:
    """Return the plan for an item that lacks nothing (`readiness.lacks` is empty).

    Raises `ValueError` when something is missing after all: a caller's mistake.
    """
    as_read, details = details, as_owed(details)
    supplier, booked = coding.supplier.entry, booking(details, coding, treatment)
    if supplier is None or details.total is None or booked.amount is None:
        raise ValueError("a plan needs an item that lacks nothing")
    if details.issued_on is None:
        raise ValueError("a plan needs a document date")
    number, remark = bill_number(details.number, details.dext_id)
    due = due_date(details, coding) or details.issued_on
    if is_credit(details):
        due = details.issued_on
    lines = bill_lines(details, coding, booked)
    draft = BillDraft(
        vendor_id=supplier.id,
        invoice_number=number,
        invoice_date=details.issued_on,
        due_date=due,
        description=_description(details, number),
        lines=tuple(line for line, _ in lines),
        pay_from_account_id=None,
    )
    return Plan(
        dext_id=details.dext_id,
        draft=draft,
        currency=details.currency,
        tax=booked.amount,
        treatment=booked.treatment,
        pays=details.paid,
        credit=is_credit(details),
        supplier=supplier.name,
        category=_category(coding, [name for _, name in lines]),
        original_number=details.number,
        customer=_name(coding.customer),
        project_class=_name(coding.project_class),
        project_location=_name(coding.project_location),
        payment_method=details.payment_method,
        flags=(*_flags(details, coding, booked, remark), *remarks(as_read)),
        approver_id=_id(coding.approver) or "",
        approver=_name(coding.approver),
        tax_name=booked.name,
        line_names=tuple(name for _, name in lines),
        story=story(layers) if layers is not None else (),
    )


def _flags(details: Details, coding: Coding, booked: Booking, remark: str) -> Iterator[str]:
    """Say what an approver has to see: what was assumed, and what does not quite agree."""
    supplier = coding.supplier.entry
    if remark:
        yield remark
    terms = supplier_terms(coding)
    if details.due_on is None and terms is not None and not is_credit(details):
        yield f"no due date on the document; due {terms}, by the terms of payment Bill.com has with this supplier"
    elif details.due_on is None and not is_credit(details):
        yield "no due date on the document; it is paid already, so its date is used as due date"
    if due_too_early(details) and not is_credit(details):
        yield "the due date is before the date of the document"
    if supplier is not None and coding.supplier.by_name:
        yield f"supplier found in Bill.com by its name “{supplier.name}”; approving confirms it for documents to come"
    if coding.category.entry is not None and coding.category.by_name:
        yield f"category found in Bill.com by its name “{coding.category.entry.name}”"
    if supplier is not None and not supplier.kind:
        yield f"Bill.com does not say in which currency it pays this supplier; the document is in {details.currency}"
    if booked.remark:
        yield booked.remark


def _category(coding: Coding, names: list[str]) -> str:
    """Return what the bill is booked to, in one phrase."""
    own = list(dict.fromkeys(name for name in names if name != TAX_LINE))
    if len(own) > 1:
        return f"{own[0]} and {len(own) - 1} more"
    return own[0] if own else _name(coding.category)


def _name(found: Match) -> str:
    return found.entry.name if found.entry else ""


def _id(found: Match) -> str | None:
    return found.entry.id if found.entry else None


def bill_lines(details: Details, coding: Coding, booked: Booking) -> list[tuple[BillLine, str]]:
    """Return the bill's lines, each with what it is booked to; they always add up to the document's total.

    Bill.com knows no tax: it stays inside the categories' lines, or becomes a line of its own. Where the item's
    lines are with tax and the bill's without, or the other way round, each gives or takes its share
    (docs/items.md, tax).
    """
    total, tax = details.total or Decimal(0), booked.amount or Decimal(0)
    account = coding.tax_account.entry
    own_line = booked.treatment is TaxTreatment.OWN_LINE and tax > 0 and account is not None
    rows = details.lines.rows or (ItemLine(total),)
    amounts = [row.amount for row in rows]
    if own_line and not details.lines.net:
        shares = allocate(tax, amounts, details.currency)
        amounts = [amount - share for amount, share in zip(amounts, shares, strict=True)]
    elif not own_line and details.lines.net:
        shares = allocate(tax, amounts, details.currency)
        amounts = [amount + share for amount, share in zip(amounts, shares, strict=True)]
    coded = coding.lines or (LineCoding(),)
    made = [_line(details, coding, row, found, amount) for row, found, amount in zip(rows, coded, amounts, strict=True)]
    if own_line and account is not None:
        shared = _shared(coding, LineCoding())
        made.append((BillLine(tax, f"Tax, {booked.name}" if booked.name else "Tax", account.id, **shared), TAX_LINE))
    return made


def _line(details: Details, coding: Coding, row: ItemLine, found: LineCoding, amount: Decimal) -> tuple[BillLine, str]:
    category = found.category.entry or coding.category.entry
    if category is None:
        raise ValueError("a plan needs a category for every line")
    text = row.description or details.description or details.supplier
    return BillLine(amount, text[:4000], category.id, **_shared(coding, found)), category.name


def _shared(coding: Coding, found: LineCoding) -> dict[str, str | None]:
    """Return class, location and customer of a line: its own, else the item's."""
    return {
        "class_id": _id(found.project_class) or _id(coding.project_class),
        "location_id": _id(found.location) or _id(coding.project_location),
        "customer_id": _id(found.customer) or _id(coding.customer),
    }


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
        (
            "lines",
            _unless(_split(old), _split(new)) if old.money == new.money and old.tax == new.tax else "",
            _split(new),
        ),
        ("invoice number", _unless(old.draft.invoice_number, new.draft.invoice_number), new.draft.invoice_number),
        ("date", _unless(old.draft.invoice_date, new.draft.invoice_date), shown(new.draft.invoice_date)),
        ("due date", _unless(old.draft.due_date, new.draft.due_date), shown(new.draft.due_date)),
        ("paid", _unless(_yes(old.pays), _yes(new.pays)), _yes(new.pays)),
        ("Bill.com approver", (old.approver or "none") if old.approver_id != new.approver_id else "", new.approver),
    ]
    named = tuple(f"{what}: {before} → {now or 'none'}" for what, before, now in pairs if before)
    if named or old.fingerprint == new.fingerprint:
        return named
    return ("description, class, location or customer changed",)


def _accounts(plan: Plan) -> tuple[str, ...]:
    return tuple(line.account_id for line in plan.draft.lines)


def _split(plan: Plan) -> str:
    return " + ".join(f"{line.amount:,f}" for line in plan.draft.lines) if len(plan.draft.lines) > 1 else "one line"


def _unless(old: date | str, new: date | str) -> str:
    return "" if old == new else shown(old)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
