"""Whatever an item and its rules are: the strongest source holds, the answer explains itself, nothing raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fields import AMOUNTS, DAYS, REFS, ItemField, Value, is_blank, same, shown
from bot.domain.items import Details, Item, ItemStatus
from bot.domain.layers import Given, Layers, Source, explain, story
from bot.domain.lines import ItemLine, Lines, Ref
from bot.domain.receiving import (
    IN_DEXT,
    apply_rule,
    document_of,
    edit,
    effective,
    receive,
    received,
    take_in,
    value_of,
    with_value,
)
from bot.domain.rules import Auto, Matched, Rule, RuleBook, RuleKind
from bot.domain.terms import Terms
from tests.domain.makers import NOW, details

TEXTS = st.text(max_size=12)
IDS = st.sampled_from(["", "e1", "e2", "e3"])
REF = st.builds(Ref, IDS, st.sampled_from(["", "Acme", "ACME ", "Beta", "<x>"]))
DAY = st.none() | st.dates(date(1990, 1, 1), date(2090, 12, 31))
AMOUNT = st.none() | st.decimals(-10, 10**6, places=2)
LINE = st.builds(ItemLine, st.decimals(0, 1000, places=2), TEXTS, REF)
TERMS = st.builds(Terms, st.integers(0, 365), st.booleans())


def values(name: ItemField) -> st.SearchStrategy[Value]:
    """Draw what a field may hold."""
    if name in REFS:
        return REF
    if name in AMOUNTS:
        return AMOUNT
    if name in DAYS:
        return DAY | TERMS if name is ItemField.DUE_ON else DAY
    if name is ItemField.PAID:
        return st.booleans()
    if name is ItemField.LINES:
        return st.builds(Lines, st.lists(LINE, max_size=3).map(tuple), st.booleans())
    return TEXTS


@st.composite
def some_layers(draw: st.DrawFn) -> Layers:
    layers = Layers()
    for name in draw(st.sets(st.sampled_from(list(ItemField)))):
        for source in draw(st.lists(st.sampled_from(list(Source)), min_size=1, max_size=4)):
            layers = layers.with_value(name, Given(source, draw(values(name)), "by", "A → B"))
    return layers


@st.composite
def facts(draw: st.DrawFn) -> Details:
    made = details(project=draw(st.sampled_from(["", "North"])))
    for name in draw(st.sets(st.sampled_from([one for one in ItemField if one is not ItemField.LINES]))):
        value = draw(values(name))
        if name is not ItemField.DUE_ON or not isinstance(value, Terms):
            made = with_value(made, name, value)
    return made


RULED = [
    ItemField.SUPPLIER, ItemField.CATEGORY, ItemField.CUSTOMER, ItemField.PAYMENT_METHOD, ItemField.PAID,
    ItemField.DESCRIPTION,
]  # fmt: skip


@st.composite
def some_rules(draw: st.DrawFn) -> list[Rule]:
    rules = []
    for place in range(draw(st.integers(0, 8))):
        sets = {name: draw(values(name)) for name in sorted(draw(st.sets(st.sampled_from(RULED))))}
        kind, auto = draw(st.sampled_from(list(RuleKind))), draw(st.sampled_from(list(Auto)))
        terms, position = draw(st.none() | TERMS), draw(st.integers(0, 3))
        rules.append(Rule(f"r{place}", "b1", kind, draw(REF), sets, terms, auto, position))
    return rules


def item_of(made: Details, **changes: Any) -> Item:
    return replace(Item("i1", "b1", 1, made, ItemStatus.READY, (), NOW, seen=made), **changes)


# Layers.


@given(facts(), some_layers())
def test_the_strongest_source_holds_and_a_weaker_one_never_does(made: Details, layers: Layers) -> None:
    held = effective(made, layers)
    for name in ItemField:
        said = layers.of(name)
        assert [one.source.rank for one in said] == sorted({one.source.rank for one in said})
        if name in (ItemField.DUE_ON, ItemField.PROJECT):
            continue
        assert same(value_of(held, name), said[0].value if said else name.blank)
    assert effective(made, layers) == held


@given(some_layers())
def test_every_value_says_where_it_came_from_and_what_it_covers(layers: Layers) -> None:
    for name in ItemField:
        told, said = explain(name, layers), layers.of(name)
        assert (told is None) == (not said)
        if told is None:
            continue
        assert str(told).startswith(name.label)
        covered = {shown(one.value) for one in said[1:]} - {shown(said[0].value)}
        assert bool(told.covers) == bool(covered)
    assert {one.field for one in story(layers)} <= {name.label for name, _ in layers}


@given(some_layers(), st.sampled_from(list(ItemField)), st.data())
def test_what_a_source_says_takes_the_place_of_what_it_said(
    layers: Layers, name: ItemField, data: st.DataObject
) -> None:
    given_ = Given(data.draw(st.sampled_from(list(Source))), data.draw(values(name)))
    once = layers.with_value(name, given_)
    assert once.with_value(name, given_) == once
    assert [one for one in once.of(name) if one.source is given_.source] == [given_]


def test_terms_count_from_the_date_that_holds() -> None:
    layers = received(details(due_on=None), {ItemField.DUE_ON: (Given(Source.TERMS, Terms(30)),)}, NOW)
    assert effective(details(), layers).due_on == date(2026, 12, 17)
    later = layers.with_value(ItemField.ISSUED_ON, Given(Source.EDIT, date(2026, 11, 1)))
    assert effective(details(), later).due_on == date(2026, 12, 1)
    undated = layers.with_value(ItemField.ISSUED_ON, Given(Source.EDIT, None))
    assert effective(details(), undated).due_on is None


@pytest.mark.parametrize(
    ("terms", "due"),
    [(Terms(0), date(2026, 1, 31)), (Terms(0, True), date(2026, 1, 31)), (Terms(1, True), date(2026, 2, 28)),
     (Terms(30), date(2026, 3, 2)), (Terms(365, True), date(2027, 1, 31))],
)  # fmt: skip
def test_terms_are_days_or_the_end_of_the_month_they_lie_in(terms: Terms, due: date) -> None:
    assert terms.due(date(2026, 1, 31)) == due
    assert Terms(365).due(date.max) is None


# Edits and changes in Dext.


@given(facts())
def test_an_edit_holds_whatever_dext_says_later(made: Details) -> None:
    edited, _ = edit(item_of(made), {ItemField.NUMBER: "MINE", ItemField.CATEGORY: Ref("e9", "Mine")}, "U1", NOW)
    later, changes = take_in(edited, replace(made, number="THEIRS", category="Theirs", category_id=""), NOW)
    assert (later.details.number, later.details.category_id) == ("MINE", "e9")
    assert {one.by for one in changes} <= {IN_DEXT}
    assert later.editors == ("U1",)


@given(facts())
def test_what_dext_repeats_of_an_edit_is_no_change(made: Details) -> None:
    edited, _ = edit(item_of(made), {ItemField.NUMBER: "MINE", ItemField.CLASS: Ref("k1", "Retail")}, "U1", NOW)
    echoed, changes = take_in(edited, replace(made, number="MINE", project="Retail"), NOW)
    assert changes == ()
    assert echoed.layers == edited.layers
    assert echoed.version == edited.version


@given(facts(), st.data())
def test_what_the_document_says_is_known_after_dext_repeats_an_edit(made: Details, data: st.DataObject) -> None:
    names = [ItemField.NUMBER, ItemField.CATEGORY, ItemField.DUE_ON, ItemField.CUSTOMER, ItemField.PAID]
    wanted = {name: data.draw(values(name).filter(lambda one: not isinstance(one, Terms))) for name in names}
    edited, _ = edit(item_of(made), wanted | {ItemField.CLASS: Ref("k1", "Retail")}, "U1", NOW)
    repeated = replace(made, project="Retail")
    for name, value in wanted.items():
        repeated = with_value(repeated, name, value)
    echoed, _ = take_in(edited, repeated, NOW)
    for name in ItemField:
        assert same(value_of(document_of(echoed), name), value_of(made, name))


@given(facts())
def test_the_same_facts_again_change_nothing(made: Details) -> None:
    item = item_of(made, layers=received(made, {}, NOW))
    item = replace(item, details=effective(made, item.layers))
    assert take_in(item, made, NOW) == (item, ())


@pytest.mark.parametrize(
    ("currency", "old", "new"),
    [("JPY", "1,200", "1,500"), ("KWD", "1,200.000", "1,500.000"), ("", "1,200.00", "1,500.00")],
)  # fmt: skip
def test_a_history_has_the_digits_of_its_currency(currency: str, old: str, new: str) -> None:
    made = details(currency=currency, total=Decimal(1200))
    item = item_of(made, layers=received(made, {}, NOW))
    edited, changes = edit(item, {ItemField.TOTAL: Decimal(1500)}, "U1", NOW)
    _, in_dext = take_in(item, replace(made, total=Decimal(1500)), NOW)
    assert [(one.old, one.new) for one in (*changes, *in_dext)] == [(old, new)] * 2
    told = explain(ItemField.TOTAL, edited.layers)
    assert told is not None
    assert (told.value, told.covers) == (new, f"“{old}” from the document")


def test_each_side_of_a_change_is_read_in_its_own_currency() -> None:
    made = details(currency="USD", total=Decimal("12.50"))
    wanted: dict[ItemField, Value] = {ItemField.TOTAL: Decimal(1500), ItemField.CURRENCY: "JPY"}
    _, (total, _) = edit(item_of(made), wanted, "U1", NOW)
    assert (total.old, total.new) == ("12.50", "1,500")


def test_what_is_taken_out_in_slack_stays_out() -> None:
    made = details(project="North", customer="Lake")
    edited, changes = edit(item_of(made), {ItemField.CUSTOMER: Ref(), ItemField.CLASS: Ref("k1", "Retail")}, "U1", NOW)
    assert (edited.details.customer, edited.details.project_class, edited.details.project) == ("", "Retail", "North")
    cleared, _ = edit(edited, {ItemField.CLASS: Ref()}, "U2", NOW)
    assert (cleared.details.project_class, cleared.details.project) == ("", "")
    assert [(one.field, one.old, one.new) for one in changes] == [
        (ItemField.CUSTOMER, "Lake", ""), (ItemField.CLASS, "", "Retail"),
    ]  # fmt: skip


# Rules.


@given(facts(), some_rules(), REF, st.sampled_from(["", "U1"]))
def test_rules_are_deterministic_explain_themselves_and_never_raise(
    made: Details, rules: list[Rule], method: Ref, uploader: str
) -> None:
    document = Matched(made, made.supplier_id, made.customer_id, method.id, uploader)
    verdict = RuleBook(rules).judge(document, NOW)
    assert RuleBook(list(reversed(rules))).judge(document, NOW) == verdict
    assert len(verdict.trace) == len(verdict.acted)
    assert verdict.auto.why
    assert len({rule.id for rule in verdict.acted}) == len(verdict.acted)
    for name, said in verdict.values.items():
        assert [one.source.rank for one in said] == sorted({one.source.rank for one in said}), name
        assert {one.by for one in said} <= {rule.id for rule in verdict.acted}
    item, _ = receive(item_of(made), verdict.values, NOW)
    assert receive(item_of(made), verdict.values, NOW)[0] == item
    assert item.details == effective(made, item.layers)


@given(facts(), some_rules())
def test_a_value_of_the_document_yields_to_rules_and_wins_over_defaults(made: Details, rules: list[Rule]) -> None:
    verdict = RuleBook(rules).judge(Matched(made, made.supplier_id), NOW)
    item, _ = receive(item_of(made), verdict.values, NOW)
    for name, said in verdict.values.items():
        if name is ItemField.DUE_ON:
            continue
        own, first = value_of(made, name), said[0]
        wins = first if first.source is not Source.DEFAULT or is_blank(own) else None
        assert same(value_of(item.details, name), wins.value if wins is not None else own)


@given(facts(), some_rules(), st.data())
def test_applying_a_rule_again_changes_nothing_more(made: Details, rules: list[Rule], data: st.DataObject) -> None:
    if not rules:
        return
    rule_id = data.draw(st.sampled_from([rule.id for rule in rules]))
    verdict = RuleBook(rules).judge(Matched(made, made.supplier_id), NOW)
    edited, _ = edit(item_of(made), {ItemField.DESCRIPTION: "Mine"}, "U1", NOW)
    applied, _ = apply_rule(edited, verdict.values, rule_id)
    assert applied.details.description == "Mine" or made.description == "Mine"
    assert apply_rule(applied, verdict.values, rule_id) == (applied, ())


def test_two_suppliers_of_one_name_keep_their_own_rules() -> None:
    rules = [
        Rule("r1", "b1", RuleKind.SUPPLIER, Ref("e1", "Acme"), {ItemField.PAID: True}),
        Rule("r2", "b1", RuleKind.SUPPLIER, Ref("e2", "Acme"), {ItemField.DESCRIPTION: "Two"}),
    ]
    verdict = RuleBook(rules).judge(Matched(details(supplier="Acme"), "e2"), NOW)
    assert [rule.id for rule in verdict.acted] == ["r2"]


def test_a_rule_of_a_payment_method_sees_what_a_suppliers_rule_chose() -> None:
    rules = [
        Rule("r1", "b1", RuleKind.SUPPLIER, Ref("e1", "Acme"), {ItemField.PAYMENT_METHOD: Ref("m1", "Card")}),
        Rule("r2", "b1", RuleKind.PAYMENT_METHOD, Ref("m1", "Card"), {ItemField.PAID: True}),
    ]
    verdict = RuleBook(rules).judge(Matched(details(supplier="Acme"), "e1"), NOW)
    assert [rule.id for rule in verdict.acted] == ["r1", "r2"]


def test_a_rule_renamed_supplier_still_acts_by_its_id() -> None:
    rule = Rule("r1", "b1", RuleKind.SUPPLIER, Ref("e1", "Old name"), {ItemField.PAID: True})
    verdict = RuleBook([rule]).judge(Matched(details(supplier="New name"), "e1"), NOW)
    assert verdict.values[ItemField.PAID][0].value is True


@given(st.sampled_from(list(ItemField)), st.data())
def test_a_field_gives_back_what_it_was_given(name: ItemField, data: st.DataObject) -> None:
    value = data.draw(values(name).filter(lambda one: not isinstance(one, Terms)))
    back = value_of(with_value(details(), name, value), name)
    if name is ItemField.PROJECT:
        assert isinstance(value, Ref)
        assert back == Ref(name=value.name)
    else:
        assert back == value or is_blank(value)


@pytest.mark.parametrize("name", [ItemField.TOTAL, ItemField.ISSUED_ON, ItemField.CATEGORY, ItemField.NUMBER])
def test_a_value_of_another_kind_is_a_mistake(name: ItemField) -> None:
    with pytest.raises(TypeError):
        with_value(details(), name, Lines((ItemLine(Decimal(1)),)))
