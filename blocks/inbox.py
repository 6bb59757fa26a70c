"""The inbox: items by status, what each lacks, and the buttons that fit each."""

from __future__ import annotations

from typing import Any

from blocks.documents import document_button
from blocks.ids import Action
from blocks.item import bill_button, money_of, open_button, request_button, supplier_button, why
from blocks.kit import Block, Message, actions, button, context, day, foreign, message, person, plural, section, when
from bot.domain.inbox import InboxList, InboxRow, Section, section_of
from bot.domain.items import Item, ItemStatus

_WORDS = 60


def inbox_message(view: InboxList) -> Message:
    """List a page of the items that are wanted, under what there is in all."""
    name = foreign(view.business.name, 100)
    every = sum(tally.count for tally in view.tallies)
    lead = f"{plural(every, 'item')} of {name}" if every else f"No items of {name} yet"
    blocks: list[Block | None] = [
        section(f"*{lead}*"),
        _sections(view),
        section(f":warning: {view.problem or view.notice}") if view.problem or view.notice else None,
        section(_shown(view)),
    ]
    for row in view.rows:
        blocks += [section(_line(row)), _row_buttons(row, view)]
    blocks += [_paging(view), context(_fine_print(view))]
    counts = ", ".join(f"{tally.count:,} {tally.status.label.lower()}" for tally in view.tallies)
    return message(f"{lead}: {counts}" if counts else lead, *blocks)


def _sections(view: InboxList) -> Block | None:
    """Return a button for each status that has items, besides the one that is shown."""
    found = [(section_of(tally.status), f"{tally.status.label} ({tally.count:,})") for tally in view.tallies]
    if view.wanted.section is not Section.ALL:
        found.insert(0, (Section.ALL, "All"))
    return actions(
        *(
            button(label, f"{Action.INBOX_PAGE}.{one}", {"b": view.business.id, "s": one.value, "p": 0})
            for one, label in found
            if one is not view.wanted.section
        )
    )


def _shown(view: InboxList) -> str:
    wanted = view.wanted
    what = "All items" if wanted.section is Section.ALL else wanted.section.label
    matching = f", matching “{foreign(wanted.words, 60)}”" if wanted.words else ""
    if not view.count:
        hint = " Leave the words out to see more." if wanted.words else " New documents appear here as Dext reads them."
        return f"*{what}*{matching}: nothing.{hint}"
    sums = " · ".join(str(money) for money in view.totals)
    return f"*{what}*{matching}: {plural(view.count, 'item')}" + (f", {sums}" if sums else "")


def _line(row: InboxRow) -> str:
    item, details = row.item, row.item.details
    facts = [foreign(details.number, 40) or "no number"]
    facts += [day(details.issued_on)] if details.issued_on else ["no date"]
    if details.paid:
        facts.append("already paid")
    elif details.due_on:
        facts.append(f"due {day(details.due_on)}")
    supplier = foreign(details.supplier, 80) or "Unknown supplier"
    lead = f"#{item.number} *{supplier}* – *{money_of(item)}* · {item.status.label}\n{', '.join(facts)}"
    return f"{lead}\n{_state(row)}" if _state(row) else lead


def _state(row: InboxRow) -> str:
    """Say what an item lacks or waits for."""
    if row.waiting is not None and row.item.status is ItemStatus.WAITING:
        return f"asked for by {person(row.waiting.requested_by)} {when(row.waiting.requested_at)}"
    return why(row.item)


def _row_buttons(row: InboxRow, view: InboxList) -> Block | None:
    return actions(
        request_button(row.item, place(view)) if view.can_request else None,
        supplier_button(row.item) if view.can_request else None,
        open_button(row.item),
        document_button(row.item),
        _bill(row.item, row.bill_url),
    )


def _bill(item: Item, url: str) -> Block | None:
    return bill_button(item, url) if item.status is ItemStatus.PUBLISHED else None


def _paging(view: InboxList) -> Block | None:
    page = view.wanted.page
    return actions(
        button("Previous", f"{Action.INBOX_PAGE}.previous", place(view, page - 1)) if page > 0 else None,
        button("Next", f"{Action.INBOX_PAGE}.next", place(view, page + 1)) if page + 1 < view.pages else None,
    )


def place(view: InboxList, page: int | None = None) -> dict[str, Any]:
    """Return what tells a click on the list where it was: business, section, page, and the words."""
    wanted = view.wanted
    found: dict[str, Any] = {
        "b": view.business.id,
        "s": wanted.section.value,
        "p": wanted.page if page is None else page,
    }
    return found | {"w": _whole(wanted.words)} if wanted.words else found


def _whole(words: str) -> str:
    # Whole words only: half a number would be another item.
    return words if len(words) <= _WORDS else words[:_WORDS].rpartition(" ")[0]


def _fine_print(view: InboxList) -> str:
    parts = [f"Page {view.wanted.page + 1} of {view.pages:,}"] if view.pages > 1 else []
    if view.business.taken_in_at is not None:
        parts.append(f"Dext last checked: {when(view.business.taken_in_at)}")
    return " · ".join(parts)
