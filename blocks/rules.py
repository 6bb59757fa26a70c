"""Rules: the list, the form, what one would do to the inbox, and a trial on an item; and the tax rates."""

from __future__ import annotations

from blocks.editing import AS_READ, told_line
from blocks.ids import Action, Field, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    choice_input,
    confirm,
    context,
    field,
    foreign,
    message,
    modal,
    option,
    person,
    plural,
    search_input,
    section,
    text_input,
    tick_input,
)
from bot.domain.fields import ItemField, Value, shown
from bot.domain.lines import Ref
from bot.domain.receiving import Change
from bot.domain.rules import Auto, Rule, RuleKind
from bot.domain.tax import NO_TAX
from bot.domain.views.rules import Applied, RuleEffect, RuleForm, RuleList, RuleRow, Trial

PRECEDENCE = (
    "What a person edits wins over everything, then what was changed in Dext, then the sender's rule, the payment "
    "method's, the supplier's, the customer's, then what the document says, and last the rule for every document."
)
_PICKED = (
    (ItemField.CATEGORY, "Category"),
    (ItemField.CLASS, "Class"),
    (ItemField.LOCATION, "Location"),
    (ItemField.CUSTOMER, "Customer"),
    (ItemField.PAYMENT_METHOD, "Payment method"),
    (ItemField.APPROVER, "Bill.com approver"),
)
_SUBJECTS = {
    RuleKind.SUPPLIER: "supplier",
    RuleKind.CUSTOMER: "customer",
    RuleKind.PAYMENT_METHOD: "payment_method",
}
PAID, UNPAID = "paid", "unpaid"


def rules_message(view: RuleList) -> Message:
    """List a page of rules in their order, those of one kind together."""
    name = foreign(view.business.name)
    lead = f"*{plural(view.count, 'rule')}* of {name}" if view.count else f"*No rules yet* for {name}"
    if view.names:
        lead += f", {view.names:,} of them confirmed names of suppliers"
    own = {"b": view.business.id}
    blocks: list[Block | None] = [section(lead)]
    blocks += [_row(row, view) for row in view.rows]
    if not view.rows:
        text = "A rule says how the documents of a supplier, a customer, a payment method or a person are coded, each "
        blocks.append(section(f"{text}time one arrives."))
    blocks.append(
        actions(
            button("Add Rule…", Action.RULE_NEW, own, style="primary") if view.may_change else None,
            button("Previous", f"{Action.RULES_PAGE}.previous", {**own, "p": view.page - 1}) if view.page > 0 else None,
            button("Next", f"{Action.RULES_PAGE}.next", {**own, "p": view.page + 1})
            if view.page + 1 < view.pages
            else None,
        )
    )
    who = ", ".join(person(user) for user in view.admins[:5]) or "nobody yet"
    blocks.append(
        context(
            PRECEDENCE,
            "See what they make of an item, such as number 7, and why: `/dext rules try 7`.",
            "" if view.may_change else f"Rules are changed by admins: {who}.",
        )
    )
    return message(f"{plural(view.count, 'rule')} of {name}.", *blocks)


def _row(row: RuleRow, view: RuleList) -> Block:
    rule = row.rule
    lines = [f"*{foreign(rule.label, 200)}*", f"{rule.kind.label}{_person(rule)} · {_details(rule)}"]
    lines += [f":warning: {foreign(problem, 200)}" for problem in row.problems]
    own = {"b": view.business.id, "u": rule.id}
    accessory: Block | None = None
    if view.may_change and rule.only_names_the_supplier:
        sure = confirm("Forget this name?", "The next document that says so needs its supplier chosen again.", "Forget")
        accessory = button("Forget", f"{Action.RULE_REMOVE}.{rule.id[:12]}", own, confirm=sure)
    elif view.may_change:
        accessory = button("Change…", f"{Action.RULE_EDIT}.{rule.id[:12]}", own)
    return section("\n".join(lines), accessory)


def _person(rule: Rule) -> str:
    return f": {person(rule.subject.id)}" if rule.kind is RuleKind.USER else ""


