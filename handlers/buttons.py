"""Buttons and menus in messages."""

from __future__ import annotations

from typing import Any

from blocks.cards import reject_modal
from blocks.connection import connect_message
from blocks.items import publish_message
from blocks.settings import settings_modal
from blocks.words import asked_message
from handlers.commands import OpenView, publish_list, refresh
from handlers.desk import Desk, Who, clicked, value_of


def link_new(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Give an admin a fresh connect link, in place of the message they clicked if only they see it."""
    who = clicked(body)
    offer = desk.connecting.offer(who.workspace_id, who.user_id, who.channel_id, who.business_id)
    desk.answer(who, connect_message(offer), replace=True)


def connection_finish(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Make live what was signed in to; its message is rewritten."""
    who = clicked(body)
    desk.finishing.finish(who.workspace_id, who.user_id, value_of(body)["a"])


def connection_drop(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Forget what was signed in to; its message is rewritten."""
    who = clicked(body)
    desk.finishing.drop(who.workspace_id, who.user_id, value_of(body)["a"])


def lists_refresh(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Begin a refresh of the lists."""
    who = clicked(body)
    told = refresh(desk, who, "", open_view)
    desk.answer(who, told)


def items_page(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show another page of what is ready."""
    who, value = clicked(body), value_of(body)
    _show_list(desk, who, value.get("w", ""), value.get("p", 0))


def items_check(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Look into Dext now."""
    who = clicked(body)
    desk.intake.request(who.workspace_id, who.user_id, who.channel_id, who.business_id)


def item_request(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Ask for approval of one item."""
    who, value = clicked(body), value_of(body)
    _request(desk, who, [value["i"]], value)


def items_request(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Ask for approval of every item on the page."""
    who, value = clicked(body), value_of(body)
    # The items that were on the page when it was shown: nobody asks for what nobody saw.
    _request(desk, who, value["i"], value)


def item_approve(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Approve; the card is rewritten."""
    who = clicked(body)
    desk.approvals.approve(who.workspace_id, who.user_id, value_of(body)["r"])


def item_reject(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Ask for the reason of a rejection."""
    who = clicked(body)
    open_view(reject_modal(desk.approvals.check_may_decide(who.workspace_id, who.user_id, value_of(body)["r"])))


def publish_retry(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Try a stopped publish again; the card is rewritten."""
    who = clicked(body)
    desk.approvals.retry(who.workspace_id, who.user_id, value_of(body)["r"])


def settings_open(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the settings form."""
    who = clicked(body)
    open_view(settings_modal(desk.people.settings(who.workspace_id, who.user_id, who.channel_id, who.business_id)))


def nothing(_desk: Desk, _body: dict[str, Any], _open: OpenView) -> None:
    """Do nothing: a button that opens a page is reported all the same, and has to be acknowledged."""


def _request(desk: Desk, who: Who, item_ids: list[str], place: dict[str, Any]) -> None:
    asked = desk.approvals.request(who.workspace_id, who.user_id, item_ids, who.channel_id, who.business_id)
    channel = asked.business.channel_id
    where = f" in <#{channel}>" if channel else ""
    desk.answer(who, asked_message(asked.asked, asked.refused, where))
    if asked.asked and who.reply_to:
        # The list they clicked on is rewritten where it stands, on the same page.
        _show_list(desk, who, place.get("w", ""), place.get("p", 0))


def _show_list(desk: Desk, who: Who, words: str, page: int) -> None:
    desk.answer(who, publish_message(publish_list(desk, who, words, page)), replace=True)
