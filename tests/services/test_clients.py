"""Many businesses in one workspace: health, next move, and one set up from another."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import event

from bot.domain.businesses import Business, TaxTreatment
from bot.domain.clients import Move
from bot.domain.connections import Leg, LegState, Provider
from bot.domain.fields import ItemField
from bot.domain.items import ItemStatus
from bot.domain.lines import Ref
from bot.domain.lists import Entry, ListName
from bot.domain.people import Role
from bot.domain.rules import RuleKind
from bot.domain.terms import Terms
from bot.errors import AmbiguousError, InputError, NotAllowedError, NotFoundError
from bot.services.clients import PAGE, Part
from storage import finding, lists, people, rules
from tests.services.test_editing import entry
from tests.services.test_rules import add
from tests.support.bench import ADMIN, APPROVER, FINANCE, SECOND_ADMIN, STRANGER, WORKSPACE, Bench

CEDAR, CARGO = "Cedar & Sons Joinery", "Freight & Shipping"


def found(bench: Bench, name: str, admin: str = ADMIN, states: tuple[LegState, LegState] | None = None) -> str:
    """Add a business, connected if states are given."""
    business = Business(bench.base.new_id(), WORKSPACE, name, channel_id=f"C{name[:20]}")
    with bench.database.begin() as session:
        people.add_business(session, business, bench.clock())
        people.give_role(session, business.id, admin, Role.ADMIN, admin, bench.clock())
        lists.keep_age(session, business.id, ListName.ACCOUNTS, 1, 3, bench.clock(), "")
    for provider, state in zip((Provider.BILL, Provider.DEXT), states or (), strict=False):
        bench.keep_leg(Leg(business.id, provider, state, "sync_token", f"{business.id}{provider}", name))
    return business.id


def statements(bench: Bench, user: str = ADMIN) -> int:
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    event.listen(bench.database.engine, "before_cursor_execute", count)
    bench.clients.page(WORKSPACE, user, "", 0)
    event.remove(bench.database.engine, "before_cursor_execute", count)
    return counted


def test_the_most_pressing_comes_first_with_whose_move_it_is(bench: Bench) -> None:
    found(bench, "Anchor", states=(LegState.ACTIVE, LegState.ACTIVE))
    found(bench, "Zephyr", states=(LegState.EXPIRED, LegState.ACTIVE))
    found(bench, "Beacon")
    bench.ready_item()
    rows = bench.clients.page(WORKSPACE, ADMIN, "", 0).rows
    assert [(row.business.name, row.move) for row in rows] == [
        ("Zephyr", Move.RECONNECT), ("Beacon", Move.CONNECT), ("Harbor & Pine", Move.REQUEST), ("Anchor", Move.NOTHING),
    ]  # fmt: skip
    assert rows[0].whose == (ADMIN,)
    assert set(rows[2].whose) == {ADMIN, FINANCE}
    assert rows[2].work.ready == 1
    assert rows[3].whose == ()


def test_held_and_waiting_are_counted(bench: Bench) -> None:
    item = bench.ready_item()
    bench.ask(item.id)
    (row,) = bench.clients.page(WORKSPACE, ADMIN, "", 0).rows
    assert (row.move, row.work.waiting, row.whose) == (Move.DECIDE, 1, (ADMIN, APPROVER))
    assert bench.items(ItemStatus.WAITING)


def test_it_shows_the_businesses_of_which_one_is_admin_and_no_others(bench: Bench) -> None:
    theirs = found(bench, "Theirs", admin=SECOND_ADMIN)
    assert [row.business.id for row in bench.clients.page(WORKSPACE, SECOND_ADMIN, "", 0).rows] == [theirs]
    for user in (FINANCE, STRANGER):
        with pytest.raises(NotAllowedError) as refused:
            bench.clients.page(WORKSPACE, user, "", 0)
        assert f"<@{ADMIN}>" in refused.value.user_message
    assert [one.name for one in bench.clients.mine(WORKSPACE, FINANCE)] == ["Harbor & Pine"]
    assert bench.clients.mine(WORKSPACE, FINANCE, admin=True) == []


def test_words_narrow_and_pages_turn(bench: Bench) -> None:
    for number in range(PAGE + 3):
        found(bench, f"Client {number:02}")
    first = bench.clients.page(WORKSPACE, ADMIN, "client", 0)
    assert (len(first.rows), first.count, first.pages, first.pressing) == (PAGE, PAGE + 3, 2, PAGE + 3)
    assert len(bench.clients.page(WORKSPACE, ADMIN, "client", 99).rows) == 3
    assert bench.clients.page(WORKSPACE, ADMIN, "12 CLIENT", 0).count == 1
    assert bench.clients.page(WORKSPACE, ADMIN, "nobody", 0).rows == ()


def test_sixty_cost_as_many_statements_as_one(both: Bench) -> None:
    few = statements(both)
    for number in range(60):
        found(both, f"Client {number:02}", states=(LegState.ACTIVE, LegState.EXPIRED))
    assert statements(both) == few


def test_which_business_is_asked_when_it_is_not_clear(bench: Bench) -> None:
    found(bench, "Anchor")
    with pytest.raises(AmbiguousError):
        bench.status.standing(WORKSPACE, ADMIN, "C-elsewhere")
    assert bench.status.standing(WORKSPACE, ADMIN, "CAnchor").business.name == "Anchor"


# One set up from another.


def test_settings_are_taken_over_and_nobody_loses_a_role(bench: Bench) -> None:
    target = found(bench, "Anchor", admin=ADMIN)
    with bench.database.begin() as session:
        source = people.business(session, bench.business_id)
        (account,) = finding.search(session, source.id, ListName.ACCOUNTS, "", archived=False, limit=1)
        people.change_business(
            session,
            replace(
                source, zone="Europe/London", outage_hours=8, admin_channel_id="CADMINS", fallback_channel_id="CALL",
                tax_treatment=TaxTreatment.OWN_LINE, tax_account_id=account.id,
            ),
        )  # fmt: skip
        lists.take_page(session, target, ListName.ACCOUNTS, 1, [Entry("0caTHEIRS", account.name.upper())])
        people.give_role(session, target, STRANGER, Role.FINANCE, ADMIN, bench.clock())
    copied = bench.clients.copy_settings(WORKSPACE, ADMIN, bench.business_id, target, list(Part))
    assert copied.left == ()
    with bench.database.begin() as session:
        kept, held = people.business(session, target), people.all_roles(session, target)
    assert (kept.zone, kept.outage_hours, kept.admin_channel_id, kept.fallback_channel_id) == (
        "Europe/London", 8, "CADMINS", "CALL",
    )  # fmt: skip
    assert (kept.tax_treatment, kept.tax_account_id) == (TaxTreatment.OWN_LINE, "0caTHEIRS")
    assert (kept.name, kept.channel_id) == ("Anchor", "CAnchor")
    assert held[Role.FINANCE] == [STRANGER, FINANCE] or set(held[Role.FINANCE]) == {STRANGER, FINANCE}
    assert held[Role.APPROVER] == [APPROVER]


def test_a_tax_account_that_the_other_does_not_have_is_said(bench: Bench) -> None:
    target = found(bench, "Anchor")
    with bench.database.begin() as session:
        source = people.business(session, bench.business_id)
        (account,) = finding.search(session, source.id, ListName.ACCOUNTS, "", archived=False, limit=1)
        people.change_business(session, replace(source, tax_treatment=TaxTreatment.OWN_LINE, tax_account_id=account.id))
    copied = bench.clients.copy_settings(WORKSPACE, ADMIN, bench.business_id, target, [Part.TAX])
    assert copied.taken == ()
    assert account.name in copied.left[0]
    assert copied.target.tax_treatment is TaxTreatment.INSIDE


def test_rates_and_rules_are_taken_over_by_the_names_of_what_they_name(both: Bench) -> None:
    target = found(both, "Anchor", admin=ADMIN)
    supplier, other = entry(both, ListName.SUPPLIERS, "Acme Cloud Services"), entry(both, ListName.SUPPLIERS, CEDAR)
    software, freight = (entry(both, ListName.ACCOUNTS, name) for name in ("Software Subscriptions", CARGO))
    vat = both.rates.add(WORKSPACE, ADMIN, both.business_id, "VAT", "20", TaxTreatment.INSIDE, "")
    both.rates.add(WORKSPACE, ADMIN, both.business_id, "Own", "5", TaxTreatment.OWN_LINE, freight.id)
    add(both, subject=supplier, sets={"CATEGORY": software, "TAX_SETTING": vat.id, "PAID": True}, days="30")
    add(both, subject=other, sets={"CATEGORY": freight})
    add(both, RuleKind.ACCOUNT, Ref(), sets={"TAX_SETTING": "none"})
    with both.database.begin() as session:
        lists.take_page(session, target, ListName.ACCOUNTS, 1, [Entry("0caTHEIRS", "SOFTWARE  subscriptions")])
        theirs = [Entry("009THEIRS", supplier.name), Entry("009CEDAR", CEDAR)]
        lists.take_page(session, target, ListName.SUPPLIERS, 1, theirs)
    parts = [Part.RATES, Part.RULES]
    copied = both.clients.copy_settings(WORKSPACE, ADMIN, both.business_id, target, parts)
    assert copied.taken == ("tax rates: 1 added", "rules: 2 added")
    assert copied.left == (
        f"rate Own (5 %): account “{CARGO}” is not in Anchor's Bill.com",
        f"rule “{CEDAR} → {CARGO}”: category “{CARGO}” is not in Anchor's Bill.com",
    )
    with both.database.begin() as session:
        (rate,) = rules.rates(session, target)
        first, second = rules.in_force(session, target)
    assert (rate.name, rate.percent, rate.id != vat.id) == ("VAT", Decimal(20), True)
    assert first.subject == Ref("009THEIRS", supplier.name)
    assert first.sets == {
        ItemField.CATEGORY: Ref("0caTHEIRS", "SOFTWARE  subscriptions"), ItemField.TAX_SETTING: rate.id,
        ItemField.PAID: True,
    }  # fmt: skip
    assert (first.terms, first.made_by) == (Terms(30), ADMIN)
    assert (second.kind, second.sets) == (RuleKind.ACCOUNT, {ItemField.TAX_SETTING: "none"})
    once_more = both.clients.copy_settings(WORKSPACE, ADMIN, both.business_id, target, parts)
    assert once_more.taken == ("tax rates: nothing to add", "rules: nothing to add")
    assert f"rule “{first.label.replace('SOFTWARE  s', 'Software S')}”: Anchor has one for that" in once_more.left


def test_copying_needs_two_businesses_of_ones_own_and_something_to_copy(bench: Bench) -> None:
    theirs = found(bench, "Theirs", admin=SECOND_ADMIN)
    ours = bench.business_id
    with pytest.raises(NotAllowedError):
        bench.clients.copy_settings(WORKSPACE, ADMIN, ours, theirs, [Part.ROLES])
    with pytest.raises(NotAllowedError):
        bench.clients.copy_settings(WORKSPACE, ADMIN, theirs, ours, [Part.ROLES])
    with pytest.raises(InputError):
        bench.clients.copy_settings(WORKSPACE, ADMIN, ours, ours, [Part.ROLES])
    with pytest.raises(InputError):
        bench.clients.copy_settings(WORKSPACE, ADMIN, ours, theirs, [])
    bench.people.install("T002", "Others", "UBOT2", "Others", ADMIN)
    with pytest.raises(NotFoundError):
        bench.clients.copy_settings("T002", ADMIN, ours, ours + "x", [Part.ROLES])
