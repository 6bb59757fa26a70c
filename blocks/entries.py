"""The lists as people look through them: `/dext lists`."""

from __future__ import annotations

from typing import Any

from blocks.ids import Action
from blocks.kit import Block, Message, actions, button, context, foreign, message, plural, section, when
from blocks.pickers import entry_labels
from blocks.standing import LIST_TITLES
from bot.domain.lists import SIX_LISTS, ListName
from bot.domain.views.lists import EntryPage
from bot.domain.views.standing import Standing

WORDS = 100
"""Characters of the words that a button carries to the next page."""

_LABEL = 150
_TYPED = {
    ListName.ACCOUNTS: "accounts",
    ListName.SUPPLIERS: "suppliers",
    ListName.CUSTOMERS: "customers",
    ListName.CLASSES: "classes",
    ListName.LOCATIONS: "locations",
    ListName.PAYMENT_METHODS: "payment methods",
    ListName.APPROVERS: "approvers",
}
_ALSO = {
    "account": ListName.ACCOUNTS,
    "categories": ListName.ACCOUNTS,
    "category": ListName.ACCOUNTS,
    "chart": ListName.ACCOUNTS,
    "supplier": ListName.SUPPLIERS,
    "vendors": ListName.SUPPLIERS,
    "vendor": ListName.SUPPLIERS,
    "customer": ListName.CUSTOMERS,
    "class": ListName.CLASSES,
    "location": ListName.LOCATIONS,
    "payments": ListName.PAYMENT_METHODS,
    "payment": ListName.PAYMENT_METHODS,
    "approver": ListName.APPROVERS,
}


def which_list(text: str) -> tuple[ListName | None, str]:
    """Return the list that typed words begin with, and the words after it; no list where none is meant."""
    typed = text.strip()
    for name, title in _TYPED.items():
        if typed.casefold() == title or typed.casefold().startswith(f"{title} "):
            return name, typed[len(title) :].strip()
    first, _, rest = typed.partition(" ")
    return _ALSO.get(first.casefold()), rest.strip()


def lists_message(standing: Standing, unknown: str = "") -> Message:
    """Offer the lists, each with what our copy holds; say which word named none."""
    known = {line.name: line for line in standing.lists}
    lead = f"There is no list “{foreign(unknown, 40)}”. These are the lists" if unknown else "These are the lists"
    blocks: list[Block | None] = [section(f"{lead} of *{foreign(standing.business.name)}*:")]
    for name in (*SIX_LISTS, ListName.APPROVERS):
        line = known.get(name.value)
        count = plural(line.total, "entry", "entries") if line and line.synced_at else "not read yet"
        problem = f"\n:warning: {foreign(line.problem)}" if line and line.problem else ""
        blocks.append(
            section(
                f"*{LIST_TITLES[name.value]}*: {count}{problem}",
                button("Look Through", f"{Action.LISTS_PAGE}.{name.value}", _place(standing.business.id, name, "", 0)),
            )
        )
    blocks.append(context("To search, type for example `/dext lists suppliers acme`."))
    return message("Which list? Type for example /dext lists suppliers.", *blocks)


def entries_message(view: EntryPage) -> Message:
    """Show a page of one list; archived entries are marked, entries of one name told apart."""
    title = LIST_TITLES[view.name.value]
    matching = f", matching “{foreign(view.words, 60)}”" if view.words else ""
    lead = f"*{title}* of {foreign(view.business.name)}{matching}"
    shown = [
        _entry(label, archived=entry.archived)
        for label, entry in zip(entry_labels(view.found, view.found.entries, _LABEL), view.found.entries, strict=True)
    ]
    own = view.business.id
    blocks: list[Block | None] = [
        section(lead),
        section(f":warning: This is the last good copy: {foreign(view.problem)}") if view.problem else None,
        section("\n".join(shown) or _nothing(view)),
        actions(
            button("Previous", f"{Action.LISTS_PAGE}.previous", _place(own, view.name, view.words, view.page - 1))
            if view.page
            else None,
            button("Next", f"{Action.LISTS_PAGE}.next", _place(own, view.name, view.words, view.page + 1))
            if view.found.more
            else None,
        ),
        context(_fine_print(view)),
    ]
    return message(f"{title}{matching}: {plural(len(shown), 'entry', 'entries')} shown.", *blocks)


def _entry(label: str, *, archived: bool) -> str:
    return f"• {foreign(label, _LABEL)}" + (" _(archived)_" if archived else "")


def _nothing(view: EntryPage) -> str:
    if view.page:
        return "There are no further entries."
    if view.words:
        return "Nothing matches. Fewer letters find more; every word has to be in the name."
    return "This list is empty." if view.synced_at else "This list was not read yet."


def _fine_print(view: EntryPage) -> str:
    as_of = f" as of {when(view.synced_at)}" if view.synced_at else ""
    return f"Page {view.page + 1} · {plural(view.total, 'active entry', 'active entries')} in all{as_of}"


def _place(business_id: str, name: ListName, words: str, page: int) -> dict[str, Any]:
    place: dict[str, Any] = {"b": business_id, "l": name.value, "p": page}
    return place | {"w": words[:WORDS]} if words else place
