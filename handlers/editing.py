"""Editing an item: its form, its lines, and the menus in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from blocks.dividing import lines_modal
from blocks.editing import edit_modal, edited_message
from blocks.ids import Action, View
from blocks.kit import Block
from blocks.pickers import entry_options
from bot.domain.lists import ListName
from bot.domain.people import Right
from bot.domain.views.editing import EditForm, LinesForm
from handlers.commands import OpenView
from handlers.desk import Desk, clicked, value_of
from handlers.forms import left_out, memory_of, remembers, typed_amounts, typed_item, typed_lines, typed_split

_PICKED = {
    "supplier": ListName.SUPPLIERS,
    "category": ListName.ACCOUNTS,
    "class": ListName.CLASSES,
    "location": ListName.LOCATIONS,
    "customer": ListName.CUSTOMERS,
    "payment_method": ListName.PAYMENT_METHODS,
    "approver": ListName.APPROVERS,
}


def item_edit(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form of an item."""
    who = clicked(body)
    open_view(edit_modal(desk.editing.form(who.workspace_id, who.user_id, value_of(body)["i"], who.business_id)))


def item_check(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Say in the form how the amounts stand, with what is typed so far."""
    who, memory = clicked(body), memory_of(body)
    form = desk.editing.form(who.workspace_id, who.user_id, memory["i"], who.business_id, typed_item(body))
    # The version it was opened on: the inputs keep their ids, and so what stands in them; saving compares.
    open_view(edit_modal(replace(form, item=replace(form.item, version=memory["v"]))))


def save_item(desk: Desk, body: dict[str, Any]) -> Block | None:
    """Store what was typed; when somebody else was faster, show what they changed in the same form."""
    who, memory = clicked(body), memory_of(body)
    edited = desk.editing.save(
        who.workspace_id, who.user_id, memory["i"], who.business_id, memory["v"], typed_item(body),
        remember=remembers(body), leave_out=left_out(body),
    )  # fmt: skip
    if edited.form is not None:
        return {"response_action": "update", "view": edit_modal(edited.form)}
    desk.answer(who, edited_message(edited, who.business_id))
    return None


def lines_open(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form of an item's lines, over the item's own and with its amounts as typed, or turn its page."""
    who, value, memory = clicked(body), value_of(body), memory_of(body)
    if (body.get("view") or {}).get("callback_id") == View.ITEM_EDIT:
        begun = desk.dividing.begin(
            who.workspace_id, who.user_id, value["i"], who.business_id, memory["v"], typed_item(body)
        )
        return open_view(edit_modal(begun) if isinstance(begun, EditForm) else lines_modal(begun))
    form = desk.dividing.form(
        who.workspace_id, who.user_id, value["i"], who.business_id, first=value["p"], typed=typed_amounts(body)
    )
    # What it carries along was typed over the item as it was when that form was opened.
    item = replace(form.item, version=memory["v"]) if form.amounts else form.item
    return open_view(lines_modal(replace(form, item=item)))


def lines_add(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Add a line to the form."""
    open_view(lines_modal(_redrawn(desk, body, desk.dividing.add(_as_it_stands(desk, body)))))


def lines_split(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Split the amount into lines in the form."""
    split = desk.dividing.split(_as_it_stands(desk, body), typed_split(body))
    open_view(lines_modal(_redrawn(desk, body, split)))


def line_remove(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Take a line out of the form."""
    removed = desk.dividing.remove(_as_it_stands(desk, body), value_of(body)["p"])
    open_view(lines_modal(_redrawn(desk, body, removed)))


def save_lines(desk: Desk, body: dict[str, Any]) -> Block | None:
    """Store the lines that were typed, and say so."""
    who, memory = clicked(body), memory_of(body)
    edited = desk.dividing.save(
        who.workspace_id, who.user_id, memory["i"], who.business_id, memory["v"], typed_lines(body),
        typed_amounts(body),
    )  # fmt: skip
    desk.answer(who, edited_message(edited, who.business_id))
    return None


def entries(desk: Desk, body: dict[str, Any]) -> Block:
    """Return the entries that match what somebody types; the menu's id names the list."""
    who = clicked(body)
    which = body["action_id"].removeprefix(f"{Action.ENTRY_PICK}.").rstrip("0123456789").removesuffix("_")
    found = desk.lookup.find(
        who.workspace_id, who.user_id, _PICKED[which], body.get("value") or "", business_id=who.business_id,
        right=Right.REQUEST,
    )  # fmt: skip
    return entry_options(found)


def _as_it_stands(desk: Desk, body: dict[str, Any]) -> LinesForm:
    who, memory = clicked(body), memory_of(body)
    form = desk.dividing.form(who.workspace_id, who.user_id, memory["i"], who.business_id, typed_lines(body),
                              typed=typed_amounts(body))  # fmt: skip
    # Saving asks what changed since the form was opened, not since it was last drawn.
    return replace(form, item=replace(form.item, version=memory["v"]))


def _redrawn(desk: Desk, body: dict[str, Any], form: LinesForm) -> LinesForm:
    """Return the form with the balance of its lines as they are now."""
    who = clicked(body)
    fresh = desk.dividing.form(who.workspace_id, who.user_id, form.item.id, who.business_id, form.draft,
                               typed=typed_amounts(body))  # fmt: skip
    return replace(fresh, item=form.item, problem=form.problem)
