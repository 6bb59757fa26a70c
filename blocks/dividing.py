"""The form of an item's lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from blocks.ids import Action, Field, View
from blocks.kit import (
    Block,
    actions,
    button,
    context,
    divider,
    field,
    foreign,
    modal,
    plural,
    search_input,
    section,
    text_input,
    tick_input,
)
from bot.domain.editing import LONGEST_LINE, LineDraft
from bot.domain.fields import ItemField, Value, shown
from bot.domain.lines import Ref
from bot.domain.views.editing import LinesForm

PAGE = 10
_PICKS = (
    (Field.LINE_CATEGORY, "category", "Category"),
    (Field.LINE_CLASS, "class", "Class"),
    (Field.LINE_LOCATION, "location", "Location"),
    (Field.LINE_CUSTOMER, "customer", "Customer"),
)


def lines_modal(form: LinesForm) -> Block:
    """Show a page of an item's lines; each is told by its key, so that what is typed stays with its line."""
    item, draft = form.item, form.draft
    memory: dict[str, Any] = {
        "i": item.id,
        "v": item.version,
        "b": form.business.id,
        "f": draft.first,
        "n": draft.count,
    }
    if form.amounts:
        memory["t"] = {name.value: _as_typed(value) for name, value in form.amounts.items()}
    own = {"i": item.id, "b": form.business.id}
    return modal(
        View.LINES,
        f"Lines of #{item.number}",
        "Save Lines",
        memory,
        section(f"*{foreign(item.label, 150)}*\n:abacus: {foreign(form.balance)}"),
        _unsaved(form),
        section(f":warning: {foreign(form.problem)}") if form.problem else None,
        field(
            f"{Field.LINES_NET}.{draft.first}",
            "Amounts",
            tick_input(Field.LINES_NET, "The lines are without tax", ticked=draft.net),
            optional=True,
        ),
        *(block for row in draft.rows for block in _line(form, row)),
        None if draft.rows else section("There are no lines: the whole amount goes to the category."),
        divider(),
        actions(button("Add Line", Action.LINES_ADD, own, describes="Add a line")),
        field(
            f"{Field.SPLIT}.{draft.next_key}",
            "Or split the whole amount",
            text_input(Field.SPLIT, most=500),
            hint="By per cent or amount, such as 60%, 40% or 100, 250, rest. The last cent goes to the last line. Then "
            "press Split.",
            optional=True,
        ),
        actions(
            button("Split", Action.LINES_SPLIT, own, describes="Split the amount into lines"),
            button("Previous Lines", f"{Action.LINES_OPEN}.previous", {**own, "p": max(0, draft.first - PAGE)})
            if draft.first > 0
            else None,
            button("More Lines", f"{Action.LINES_OPEN}.next", {**own, "p": draft.first + PAGE})
            if _there_are_more(form)
            else None,
        ),
        context(_page(form)),
    )


def _unsaved(form: LinesForm) -> Block | None:
    if not form.amounts:
        return None
    named = ", ".join(
        f"{name.label} {foreign(shown(value, form.item.details.currency), 60) or 'left blank'}"
        for name, value in form.amounts.items()
        if name is not ItemField.TAX_SETTING
    )
    changed = [part for part in (named, "the tax setting" if ItemField.TAX_SETTING in form.amounts else "") if part]
    return context(f":pencil2: As you typed in the form beneath: {' and '.join(changed)}. Save Lines saves that too.")


def _as_typed(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value or "")


def _there_are_more(form: LinesForm) -> bool:
    return len(form.draft.rows) >= PAGE or form.draft.first + len(form.draft.rows) < form.many


def _page(form: LinesForm) -> str:
    draft = form.draft
    if not draft.first and form.many <= PAGE:
        return "What a line leaves blank is taken from the item."
    last = draft.first + len(draft.rows)
    lines = plural(form.many, "line")
    return f"Lines {draft.first + 1} to {last} of {lines}. Save before you turn the page."


def _line(form: LinesForm, row: LineDraft) -> Iterator[Block]:
    place = form.draft.first + [one.key for one in form.draft.rows].index(row.key) + 1
    yield divider()
    yield section(
        f"*Line {place}*",
        button("Remove", f"{Action.LINE_REMOVE}.{row.key}", {"i": form.item.id, "b": form.business.id, "p": row.key}),
    )
    key = row.key
    yield field(
        f"{Field.LINE_AMOUNT}.{key}",
        "Amount",
        text_input(f"{Field.LINE_AMOUNT}.{key}", row.amount, most=30),
        optional=True,
    )
    yield field(
        f"{Field.LINE_TEXT}.{key}",
        "Description",
        text_input(f"{Field.LINE_TEXT}.{key}", row.description, most=LONGEST_LINE),
        optional=True,
    )
    values = (row.category, row.project_class, row.location, row.customer)
    for (block, name, label), ref in zip(_PICKS, values, strict=True):
        yield field(f"{block}.{key}", label, _pick(name, key, ref), optional=True)


def _pick(name: str, key: int, ref: Ref) -> Block:
    return search_input(f"{Action.ENTRY_PICK}.{name}_{key}", ref.name or ref.id, ref.id)
