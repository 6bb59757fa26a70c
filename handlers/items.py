"""Clicks on the inbox and on one item."""

from __future__ import annotations

from typing import Any

from blocks.inbox import inbox_message
from blocks.item import item_message
from bot.domain.inbox import Section, Wanted
from handlers.commands import OpenView
from handlers.desk import Desk, Who, clicked, value_of


def inbox_page(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show another page or another status of the inbox, in place of the list if only they see it."""
    show_again(desk, clicked(body), value_of(body))


def item_open(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show one item in full."""
    who = clicked(body)
    desk.answer(who, item_message(desk.inbox.open(who.workspace_id, who.user_id, value_of(body)["i"])))


def show_again(desk: Desk, who: Who, place: dict[str, Any]) -> None:
    """Write a list or an item anew where somebody clicked on it."""
    if "o" in place:
        told = item_message(desk.inbox.open(who.workspace_id, who.user_id, place["o"]))
    else:
        wanted = Wanted(Section(place.get("s", Section.ALL)), place.get("w", ""), place.get("p", 0))
        told = inbox_message(desk.inbox.list(who.workspace_id, who.user_id, wanted, who.channel_id, who.business_id))
    desk.answer(who, told, replace=True)
