"""Where each of an item's fields lands in Bill.com, read from the records of the pretend one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from blocks.item import item_message
from bot.domain.businesses import TaxTreatment
from bot.domain.editing import LineDraft, LinesDraft
from bot.domain.items import Item, ItemStatus
from bot.domain.lines import ItemLine, Lines, Ref
from bot.domain.lists import Entry, ListName
from bot.domain.publishing import Publish, PublishState
from bot.errors import ConflictError
from bot.services.inbox import Inbox
from storage import items, lists
from tests.services.test_editing import _refs, again, entry, save, save_lines
from tests.services.test_rules import add
from tests.support.bench import ADMIN, CHANNEL, WORKSPACE, Bench


def with_more_lists(bench: Bench) -> tuple[Ref, Ref]:
    """Let our copies know approvers and payment methods too; return one of each."""
    user = next(row for row in bench.organization.lists["users"].values() if row["role"]["type"] == "APPROVER")
    bank = next(row for row in bench.organization.lists["banks"].values())
    approver = Entry(user["id"], f"{user['firstName']} {user['lastName']}")
    method = Entry(bank["chartOfAccountId"], "Company Card", kind="BANK")
    with bench.database.begin() as session:
        lists.take_page(session, bench.business_id, ListName.APPROVERS, 1, [approver])
        lists.take_page(session, bench.business_id, ListName.PAYMENT_METHODS, 1, [method])
    return Ref(approver.id, approver.name), Ref(method.id, method.name)


def published(bench: Bench, item: Item) -> tuple[dict[str, Any], Publish]:
    (request_id,) = bench.ask(item.id)
    bench.approvals.approve(WORKSPACE, ADMIN, request_id)
    bench.work_off("publish")
    return bench.bills[-1], bench.publish_of(item.id)


def test_every_field_lands_where_the_table_says(both: Bench) -> None:
    approver, method = with_more_lists(both)
    number = "DPW/2026/AUTUMN-CATALOGUE/0117"
    item = both.ready_item(invoice_number=number, total_amount="108.25", vat_amount="8.25")
    supplier = entry(both, ListName.SUPPLIERS, "Blue Harbor Logistics")
    category = entry(both, ListName.ACCOUNTS, "Freight & Shipping")
    class_, place, customer = (
        _refs(both, name)[0] for name in (ListName.CLASSES, ListName.LOCATIONS, ListName.CUSTOMERS)
    )
    save(
        both, item, SUPPLIER=supplier, CATEGORY=category, CLASS=class_, LOCATION=place, CUSTOMER=customer,
        PAYMENT_METHOD=method, APPROVER=approver, ISSUED_ON=date(2026, 11, 1), DUE_ON=date(2026, 11, 30), PAID=True,
        DESCRIPTION="Pallets",
    )  # fmt: skip
    bill, publish = published(both, again(both, item))
    assert bill["vendorId"] == supplier.id
    assert bill["invoice"]["invoiceNumber"] == publish.plan.draft.invoice_number
    assert len(bill["invoice"]["invoiceNumber"]) <= 21
    assert bill["invoice"]["invoiceNumber"].startswith(number[:14])
    assert (bill["invoice"]["invoiceDate"], bill["dueDate"]) == ("2026-11-01", "2026-11-30")
    assert Decimal(str(bill["amount"])) == Decimal("108.25")
    (line,) = bill["billLineItems"]
    assert line["classifications"] == {
        "chartOfAccountId": category.id, "accountingClassId": class_.id, "locationId": place.id,
        "customerId": customer.id,
    }  # fmt: skip
    assert bill["description"] == (
        f"Pallets · Invoice number on the document: {number} · Payment method: Company Card "
        f"[dext:{item.details.dext_id}]"
    )
    assert "customerId" not in bill.get("classifications", {}), "Bill.com has customers on lines only"
    assert "payFromChartOfAccountId" not in bill
    assert (bill["paymentStatus"], bill["dueAmount"]) == ("PAID", 0)
    assert [one["userId"] for one in bill["approvers"]] == [approver.id]
    (payment,) = both.organization.payments
    assert payment["vendorId"] == supplier.id
    assert [(one["billId"], Decimal(str(one["amount"]))) for one in payment["billPayments"]] == [
        (bill["id"], Decimal("108.25"))
    ]
    (document,) = both.organization.documents
    with both.health.dext(both.business_id) as dext:
        assert (document.bill_id, document.content) == (bill["id"], dext.image(item.details.dext_id).content)
    assert publish.state is PublishState.DONE
    assert publish.approver_set_at is not None
    assert publish.shortfalls == ()


def test_tax_on_its_own_line_goes_to_its_account_and_shares_the_rest(bench: Bench) -> None:
    account = entry(bench, ListName.ACCOUNTS, "Freight & Shipping")
    rate = bench.rates.add(WORKSPACE, ADMIN, bench.business_id, "VAT", "20", TaxTreatment.OWN_LINE, account.id)
    item = bench.ready_item(total_amount="100.00", vat_amount=None)
    save(bench, item, TAX_SETTING=rate.id)
    save_lines(bench, again(bench, item), LinesDraft((LineDraft(1, "33.33"), LineDraft(2, "66.67"))))
    bill, _ = published(bench, again(bench, item))
    assert [Decimal(str(line["amount"])) for line in bill["billLineItems"]] == [
        Decimal("27.78"), Decimal("55.55"), Decimal("16.67"),
    ]  # fmt: skip
    assert bill["billLineItems"][2]["classifications"]["chartOfAccountId"] == account.id
    assert bill["billLineItems"][2]["description"] == "Tax, VAT (20 %)"


def test_what_a_document_does_not_say_lands_as_the_table_says(both: Bench) -> None:
    add(both, sets={"CLASS": _refs(both, ListName.CLASSES)[0]}, days="30")
    place = _refs(both, ListName.LOCATIONS)[0]
    item = both.ready_item(
        invoice_number=None, description=None, date="2026-11-17", due_date=None, project=f"{place.name} (location)",
        total_amount="108.25", vat_amount="8.25",
    )  # fmt: skip
    assert item.lacks == ()
    bill, publish = published(both, item)
    assert bill["invoice"] == {"invoiceNumber": f"DEXT-{item.details.dext_id}", "invoiceDate": "2026-11-17"}
    assert bill["dueDate"] == "2026-12-17"
    (line,) = bill["billLineItems"]
    assert (line["amount"], line["classifications"]["locationId"]) == (Decimal("108.25"), place.id)
    assert line["classifications"]["accountingClassId"] == _refs(both, ListName.CLASSES)[0].id
    assert "customerId" not in line["classifications"]
    assert bill["description"].endswith(f"[dext:{item.details.dext_id}]")
    assert bill["paymentStatus"] == "UNPAID"
    assert both.organization.payments == []
    assert bill.get("approvers", []) == []
    assert publish.shortfalls == ()


def test_a_due_date_is_never_assumed(bench: Bench) -> None:
    item = bench.ready_item(due_date=None)
    assert item.lacks == ("due date missing: enter it with Edit",)


def agree_on(bench: Bench, vendor: str, days: int) -> None:
    """Let Bill.com have terms of payment with a vendor, and refresh the lists."""
    row = next(row for row in bench.organization.lists["vendors"].values() if row["name"] == vendor)
    bench.organization.lists["payment-terms"]["00pX"] = {
        "id": "00pX", "name": "Agreed", "daysDue": days, "archived": False, "createdTime": row["createdTime"],
        "updatedTime": row["updatedTime"],
    }  # fmt: skip
    row["additionalInfo"] = {"paymentTermId": "00pX"}
    refresh_id = bench.refreshing.request(WORKSPACE, ADMIN, CHANNEL, full=True)[0].id
    for _ in bench.refreshing.run(refresh_id):
        pass
    bench.intake.look_again(bench.business_id)


def test_a_document_without_due_date_is_due_by_the_terms_with_its_supplier(both: Bench) -> None:
    item = both.ready_item(date="2026-11-17", due_date=None)
    assert item.lacks == ("due date missing: enter it with Edit",)
    agree_on(both, item.details.supplier, 15)
    assert again(both, item).lacks == ()
    view = Inbox(both.base, "https://bill.example").open(WORKSPACE, ADMIN, item.id)
    assert "2 Dec 2026, by the supplier's terms in Bill.com" in str(item_message(view))
    (request_id,) = both.ask(item.id)
    card = both.approvals.card(request_id)
    assert any("due 15 days after the date, by the terms of payment" in flag for flag in card.request.plan.flags)
    agree_on(both, item.details.supplier, 20)
    with pytest.raises(ConflictError):  # what was asked for has changed
        both.approvals.approve(WORKSPACE, ADMIN, request_id)
    both.approvals.approve(WORKSPACE, ADMIN, request_id)
    both.work_off("publish")
    assert both.bills[-1]["dueDate"] == "2026-12-07"


def test_a_rules_terms_and_the_documents_own_date_win_over_the_suppliers(bench: Bench) -> None:
    agree_on(bench, bench.ready_item().details.supplier, 15)
    own = bench.ready_item(date="2026-11-17", due_date="2026-12-24")
    assert published(bench, own)[0]["dueDate"] == "2026-12-24"
    add(bench, days="30")
    ruled = bench.ready_item(
        date="2026-11-17", due_date=None, invoice_number="A-2", total_amount="55.00", vat_amount="5.00"
    )
    assert published(bench, ruled)[0]["dueDate"] == "2026-12-17"


def test_an_approver_that_bill_com_does_not_take_is_told_apart_and_the_bill_stays(bench: Bench) -> None:
    approver, _ = with_more_lists(bench)
    item = bench.ready_item()
    save(bench, item, APPROVER=approver)
    refusal = {"response_status": 1, "response_data": {"error_code": "BDC_1145", "error_message": "no"}}
    bench.bill_fails(path="/api/v2/SetApprovers.json", status=200, body=refusal, times=5)
    bill, publish = published(bench, again(bench, item))
    assert bill["description"].endswith(f"[dext:{item.details.dext_id}]")
    assert (publish.state, publish.approver_set_at, len(bench.bills)) == (PublishState.DONE, None, 1)
    (shortfall,) = publish.shortfalls
    assert shortfall.startswith("its first approver could not be named: ")
    assert shortfall.endswith("name them on the bill in Bill.com")


def test_a_lost_answer_about_the_approver_makes_no_second_bill(bench: Bench) -> None:
    approver, _ = with_more_lists(bench)
    item = bench.ready_item()
    save(bench, item, APPROVER=approver)
    bench.bill_fails(path="/api/v2/SetApprovers.json", phase="after", action="cut", times=1)
    bill, publish = published(bench, again(bench, item))
    assert (publish.state, publish.shortfalls, len(bench.bills)) == (PublishState.DONE, (), 1)
    assert [one["userId"] for one in bill["approvers"]] == [approver.id]


def test_another_approver_is_another_request(bench: Bench) -> None:
    approver, _ = with_more_lists(bench)
    item = bench.ready_item()
    (request_id,) = bench.ask(item.id)
    assert save(bench, item, APPROVER=approver).asked_again
    assert bench.approvals.card(request_id).request.changes == (f"Bill.com approver: none → {approver.name}",)


# What is called ready is accepted.

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    total = draw(st.decimals("0.01", "9999999.99", places=2))
    return {
        "total": total,
        "tax": draw(st.none() | st.just(Decimal(0)) | st.decimals("0.00", "99999.99", places=2)),
        "number": draw(TEXTS),
        "description": draw(TEXTS | st.text("x &<", max_size=2000)),
        "paid": draw(st.booleans()),
        "due_on": draw(st.none() | st.dates(date(2016, 1, 1), date(2028, 12, 31))),
        "setting": draw(st.sampled_from(["", "none", "inside", "own"])),
        "weights": draw(st.lists(st.integers(0, 50), max_size=6)),
        "net": draw(st.booleans()),
    }


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
@given(documents())
def test_what_is_called_ready_is_accepted_by_bill_com(bench: Bench, document: dict[str, Any]) -> None:
    bench.organization.lists["bills"].clear()  # else what is drawn twice is a duplicate, and rightly stopped
    rates = {
        "inside": ("VAT in", TaxTreatment.INSIDE, ""),
        "own": ("VAT own", TaxTreatment.OWN_LINE, "Freight & Shipping"),
    }
    _, known, _ = bench.rates.listing(WORKSPACE, ADMIN)
    for name, treatment, account in rates.values():
        if name not in [rate.name for rate in known]:
            id_ = entry(bench, ListName.ACCOUNTS, account).id if account else ""
            bench.rates.add(WORKSPACE, ADMIN, bench.business_id, name, "8.25", treatment, id_)
    _, known, _ = bench.rates.listing(WORKSPACE, ADMIN)
    setting = {rate.name: rate.id for rate in known}.get(rates.get(document["setting"], ("",))[0], document["setting"])
    item = bench.ready_item(invoice_number="x")
    details = replace(
        item.details, total=document["total"], tax=document["tax"], number=document["number"].replace("\0", ""),
        description=document["description"].replace("\0", ""), paid=document["paid"], due_on=document["due_on"],
        tax_setting=setting, lines=_lines(document),
    )  # fmt: skip
    with bench.database.begin() as session:
        # The facts say the same, so that nothing differs when it is looked at once more before it is sent.
        items.keep(session, replace(item, details=details), bench.clock())
    bench.intake.look_again(bench.business_id)
    judged = again(bench, item)
    before = len(bench.bills)
    if judged.status is not ItemStatus.READY:
        assert judged.lacks
        return
    bill, publish = published(bench, judged)
    assert publish.state is PublishState.DONE, publish.problem
    assert len(bench.bills) == before + 1
    assert Decimal(str(bill["amount"])) == document["total"]


def _lines(document: dict[str, Any]) -> Lines:
    """Return lines that add up to the total, or to anything."""
    if not document["weights"]:
        return Lines()
    amounts = [Decimal(weight) for weight in document["weights"]]
    rest = document["total"] - sum(amounts, Decimal(0))
    return Lines((*(ItemLine(amount) for amount in amounts), ItemLine(rest)), document["net"])
