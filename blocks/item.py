"""One item in full: details, coding, where it stands, its course, and what can be done next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.documents import document_button
from blocks.editing import told_line
from blocks.ids import Action
from blocks.items import edit_button
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    context,
    day,
    divider,
    facts,
    foreign,
    message,
    person,
    section,
    when,
)
from bot.domain.approvals import RequestState
from bot.domain.coding import Coding, Match, due_date
from bot.domain.editing import EDITABLE_IN
from bot.domain.inbox import ItemView
from bot.domain.items import Details, DocumentKind, Item, ItemStatus
from bot.domain.layers import story
from bot.domain.money import Money
from bot.domain.publishing import Publish, PublishState
from bot.domain.readiness import knows_no_supplier

_MOST_MOMENTS = 15
_MOST_TOLD = 9
_KINDS = {
    DocumentKind.BILL: "",
    DocumentKind.CREDIT_NOTE: "credit note",
    DocumentKind.SALE: "sales document",
}


def item_message(view: ItemView) -> Message:
    """Show one item in full."""
    item = view.item
    supplier = foreign(item.details.supplier, 150) or "Unknown supplier"
    return message(
        f"Item {item.number}, {supplier}, {money_of(item)}: {item.status.label.lower()}",
        section(f"#{item.number} *{supplier}* – *{money_of(item)}*\n{_standing(view)}"),
        section(f":warning: {view.problem or view.notice}") if view.problem or view.notice else None,
        _details(item.details, view.coding),
        section("*Coding*\n" + "\n".join(_coding(view))),
        _shortfalls(view.publish),
        _next(view),
        divider(),
        context(_course(view)),
    )


def request_button(item: Item, place: Mapping[str, Any]) -> Block | None:
    """Return the button that asks for approval, where the item's status allows asking."""
    again = item.status in (ItemStatus.FAILED, ItemStatus.REJECTED)
    if not again and item.status is not ItemStatus.READY:
        return None
    return button(
        "Ask Again" if again else "Request Approval",
        f"{Action.ITEM_REQUEST}.{item.number}",
        {"i": item.id, **place},
        describes=f"Request approval of item {item.number}",
    )


def open_button(item: Item) -> Block:
    """Return the button that shows an item in full."""
    return button(
        "Open", f"{Action.ITEM_OPEN}.{item.number}", {"i": item.id}, describes=f"Open item {item.number} in full"
    )


def supplier_button(item: Item) -> Block | None:
    """Return the button that creates an item's supplier in Bill.com, where that is what it lacks."""
    if item.status is not ItemStatus.TO_REVIEW or not knows_no_supplier(item.lacks):
        return None
    return button(
        "Create Supplier…",
        f"{Action.SUPPLIER_NEW}.{item.number}",
        {"i": item.id},
        describes=f"Create the supplier of item {item.number} in Bill.com",
    )


def bill_button(item: Item, url: str) -> Block | None:
    """Return the link to what an item became in Bill.com."""
    if not url:
        return None
    return button("Open in Bill.com", f"{Action.BILL_OPEN}.{item.number}", url=url)


def money_of(item: Item) -> str:
    """Return an item's total as people read it."""
    return str(item.details.money or "total unknown")


def why(item: Item) -> str:
    """Return what an item lacks, or why it was not published or rejected; escaped, nothing where all is well."""
    match item.status:
        case ItemStatus.TO_REVIEW:
            return foreign("; ".join(item.lacks), 600)
        case ItemStatus.FAILED:
            return f"not published: {foreign(item.note, 600)}"
        case ItemStatus.REJECTED:
            return f"rejected: {foreign(item.note.removeprefix('rejected: '), 600)}"
        case ItemStatus.HELD:
            return foreign(item.note, 300)
        case ItemStatus.PROCESSING:
            return "Dext is still reading it"
        case _:
            return ""


