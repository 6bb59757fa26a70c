"""A supplier that Bill.com does not know is created there once, with the address it demands, and never silently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blocks.cards import card_message
from bot.clients.bill import BillClient
from bot.domain.items import Item, ItemStatus
from bot.domain.suppliers import NewSupplier, Order, OrderState
from bot.errors import ConflictError, InputError, NotAllowedError, NotFoundError, RefusedError
from storage import supplier_orders
from tests.support.bench import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, WORKSPACE, Bench, at_once

CAFE = "Juniper Street Cafe"
WANTED = NewSupplier(CAFE, "1 Juniper Street", "Oakland", "94601", "US", "USD", state="CA", email="ap@juniper.example")
CREATE = {"method": "POST", "path": "/v3/vendors"}
DROPPED: list[dict[str, Any]] = [
    {"phase": "after", "action": "drop"},
    {"phase": "before", "action": "drop"},
    {"phase": "after", "status": 503},
]


def unknown(bench: Bench, **changes: Any) -> Item:
    item = bench.ready_item(payee=CAFE, **changes)
    assert item.status is ItemStatus.TO_REVIEW
    return item


def ordered(bench: Bench, item: Item, wanted: NewSupplier = WANTED) -> Order:
    return bench.suppliers.order(WORKSPACE, FINANCE, item.id, wanted)


def vendors(bench: Bench, name: str = CAFE) -> list[dict[str, Any]]:
    return [row for row in bench.organization.lists["vendors"].values() if row["name"] == name]


def stored(bench: Bench, order: Order) -> Order:
    with bench.database.begin() as session:
        return supplier_orders.get(session, order.id)


def test_a_supplier_is_created_with_its_address_and_its_items_are_judged_anew(both: Bench) -> None:
    first, second = unknown(both), unknown(both, invoice_number="2")
    order = ordered(both, first)
    both.work_off()
    done = stored(both, order)
    (vendor,) = vendors(both)
    assert (done.state, done.vendor_id, done.found) == (OrderState.DONE, vendor["id"], False)
    assert vendor["address"]["line1"] == "1 Juniper Street"
    assert vendor["address"]["stateOrProvince"] == "CA"
    assert (vendor["billCurrency"], vendor["email"]) == ("USD", "ap@juniper.example")
    assert {item.status for item in both.items()} == {ItemStatus.READY}
    assert {item.id for item in both.items()} == {first.id, second.id}
    assert both.work.told("supplier") == [order.id]
    assert both.suppliers.report(order.id).item.status is ItemStatus.READY


@pytest.mark.parametrize("fault", DROPPED)
def test_an_unknown_outcome_never_makes_two_suppliers(both: Bench, fault: dict[str, Any]) -> None:
    order = ordered(both, unknown(both))
    both.bill_fails(**CREATE, **fault)
    both.work_off()
    assert len(vendors(both)) == 1
    assert (stored(both, order).state, stored(both, order).found) == (OrderState.DONE, False)


def test_while_it_is_unknown_nothing_is_sent_again_before_bill_com_had_time_to_show_it(bench: Bench) -> None:
    order = ordered(bench, unknown(bench))
    bench.bill_fails(**CREATE, phase="before", status=503)
    bench.suppliers.run(order.id)
    bench.clock.pass_by(seconds=119)
    bench.suppliers.run(order.id)
    assert len(bench.calls("POST", "/v3/vendors")) == 1
    bench.clock.pass_by(seconds=1)
    bench.suppliers.run(order.id)
    assert len(bench.calls("POST", "/v3/vendors")) == 2
    assert len(vendors(bench)) == 1


def test_killed_after_bill_com_made_it_the_clock_goes_on(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    order = ordered(both, unknown(both))
    with monkeypatch.context() as killed:
        killed.setattr(both.suppliers, "_keep", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            both.suppliers.run(order.id)
    assert len(vendors(both)) == 1
    both.work.waiting.clear()
    both.clock.pass_by(minutes=3)
    assert both.suppliers.revive_due() == 1
    both.work_off()
    assert len(vendors(both)) == 1
    assert stored(both, order).state is OrderState.DONE


def test_one_that_somebody_added_in_bill_com_meanwhile_is_found_and_not_made_again(both: Bench) -> None:
    item = unknown(both)
    both.bill_does("add", list="vendors", organizationId=both.organization_id, name="juniper  street CAFE",
                   address={"line1": "x", "city": "y", "zipOrPostalCode": "z", "country": "GB"})  # fmt: skip
    order = ordered(both, item)
    both.work_off()
    done = stored(both, order)
    assert (done.state, done.found) == (OrderState.DONE, True)
    assert both.calls("POST", "/v3/vendors") == []
    assert both.item().status is ItemStatus.READY


def test_one_that_is_archived_there_is_not_made_again(bench: Bench) -> None:
    item = unknown(bench)
    added = bench.bill_does("add", list="vendors", organizationId=bench.organization_id, name=CAFE,
                            address={"line1": "x", "city": "y", "zipOrPostalCode": "z", "country": "GB"})  # fmt: skip
    bench.organization.lists["vendors"][added["id"]]["archived"] = True
    order = ordered(bench, item)
    bench.work_off()
    assert stored(bench, order).state is OrderState.STOPPED
    assert "restore it in Bill.com" in stored(bench, order).problem
    assert len(vendors(bench)) == 1


def test_a_refusal_of_bill_com_is_told_and_it_can_be_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    item = unknown(bench)
    with monkeypatch.context() as refusing:
        refused = RefusedError(service="Bill.com", reason="The postal code does not exist.")
        refusing.setattr(BillClient, "create_vendor", lambda *_, **__: (_ for _ in ()).throw(refused))
        order = ordered(bench, item)
        bench.work_off()
    stopped = stored(bench, order)
    assert (stopped.state, stopped.creating_at) == (OrderState.STOPPED, None)
    assert "postal code does not exist" in stopped.problem
    again = ordered(bench, item)
    bench.work_off()
    assert stored(bench, again).state is OrderState.DONE
    assert len(vendors(bench)) == 1


def test_two_who_order_the_same_supplier_at_once_make_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    item = unknown(bench)
    outcomes = at_once(
        monkeypatch, supplier_orders, "add", *[lambda: bench.suppliers.order(WORKSPACE, FINANCE, item.id, WANTED)] * 2
    )
    assert outcomes == ["ConflictError", "done"]
    bench.work_off()
    assert len(vendors(bench)) == 1


def test_a_name_our_list_has_is_refused_beside_the_field(both: Bench) -> None:
    item = unknown(both)
    with pytest.raises(InputError, match="has a supplier of this name") as raised:
        ordered(both, item, replace(WANTED, name=" acme  cloud SERVICES "))
    assert raised.value.field == "name"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"line1": ""}, "line1"),
        ({"city": ""}, "city"),
        ({"city": "x" * 51}, "city"),
        ({"postal_code": ""}, "postal_code"),
        ({"state": ""}, "state"),
        ({"country": ""}, "country"),
        ({"country": "XX"}, "country"),
        ({"email": "nobody"}, "email"),
        ({"email": "a b@c"}, "email"),
        ({"currency": "US"}, "currency"),
        ({"currency": "ÜÜÜ"}, "currency"),
    ],
)
def test_what_bill_com_would_refuse_is_said_beside_the_field(bench: Bench, changes: dict[str, str], field: str) -> None:
    item = unknown(bench)
    with pytest.raises(InputError) as raised:
        ordered(bench, item, replace(WANTED, **changes))
    assert raised.value.field == field
    assert bench.rows("SELECT count(*) FROM supplier_orders") == [(0,)]


def test_what_passes_the_form_bill_com_accepts(bench: Bench) -> None:
    wanted = NewSupplier("  Ärzte & <Söhne>  ", "x" * 100, "y" * 50, "z" * 20, "DE", "eur")
    order = ordered(bench, unknown(bench), wanted)
    bench.work_off()
    assert stored(bench, order).state is OrderState.DONE
    assert vendors(bench, "Ärzte & <Söhne>")[0]["billCurrency"] == "EUR"


def test_who_may_and_from_where(both: Bench) -> None:
    item = unknown(both)
    assert both.suppliers.form(WORKSPACE, FINANCE, item.id).item == item
    for user in (APPROVER, AUDITOR):
        with pytest.raises(NotAllowedError):
            both.suppliers.form(WORKSPACE, user, item.id)
        with pytest.raises(NotAllowedError):
            both.suppliers.order(WORKSPACE, user, item.id, WANTED)
    with pytest.raises(NotFoundError):
        both.suppliers.order("T999", FINANCE, item.id, WANTED)
    known = both.ready_item(invoice_number="9")
    with pytest.raises(ConflictError, match="knows this supplier by now"):
        both.suppliers.form(WORKSPACE, FINANCE, known.id)


def test_a_refresh_under_way_does_not_take_the_new_supplier_for_gone(both: Bench) -> None:
    item = unknown(both)
    begun, _ = both.refreshing.request(WORKSPACE, ADMIN, CHANNEL)
    steps = both.refreshing.run(begun.id)
    next(steps)
    order = ordered(both, item)
    both.suppliers.run(order.id)
    for _ in steps:
        pass
    kept = both.rows("SELECT archived FROM entries WHERE id = :id", id=stored(both, order).vendor_id)
    assert [bool(row[0]) for row in kept] == [False]


def test_whoever_approves_sees_that_the_supplier_was_just_added_and_by_whom(both: Bench) -> None:
    order = ordered(both, unknown(both))
    both.work_off()
    (item,) = both.items()
    (asked,) = both.ask(item.id)
    shown = both.approvals.card(asked).new_supplier
    assert shown is not None
    assert (shown.id, shown.user_id, shown.created_at) == (order.id, FINANCE, order.created_at)
    assert "*New supplier*, added to Bill.com by <@" in str(card_message(both.approvals.card(asked)).blocks)
    later = both.ready_item(payee=CAFE, invoice_number="2")
    assert both.approvals.card(both.ask(later.id)[0]).new_supplier is not None
    both.clock.pass_by(days=31)
    old_news = both.ready_item(payee=CAFE, invoice_number="3")
    assert both.approvals.card(both.ask(old_news.id)[0]).new_supplier is None
    assert both.approvals.card(asked).new_supplier is not None, "an item says so for ever of its own"


def test_a_supplier_that_bill_com_had_already_is_no_news(bench: Bench) -> None:
    item = unknown(bench)
    other = bench.bill_does("add", list="vendors", organizationId=bench.organization_id, name=CAFE)
    ordered(bench, item)
    bench.work_off()
    (item,) = bench.items()
    (asked,) = bench.ask(item.id)
    card = bench.approvals.card(asked)
    assert card.request.plan.draft.vendor_id == other["id"]
    assert card.new_supplier is None