def _details(rule: Rule) -> str:
    parts = [f"{name.label}: {_value(name, value)}" for name, value in rule.sets.items()]
    if rule.terms is not None:
        parts.append(f"due: {rule.terms}")
    if rule.auto is not Auto.UNSAID:
        parts.append("asks for approval by itself" if rule.auto is Auto.ALWAYS else "never asks by itself")
    return foreign("; ".join(parts), 400)


def _value(name: ItemField, value: Value) -> str:
    if name is ItemField.TAX_SETTING:
        return "no tax" if value == NO_TAX else "a rate"
    return shown(value) or "nothing"


def rule_modal(form: RuleForm) -> Block:
    """Show a rule for an admin to make or change; ids of inputs that depend on its kind name the kind."""
    rule = form.rule
    memory = {"b": form.business.id, "u": rule.id, "v": rule.version}
    tax = [option("No tax", NO_TAX), *(option(rate.label, rate.id) for rate in form.rates)]
    return modal(
        View.RULE,
        "New rule" if form.is_new else "Change rule",
        "Save Rule",
        memory,
        section(f"Made from #{form.item.number} *{foreign(form.item.label, 150)}*.") if form.item else None,
        field(
            Field.RULE_KIND,
            "Goes by",
            choice_input(Action.RULE_KIND, [option(kind.label, kind.value) for kind in RuleKind], rule.kind.value),
            tells=True,
        ),
        _subject(rule),
        *(_pick(rule, name, label) for name, label in _PICKED),
        field(
            Field.TAX_SETTING,
            "Tax setting",
            choice_input(Field.TAX_SETTING, tax, str(rule.sets.get(ItemField.TAX_SETTING) or "")),
            optional=True,
        ),
        field(
            Field.RULE_DAYS,
            "Due, days after the date",
            text_input(Field.RULE_DAYS, str(rule.terms.days) if rule.terms else "", most=3),
            hint="Only for documents that name no due date.",
            optional=True,
        ),
        field(
            Field.RULE_MONTH,
            "Or at the end of the month",
            tick_input(
                Field.RULE_MONTH,
                "The end of the month in which that is",
                ticked=rule.terms is not None and rule.terms.end_of_month,
            ),
            optional=True,
        ),
        field(
            Field.DESCRIPTION,
            "Description",
            text_input(Field.DESCRIPTION, str(rule.sets.get(ItemField.DESCRIPTION) or ""), most=500),
            optional=True,
        ),
        field(Field.PAID, "Payment", choice_input(Field.PAID, _PAYMENTS, _paid(rule)), optional=True),
        field(
            Field.RULE_AUTO,
            "Ask for approval by itself",
            choice_input(Field.RULE_AUTO, _AUTOS, rule.auto.value),
            hint="When a document arrives that lacks nothing. Nothing is ever published without approval.",
            optional=True,
        ),
        _order(form),
        context(PRECEDENCE),
    )


_PAYMENTS = [option("Already paid, by card or cash", PAID), option("Not paid yet", UNPAID)]
_AUTOS = [option("Always", Auto.ALWAYS.value), option("Never", Auto.NEVER.value)]


def _paid(rule: Rule) -> str:
    said = rule.sets.get(ItemField.PAID)
    return "" if said is None else PAID if said else UNPAID


def _subject(rule: Rule) -> Block | None:
    where = f"{Field.RULE_SUBJECT}.{rule.kind.value}"
    match rule.kind:
        case RuleKind.ACCOUNT:
            return None
        case RuleKind.USER:
            element: Block = {"type": "users_select", "action_id": Field.RULE_SUBJECT}
            if rule.subject.id:
                element["initial_user"] = rule.subject.id
            return field(where, rule.kind.label, element, hint="For documents that somebody sent from Slack.")
        case _:
            subject = rule.subject
            action = f"{Action.ENTRY_PICK}.{_SUBJECTS[rule.kind]}"
            hint = f"The document says “{subject.name}”; choose what it stands for." if _nameless(subject) else ""
            return field(where, rule.kind.label, search_input(action, subject.name, subject.id), hint=hint)


def _nameless(subject: Ref) -> bool:
    return bool(subject.name) and not subject.id


