"""What an archived entry means for people: items, lines, rules and the tax account that use it are named, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.fields import ItemField
from bot.domain.items import Item
from bot.domain.lines import Ref
from bot.domain.lists import ListName
from bot.domain.rules import Rule, RuleKind
from bot.domain.views.lists import RefreshOutcome
from storage import people, rules
from tests.services.test_editing import again, entry, lines, save, save_lines
from tests.services.test_refreshing import refreshed
from tests.services.test_rules import add, freight, software
from tests.storage.conftest import statements
from tests.support.bench import FINANCE, WORKSPACE, Bench

KINDS = {
    ListName.ACCOUNTS: "chart-of-accounts",
    ListName.SUPPLIERS: "vendors",
    ListName.CUSTOMERS: "customers",
    ListName.CLASSES: "accounting-classes",
    ListName.LOCATIONS: "locations",
    ListName.APPROVERS: "users",
}
"""Where Bill.com keeps each list."""


@pytest.fixture
def up_to_date(both: Bench) -> Bench:
    refreshed(both)
    return both


def some(bench: Bench, name: ListName) -> Ref:
    row = next(row for row in bench.organization.lists[KINDS[name]].values() if not row["archived"])
    return Ref(row["id"], row.get("name", ""))


def without(bench: Bench, name: ListName, *gone: Ref) -> RefreshOutcome:
    """Archive entries in Bill.com and refresh; return what people are told."""
    for ref in gone:
        bench.bill_does("archive", list=KINDS[name], id=ref.id)
    return bench.consequences.outcome(refreshed(bench).id)


def named(outcome: RefreshOutcome) -> list[tuple[int, list[tuple[ListName, str]]]]:
    return [(one.item.number, [(name, entry.id) for name, entry in one.entries]) for one in outcome.affected]


def ruled(outcome: RefreshOutcome) -> list[tuple[str, list[tuple[ListName, str]]]]:
    return [(one.rule.id, [(name, entry.id) for name, entry in one.entries]) for one in outcome.rules]


def test_items_that_use_what_was_archived_are_named_once(up_to_date: Bench) -> None:
    item, gone = up_to_date.ready_item(), software(up_to_date)
    up_to_date.ready_item(invoice_number="ACS-2", category="Utilities")
    outcome = without(up_to_date, ListName.ACCOUNTS, gone)
    assert named(outcome) == [(item.number, [(ListName.ACCOUNTS, gone.id)])]
    assert up_to_date.consequences.outcome(refreshed(up_to_date).id).affected == ()


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (ListName.CUSTOMERS, "CUSTOMER"),
        (ListName.CLASSES, "CLASS"),
        (ListName.LOCATIONS, "LOCATION"),
        (ListName.APPROVERS, "APPROVER"),
    ],
)
def test_an_item_names_what_was_chosen_for_it_by_id(up_to_date: Bench, name: ListName, field: str) -> None:
    item, chosen = up_to_date.ready_item(), some(up_to_date, name)
    changed: dict[str, Any] = {field: chosen}
    save(up_to_date, item, **changed)
    # Meanwhile it is called otherwise: only the id tells.
    if name is not ListName.APPROVERS:
        up_to_date.bill_does("rename", list=KINDS[name], id=chosen.id, name="Renamed")
    outcome = without(up_to_date, name, chosen)
    assert named(outcome) == [(item.number, [(name, chosen.id)])]


def test_lines_name_each_entry_once(up_to_date: Bench) -> None:
    item, gone, place = up_to_date.ready_item(), freight(up_to_date), some(up_to_date, ListName.LOCATIONS)
    draft = lines(up_to_date, "60.00", "30.00", "10.00")
    coded = [replace(row, category=gone, location=place) for row in draft.rows[:2]]
    save_lines(up_to_date, item, replace(draft, rows=(*coded, draft.rows[2])))
    up_to_date.ready_item(invoice_number="ACS-2")
    outcome = without(up_to_date, ListName.ACCOUNTS, gone)
    assert named(outcome) == [(item.number, [(ListName.ACCOUNTS, gone.id)])]


def test_rules_are_named_for_what_they_set_and_for_whom_they_are(up_to_date: Bench) -> None:
    gone, acme = software(up_to_date), entry(up_to_date, ListName.SUPPLIERS, "Acme Cloud Services")
    every = add(up_to_date, RuleKind.ACCOUNT, Ref(), sets={"CATEGORY": gone})
    own = add(up_to_date, sets={"CATEGORY": freight(up_to_date)})
    add(up_to_date, RuleKind.USER, Ref(FINANCE), sets={"PAID": True})
    outcome = without(up_to_date, ListName.ACCOUNTS, gone)
    assert ruled(outcome) == [(every.id, [(ListName.ACCOUNTS, gone.id)])]
    outcome = without(up_to_date, ListName.SUPPLIERS, acme)
    assert ruled(outcome) == [(own.id, [(ListName.SUPPLIERS, acme.id)])]
    assert up_to_date.consequences.outcome(refreshed(up_to_date).id).rules == ()
    rows = {row.rule.id: row.problems for row in up_to_date.rules.listing(WORKSPACE, FINANCE, 0).rows}
    assert rows[every.id] == ("category “Software Subscriptions” is archived in Bill.com",)
    assert rows[own.id] == ("supplier “Acme Cloud Services” is archived in Bill.com",)


def test_a_rule_that_was_removed_is_not_named(up_to_date: Bench) -> None:
    gone = software(up_to_date)
    rule = add(up_to_date, sets={"CATEGORY": gone})
    with up_to_date.database.begin() as session:
        rules.remove(session, rule.id, up_to_date.clock())
    assert without(up_to_date, ListName.ACCOUNTS, gone).rules == ()


def test_the_tax_account_is_named(up_to_date: Bench) -> None:
    gone = software(up_to_date)
    with up_to_date.database.begin() as session:
        business = people.business(session, up_to_date.business_id)
        people.change_business(session, replace(business, tax_account_id=gone.id))
    assert without(up_to_date, ListName.ACCOUNTS, gone).tax_account == gone.name


def test_many_items_and_rules_cost_no_more_statements_than_one(up_to_date: Bench) -> None:
    def cost(gone: Ref) -> int:
        refresh_id = without(up_to_date, ListName.ACCOUNTS, gone).refresh.id
        with statements(up_to_date.database) as seen:
            up_to_date.consequences.outcome(refresh_id)
        return len(seen)

    def use(number: int, gone: Ref) -> Item:
        with up_to_date.database.begin() as session:
            sets: Any = {ItemField.CATEGORY: gone}
            made = Rule(
                f"r{number}", up_to_date.business_id, RuleKind.USER, Ref(f"U{number}"), sets, made_at=up_to_date.clock()
            )
            rules.add(session, made)
        return again(up_to_date, up_to_date.ready_item(invoice_number=f"N-{number}", category=gone.name))

    use(1, freight(up_to_date))
    few = cost(freight(up_to_date))
    gone = software(up_to_date)
    for number in range(2, 12):
        use(number, gone)
    assert cost(gone) == few
    assert few <= 15
