"""The form of an item, and what follows an edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from blocks.ids import Action, Field, View
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    choice_input,
    clip,
    context,
    day_input,
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
from bot.domain.editing import EDITABLE, LONGEST
from bot.domain.fields import ItemField, shown
from bot.domain.items import ItemStatus
from bot.domain.layers import Source, Told, story
from bot.domain.lines import Ref
from bot.domain.receiving import IN_DEXT, Change
from bot.domain.tax import NO_TAX
from bot.domain.views.editing import Edited, EditForm
from bot.domain.views.items import Unwritten

AS_READ = "as_read"
"""The choice in the menu of tax settings that leaves it to the amount of tax."""

BLOCK_OF = {name: Field(name.value) for name in EDITABLE}
"""The input of each field."""

PICKED = (
    ItemField.CLASS,
    ItemField.LOCATION,
    ItemField.CUSTOMER,
    ItemField.PAYMENT_METHOD,
    ItemField.APPROVER,
)
_LEAVE = "The document names these, and Bill.com doesn't offer them. Choose others above, or leave them out."
_NEEDED = "It can be left for later, and is needed before the item can be published."
_MOST_TOLD = 10
_WITH_EDIT = re.compile(r"[:;] (choose|enter|correct)\b[^:;“]* with Edit\b.*")


def edit_modal(form: EditForm) -> Block:
    """Show an item's fields for a person to change, with what it lacks and how its amounts stand.

    The ids of the inputs carry the item's version, so that a form drawn anew shows the item and not what was typed.
    """
    item, of = form.item, form.item.version
    memory = {"i": item.id, "v": item.version, "b": form.business.id}
    return modal(
        View.ITEM_EDIT,
        f"Edit #{item.number}",
        "Save",
        memory,
        _changed(form),
        section(f"*{foreign(item.label, 150)}*{_needs(form)}"),
        _four_eyes(form),
        _pick(form, ItemField.SUPPLIER, "Supplier", hint=" ".join(filter(None, (_unnamed(form), _NEEDED)))),
        field(f"{Field.REMEMBER}.{of}", "Next time", _remember(form), optional=True) if form.unnamed else None,
        _pick(form, ItemField.CATEGORY, "Category", hint=_NEEDED),
        field(f"{Field.TAX_SETTING}.{of}", "Tax setting", _tax_settings(form), tells=True),
        *_amounts(form),
        section(f":warning: {foreign(form.problem)}" if form.problem else f":abacus: {foreign(form.balance)}"),
        field(f"{Field.CURRENCY}.{of}", "Currency", _text(form, ItemField.CURRENCY)),
        field(
            f"{Field.DATE}.{of}",
            "Date",
            day_input(Field.DATE, _day(form, ItemField.ISSUED_ON)),
            hint=_NEEDED,
            optional=True,
        ),
        field(
            f"{Field.DUE_DATE}.{of}",
            "Due date",
            day_input(Field.DUE_DATE, _day(form, ItemField.DUE_ON)),
            hint=f"{_NEEDED} An item that is paid already does without.",
            optional=True,
        ),
        field(
            f"{Field.REFERENCE}.{of}",
            "Reference",
            _text(form, ItemField.NUMBER),
            hint="The invoice number. Bill.com takes 21 characters; a longer one is shortened, and kept in full in the "
            "bill's description.",
            optional=True,
        ),
        field(
            f"{Field.DESCRIPTION}.{of}", "Description", _text(form, ItemField.DESCRIPTION, lines=True), optional=True
        ),
        field(
            f"{Field.PAID}.{of}",
            "Payment",
            tick_input(Field.PAID, "Already paid, by card or cash", ticked=bool(form.values[ItemField.PAID])),
            optional=True,
        ),
        *(_pick(form, name, _title(name), optional=True) for name in PICKED),
        field(f"{Field.LEAVE_OUT}.{of}", "Not in Bill.com", _leave_out(form), hint=_LEAVE, optional=True)
        if form.unmatched
        else None,
        _lines(form),
        context(*(told_line(one) for one in story(item.layers)[:_MOST_TOLD])),
    )


def _changed(form: EditForm) -> Block | None:
    """Say what others did while this person was typing."""
    if not form.changed:
        return None
    lines = "\n".join(f"• {_change(one)}{_mine(form, one)}" for one in form.changed[:15])
    return section(
        f":warning: *Nothing was saved yet: this item was changed while you were at it.*\n{lines}\n"
        "The form shows it as it is now, with the rest of what you typed. Save again if that is right."
    )


def _change(one: Change) -> str:
    by = "in Dext" if one.by == IN_DEXT else f"by rule “{foreign(one.by, 80)}”"
    if one.source is Source.EDIT:
        by = f"by {person(one.by)}"
    return f"{one.field.label}: {foreign(one.old, 80) or 'nothing'} → {foreign(one.new, 80) or 'nothing'}, {by}"


def _mine(form: EditForm, one: Change) -> str:
    mine = shown(form.mine.get(one.field), form.item.details.currency)
    return f" (you had {foreign(mine, 80)})" if mine and mine != one.new else ""


def _needs(form: EditForm) -> str:
    # Told to use Edit where they are: here only what is missing.
    lacks = [_WITH_EDIT.sub("", reason) for reason in form.item.lacks]
    return "\n" + "\n".join(f"• {foreign(reason, 200)}" for reason in lacks[:8]) if lacks else ""


def _four_eyes(form: EditForm) -> Block | None:
    if not form.gives_up:
        return None
    who = ", ".join(person(user) for user in form.approvers[:5])
    left = f"{who} still can" if who else "nobody else can yet"
    return context(f":eyes: You could approve this item. If you save a change, you no longer can: {left}.")


def _unnamed(form: EditForm) -> str:
    return f"The document says “{form.unnamed}”." if form.unnamed else ""


def _remember(form: EditForm) -> Block:
    label = f"Documents that say “{form.unnamed}” are from this supplier"
    return tick_input(Field.REMEMBER, label, ticked=True)


def _leave_out(form: EditForm) -> Block:
    options = [option(f"Leave out {name.label} “{text}”", name.value) for name, text in form.unmatched.items()]
    return {"type": "checkboxes", "action_id": Field.LEAVE_OUT, "options": options}


def _pick(form: EditForm, name: ItemField, label: str, *, hint: str = "", optional: bool = True) -> Block:
    value = form.values[name]
    entry = value if isinstance(value, Ref) else Ref()
    element = search_input(f"{Action.ENTRY_PICK}.{name.value}", entry.name or entry.id, entry.id)
    return field(f"{BLOCK_OF[name]}.{form.item.version}", label, element, hint=hint, optional=optional)


def _tax_settings(form: EditForm) -> Block:
    options = [
        option("As the amount of tax says", AS_READ),
        option("No tax", NO_TAX),
        *(option(rate.label, rate.id) for rate in form.rates),
    ]
    chosen = str(form.values[ItemField.TAX_SETTING] or AS_READ)
    return choice_input(f"{Action.ITEM_CHECK}.setting", options, chosen)


def _amounts(form: EditForm) -> Iterator[Block]:
    hint = f"Press Enter to see how the amounts stand. {_NEEDED}"
    for name, label, tells in ((ItemField.TOTAL, "Total with tax", hint), (ItemField.TAX, "Tax", "")):
        value = form.values[name]
        text = f"{value:f}" if isinstance(value, Decimal) else ""
        element = text_input(f"{Action.ITEM_CHECK}.{name.value}", text, most=30)
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
        yield field(f"{BLOCK_OF[name]}.{form.item.version}", label, element, hint=tells, optional=True, tells=True)


def _text(form: EditForm, name: ItemField, *, lines: bool = False) -> Block:
    # Slack counts down what is left of a limit, even at none: a currency has its three letters from the start.
    most = 0 if name is ItemField.CURRENCY else LONGEST[name]
    return text_input(BLOCK_OF[name], clip(str(form.values[name] or ""), LONGEST[name]), lines=lines, most=most)


def _day(form: EditForm, name: ItemField) -> Any:
    return form.values[name]


def _title(name: ItemField) -> str:
    return name.label[:1].upper() + name.label[1:]


def _lines(form: EditForm) -> Block:
    lines = form.item.details.lines
    text = f"*Line items*: {lines}" if lines else "*Line items*: none, the whole amount goes to the category"
    own = {"i": form.item.id, "b": form.business.id, "p": 0}
    return section(text, button("Divide into Lines…", Action.LINES_OPEN, own, describes="Edit the line items"))


def told_line(one: Told) -> str:
    """Tell in one line where a value came from, and what it covers."""
    by = f" by {person(one.by)}" if one.by else ""
    over = f", over {foreign(one.covers, 200)}" if one.covers else ""
    return f"{one.field}: {foreign(one.value, 80) or 'left blank'}, {foreign(one.how, 200)}{by}{over}"


def edited_message(edited: Edited, business_id: str) -> Message:
    """Say what was saved, what the item still needs, and what can be done next."""
    item = edited.item
    name = f"#{item.number} *{foreign(item.label, 120)}*"
    if not edited.changes:
        return message(f"Nothing was changed on #{item.number}.", section(f"Nothing was changed on {name}."))
    lines = "\n".join(
        f"• {one.field.label}: {foreign(one.old, 80) or 'nothing'} → {foreign(one.new, 80) or 'nothing'}"
        for one in edited.changes
    )
    own = {"i": item.id, "b": business_id}
    ready = item.status is ItemStatus.READY
    return message(
        f"Saved {plural(len(edited.changes), 'change')} to #{item.number}. {_sentence(edited)}",
        section(f"Saved {name}:\n{lines}\n{_sentence(edited)}"),
        actions(
            button("Request Approval", f"{Action.ITEM_REQUEST}.{item.number}", {**own, "p": 0}, style="primary")
            if ready
            else None,
            button("Make a Rule from This…", f"{Action.RULE_FROM}.{item.number}", own) if edited.may_rule else None,
            button("Edit Again…", f"{Action.ITEM_EDIT}.{item.number}", own) if item.lacks else None,
        ),
    )


def _sentence(edited: Edited) -> str:
    item = edited.item
    if edited.asked_again:
        return "It waits for approval again, as it is now; its card shows the difference."
    if item.lacks:
        return f"It still needs: {foreign('; '.join(item.lacks), 400)}."
    if item.status is ItemStatus.READY:
        return "It is ready."
    return f"It is {item.status.label.lower()}."


def unwritten_message(view: Unwritten) -> Message:
    """Tell whoever edited an item what Dext did not take of it."""
    item = view.item
    lines = "\n".join(f"• {name}: {foreign(reason, 300)}" for name, reason in view.refused)
    lead = f"Dext did not take all of your changes to #{item.number}"
    follow = "They are kept here, and the bill gets them. Correct them in Dext only if Dext should show them too."
    return message(f"{lead}.", section(f"{lead} *{foreign(item.label, 120)}*:\n{lines}\n{follow}"))
