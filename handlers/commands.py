"""`/dext …`: each word is one short function from a person and their words to a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from blocks.clients import clients_message
from blocks.connection import connect_message, disconnect_modal
from blocks.editing import edit_modal
from blocks.entries import WORDS, entries_message, lists_message, which_list
from blocks.inbox import inbox_message
from blocks.item import item_message
from blocks.items import publish_message
from blocks.kit import Block, Message
from blocks.rates import rates_message
from blocks.rules import rules_message, trial_message
from blocks.settings import settings_modal
from blocks.standing import standing_message
from blocks.words import help_message, plain_answer
from bot.domain.inbox import wanted
from bot.domain.lists import ListName
from bot.domain.views.items import PublishList
from bot.domain.views.lists import EntryPage
from bot.errors import InputError
from handlers.desk import Desk, Who

Answer = Message
OpenView = Callable[[Block], None]


def standing(desk: Desk, who: Who, _words: str, _open: OpenView) -> Answer:
    """Say where things stand."""
    return standing_message(desk.status.standing(who.workspace_id, who.user_id, who.channel_id, who.business_id))


def connect(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """Give an admin a link to connect; `new <name>` begins another business in this channel."""
    first, _, name = words.partition(" ")
    if first.lower() == "new":
        business = desk.people.found(who.workspace_id, who.user_id, who.channel_id, name)
        who = replace(who, business_id=business.id)
    return connect_message(desk.connecting.offer(who.workspace_id, who.user_id, who.channel_id, who.business_id))


def disconnect(desk: Desk, who: Who, _words: str, open_view: OpenView) -> Answer | None:
    """Ask an admin to confirm that a business is taken off Dext and Bill.com."""
    open_view(disconnect_modal(desk.disconnecting.form(who.workspace_id, who.user_id, who.channel_id, who.business_id)))
    return None


def refresh(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """Begin a refresh of the lists, or join the one under way; `full` reads everything."""
    full = words.lower() == "full"
    begun, joined = desk.refreshing.request(who.workspace_id, who.user_id, who.channel_id, who.business_id, full=full)
    place = f" See its progress in <#{begun.channel_id}>." if begun.channel_id else ""
    if joined:
        less = full and not all(row.full for row in begun.lists)
        again = " It reads only what changed: ask for the full one again when it has ended." if less else ""
        return plain_answer(f"A refresh is under way already; you have joined it.{again}{place}")
    what = "Reading all lists in full" if full else "Reading what changed in the lists"
    return plain_answer(f"{what}; it takes seconds, with very long lists a couple of minutes.{place}")


def lists(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """Show a page of the list that is named, narrowed by words; without a name, which lists there are."""
    name, rest = which_list(words)
    if name is None:
        standing = desk.status.standing(who.workspace_id, who.user_id, who.channel_id, who.business_id)
        return lists_message(standing, words)
    return entries_message(entry_page(desk, who, name, rest, 0))


def entry_page(desk: Desk, who: Who, name: ListName, words: str, page: int) -> EntryPage:
    """Return a page of a list."""
    return desk.lookup.page(
        who.workspace_id,
        who.user_id,
        name,
        words[:WORDS],
        page,
        channel_id=who.channel_id,
        business_id=who.business_id,
    )


def publish(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """List what is ready, narrowed by item numbers or a supplier's name."""
    return publish_message(publish_list(desk, who, "" if words == "all" else words, 0))


def publish_list(desk: Desk, who: Who, words: str, page: int) -> PublishList:
    """Return a page of what can be published."""
    return desk.status.publish_list(who.workspace_id, who.user_id, words, page, who.channel_id, who.business_id)


def settings(desk: Desk, who: Who, _words: str, open_view: OpenView) -> Answer | None:
    """Open the settings form."""
    open_view(settings_modal(desk.people.settings(who.workspace_id, who.user_id, who.channel_id, who.business_id)))
    return None


def clients(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """List the businesses somebody looks after, the most pressing first."""
    return clients_message(desk.clients.page(who.workspace_id, who.user_id, words, 0))


def inbox(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """List the items with a status, or of a supplier, or with a number."""
    return inbox_message(desk.inbox.list(who.workspace_id, who.user_id, wanted(words), who.channel_id, who.business_id))


def item(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """Show one item in full."""
    return item_message(desk.inbox.item(who.workspace_id, who.user_id, words, who.channel_id, who.business_id))


def edit(desk: Desk, who: Who, words: str, open_view: OpenView) -> Answer | None:
    """Open the form of the item with a number."""
    number = number_in(words, "Type the item's number after it, such as `/dext edit 7`.")
    item_id, business_id = desk.editing.id_of(who.workspace_id, who.user_id, number, who.channel_id, who.business_id)
    open_view(edit_modal(desk.editing.form(who.workspace_id, who.user_id, item_id, business_id)))
    return None


def rules(desk: Desk, who: Who, words: str, _open: OpenView) -> Answer:
    """List the rules, or with `try <number>` say what they make of an item."""
    first, _, rest = words.partition(" ")
    if first.lower() != "try":
        return rules_message(desk.rules.listing(who.workspace_id, who.user_id, 0, who.channel_id, who.business_id))
    number = number_in(rest, "Type the item's number after it, such as `/dext rules try 7`.")
    return trial_message(desk.rules.trial(who.workspace_id, who.user_id, number, who.channel_id, who.business_id))


def tax(desk: Desk, who: Who, _words: str, _open: OpenView) -> Answer:
    """List the tax rates."""
    business, found, may_change = desk.rates.listing(who.workspace_id, who.user_id, who.channel_id, who.business_id)
    return rates_message(business, found, may_change)


def number_in(words: str, otherwise: str) -> int:
    """Return the item's number that somebody typed; raise `InputError` that says what to type."""
    text = words.strip().removeprefix("#")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InputError(otherwise)
    return int(text)


Command = Callable[[Desk, Who, str, OpenView], Answer | None]

COMMANDS: Mapping[str, Command] = {
    "": standing,
    "status": standing,
    "connect": connect,
    "reconnect": connect,
    "disconnect": disconnect,
    "refresh": refresh,
    "lists": lists,
    "publish": publish,
    "edit": edit,
    "rules": rules,
    "tax": tax,
    "settings": settings,
    "clients": clients,
    "items": inbox,
    "item": item,
}
"""Every word `/dext` understands, besides `help`."""


def run(desk: Desk, who: Who, text: str, open_view: OpenView) -> Answer | None:
    """Do what was typed; an unknown word gets help."""
    typed = text.split(maxsplit=1)
    word, words = (typed[0].lower() if typed else ""), (typed[1] if len(typed) > 1 else "")
    if word == "help":
        return help_message()
    command = COMMANDS.get(word)
    if command is None:
        return help_message(word)
    return command(desk, who, words.strip(), open_view)
