"""Rules and tax rates: their lists, forms and buttons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from blocks.ids import Field
from blocks.kit import Block
from blocks.rates import rate_modal, rates_message
from blocks.rules import apply_modal, rule_modal, rules_message
from blocks.words import plain_answer
from bot.domain.businesses import TaxTreatment
from bot.domain.terms import Terms
from handlers.commands import OpenView
from handlers.desk import Desk, clicked, value_of
from handlers.forms import memory_of, text_of, typed_rule


def rules_page(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show another page of the rules."""
    who, page = clicked(body), value_of(body).get("p", 0)
    found = desk.rules.listing(who.workspace_id, who.user_id, page, who.channel_id, who.business_id)
    desk.answer(who, rules_message(found), replace=True)


def rule_new(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form of a new rule."""
    who = clicked(body)
    open_view(rule_modal(desk.rules.form(who.workspace_id, who.user_id, who.business_id)))


def rule_from(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form of a rule that would have coded an item as it is: Save, and it is made."""
    who = clicked(body)
    form = desk.rules.form(who.workspace_id, who.user_id, who.business_id, item_id=value_of(body)["i"])
    open_view(rule_modal(form))


def rule_edit(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form of a rule that is there."""
    who = clicked(body)
    form = desk.rules.form(who.workspace_id, who.user_id, who.business_id, rule_id=value_of(body)["u"])
    open_view(rule_modal(form))


def rule_kind(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Draw the form for another kind of rule, with all else that was typed."""
    who, memory, typed = clicked(body), memory_of(body), typed_rule(body)
    form = desk.rules.form(who.workspace_id, who.user_id, who.business_id, rule_id=memory["u"])
    days = int(typed.days) if typed.days.isdecimal() else None
    terms = Terms(days or 0, typed.end_of_month) if days is not None or typed.end_of_month else None
    rule = replace(
        form.rule, kind=typed.kind, subject=type(typed.subject)(), sets=typed.sets, terms=terms, auto=typed.auto,
        version=memory["v"],
    )  # fmt: skip
    open_view(rule_modal(replace(form, rule=rule)))


def save_rule(desk: Desk, body: dict[str, Any]) -> Block | None:
    """Store a rule; where it would change items of the inbox, ask whether it shall."""
    who, memory = clicked(body), memory_of(body)
    rule = desk.rules.save(who.workspace_id, who.user_id, who.business_id, memory["u"], memory["v"], typed_rule(body))
    effect = desk.applying.effect(who.workspace_id, who.user_id, who.business_id, rule.id)
    if effect.many:
        return {"response_action": "update", "view": apply_modal(effect)}
    desk.answer(who, plain_answer(f"Rule saved: {rule.label}. It acts on documents that arrive from now on."))
    return None


def apply_rule(desk: Desk, body: dict[str, Any]) -> Block | None:
    """Apply a rule to the inbox, now that somebody said so."""
    who, memory = clicked(body), memory_of(body)
    rule = desk.applying.request(
        who.workspace_id, who.user_id, who.business_id, memory["u"], memory["v"], who.channel_id
    )
    desk.answer(who, plain_answer(f"The rule is being applied to the inbox: {rule.label}. You hear when it is done."))
    return {"response_action": "clear"}


def rule_move(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Put a rule one place further up or down."""
    who, value = clicked(body), value_of(body)
    desk.rules.move(who.workspace_id, who.user_id, who.business_id, value["u"], value["p"] < 0)
    desk.answer(who, rules_message(desk.rules.listing(who.workspace_id, who.user_id, 0, "", who.business_id)))


def rule_remove(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Take a rule out of force, and say so."""
    who = clicked(body)
    rule = desk.rules.remove(who.workspace_id, who.user_id, who.business_id, value_of(body)["u"])
    desk.answer(who, plain_answer(f"The rule is gone: {rule.label}. Items that have it stay as they are."))


def rate_new(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form of a new tax rate."""
    who = clicked(body)
    open_view(rate_modal(desk.rates.check_may_add(who.workspace_id, who.user_id, who.business_id)))


def save_rate(desk: Desk, body: dict[str, Any]) -> Block | None:
    """Store a tax rate, and say so."""
    who = clicked(body)
    rate = desk.rates.add(
        who.workspace_id, who.user_id, who.business_id, text_of(body, Field.RATE_NAME),
        text_of(body, Field.RATE_PERCENT), TaxTreatment(text_of(body, Field.TAX)), text_of(body, Field.TAX_ACCOUNT),
    )  # fmt: skip
    desk.answer(who, plain_answer(f"{rate.label} can be chosen on items and rules now."))
    return None


def rate_remove(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Take a tax rate out of the choices, and show those that are left."""
    who = clicked(body)
    desk.rates.remove(who.workspace_id, who.user_id, who.business_id, value_of(body)["t"])
    business, found, may_change = desk.rates.listing(who.workspace_id, who.user_id, "", who.business_id)
    desk.answer(who, rates_message(business, found, may_change), replace=True)
