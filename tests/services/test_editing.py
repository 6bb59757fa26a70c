"""Editing in Slack: nobody overwrites anybody unseen, nobody approves what they edited, and Dext hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.approvals import RequestState
from bot.domain.editing import LineDraft, LinesDraft, Raw
from bot.domain.fields import ItemField
from bot.domain.items import Item, ItemStatus
from bot.domain.layers import Source
from bot.domain.lines import Ref
from bot.domain.lists import ListName
from bot.domain.people import Role
from bot.domain.rules import RuleKind
from bot.domain.views.editing import Edited, EditForm, LinesForm
from bot.errors import ConflictError, FormError, InputError, NotAllowedError, NotFoundError
from bot.services.rule_forms import WantedRule
from storage import changes, items, lists, people
from tests.storage.conftest import statements
from tests.support.bench import ADMIN, APPROVER, AUDITOR, FINANCE, STRANGER, WORKSPACE, Bench


def entry(bench: Bench, name: ListName, called: str) -> Ref:
    """Return an entry of our copies by its name."""
    place = {ListName.ACCOUNTS: "chart-of-accounts", ListName.SUPPLIERS: "vendors", ListName.CUSTOMERS: "customers",
             ListName.CLASSES: "accounting-classes", ListName.LOCATIONS: "locations"}[name]  # fmt: skip
    row = next(row for row in bench.organization.lists[place].values() if row["name"] == called)
    return Ref(row["id"], row["name"])


def typed(bench: Bench, item: Item, by: str = FINANCE, **changes: Raw) -> dict[ItemField, Raw]:
    """Return the form of an item as it would come back with some fields changed."""
    form = bench.editing.form(WORKSPACE, by, item.id, bench.business_id)
    shown: dict[ItemField, Raw] = {
        name: f"{value:f}" if isinstance(value, Decimal) else value  # type: ignore[misc]
        for name, value in form.values.items()
    }
    return shown | {ItemField[name]: value for name, value in changes.items()}


def save(bench: Bench, item: Item, by: str = FINANCE, version: int = 0, **changes: Any) -> Edited:
    return bench.editing.save(
        WORKSPACE, by, item.id, bench.business_id, version or item.version, typed(bench, item, by, **changes)
    )


def again(bench: Bench, item: Item) -> Item:
    with bench.database.begin() as session:
        return items.get(session, bench.business_id, item.id)


def history(bench: Bench, item: Item) -> list[tuple[str, str, str, str]]:
    with bench.database.begin() as session:
        found = changes.of_item(session, item.id)
    return [(one.change.field.value, one.change.old, one.change.new, one.change.by) for one in found]


# What an edit does.


def test_a_missing_category_is_put_right_in_slack(both: Bench) -> None:
    item = both.ready_item(category=None)
    assert item.lacks == ("category missing: choose one with Edit",)
    software = entry(both, ListName.ACCOUNTS, "Software Subscriptions")
    edited = save(both, item, CATEGORY=Ref(software.id))
    assert (edited.item.status, edited.item.lacks) == (ItemStatus.READY, ())
    kept = again(both, item)
    assert kept == edited.item
    assert (kept.details.category, kept.details.category_id) == (software.name, software.id)
    first = kept.layers.first(ItemField.CATEGORY)
    assert first is not None
    assert (first.source, first.by) == (Source.EDIT, FINANCE)
    assert history(both, item) == [("category", "", software.name, FINANCE)]
    assert kept.editors == (FINANCE,)


def test_saving_what_the_form_showed_changes_nothing(bench: Bench) -> None:
    item = bench.ready_item(payee="Nobody We Know", project="Nowhere")
    edited = save(bench, item)
    assert (edited.changes, again(bench, item).version, again(bench, item).editors) == ((), 1, ())
    assert bench.work.named("write_back") == []


def test_every_field_of_the_form_can_be_changed(bench: Bench) -> None:
    item = bench.ready_item()
    wanted: dict[str, Any] = {
        "SUPPLIER": entry(bench, ListName.SUPPLIERS, "Blue Harbor Logistics"),
        "CATEGORY": entry(bench, ListName.ACCOUNTS, "Freight & Shipping"),
        "TOTAL": "1,200.50", "TAX": "100", "CURRENCY": "usd", "ISSUED_ON": date(2026, 11, 1),
        "DUE_ON": date(2026, 12, 1), "NUMBER": "BHL-1", "DESCRIPTION": "Pallets", "PAID": True,
        "CLASS": next(iter(_refs(bench, ListName.CLASSES))), "LOCATION": next(iter(_refs(bench, ListName.LOCATIONS))),
        "CUSTOMER": next(iter(_refs(bench, ListName.CUSTOMERS))),
    }  # fmt: skip
    edited = save(bench, item, **wanted)
    details = again(bench, item).details
    assert edited.item.lacks == ()
    assert (details.supplier, details.category) == ("Blue Harbor Logistics", "Freight & Shipping")
    assert (details.total, details.tax, details.currency) == (Decimal("1200.50"), Decimal("100"), "USD")
    assert (details.issued_on, details.due_on) == (date(2026, 11, 1), date(2026, 12, 1))
    assert (details.number, details.description, details.paid) == ("BHL-1", "Pallets", True)
    assert (details.project_class_id, details.location_id, details.customer_id) == (
        wanted["CLASS"].id, wanted["LOCATION"].id, wanted["CUSTOMER"].id,
    )  # fmt: skip


def _refs(bench: Bench, name: ListName) -> list[Ref]:
    place = {ListName.CLASSES: "accounting-classes", ListName.LOCATIONS: "locations", ListName.CUSTOMERS: "customers"}
    return [
        Ref(row["id"], row["name"]) for row in bench.organization.lists[place[name]].values() if not row["archived"]
    ]


def test_a_due_date_before_the_documents_own_is_refused_beside_it(bench: Bench) -> None:
    item = bench.ready_item(date="2026-11-18", due_date="2026-12-17")
    wrong: list[dict[str, Any]] = [{"DUE_ON": date(2026, 11, 17)}, {"ISSUED_ON": date(2026, 12, 18)}]
    for days in wrong:
        with pytest.raises(FormError) as refused:
            save(bench, item, **days)
        issued = "18 Dec 2026" if "ISSUED_ON" in days else "18 Nov 2026"
        assert refused.value.errors == {"due_date": f"The due date is before the date of the document, {issued}."}
    assert again(bench, item) == item
    assert save(bench, item, DUE_ON=date(2026, 11, 18)).changes


def test_a_due_date_that_came_so_from_dext_is_flagged_and_blocks_nothing(bench: Bench) -> None:
    item = bench.ready_item(date="2026-11-18", due_date="2026-11-01")
    edited = save(bench, item, DESCRIPTION="Other")
    assert (edited.item.status, edited.item.lacks) == (ItemStatus.READY, ())
    (request_id,) = bench.ask(item.id)
    card = bench.approvals.card(request_id)
    assert "the due date is before the date of the document" in card.request.plan.flags


def test_a_due_date_by_terms_moves_with_the_date_and_is_not_refused(bench: Bench) -> None:
    supplier = entry(bench, ListName.SUPPLIERS, "Acme Cloud Services")
    wanted = WantedRule(RuleKind.SUPPLIER, supplier, {}, days="10")
    bench.rules.save(WORKSPACE, ADMIN, bench.business_id, "", 0, wanted)
    item = bench.ready_item(date="2026-11-18", due_date=None)
    edited = save(bench, item, ISSUED_ON=date(2026, 12, 1))
    assert edited.item.details.due_on == date(2026, 12, 11)


def test_an_item_from_before_there_were_layers_keeps_what_it_holds(bench: Bench) -> None:
    item = bench.ready_item()
    bench.rows("UPDATE items SET seen = NULL, layers = '{}' RETURNING id")
    edited = save(bench, item, DESCRIPTION="New")
    assert replace(edited.item.details, description=item.details.description) == item.details
    bench.dext_does("change", id=int(item.details.dext_id), invoice_number="ACS-2")
    bench.intake.run(bench.business_id)
    assert (again(bench, item).details.number, again(bench, item).details.description) == ("ACS-2", "New")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("TOTAL", "12,5", "is not an amount"),
        ("TOTAL", "0", "only amounts above zero"),
        ("TOTAL", "-5", "only amounts above zero"),
        ("TOTAL", "10.005", "does not have that many decimals"),
        ("TOTAL", "9" * 30, "is not an amount"),
        ("TAX", "100.01", "more than the total"),
        ("TAX", "-1", "not below zero"),
        ("CURRENCY", "DOLLARS", "three letters"),
        ("ISSUED_ON", date(1926, 11, 17), "right year"),
        ("DUE_ON", date(2126, 1, 1), "right year"),
        ("NUMBER", "x" * 256, "under 255"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field_and_nothing_is_kept(
    bench: Bench, field: str, value: Any, said: str
) -> None:
    item = bench.ready_item()
    with pytest.raises(FormError) as refused:
        save(bench, item, **{field: value})
    assert list(refused.value.errors) == [ItemField[field].value]
    assert said in refused.value.errors[ItemField[field].value]
    assert again(bench, item) == item


def test_an_entry_that_was_archived_meanwhile_is_refused_beside_its_field(bench: Bench) -> None:
    item, software = bench.ready_item(), entry(bench, ListName.ACCOUNTS, "Freight & Shipping")
    bench.rows("UPDATE entries SET archived = true WHERE id = :id RETURNING id", id=software.id)
    with pytest.raises(FormError) as refused:
        save(bench, item, CATEGORY=Ref(software.id))
    assert "no longer in Bill.com's list" in refused.value.errors["category"]


def test_an_id_of_another_list_is_no_category(bench: Bench) -> None:
    with pytest.raises(FormError):
        save(bench, bench.ready_item(), CATEGORY=entry(bench, ListName.SUPPLIERS, "Blue Harbor Logistics"))


# Who, and when.


@pytest.mark.parametrize("user", [APPROVER, AUDITOR, STRANGER])
def test_only_finance_and_admins_edit(bench: Bench, user: str) -> None:
    item = bench.ready_item()
    with pytest.raises(NotAllowedError):
        bench.editing.form(WORKSPACE, user, item.id, bench.business_id)
    with pytest.raises(NotAllowedError):
        bench.editing.save(WORKSPACE, user, item.id, bench.business_id, 1, {})


def test_another_workspaces_item_is_not_found(bench: Bench) -> None:
    item = bench.ready_item()
    with pytest.raises(NotFoundError):
        bench.editing.form("T999", ADMIN, item.id, bench.business_id)


@pytest.mark.parametrize(
    ("status", "said"),
    [(ItemStatus.PROCESSING, "still reading"), (ItemStatus.PUBLISHING, "on its way"), (ItemStatus.PUBLISHED, "there")],
)
def test_an_item_that_is_not_at_rest_is_not_edited(bench: Bench, status: ItemStatus, said: str) -> None:
    item = bench.ready_item()
    with bench.database.begin() as session:
        items.keep(session, replace(item, status=status), bench.clock())
    with pytest.raises(ConflictError) as refused:
        bench.editing.form(WORKSPACE, FINANCE, item.id, bench.business_id)
    assert said in refused.value.user_message


def test_what_may_be_in_bill_com_already_is_not_edited(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.bill_fails(method="POST", path="/v3/bills", phase="after", action="cut")
    bench.publishing.run(publish_id)
    item = bench.item()
    with bench.database.begin() as session:
        items.keep(session, replace(item, status=ItemStatus.HELD), bench.clock())
    with pytest.raises(ConflictError) as refused:
        bench.editing.form(WORKSPACE, FINANCE, item.id, bench.business_id)
    assert "may be in Bill.com already" in refused.value.user_message


# Two at once.


def test_the_second_editor_sees_what_changed_and_overwrites_nothing(both: Bench) -> None:
    item = both.ready_item(category=None)
    freight = entry(both, ListName.ACCOUNTS, "Freight & Shipping")
    software = entry(both, ListName.ACCOUNTS, "Software Subscriptions")
    second = typed(both, item, ADMIN, CATEGORY=software, DESCRIPTION="Mine")
    save(both, item, CATEGORY=freight)
    told = both.editing.save(WORKSPACE, ADMIN, item.id, both.business_id, item.version, second)
    assert told.form is not None
    assert [(one.field, one.old, one.new, one.by) for one in told.form.changed] == [
        (ItemField.CATEGORY, "", freight.name, FINANCE)
    ]
    assert told.form.values[ItemField.CATEGORY] == freight
    assert told.form.values[ItemField.DESCRIPTION] == "Mine"
    assert told.form.mine == {ItemField.CATEGORY: software}
    kept = again(both, item)
    assert (kept.details.category, kept.details.description, kept.editors) == (freight.name, "Hosting", (FINANCE,))
    saved = both.editing.save(WORKSPACE, ADMIN, item.id, both.business_id, kept.version, second)
    assert (saved.form, saved.item.details.category) == (None, software.name)


def test_a_change_in_dext_meanwhile_is_seen_too(bench: Bench) -> None:
    item = bench.ready_item()
    mine = typed(bench, item, DESCRIPTION="Mine")
    bench.dext_does("change", id=int(item.details.dext_id), total_amount="101.00")
    bench.intake.run(bench.business_id)
    told = bench.editing.save(WORKSPACE, FINANCE, item.id, bench.business_id, item.version, mine)
    assert told.form is not None
    (change,) = told.form.changed
    assert (change.field, change.old, change.new, change.by) == (
        ItemField.TOTAL, "100.00", "101.00", "in Dext, author unknown",
    )  # fmt: skip


def test_ones_own_change_meanwhile_is_no_surprise(bench: Bench) -> None:
    item = bench.ready_item()
    save(bench, item, DESCRIPTION="One")
    assert save(bench, again(bench, item), version=item.version, NUMBER="N-2").form is None


# Four eyes.


def test_who_edited_cannot_approve_by_any_route(bench: Bench) -> None:
    item = bench.ready_item()
    form = bench.editing.form(WORKSPACE, ADMIN, item.id, bench.business_id)
    assert (form.gives_up, form.approvers) == (True, (APPROVER,))
    assert bench.editing.form(WORKSPACE, FINANCE, item.id, bench.business_id).gives_up is False
    save(bench, item, ADMIN, DESCRIPTION="Edited")
    (request_id,) = bench.ask(item.id)
    routes: tuple[Callable[[], None], ...] = (
        lambda: bench.approvals.approve(WORKSPACE, ADMIN, request_id),
        lambda: bench.approvals.reject(WORKSPACE, ADMIN, request_id, "no"),
    )
    for decide in routes:
        with pytest.raises(NotAllowedError) as refused:
            decide()
        assert refused.value.user_message == (
            f"You edited this item, so somebody else has to decide. These people can: <@{APPROVER}>."
        )
    assert bench.status.home(WORKSPACE, ADMIN).to_decide == ()
    assert len(bench.status.home(WORKSPACE, APPROVER).to_decide) == 1
    bench.approvals.approve(WORKSPACE, APPROVER, request_id)


def test_who_sent_the_document_cannot_approve_it(bench: Bench) -> None:
    item = bench.ready_item()
    with bench.database.begin() as session:
        items.keep(session, replace(item, uploader=APPROVER), bench.clock())
    (request_id,) = bench.ask(item.id)
    with pytest.raises(NotAllowedError) as refused:
        bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    assert "You sent this document in" in refused.value.user_message


def test_an_item_that_everybody_edited_is_not_asked_for(bench: Bench) -> None:
    item = bench.ready_item()
    with bench.database.begin() as session:
        people.give_role(session, bench.business_id, APPROVER, Role.FINANCE, ADMIN, bench.clock())
    save(bench, item, ADMIN, DESCRIPTION="One")
    save(bench, again(bench, item), APPROVER, DESCRIPTION="Two")
    asked = bench.approvals.request(WORKSPACE, FINANCE, [item.id], "C001")
    assert asked.asked == ()
    assert "nobody approves their own work" in asked.refused[0][1]


def test_an_edit_that_would_leave_nobody_to_approve_is_refused(bench: Bench) -> None:
    item = bench.ready_item()
    bench.ask(item.id, by=ADMIN)
    with bench.database.begin() as session:
        people.give_role(session, bench.business_id, APPROVER, Role.FINANCE, ADMIN, bench.clock())
    with pytest.raises(NotAllowedError) as refused:
        save(bench, item, APPROVER, DESCRIPTION="Edited")
    assert "nobody could approve it" in refused.value.user_message
    assert again(bench, item).details.description == "Hosting"


# While it waits for approval.


def test_an_edit_of_what_waits_asks_again_with_the_difference(both: Bench) -> None:
    item = both.ready_item()
    (request_id,) = both.ask(item.id)
    edited = save(both, item, TOTAL="120.00")
    assert edited.asked_again
    assert again(both, item).status is ItemStatus.WAITING
    card = both.approvals.card(request_id)
    assert card.request.state is RequestState.PENDING
    assert card.request.changes == ("total: USD 100.00 → USD 120.00",)
    both.approvals.approve(WORKSPACE, APPROVER, request_id)
    both.work_off("publish")
    assert [str(bill["amount"]) for bill in both.bills] == ["120.00"]


def test_an_edit_that_changes_nothing_of_the_bill_asks_nobody(bench: Bench) -> None:
    item = bench.ready_item(payment_method="Company Card")
    (request_id,) = bench.ask(item.id)
    before = bench.approvals.card(request_id).request
    assert save(bench, item, NUMBER=" ACS-1 ").asked_again is False
    assert bench.approvals.card(request_id).request == before


# Dext.


def dext_item(bench: Bench, item: Item) -> dict[str, Any]:
    return next(row for row in bench.dext_state()["items"] if str(row["id"]) == item.details.dext_id)


def test_edits_go_back_to_dext_and_come_from_there_as_no_change(both: Bench) -> None:
    item = both.ready_item(category=None)
    save(both, item, CATEGORY=entry(both, ListName.ACCOUNTS, "Freight & Shipping"), TOTAL="120.5", PAID=True,
         DUE_ON=None, CLASS=_refs(both, ListName.CLASSES)[0])  # fmt: skip
    both.work_off("write_back")
    row = dext_item(both, item)
    assert (row["category"], row["total_amount"], row["paid"], row["due_date"]) == (
        "Freight & Shipping", "120.50", True, None,
    )  # fmt: skip
    assert row["project"] == _refs(both, ListName.CLASSES)[0].name
    kept = again(both, item)
    assert both.intake.run(both.business_id) == 0
    assert again(both, item) == kept
    assert len(history(both, item)) == 5


def test_a_change_in_dext_after_an_edit_does_not_win_and_is_remembered(bench: Bench) -> None:
    item = bench.ready_item()
    save(bench, item, NUMBER="MINE-1")
    bench.work_off("write_back")
    bench.dext_does("change", id=int(item.details.dext_id), invoice_number="THEIRS-1")
    bench.intake.run(bench.business_id)
    kept = again(bench, item)
    assert kept.details.number == "MINE-1"
    assert [(one.source, one.value) for one in kept.layers.of(ItemField.NUMBER)] == [
        (Source.EDIT, "MINE-1"), (Source.CHANGED, "THEIRS-1"), (Source.RECEIPT, "ACS-1"),
    ]  # fmt: skip
    assert history(bench, item)[-1] == ("reference", "MINE-1", "THEIRS-1", "in Dext, author unknown")


def test_what_dext_refuses_is_kept_here_and_told(both: Bench) -> None:
    item = both.ready_item()
    save(both, item, CURRENCY="XYZ", DESCRIPTION="Kept")
    both.work_off("write_back")
    assert both.work.told("unwritten") == [f"{both.business_id}:{item.id}"]
    told = both.writing.unwritten(both.business_id, item.id)
    assert (told.user_id, [field for field, _ in told.refused]) == (FINANCE, ["currency"])
    assert dext_item(both, item)["description"] == "Kept"
    assert again(both, item).details.currency == "XYZ"
    assert both.writing.write_due() == 0
    both.intake.run(both.business_id)
    assert again(both, item).details.currency == "XYZ"


def test_an_outage_of_dext_loses_no_edit(both: Bench) -> None:
    item = both.ready_item()
    save(both, item, DESCRIPTION="Later")
    both.dext_fails(path="/api/update_receipt_data", status=503, times=3)
    both.work_off("write_back")
    assert dext_item(both, item)["description"] == "Hosting"
    both.clock.pass_by(minutes=20)
    assert both.writing.write_due() == 1
    both.work_off("write_back")
    assert dext_item(both, item)["description"] == "Later"


def test_an_answer_lost_after_dext_took_it_is_no_second_change(bench: Bench) -> None:
    item = bench.ready_item()
    save(bench, item, DESCRIPTION="Once")
    bench.dext_fails(path="/api/update_receipt_data", phase="after", action="cut", times=3)
    bench.work_off("write_back")
    kept = again(bench, item)
    bench.intake.run(bench.business_id)
    assert (again(bench, item).details, again(bench, item).layers) == (kept.details, kept.layers)


def test_of_two_edits_dext_ends_with_the_last(bench: Bench) -> None:
    item = bench.ready_item()
    save(bench, item, DESCRIPTION="One")
    save(bench, again(bench, item), DESCRIPTION="Two")
    bench.work_off("write_back")
    assert dext_item(bench, item)["description"] == "Two"


# Line items.


def lines(bench: Bench, *amounts: str, **more: Any) -> LinesDraft:
    return LinesDraft(tuple(LineDraft(key, amount) for key, amount in enumerate(amounts, start=1)), **more)


def save_lines(bench: Bench, item: Item, draft: LinesDraft, by: str = FINANCE) -> Edited:
    return bench.dividing.save(WORKSPACE, by, item.id, bench.business_id, item.version, draft)


def test_an_item_is_divided_and_its_bill_adds_up(both: Bench) -> None:
    item = both.ready_item(vat_amount="20.00")
    freight, place = entry(both, ListName.ACCOUNTS, "Freight & Shipping"), _refs(both, ListName.LOCATIONS)[0]
    draft = lines(both, "60.00", "40.00")
    draft = replace(draft, rows=(draft.rows[0], replace(draft.rows[1], category=freight, location=place)))
    edited = save_lines(both, item, draft)
    assert edited.item.lacks == ()
    (request_id,) = both.ask(item.id)
    both.approvals.approve(WORKSPACE, APPROVER, request_id)
    both.work_off("publish")
    (bill,) = both.bills
    assert [str(line["amount"]) for line in bill["billLineItems"]] == ["60.00", "40.00"]
    assert bill["billLineItems"][1]["classifications"]["chartOfAccountId"] == freight.id
    assert bill["billLineItems"][1]["classifications"]["locationId"] == place.id


def test_lines_that_do_not_add_up_are_refused_beside_the_last(bench: Bench) -> None:
    item = bench.ready_item()
    with pytest.raises(InputError) as refused:
        save_lines(bench, item, lines(bench, "60.00", "30.00"))
    assert (refused.value.field, refused.value.user_message) == (
        "line_amount.2", "The lines add up to 90.00, not 100.00: 10.00 short.",
    )  # fmt: skip


def test_a_new_total_makes_lines_a_reason_for_review(bench: Bench) -> None:
    item = bench.ready_item()
    save_lines(bench, item, lines(bench, "60.00", "40.00"))
    edited = save(bench, again(bench, item), TOTAL="110.00")
    assert edited.item.lacks == ("lines do not add up: 10.00 less than the total; correct them with Edit",)


def test_lines_are_divided_a_page_at_a_time(bench: Bench) -> None:
    item = bench.ready_item()
    save_lines(bench, item, lines(bench, *["10.00"] * 10))
    more = save_lines(bench, again(bench, item), lines(bench, "5.00", "5.00", first=10))
    assert more.item.lacks == ("lines do not add up: 10.00 more than the total; correct them with Edit",)
    form = bench.dividing.form(WORKSPACE, FINANCE, item.id, bench.business_id, first=10)
    assert [row.amount for row in form.draft.rows] == ["5.00", "5.00"]
    first = bench.dividing.form(WORKSPACE, FINANCE, item.id, bench.business_id).draft
    less = replace(first, rows=first.rows[:9])
    assert save_lines(bench, again(bench, item), less).item.lacks == ()
    assert [str(row.amount) for row in again(bench, item).details.lines.rows] == [*["10.00"] * 9, "5.00", "5.00"]


def test_adding_splitting_and_removing_lines_is_all_in_the_form(bench: Bench) -> None:
    item = bench.ready_item()
    form = bench.dividing.form(WORKSPACE, FINANCE, item.id, bench.business_id)
    assert (form.draft.rows, form.balance) == ((), "Net 100.00 + tax 0.00 = total USD 100.00.")
    form = bench.dividing.split(form, "33.33%, 66.67%")
    assert [row.amount for row in form.draft.rows] == ["33.33", "66.67"]
    form = bench.dividing.split(form, "50, rest")
    assert [row.amount for row in form.draft.rows] == ["50", "50.00"]
    form = bench.dividing.remove(form, form.draft.rows[0].key)
    form = bench.dividing.form(WORKSPACE, FINANCE, item.id, bench.business_id, form.draft)
    assert form.balance.endswith("The lines are 50.00 short.")
    form = bench.dividing.add(form)
    assert [row.amount for row in form.draft.rows] == ["50.00", "50.00"]
    assert "not a per cent" in bench.dividing.split(form, "x%, y%").problem
    assert again(bench, item) == item


def begin(bench: Bench, item: Item, **changes: Any) -> LinesForm | EditForm:
    """Return what Divide into Lines… shows over the item's form with some fields changed."""
    return bench.dividing.begin(
        WORKSPACE, FINANCE, item.id, bench.business_id, item.version, typed(bench, item, **changes)
    )


