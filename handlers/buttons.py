"""Buttons and menus in messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from blocks.asks import ask_modal
from blocks.breaks import stopped_message
from blocks.cards import reject_modal
from blocks.clients import clients_message, copy_modal
from blocks.connection import connect_message
from blocks.entries import entries_message
from blocks.ids import Action
from blocks.items import publish_message
from blocks.settings import settings_modal
from blocks.standing import history_message, standing_message
from blocks.words import asked_message
from bot.domain.lists import ListName
from bot.domain.people import Right
from handlers.commands import OpenView, entry_page, publish_list, refresh, run
from handlers.desk import Desk, Who, chosen_business, clicked, value_of
from handlers.items import show_again


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


def lists_page(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show another page of a list."""
    who, value = clicked(body), value_of(body)
    page = entry_page(desk, who, ListName(value["l"]), value.get("w", ""), value.get("p", 0))
    desk.answer(who, entries_message(page), replace=True)


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


def publish_pause(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Keep a held item back; the card is rewritten."""
    who = clicked(body)
    desk.holding.pause(who.workspace_id, who.user_id, value_of(body)["r"])


def publish_resume(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Let a paused item go out; the card is rewritten."""
    who = clicked(body)
    desk.holding.resume(who.workspace_id, who.user_id, value_of(body)["r"])


def break_snooze(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Put reminders of a break off; its message is rewritten."""
    who = clicked(body)
    desk.prompts.snooze(who.workspace_id, who.user_id, value_of(body)["m"])


def break_wake(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """End a snooze; the message is rewritten."""
    who = clicked(body)
    desk.prompts.wake(who.workspace_id, who.user_id, value_of(body)["m"])


def break_stopped(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show what a break held and could not go out."""
    who = clicked(body)
    desk.answer(who, stopped_message(desk.prompts.stopped(who.workspace_id, who.user_id, value_of(body)["k"])))


def history_page(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show a page of a connection's history; turning pages rewrites it where it stands."""
    who, page = clicked(body), value_of(body).get("p", 0)
    told = history_message(desk.status.history(who.workspace_id, who.user_id, page, who.channel_id, who.business_id))
    turning = "." in (body["actions"][0].get("action_id") or "").removeprefix(Action.HISTORY_PAGE)
    desk.answer(who, told, replace=turning)


def settings_open(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the settings form."""
    who = clicked(body)
    open_view(settings_modal(desk.people.settings(who.workspace_id, who.user_id, who.channel_id, who.business_id)))


def settings_copy(_desk: Desk, _body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form that sets one business up from another."""
    open_view(copy_modal())


def status_show(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show where a business stands."""
    who = clicked(body)
    desk.answer(who, standing_message(desk.status.standing(who.workspace_id, who.user_id, "", who.business_id)))


def ask_open(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Open the form that asks an admin."""
    who, value = clicked(body), value_of(body)
    open_view(ask_modal(desk.asking.form(who.workspace_id, who.user_id, value["b"], Right(value["t"]))))


def ask_done(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Answer that it is done; the message is rewritten."""
    who = clicked(body)
    desk.asking.settle(who.workspace_id, who.user_id, value_of(body)["q"], done=True)


def ask_decline(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Decline; the message is rewritten."""
    who = clicked(body)
    desk.asking.settle(who.workspace_id, who.user_id, value_of(body)["q"], done=False)


def alarm_settle(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Settle an alarm about a second writer; its message is rewritten."""
    who = clicked(body)
    desk.watching.settle(who.workspace_id, who.user_id, value_of(body)["k"])


def business_choose(desk: Desk, body: dict[str, Any], open_view: OpenView) -> None:
    """Go on with what was typed, now that it is known for which business."""
    who = clicked(body)
    business_id, words = chosen_business(body)
    answer = run(desk, replace(who, business_id=business_id), words, open_view)
    if answer is not None:
        desk.answer(who, answer, replace=True)


def clients_page(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Show another page of the businesses somebody looks after."""
    who, value = clicked(body), value_of(body)
    view = desk.clients.page(who.workspace_id, who.user_id, value.get("w", ""), value.get("p", 0))
    desk.answer(who, clients_message(view), replace=True)


def nothing(_desk: Desk, _body: dict[str, Any], _open: OpenView) -> None:
    """Do nothing: a button that opens a page is reported all the same, and has to be acknowledged."""


def _request(desk: Desk, who: Who, item_ids: list[str], place: dict[str, Any]) -> None:
    asked = desk.approvals.request(who.workspace_id, who.user_id, item_ids, who.channel_id, who.business_id)
    channel = asked.business.channel_id
    where = f" in <#{channel}>" if channel else ""
    desk.answer(who, asked_message(asked.asked, asked.refused, where))
    if not asked.asked or not who.reply_to:
        return
    # What they clicked on is rewritten where it stands: the inbox, one item, or the list of what is ready.
    if "s" in place or "o" in place:
        show_again(desk, who, place)
    else:
        _show_list(desk, who, place.get("w", ""), place.get("p", 0))


def _show_list(desk: Desk, who: Who, words: str, page: int) -> None:
    desk.answer(who, publish_message(publish_list(desk, who, words, page)), replace=True)
