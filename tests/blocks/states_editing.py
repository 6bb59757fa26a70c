"""The states of the forms of items, lines and rules, and of what follows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from blocks.cards import card_message
from blocks.dividing import lines_modal
from blocks.editing import edit_modal, edited_message, unwritten_message
from blocks.items import publish_message
from blocks.kit import Block, Message
from blocks.rates import rate_modal, rates_message
from blocks.rules import applied_message, apply_modal, rule_modal, rules_message, trial_message
from bot.domain.approvals import RequestState
from bot.domain.bills import BillLine
from bot.domain.businesses import TaxTreatment
from bot.domain.editing import LineDraft, LinesDraft
from bot.domain.fields import ItemField, Value
from bot.domain.items import Item, ItemStatus
from bot.domain.layers import Given, Layers, Source, Told, story
from bot.domain.lines import ItemLine, Lines, Ref
from bot.domain.receiving import IN_DEXT, Change
from bot.domain.rules import Auto, Matched, Rule, RuleBook, RuleKind
from bot.domain.tax import NO_TAX, TaxRate
from bot.domain.terms import Terms
from bot.domain.views.editing import Edited, EditForm, LinesForm
from bot.domain.views.items import Unwritten
from bot.domain.views.rules import Applied, RuleEffect, RuleForm, RuleList, RuleRow, Trial

from . import views as v

OFFICE, SUPPLIER = Ref("0ca01ACCOUNT", "Office *Supplies* & <More>"), Ref("00901VENDOR", "Müller & Söhne GmbH")
PIER = Ref("loc1", "Pier 4")
RATES = (
    TaxRate("rate1", "VAT <20>", Decimal("20.0000")),
    TaxRate("rate2", "Sales tax", Decimal("8.2500"), TaxTreatment.OWN_LINE, "0ca01TAX"),
)
RULE = Rule(
    "rule1", "biz1", RuleKind.SUPPLIER, SUPPLIER, {ItemField.CATEGORY: OFFICE, ItemField.PAID: True}, Terms(30, True),
    Auto.ALWAYS, made_by=v.ADMIN, made_at=v.NOW,
)  # fmt: skip
LAYERS = (
    Layers()
    .with_value(ItemField.CATEGORY, Given(Source.RECEIPT, Ref(name="Post & <Co>")))
    .with_value(ItemField.CATEGORY, Given(Source.SUPPLIER_RULE, OFFICE, "rule1", RULE.label))
    .with_value(ItemField.DESCRIPTION, Given(Source.EDIT, "Paper", v.FINANCE))
    .with_value(ItemField.DUE_ON, Given(Source.TERMS, Terms(30), "rule1", RULE.label))
)
CHANGES = (
    Change(ItemField.CATEGORY, "", OFFICE.name, Source.EDIT, v.FINANCE),
    Change(ItemField.TOTAL, "1,240.50", "1,300.00", Source.CHANGED, IN_DEXT),
    Change(ItemField.DESCRIPTION, "x", "y", Source.SUPPLIER_RULE, RULE.label),
)

AMOUNTS: dict[ItemField, Value] = {
    ItemField.TOTAL: Decimal("1500"), ItemField.TAX: None, ItemField.CURRENCY: "E<R", ItemField.TAX_SETTING: NO_TAX,
}  # fmt: skip


def item(**changes: Any) -> Item:
    """Return an item whose values have a story."""
    return v.item(7, layers=LAYERS, version=3, **changes)


def edit_form(**changes: Any) -> EditForm:
    """Return the form of an item with every field filled in."""
    values: dict[ItemField, Value] = {
        ItemField.SUPPLIER: SUPPLIER, ItemField.CATEGORY: OFFICE, ItemField.TAX_SETTING: "rate1",
        ItemField.TOTAL: Decimal("1240.50"), ItemField.TAX: Decimal("198.07"), ItemField.CURRENCY: "USD",
        ItemField.ISSUED_ON: date(2026, 11, 2), ItemField.DUE_ON: date(2026, 12, 2), ItemField.NUMBER: "INV-2041",
        ItemField.DESCRIPTION: "Printer paper", ItemField.PAID: True, ItemField.CLASS: Ref("cls1", "Retail"),
        ItemField.LOCATION: PIER, ItemField.CUSTOMER: Ref("0cu1", "Lighthouse <Events>"),
        ItemField.PAYMENT_METHOD: Ref("0ca02", "Visa"), ItemField.APPROVER: Ref("0061", "Maya Okafor"),
    }  # fmt: skip
    made = EditForm(
        v.BUSINESS,
        changes.pop("item", None) or item(),
        values,
        RATES,
        "Net 1,042.43 + tax 198.07 = total USD 1,240.50.",
    )
    return replace(made, **changes)


def lines_form(count: int = 2, **changes: Any) -> LinesForm:
    """Return the form of lines."""
    rows = tuple(
        LineDraft(key, f"{key}00.00", "Paper & <ink>", OFFICE, Ref(), PIER if key % 2 else Ref(), Ref())
        for key in range(1, count + 1)
    )
    draft = changes.pop("draft", None) or LinesDraft(rows, count=count)
    made = LinesForm(v.BUSINESS, item(), draft, count, "Net 1,042.43 + tax 198.07 = total USD 1,240.50.")
    return replace(made, **changes)


def rule_list(*rules: Rule, **changes: Any) -> RuleList:
    """Return a list of rules."""
    rows = tuple(RuleRow(rule) for rule in rules)
    return replace(RuleList(v.BUSINESS, rows, len(rows), 0, 0, 1, True, (v.ADMIN,)), **changes)


def trial() -> Trial:
    """Return what one rule makes of an item."""
    verdict = RuleBook([RULE]).judge(Matched(v.details(), SUPPLIER.id), v.NOW)
    return Trial(v.BUSINESS, item(), verdict, story(LAYERS), ())


def editing_messages() -> Mapping[str, Message]:
    """Return what follows an edit, and where sources are shown."""
    ready = replace(item(), details=v.details(lines=Lines((ItemLine(Decimal("1240.50")),))))
    plan = v.full_plan(
        story=story(LAYERS), approver="Maya <Okafor>", approver_id="0061", tax_name="VAT <20> (20 %)",
        line_names=("Office *Supplies*", "Post & <Co>", "tax"),
    )  # fmt: skip
    lines = tuple(BillLine(Decimal(amount), "Paper & ink", "0ca1") for amount in ("600.00", "442.43", "198.07"))
    plan = replace(plan, draft=replace(plan.draft, lines=lines))
    asked_by_rule = v.request(plan=plan, requested_by="", why="rule “A → B” asks for approval by itself")
    rejected = v.request(state=RequestState.REJECTED, decided_by=v.APPROVER, decided_at=v.NOW, reason="No")
    lacking = item(status=ItemStatus.TO_REVIEW, lacks=("tax setting missing: choose one with Edit",))
    return {
        "edited, ready": edited_message(Edited(item(), CHANGES[:1], may_rule=True), "biz1"),
        "edited, still lacking": edited_message(Edited(lacking, CHANGES[:1]), "biz1"),
        "edited, asked again": edited_message(
            Edited(item(status=ItemStatus.WAITING), CHANGES[:2], asked_again=True), "biz1"
        ),
        "edited, nothing": edited_message(Edited(item()), "biz1"),
        "edited, held": edited_message(Edited(item(status=ItemStatus.HELD), CHANGES[:1]), "biz1"),
        "unwritten": unwritten_message(Unwritten(item(), v.FINANCE, (("currency", "must be one of <EUR>"),))),
        "publish list, with sources": publish_message(v.publish_list(ready=(ready,), ready_count=1)),
        "card, with lines, sources and approver": card_message(v.card(request=v.request(plan=plan))),
        "card, asked by a rule": card_message(v.card(request=asked_by_rule)),
        "card, rejected without a rule": card_message(v.card(request=rejected)),
    }


def editing_forms() -> Mapping[str, Block]:
    """Return the forms of an item and of its lines."""
    blank: dict[ItemField, Value] = {name: name.blank for name in edit_form().values}
    lacking = item(
        status=ItemStatus.TO_REVIEW,
        lacks=("category missing: choose one with Edit",),
        details=v.details(supplier="", total=None, lines=Lines((ItemLine(Decimal(1)), ItemLine(Decimal(2))))),
    )
    many = LinesDraft(lines_form(10).draft.rows, net=True, first=10, count=10)
    return {
        "edit form": edit_modal(edit_form()),
        "edit form, blank": edit_modal(
            edit_form(item=lacking, values=blank, rates=(), unnamed="ACME <LTD>", balance="The total is missing.")
        ),
        "edit form, names that Bill.com does not know": edit_modal(
            edit_form(unmatched={ItemField.CUSTOMER: "Pine <Street> Hotel", ItemField.PROJECT: "Winter fair"})
        ),
        "edit form, of somebody who could approve": edit_modal(edit_form(gives_up=True, approvers=(v.APPROVER,))),
        "edit form, nobody else could approve": edit_modal(edit_form(gives_up=True)),
        "edit form, changed meanwhile": edit_modal(edit_form(changed=CHANGES, mine={ItemField.CATEGORY: PIER})),
        "edit form, an amount that is none": edit_modal(
            edit_form(problem="Total: “12,5” is not an amount. Write it like 1,234.50.")
        ),
        "lines form": lines_modal(lines_form()),
        "lines form, of amounts not saved yet": lines_modal(lines_form(amounts=AMOUNTS)),
        "lines form, of a total not saved yet": lines_modal(lines_form(amounts={ItemField.TOTAL: Decimal("1500")})),
        "lines form, none": lines_modal(lines_form(0)),
        "lines form, problem": lines_modal(lines_form(problem="“x” is not an amount.")),
        "lines form, one page of many": lines_modal(lines_form(draft=many, many=500)),
    }


def rule_messages() -> Mapping[str, Message]:
    """Return the list of rules, a trial and the tax rates."""
    name = Rule("rule2", "biz1", RuleKind.SUPPLIER, Ref(name="ACME <LTD>"), {ItemField.SUPPLIER: SUPPLIER})
    person = Rule("rule3", "biz1", RuleKind.USER, Ref(v.FINANCE), {ItemField.TAX_SETTING: NO_TAX}, auto=Auto.NEVER)
    every = Rule("rule4", "biz1", RuleKind.ACCOUNT, Ref(), {ItemField.LOCATION: PIER}, Terms(0))
    flagged = RuleRow(RULE, ("category “Office” is archived in Bill.com",))
    book = RuleBook([RULE, every, person])
    facts = v.details(category="")
    verdict = book.judge(Matched(facts, SUPPLIER.id, uploader=v.FINANCE), v.NOW)
    nothing = RuleBook([]).judge(Matched(facts), v.NOW)
    told = (Told("category", OFFICE.name, "from rule “A → B”", covers="“x” from the document"), *story(LAYERS))
    return {
        "rules, none": rules_message(rule_list()),
        "rules, an admin's": rules_message(rule_list(RULE, person, every, name, names=1)),
        "rules, flagged": rules_message(replace(rule_list(RULE), rows=(flagged,))),
        "rules, to read": rules_message(rule_list(RULE, name, may_change=False)),
        "rules, middle page": rules_message(rule_list(RULE, page=1, pages=3, count=20)),
        "trial": trial_message(Trial(v.BUSINESS, item(), verdict, told, ())),
        "trial, nothing": trial_message(Trial(v.BUSINESS, item(), nothing, (), ())),
        "rule applied": applied_message(Applied(v.BUSINESS, RULE, v.ADMIN, v.CHANNEL, 12, 3, 1)),
        "rule applied, to nothing": applied_message(Applied(v.BUSINESS, RULE, v.ADMIN, "", 0, 0, 0)),
        "rule applied, removed meanwhile": applied_message(Applied(v.BUSINESS, None, v.ADMIN, "", 200, 0, 0)),
        "tax rates": rates_message(v.BUSINESS, RATES, True),
        "tax rates, to read": rates_message(v.BUSINESS, RATES, False),
        "tax rates, none": rates_message(v.BUSINESS, (), True),
    }


def rule_forms() -> Mapping[str, Block]:
    """Return the forms of rules and rates."""
    forms = {
        kind: replace(RULE, id="", kind=kind, subject=Ref(v.FINANCE) if kind is RuleKind.USER else SUPPLIER)
        for kind in RuleKind
    }
    made = {f"rule form, new, {kind}": rule_modal(RuleForm(v.BUSINESS, rule, RATES)) for kind, rule in forms.items()}
    nameless = replace(RULE, id="", subject=Ref(name="ACME <LTD>"), sets={}, terms=None, auto=Auto.UNSAID)
    return made | {
        "rule form, there": rule_modal(RuleForm(v.BUSINESS, RULE, RATES)),
        "rule form, from an item": rule_modal(RuleForm(v.BUSINESS, nameless, (), item())),
        "rule applied?": apply_modal(RuleEffect(v.BUSINESS, RULE, 12, ((item(), CHANGES[:1]),) * 5)),
        "rule applied, to very many?": apply_modal(RuleEffect(v.BUSINESS, RULE, 2000, ((item(), CHANGES),), True)),
        "rate form": rate_modal(v.BUSINESS),
    }