def _standing(view: ItemView) -> str:
    """Say where the item stands, with every reason on a line of its own."""
    item, request, publish = view.item, view.request, view.publish
    if item.status is ItemStatus.TO_REVIEW:
        return "To review:\n" + "\n".join(f"• {foreign(reason, 300)}" for reason in item.lacks)
    if item.status is ItemStatus.WAITING and request is not None and request.state is RequestState.PENDING:
        return f"Waiting for approval, asked for by {person(request.requested_by)} {when(request.requested_at)}"
    if item.status is ItemStatus.HELD and publish is not None and publish.paused_by:
        return f"Held: paused by {person(publish.paused_by)}; it does not go out before somebody resumes it"
    if item.status is ItemStatus.PUBLISHING and publish is not None and publish.problem:
        return f"Publishing: {foreign(publish.problem, 300)}"
    if item.status is ItemStatus.PUBLISHED:
        return f":white_check_mark: Published as *{foreign(item.bill_id)}*"
    reason = why(item)
    return f"{item.status.label}: {reason}" if reason else item.status.label


def _details(details: Details, coding: Coding) -> Block:
    tax = "" if details.tax is None else str(Money(details.currency, details.tax)).strip()
    return facts(
        [
            ("Document", _KINDS[details.kind]),
            ("Document reference", foreign(details.number, 100) or "none"),
            ("Date", day(details.issued_on) if details.issued_on else "none"),
            ("Due", _due(details, coding)),
            ("Total", str(details.money or "unknown")),
            ("Tax", tax or "unknown"),
            ("Description", foreign(details.description, 300)),
        ]
    )


def _due(details: Details, coding: Coding) -> str:
    if details.paid:
        return "already paid"
    due = due_date(details, coding)
    if due is None:
        return "none"
    return day(due) if details.due_on is not None else f"{day(due)}, by the supplier's terms in Bill.com"


def _coding(view: ItemView) -> list[str]:
    """Return a line for each value of the coding: what it is, and where it comes from."""
    details, coding = view.item.details, view.coding
    of_class, of_location = coding.project_class, coding.project_location
    neither = of_class.entry is None and of_location.entry is None
    values = [
        ("Supplier", details.supplier, coding.supplier, True),
        ("Category", details.category, coding.category, True),
        ("Customer", details.customer, coding.customer, False),
        ("Class", details.project_class or (details.project if of_class.entry else ""), of_class, False),
        ("Location", details.location or (details.project if of_location.entry else ""), of_location, False),
        ("Project", details.project if neither else "", of_class, False),
        ("Payment method", details.payment_method, coding.payment_account, False),
        ("Bill.com approver", details.approver, coding.approver, False),
    ]
    lines = [f"• {what}: {_value(name, found)}" for what, name, found, needed in values if name or needed]
    return [*lines, *(f"_{told_line(one)}_" for one in story(view.item.layers)[:_MOST_TOLD])]


def _value(name: str, found: Match) -> str:
    if found.entry is not None:
        how = " _(found by its name)_" if found.by_name else ""
        return f"{foreign(found.entry.name, 100)}{how}"
    if not name:
        return "none"
    if found.archived is not None:
        return f"{foreign(name, 100)} :warning: archived in Bill.com"
    return f"{foreign(name, 100)} :warning: {'several in' if found.several else 'not in'} Bill.com"


def _shortfalls(publish: Publish | None) -> Block | None:
    if publish is None or not publish.shortfalls:
        return None
    return section("\n".join(f":warning: Published, but {foreign(short, 400)}." for short in publish.shortfalls))


def _next(view: ItemView) -> Block | None:
    """Return what can be done next; each button is there only while it does something."""
    return actions(
        request_button(view.item, {"o": view.item.id}) if view.can_request else None,
        edit_button(view.item) if view.can_request and view.item.status in EDITABLE_IN else None,
        supplier_button(view.item) if view.can_request else None,
        _publish_button(view),
        document_button(view.item),
        bill_button(view.item, view.bill_url),
    )


def _publish_button(view: ItemView) -> Block | None:
    """Return what keeps a held item back, or lets it go."""
    request, publish = view.request, view.publish
    if not view.can_request or request is None or publish is None or publish.request_id != request.id:
        return None
    if publish.state is PublishState.HELD:
        if publish.paused_by:
            return button("Resume", Action.PUBLISH_RESUME, {"r": request.id})
        return button("Pause", Action.PUBLISH_PAUSE, {"r": request.id})
    return None


def _course(view: ItemView) -> str:
    lines = []
    for moment in view.history[-_MOST_MOMENTS:]:
        by = f" by {person(moment.by)}" if moment.by else ""
        lines.append(f"{when(moment.at)}: {moment.what}{by}")
    return "\n".join(lines)