def test_the_total_that_is_typed_is_divided_and_saved_with_the_lines(both: Bench) -> None:
    item = both.ready_item()
    form = begin(both, item, TOTAL="200", DESCRIPTION="Not yet")
    assert isinstance(form, LinesForm)
    assert form.balance == "Net 200.00 + tax 0.00 = total USD 200.00."
    form = both.dividing.split(form, "60, rest")
    assert [row.amount for row in form.draft.rows] == ["60", "140"]
    amounts: dict[ItemField, Raw] = {ItemField.TOTAL: "200"}
    drawn = both.dividing.form(WORKSPACE, FINANCE, item.id, both.business_id, form.draft, typed=amounts)
    assert drawn.balance.endswith("The lines add up.")
    with pytest.raises(InputError):
        save_lines(both, item, form.draft)
    edited = both.dividing.save(WORKSPACE, FINANCE, item.id, both.business_id, item.version, form.draft, amounts)
    assert [(one.field, one.new) for one in edited.changes] == [
        (ItemField.TOTAL, "200.00"), (ItemField.LINES, "2 lines"),
    ]  # fmt: skip
    kept = again(both, item)
    assert (kept.details.total, kept.details.description) == (Decimal(200), "Hosting")
    assert kept.details.lines.total == Decimal(200)
    # The form beneath is still as it was typed, and opened on the version before.
    below = save(both, item, TOTAL="200", DESCRIPTION="Now")
    assert [one.field for one in below.changes] == [ItemField.DESCRIPTION]


