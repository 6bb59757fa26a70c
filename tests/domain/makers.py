"""Values of the domain, complete unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bot.domain.bills import Bill
from bot.domain.businesses import TaxTreatment
from bot.domain.coding import Coding, Match
from bot.domain.items import Details, DocumentKind
from bot.domain.lists import Entry
from bot.domain.plans import Plan, make_plan

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INSIDE, OWN_LINE = TaxTreatment.INSIDE, TaxTreatment.OWN_LINE

_DETAILS = Details(
    dext_id="1048200001",
    kind=DocumentKind.BILL,
    processed=True,
    supplier="Acme Cloud Services",
    supplier_id="",
    number="ACS-20417",
    issued_on=date(2026, 11, 17),
    due_on=date(2026, 12, 17),
    currency="USD",
    total=Decimal("1284.50"),
    tax=Decimal("100.00"),
    category="Software",
    category_id="",
    description="Hosting",
)

_CODING = Coding(
    supplier=Match(entry=Entry("vendor1", "Acme Cloud Services", kind="USD")),
    category=Match(entry=Entry("account1", "Software", kind="EXPENSE")),
    customer=Match(),
    project_class=Match(),
    project_location=Match(),
    payment_account=Match(),
    tax_account=Match(entry=Entry("taxaccount", "Sales Tax", kind="EXPENSE")),
)


def details(**changes: Any) -> Details:
    return replace(_DETAILS, **changes)


def coding(**changes: Any) -> Coding:
    return replace(_CODING, **changes)


def found(entry_id: str, name: str = "Some entry", kind: str = "") -> Match:
    return Match(entry=Entry(entry_id, name, kind=kind))


def plan(treatment: TaxTreatment = INSIDE, /, *, coded: Coding | None = None, **changes: Any) -> Plan:
    return make_plan(details(**changes), coded or coding(), treatment)


def bill_of(sent: Plan, **changes: Any) -> Bill:
    """Return the bill that Bill.com would show for a plan."""
    shown = Bill(
        id="bill1",
        vendor_id=sent.draft.vendor_id,
        invoice_number=sent.draft.invoice_number,
        invoice_date=sent.draft.invoice_date,
        amount=sent.draft.total,
        description=sent.draft.description,
        payment_status="UNPAID",
        paid_amount=Decimal(0),
        archived=False,
        created_at=NOW,
    )
    return replace(shown, **changes)