def _pick(rule: Rule, name: ItemField, label: str) -> Block:
    value = rule.sets.get(name)
    entry = value if isinstance(value, Ref) else Ref()
    # In another block than the subject's, which may be of the same list.
    action = f"{Action.ENTRY_PICK}.{name.value}_0"
    return field(Field(name.value), label, search_input(action, entry.name, entry.id), optional=True)


def _order(form: RuleForm) -> Block | None:
    if form.is_new:
        return None
    own = {"b": form.business.id, "u": form.rule.id}
    sure = confirm("Remove this rule?", "What it did to items that are here stays.", "Remove")
    return actions(
        button("Move Up", f"{Action.RULE_MOVE}.up", {**own, "p": -1}),
        button("Move Down", f"{Action.RULE_MOVE}.down", {**own, "p": 1}),
        button("Remove Rule", Action.RULE_REMOVE, own, style="danger", confirm=sure),
    )


def apply_modal(effect: RuleEffect) -> Block:
    """Ask whether a rule that was saved shall also change items that are in the inbox, and show which."""
    rule = effect.rule
    many = f"{'at least ' if effect.more else ''}{plural(effect.many, 'item')}"
    lines = "\n".join(
        f"• #{item.number} *{foreign(item.label, 100)}*: "
        + ", ".join(
            f"{one.field.label} {foreign(one.old, 40) or 'nothing'} → {foreign(one.new, 40)}" for one in made[:3]
        )
        for item, made in effect.examples
    )
    rest = effect.many - len(effect.examples)
    more = f"\nand {rest:,} more" if rest > 0 else ""
    return modal(
        View.RULE_APPLY,
        "Rule saved",
        "Apply to the Inbox",
        {"b": effect.business.id, "u": rule.id, "v": rule.version},
        section(f"*{foreign(rule.label, 200)}* acts on documents that arrive from now on."),
        section(f"*It would also change {many} in the inbox:*\n{lines}{more}"),
        context(
            "Edits by people stay. Items that wait for approval are left alone.",
            ":eyes: If you apply it, you have prepared these items and can't approve them.",
        ),
        close="Leave Them",
    )


def applied_message(view: Applied) -> Message:
    """Tell whoever applied a rule to the inbox that it is done: how many items changed, and why others did not."""
    many = f"It changed {plural(view.changed, 'item')}" if view.changed else "It changed nothing"
    if view.rule is None:
        text = "The rule was removed before it had been applied to the whole inbox."
        return message(f"{text} {many}.", section(f"{text} {many}; the others are as they were."))
    left = [
        f"• {plural(view.covered, 'item')} kept what somebody edited or a stronger rule says" if view.covered else "",
        f"• {plural(view.busy, 'item')} not touched: asked for or on the way to Bill.com already" if view.busy else "",
    ]
    lines = "\n".join(["", *(line for line in left if line)])
    lead = "The rule has been applied to the inbox"
    return message(
        f"{lead}: {foreign(view.rule.label, 200)}. {many}.",
        section(f"{lead}: *{foreign(view.rule.label, 200)}*. {many}.{lines}"),
    )


def _change(one: Change) -> str:
    return f"{one.field.label} {foreign(one.old, 40) or 'nothing'} → {foreign(one.new, 40) or 'nothing'}"


def trial_message(trial: Trial) -> Message:
    """Say what the rules would make of an item, rule by rule, and what would hold."""
    item, verdict = trial.item, trial.verdict
    lead = f"If #{item.number} *{foreign(item.label, 120)}* arrived now"
    acted = "\n".join(f"• {foreign(line, 400)}" for line in verdict.trace[:20]) or "No rule would act on it."
    told = "\n".join(f"• {told_line(one)}" for one in trial.told)
    return message(
        f"What the rules make of #{item.number}: {plural(len(verdict.acted), 'rule')} would act.",
        section(f"{lead}, {plural(len(verdict.acted), 'rule')} would act:\n{acted}"),
        section(f"*What would hold, before anybody edits it*\n{told}") if told else None,
        section(f"*Asking for approval*: {foreign(verdict.auto.why, 600)}."),
        context("Nothing was changed. " + PRECEDENCE),
    )


def setting_of(value: str) -> str:
    """Return the tax setting that a choice in a menu stands for."""
    return "" if value == AS_READ else value
