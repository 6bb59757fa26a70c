"""Short answers: help, refusals, and the line that follows a click."""

from __future__ import annotations

from blocks.ids import Action
from blocks.kit import Message, actions, button, foreign, message, plural, section, spoken
from bot.domain.items import Item

COMMANDS = (
    ("/dext", "where things stand, and what waits"),
    ("/dext publish", "what is ready, and what the rest lacks; add item numbers or a supplier to narrow it"),
    ("/dext items", "the inbox; add `ready`, `review`, `waiting`, `held`, `failed` or another status, and words"),
    ("/dext item <number>", "one item in full: details, coding, where it stands, its document"),
    ("/dext edit <number>", "put an item right: coding, dates, amounts, line items"),
    ("/dext rules", "what is coded by itself; `/dext rules try 7` says what the rules make of item 7, and why"),
    ("/dext tax", "the tax rates to choose from"),
    ("/dext status", "health of the connection, age of the lists"),
    ("/dext lists <which> [words]", "look through suppliers, accounts and the other lists"),
    ("/dext refresh", "read what changed in Bill.com's lists; `full` reads everything _(admins)_"),
    ("/dext connect", "connect Dext and Bill.com _(admins)_"),
    ("/dext reconnect", "sign in again when a connection expired _(admins)_"),
    ("/dext disconnect", "take a business off Dext and Bill.com; everything is kept _(admins)_"),
    ("/dext connect new <name>", "add another business, in a channel of its own _(admins)_"),
    ("/dext settings", "channels, roles, tax and reminders _(admins)_"),
    ("/dext clients", "every business you look after, and what each needs next _(admins)_"),
    ("/dext help", "this list"),
)


def help_message(unknown: str = "") -> Message:
    """List the commands; say which word was not understood."""
    lines = "\n".join(f"• `{foreign(command)}` – {does}" for command, does in COMMANDS)
    lead = f"I don't know `/dext {foreign(unknown, 40)}`. " if unknown else ""
    return message(f"{lead}Here is what you can type", section(f"{lead}Here is what you can type:\n{lines}"))


def plain_answer(text: str) -> Message:
    """Say one thing, in words of ours that may quote others."""
    return message(spoken(text), section(spoken(text)))


def reconnect_answer(text: str) -> Message:
    """Say what keeps things from working, with the button that mends it."""
    return message(spoken(text), section(spoken(text)), actions(button("Connect or Reconnect", Action.LINK_NEW)))


def asked_message(asked: tuple[Item, ...], refused: tuple[tuple[Item, str], ...], channel: str) -> Message:
    """Say which items somebody was asked to approve, and why others were not."""
    lines = []
    if len(asked) == 1:
        lines.append(
            f"Asked for approval of *{foreign(asked[0].label)}*{channel}. You hear from me when it is decided."
        )
    elif asked:
        lines.append(f"Asked for approval of {plural(len(asked), 'item')}{channel}. You hear from me about each.")
    lines += [f"Not asked for #{item.number} *{foreign(item.label)}*: {foreign(why)}." for item, why in refused]
    text = "\n".join(lines) or "There was nothing to ask for."
    return message(lines[0] if lines else text, section(text))


def intake_message(new: int | None, ready: int, business_id: str, *, let_in: bool = True) -> Message:
    """Say what a look into Dext brought, to the person who asked; `new` is `None` when Dext was not reached."""
    if new is None and not let_in:
        text = "Dext no longer lets us in, so nothing new comes in until an admin has reconnected: `/dext reconnect`."
    elif new is None:
        text = "Dext could not be reached just now. What you see is as of the last look; the next one comes by itself."
    elif new == 0:
        text = "Dext has nothing new."
    else:
        text = f"Took in {plural(new, 'new or changed item')} from Dext; {plural(ready, 'item is', 'items are')} ready."
    return message(text, section(text), actions(button("Show Items", Action.ITEMS_PAGE, {"p": 0, "b": business_id})))
