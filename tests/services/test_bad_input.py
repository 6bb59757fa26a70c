"""What goes wrong with items and rules has an outcome that a person understands, from the document to Bill.com."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.cards import card_message
from blocks.editing import edit_modal
from blocks.item import item_message
from blocks.kit import Message
from bot.domain.fields import ItemField
from bot.domain.items import ItemStatus
from bot.domain.lines import ItemLine, Lines
from bot.domain.lists import ListName
from bot.domain.publishing import PublishState
from bot.sandbox.slack.check import check_message, check_view
from storage import items
from tests.services.test_editing import again, entry, save, typed
from tests.services.test_inbox import inbox
from tests.services.test_mapping import published
from tests.services.test_refreshing import refreshed
from tests.services.test_rules import ACME, add, software
from tests.support.bench import FINANCE, WORKSPACE, Bench


def test_an_entry_that_was_renamed_keeps_its_items_and_rules(bench: Bench) -> None:
    add(bench, sets={"CATEGORY": software(bench)})
    item = bench.ready_item(category=None)
    bench.bill_does("rename", list="chart-of-accounts", id=software(bench).id, name="Cloud Costs")
    refreshed(bench)
    assert again(bench, item).status is ItemStatus.READY
    (request_id,) = bench.ask(item.id)
    assert bench.approvals.card(request_id).request.plan.category == "Cloud Costs"
    (row,) = bench.rules.listing(WORKSPACE, FINANCE, 0).rows
    assert row.problems == ()
    following = bench.ready_item(category=None, invoice_number="2")
    assert following.lacks == ()
    account = published(bench, following)[0]["billLineItems"][0]["classifications"]["chartOfAccountId"]
    assert account == entry(bench, ListName.ACCOUNTS, "Cloud Costs").id


@pytest.mark.parametrize("vanishes", [False, True], ids=["and is archived", "and is gone"])
def test_a_supplier_that_was_merged_into_another_is_a_reason_until_somebody_chooses(
    bench: Bench, vanishes: bool
) -> None:
    refreshed(bench)
    merged = entry(bench, ListName.SUPPLIERS, ACME)
    add(bench, sets={"CATEGORY": software(bench)})
    item = bench.ready_item(category=None)
    assert item.status is ItemStatus.READY
    if vanishes:
        del bench.organization.lists["vendors"][merged.id]
    else:
        bench.bill_does("archive", list="vendors", id=merged.id)
    refreshed(bench, full=True)
    bench.intake.look_again(bench.business_id)
    said = f"supplier “{ACME}” is archived in Bill.com: choose another with Edit"
    assert (again(bench, item).status, again(bench, item).lacks) == (ItemStatus.TO_REVIEW, (said,))
    (row,) = bench.rules.listing(WORKSPACE, FINANCE, 0).rows
    assert row.problems == (f"supplier “{ACME}” is archived in Bill.com",)
    other = entry(bench, ListName.SUPPLIERS, "Blue Harbor Logistics")
    assert save(bench, again(bench, item), SUPPLIER=other).item.lacks == ()
    bill, _ = published(bench, again(bench, item))
    assert bill["vendorId"] == other.id


@pytest.mark.parametrize(
    ("currency", "total", "tax"), [("JPY", "120000", "10909"), ("KWD", "12.505", "0.595"), ("USD", "9999999.99", "0")]
)
def test_a_bill_has_the_digits_of_its_currency(bench: Bench, currency: str, total: str, tax: str) -> None:
    vendor = bench.bill_does("add", list="vendors", name="Far Away", billCurrency=currency)
    refreshed(bench)
    # Dext knows few currencies and two decimals: what it refuses of an edit is kept here.
    item = save(bench, bench.ready_item(payee="Far Away"), CURRENCY=currency, TOTAL=total, TAX=tax).item
    assert item.lacks == ()
    bill, publish = published(bench, item)
    assert publish.state is PublishState.DONE
    assert (bill["vendorId"], Decimal(str(bill["amount"]))) == (vendor["id"], Decimal(total))


def test_the_currency_is_compared_with_the_suppliers_before_anybody_is_asked(bench: Bench) -> None:
    item = bench.ready_item(currency="EUR")
    assert item.lacks == ("currency is EUR, but Bill.com pays this supplier in USD",)


def test_five_hundred_lines_become_one_bill_and_a_card_that_slack_takes(bench: Bench) -> None:
    item = bench.ready_item(total_amount="500.49", vat_amount="0.00")
    rows = [
        *(ItemLine(Decimal("1.00"), f"Part {place} <&> *of* it") for place in range(499)),
        ItemLine(Decimal("1.49")),
    ]
    with bench.database.begin() as session:
        items.keep(session, replace(item, details=replace(item.details, lines=Lines(tuple(rows)))), bench.clock())
    bench.intake.look_again(bench.business_id)
    assert again(bench, item).lacks == ()
    assert taken_by_slack(item_message(inbox(bench).open(WORKSPACE, FINANCE, item.id)))
    bill, publish = published(bench, again(bench, item))
    assert taken_by_slack(card_message(bench.approvals.card(publish.request_id)))
    assert (publish.state, len(bill["billLineItems"])) == (PublishState.DONE, 500)
    assert Decimal(str(bill["amount"])) == Decimal("500.49")


HOSTILE = "<!channel> *x*_`&amp;<https://evil.example|Bill.com>\u202e\u0000 '; DROP TABLE items; -- <@U1>"


def test_hostile_text_in_every_field_is_text_all_the_way_to_bill_com(both: Bench) -> None:
    item = both.ready_item(
        payee=HOSTILE, category=HOSTILE, client=HOSTILE, project=HOSTILE, payment_method=HOSTILE,
        description=HOSTILE, invoice_number=HOSTILE,
    )  # fmt: skip
    assert item.status is ItemStatus.TO_REVIEW
    assert taken_by_slack(item_message(inbox(both).open(WORKSPACE, FINANCE, item.id)))
    supplier, category = entry(both, ListName.SUPPLIERS, ACME), software(both)
    form = both.editing.form(WORKSPACE, FINANCE, item.id, both.business_id)
    assert set(form.unmatched) == {ItemField.CUSTOMER, ItemField.PROJECT, ItemField.PAYMENT_METHOD}
    assert [one for one in check_view(edit_modal(form)) if one.hard] == []
    coded = typed(both, item, SUPPLIER=supplier, CATEGORY=category)
    edited = both.editing.save(
        WORKSPACE, FINANCE, item.id, both.business_id, item.version, coded, leave_out=tuple(form.unmatched)
    ).item
    assert edited.lacks == ()
    bill, publish = published(both, edited)
    assert publish.state is PublishState.DONE
    shown = card_message(both.approvals.card(publish.request_id))
    assert taken_by_slack(shown)
    assert "<!channel>" not in str(shown.blocks)
    assert "<https://evil.example" not in str(shown.blocks)
    assert "DROP TABLE items" in bill["description"]
    assert bill["description"].endswith(f"[dext:{item.details.dext_id}]")
    assert both.rows("SELECT count(*) FROM items") == [(1,)]


def taken_by_slack(said: Message) -> bool:
    problems = check_message({"channel": "C1", "text": said.text, "blocks": list(said.blocks)})
    assert [one for one in problems if one.hard] == []
    return True