@pytest.mark.parametrize("total", ["20O", "0", "100.005"])
def test_amounts_that_are_none_are_not_divided(bench: Bench, total: str) -> None:
    item = bench.ready_item()
    form = begin(bench, item, TOTAL=total)
    assert isinstance(form, EditForm)
    assert form.problem.startswith("Total: ")
    assert form.item.version == item.version
    with pytest.raises(InputError, match=r"Nothing was saved\. Total: "):
        bench.dividing.save(
            WORKSPACE, FINANCE, item.id, bench.business_id, 1, lines(bench, "100"), {ItemField.TOTAL: total}
        )


def test_a_typed_total_never_covers_unseen_what_somebody_else_changed(bench: Bench) -> None:
    item = bench.ready_item()
    opened = typed(bench, item)
    save(bench, item, ADMIN, TOTAL="300")
    form = bench.dividing.begin(WORKSPACE, FINANCE, item.id, bench.business_id, item.version, opened)
    assert isinstance(form, EditForm)
    assert [(one.field, one.new) for one in form.changed] == [(ItemField.TOTAL, "300.00")]
    assert form.item.version == again(bench, item).version


def test_pressing_enter_says_what_is_wrong_with_an_amount(bench: Bench) -> None:
    item = bench.ready_item()
    for total, said in (("12,5", "is not an amount"), ("-1", "above zero"), ("90", "")):
        raw = typed(bench, item, TOTAL=total)
        form = bench.editing.form(WORKSPACE, FINANCE, item.id, bench.business_id, raw)
        assert said in form.problem
        assert bool(form.problem) is bool(said)
    assert form.balance == "Net 90.00 + tax 0.00 = total USD 90.00."


