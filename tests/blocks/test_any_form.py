"""Whatever stands in items, lines and rules, Slack takes the forms and messages about them, and nothing is markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.dividing import lines_modal
from blocks.editing import edit_modal, edited_message, unwritten_message
from blocks.rates import rates_message
from blocks.rules import apply_modal, rule_modal, rules_message, trial_message
from bot.domain.editing import LineDraft, LinesDraft
from bot.domain.fields import REFS, ItemField
from bot.domain.layers import Given, Layers, Source
from bot.domain.lines import Ref
from bot.domain.receiving import Change
from bot.domain.rules import Auto, Matched, Rule, RuleBook, RuleKind
from bot.domain.tax import TaxRate
from bot.domain.terms import Terms
from bot.domain.views.editing import Edited
from bot.domain.views.items import Unwritten
from bot.domain.views.rules import RuleEffect, RuleForm, Trial

from . import states_editing as states
from . import views as v
from .reading import assert_only_our_markup, hard, problems_of
from .states import on_the_wire, payload

some = settings(max_examples=40, deadline=None)
TEXTS = st.text(max_size=40) | st.sampled_from(["<!channel>", "<@U0ADMIN>", "*_~`", "\u202e&<>", "x" * 5000, " "])


def form_is_taken(form: Any) -> None:
    shown = on_the_wire(form)
    assert hard(problems_of(shown)) == []
    assert_only_our_markup(shown)


def message_is_taken(said: Any) -> None:
    shown = payload(said)
    assert hard(problems_of(shown)) == []
    assert_only_our_markup(shown)


@some
@given(TEXTS, st.lists(TEXTS, max_size=12), st.decimals(-10, 10**11, places=3) | st.none(), st.booleans())
def test_slack_takes_every_form_of_an_item(text: str, many: list[str], amount: Decimal | None, blank: bool) -> None:
    ref = Ref("" if blank else "e1", text)
    values: dict[ItemField, Any] = {
        name: ref if name in REFS else text for name in states.edit_form().values
    } | {
        ItemField.TOTAL: amount, ItemField.TAX: amount, ItemField.PAID: blank,
        ItemField.ISSUED_ON: None if blank else date(2026, 1, 1), ItemField.DUE_ON: None,
    }  # fmt: skip
    layers = Layers(
        {ItemField.CATEGORY: (Given(Source.EDIT, ref, v.FINANCE), Given(Source.USER_RULE, text, "r", text))}
    )
    item = replace(states.item(lacks=tuple(many)), layers=layers, details=v.details(supplier=text))
    changes = tuple(Change(ItemField.NUMBER, one, text, Source.SUPPLIER_RULE, one) for one in many)
    rates = tuple(TaxRate(f"r{place}", one, Decimal(1)) for place, one in enumerate(many * 12))
    form = states.edit_form(
        item=item, values=values, unnamed=text, balance=text, changed=changes, rates=rates,
        mine={ItemField.NUMBER: text},
    )  # fmt: skip
    form_is_taken(edit_modal(form))
    message_is_taken(edited_message(Edited(item, changes, may_rule=True), "biz1"))
    message_is_taken(unwritten_message(Unwritten(item, v.FINANCE, tuple(("currency", one) for one in many))))


@some
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=10), TEXTS, st.integers(0, 490))
def test_slack_takes_every_form_of_lines(rows: list[tuple[str, str]], problem: str, first: int) -> None:
    drafts = tuple(
        LineDraft(key, text, name, Ref("e1", name), Ref("e2", text)) for key, (text, name) in enumerate(rows, start=1)
    )
    draft = LinesDraft(drafts, first=first, count=len(drafts))
    form_is_taken(lines_modal(states.lines_form(draft=draft, many=500, problem=problem, balance=problem)))


@some
@given(TEXTS, st.sampled_from(list(RuleKind)), st.sampled_from(list(Auto)), st.lists(TEXTS, max_size=8))
def test_slack_takes_every_rule(text: str, kind: RuleKind, auto: Auto, many: list[str]) -> None:
    ref = Ref("e1", text)
    sets: dict[ItemField, Any] = {name: ref for name in REFS if name is not ItemField.PROJECT}
    sets |= {ItemField.DESCRIPTION: text, ItemField.PAID: True}
    subject = Ref(v.FINANCE) if kind is RuleKind.USER else ref
    rule = Rule("rule1", "biz1", kind, subject, sets, Terms(3), auto)
    form_is_taken(rule_modal(RuleForm(v.BUSINESS, rule, states.RATES, v.item(details=v.details(supplier=text)))))
    rows = tuple(replace(states.rule_list(rule).rows[0], rule=replace(rule, id=f"r{place}"), problems=(one,))
                 for place, one in enumerate(many))  # fmt: skip
    message_is_taken(rules_message(replace(states.rule_list(rule), rows=rows)))
    verdict = RuleBook([rule] * 1).judge(Matched(v.details(supplier=text), "e1", "e1", "e1", v.FINANCE), v.NOW)
    message_is_taken(trial_message(Trial(v.BUSINESS, states.item(), verdict, (), ())))
    changes = tuple(Change(ItemField.NUMBER, one, text, Source.SUPPLIER_RULE, one) for one in many)
    form_is_taken(apply_modal(RuleEffect(v.BUSINESS, rule, 7, ((states.item(), changes),) * 5)))
    rates = tuple(TaxRate(f"r{place}", one, Decimal(1)) for place, one in enumerate(many))
    message_is_taken(rates_message(v.BUSINESS, rates, True))
