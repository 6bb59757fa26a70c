"""The list of what can be published."""

from __future__ import annotations

from typing import Any

from blocks.documents import document_menu
from blocks.ids import Action
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    confirm,
    context,
    day,
    divider,
    foreign,
    message,
    plural,
    section,
    when,
)
from bot.domain.items import Item, ItemStatus
from bot.domain.layers import story
from bot.domain.views.items import PublishList

_WORDS = 100
"""Bytes of the words that each button of a list carries."""
_MOST_SOURCES = 3


def publish_message(view: PublishList) -> Message:
    """List what is ready with totals, and for the first of the others what is missing."""
    name = foreign(view.business.name)
    if view.problem:
        return message(view.problem, section(view.problem), actions(button("Connect or Reconnect", Action.LINK_NEW)))
    totals = " · ".join(str(money) for money in view.ready_totals)
    lead = f"*{plural(view.ready_count, 'item')} ready to publish* for {name}" + (f": {totals}" if totals else "")
    if view.words:
        lead += f", matching “{foreign(view.words, 60)}”"
    blocks: list[Block | None] = [section(lead), section(f":warning: {view.notice}") if view.notice else None]
    blocks += [_ready(item, view) for item in view.ready]
    if not view.ready_count:
        blocks.append(section(_nothing(view)))
    blocks.append(_buttons(view))
    if view.lacking:
        blocks.append(divider())
        blocks.append(section(f"*{plural(view.lacking_count, 'item needs', 'items need')} something first*"))
        blocks += [block for item in view.lacking for block in _lacking(item, view)]
        more = view.lacking_count - len(view.lacking)
        blocks.append(context(f"And {more:,} more: `/dext items` shows them all." if more > 0 else ""))
    blocks.append(context(_fine_print(view)))
    return message(
        f"{plural(view.ready_count, 'item')} ready to publish, {view.lacking_count} to put right first.", *blocks
    )


def _nothing(view: PublishList) -> str:
    if view.words:
        return "Nothing that is ready matches. Type `/dext publish` for everything."
    return "Nothing is ready. New documents appear here as Dext reads them."


def _ready(item: Item, view: PublishList) -> Block:
    details = item.details
    number = foreign(details.number, 40) or "no number"
    dated = day(details.issued_on) if details.issued_on else "no date"
    due = f", due {day(details.due_on)}" if details.due_on else ""
    paid = " · already paid" if details.paid else ""
    line = (
        f"#{item.number} *{foreign(details.supplier, 80)}* – *{details.money}*\n"
        f"{number}, {dated}{due} · {foreign(details.category, 80)}{paid}{_sources(item)}"
    )
    return section(line, _ask(item, view, "Request Approval"))


def _sources(item: Item) -> str:
    """Say what of an item is not the document's own word: the first few, the card has the rest."""
    told = [f"{one.field} {foreign(one.how, 100)}" for one in story(item.layers)]
    if item.details.lines:
        told.insert(0, f"divided into {item.details.lines}")
    return f"\n_{'; '.join(told[:_MOST_SOURCES])}_" if told else ""


def _lacking(item: Item, view: PublishList) -> list[Block | None]:
    """Say what an item lacks, with what puts it right; one that was rejected or failed can be asked for as it is."""
    lead = f"#{item.number} *{foreign(item.label, 120)}*"
    if item.status in (ItemStatus.FAILED, ItemStatus.REJECTED):
        what = "not published" if item.status is ItemStatus.FAILED else "rejected"
        note = item.note.removeprefix("rejected: ")
        text = section(f"{lead}\n{what}: {foreign(note, 300)}")
        return [text, actions(_ask(item, view, "Ask Again"), edit_button(item))]
    return [section(f"{lead}\n{foreign('; '.join(item.lacks), 400)}", edit_button(item))]


def edit_button(item: Item) -> Block:
    """Return the button that opens an item's form."""
    value = {"i": item.id, "b": item.business_id}
    return button("Edit…", f"{Action.ITEM_EDIT}.{item.number}", value, describes=f"Edit item {item.number}")


def _ask(item: Item, view: PublishList, label: str) -> Block:
    return button(
        label,
        f"{Action.ITEM_REQUEST}.{item.number}",
        {"i": item.id} | _place(view, view.page),
        describes=f"Request approval of item {item.number}",
    )


def _buttons(view: PublishList) -> Block | None:
    ids = [item.id for item in view.ready]
    label = f"Request Approval for All {len(ids)}" if view.pages == 1 else f"Request Approval for These {len(ids)}"
    sure = confirm(
        "Request approval?",
        f"Approvers get {len(ids)} cards, one an item. Nothing is published before somebody else approves.",
        "Request",
    )
    return actions(
        button(label, Action.ITEMS_REQUEST, {"i": ids} | _place(view, view.page), style="primary", confirm=sure)
        if len(ids) > 1
        else None,
        button("Previous", f"{Action.ITEMS_PAGE}.previous", _place(view, view.page - 1)) if view.page > 0 else None,
        button("Next", f"{Action.ITEMS_PAGE}.next", _place(view, view.page + 1))
        if view.page + 1 < view.pages
        else None,
        button("Check Dext Now", Action.ITEMS_CHECK, _place(view, view.page)),
        document_menu([*view.ready, *view.lacking]),
    )


def _place(view: PublishList, page: int) -> dict[str, Any]:
    """Return what tells a click on a list where it was: business, page, and the words that narrowed it."""
    words = view.words.encode()[:_WORDS].decode(errors="ignore")
    if words != view.words:
        words = words.rpartition(" ")[0]  # whole words only: half a number would be another item
    place: dict[str, Any] = {"b": view.business.id, "p": page}
    return place | {"w": words} if words else place


def _fine_print(view: PublishList) -> str:
    parts = []
    if view.pages > 1:
        parts.append(f"Page {view.page + 1} of {view.pages}")
    if view.waiting:
        parts.append(f"{plural(view.waiting, 'item')} waiting for approval")
    if view.taken_in_at is not None:
        parts.append(f"Dext last checked: {when(view.taken_in_at)}")
    return " · ".join(parts)