def test_somebody_elses_change_meanwhile_keeps_lines_from_being_saved(bench: Bench) -> None:
    item = bench.ready_item()
    save(bench, item, ADMIN, DESCRIPTION="Theirs")
    with pytest.raises(ConflictError) as refused:
        save_lines(bench, item, lines(bench, "100.00"))
    assert "description: Hosting → Theirs" in refused.value.user_message


# What it costs.


def test_the_form_costs_the_same_whatever_the_inbox_holds(bench: Bench) -> None:
    item = bench.ready_item()
    counts = []
    for _ in range(2):
        with statements(bench.database) as seen:
            bench.editing.form(WORKSPACE, FINANCE, item.id, bench.business_id)
        counts.append(len(seen))
        for number in range(60):
            bench.document(invoice_number=f"N-{number}")
        bench.intake.run(bench.business_id)
    assert counts[0] == counts[1]


def test_names_of_entries_follow_bill_com(bench: Bench) -> None:
    item, freight = bench.ready_item(), entry(bench, ListName.ACCOUNTS, "Freight & Shipping")
    save(bench, item, CATEGORY=freight)
    with bench.database.begin() as session:
        found = lists.by_ids(session, bench.business_id, [freight.id])[ListName.ACCOUNTS, freight.id]
        lists.take_page(session, bench.business_id, ListName.ACCOUNTS, 2, [replace(found, name="Cargo")])
    (request_id,) = bench.ask(item.id)
    assert bench.approvals.card(request_id).request.plan.category == "Cargo"


def test_a_credit_note_that_dext_shows_below_zero_can_be_edited(bench: Bench) -> None:
    item = bench.ready_item(type="credit_note", due_date=None, total_amount="-100.00", vat_amount="-5.00")
    save(bench, item, DESCRIPTION="Returned pallets", TOTAL=item.details.total, TAX=item.details.tax)
    assert again(bench, item).details.description == "Returned pallets"
