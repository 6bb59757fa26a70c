"""Slack's blocks as functions: every limit and every escape is kept here, and only here.

Limits follow Slack's published reference as of November 2026 (docs/slack.md, limits).
Text that came from elsewhere goes through `foreign`; what a builder writes itself is mrkdwn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Block = dict[str, Any]

TEXT = 3000
FALLBACK = 3900
HEADER = 150
FIELD = 2000
BUTTON = 75
OPTION = 75
MOST_FIELDS = 10
BLOCKS = 50
BYTES = 12_000
"""What all blocks of a message may weigh: Slack refuses them somewhat above 13,000 bytes."""

_SHORTER = (1000, 400, 200, 100, 50)
_TURNS = dict.fromkeys((*range(8234, 8239), *range(8294, 8298), 8206, 8207))
_MENTION = re.compile(r"(<[@#][A-Z0-9]+>)")


@dataclass(frozen=True)
class Message:
    """Be what is sent: blocks, and a text that makes sense without them."""

    text: str
    blocks: tuple[Block, ...]


def message(text: str, *blocks: Block | None) -> Message:
    """Put a message together; `None` among the blocks is left out.

    Should its texts be too much for Slack in all, every one of them is shortened, the longest first.
    """
    shown = tuple(block for block in blocks if block is not None)[:BLOCKS]
    for most in _SHORTER:
        if len(json.dumps(shown, ensure_ascii=False).encode()) <= BYTES:
            break
        shown = tuple(_shortened(block, most) for block in shown)
    return Message(cut(text, FALLBACK), shown)


def _shortened(value: Any, most: int) -> Any:
    """Return a block with every piece of mrkdwn cut to `most` characters."""
    if isinstance(value, list):
        return [_shortened(one, most) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "mrkdwn":
        return value | {"text": cut(value["text"], most)}
    return {name: _shortened(one, most) for name, one in value.items()}


def cut(text: str, most: int) -> str:
    """Cut mrkdwn to `most` characters, never inside an escape, a mention or a date."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    for opens, closes in (("<", ">"), ("&", ";")):
        start = head.rfind(opens)
        if start > head.rfind(closes):
            head = head[:start]
    return head + "…"


def mrkdwn(text: str, most: int = TEXT) -> Block:
    """Return a text object; `verbatim` keeps Slack from making links and mentions of what only looks like them."""
    return {"type": "mrkdwn", "text": cut(text, most), "verbatim": True}


def clip(text: str, most: int) -> str:
    """Cut a text to `most` characters, with an ellipsis where it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


def foreign(text: str, most: int = 300) -> str:
    """Return text that came from elsewhere, so that nothing in it is taken for markup or a mention.

    Cut before escaping, so that no escape is cut in two. A zero-width space keeps `*`, `_`, `~` and
    backquotes from formatting, since Slack has no escape for them. Characters that turn the direction of
    writing are dropped: they could turn round the amount that follows.
    """
    safe = bare(clip(text, most)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "*_~`":
        safe = safe.replace(mark, f"\u200b{mark}")
    return safe


def bare(text: str) -> str:
    """Return foreign text for a place without markup, such as a menu: on one line, and never turning what follows."""
    return " ".join(text.translate(_TURNS).split())


def spoken(text: str) -> str:
    """Return a sentence of ours that may quote foreign text: only mentions of people and channels are kept."""
    parts = _MENTION.split(text)
    escaped = (part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for part in parts[::2])
    return "".join(piece for pair in zip(escaped, [*parts[1::2], ""], strict=True) for piece in pair)


def person(user_id: str) -> str:
    """Return a mention."""
    return f"<@{user_id}>"


def channel(channel_id: str) -> str:
    """Return a link to a channel."""
    return f"<#{channel_id}>"


def when(at: datetime) -> str:
    """Return a time that Slack shows in the reader's own zone."""
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def day(on: date) -> str:
    """Return a day as people read it, such as 7 Dec 2026."""
    return f"{on.day} {on:%b %Y}"


def header(text: str) -> Block:
    """Return a headline."""
    return {"type": "header", "text": _plain(text, HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    """Return a paragraph of mrkdwn, with a button beside it if one is given."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | {"accessory": accessory} if accessory else block


def facts(pairs: Sequence[tuple[str, str]]) -> Block:
    """Return names and values in two columns; pairs without a value are left out, ten fit."""
    shown = [mrkdwn(f"*{name}*\n{value}", FIELD) for name, value in pairs if value]
    return {"type": "section", "fields": shown[:MOST_FIELDS]}


def context(*texts: str) -> Block | None:
    """Return small print, or nothing when there is none."""
    shown = [mrkdwn(text) for text in texts if text]
    return {"type": "context", "elements": shown[:10]} if shown else None


def divider() -> Block:
    """Return a line."""
    return {"type": "divider"}


def actions(*buttons: Block | None) -> Block | None:
    """Return a row of buttons, or nothing when there is none."""
    shown = [button for button in buttons if button is not None]
    return {"type": "actions", "elements": shown} if shown else None


def button(
    label: str,
    action: str,
    value: Mapping[str, Any] | None = None,
    *,
    style: str = "",
    url: str = "",
    confirm: Block | None = None,
    describes: str = "",
) -> Block:
    """Return a button; its value is small JSON that holds ids, never names or amounts."""
    block: Block = {"type": "button", "action_id": action, "text": _plain(label, BUTTON)}
    if value is not None:
        block["value"] = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if style:
        block["style"] = style
    if url:
        block["url"] = url
    if confirm is not None:
        block["confirm"] = confirm
    if describes:
        block["accessibility_label"] = clip(describes, BUTTON)
    return block


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Block:
    """Return the dialog that a click has to pass."""
    return {
        "title": _plain(title, 100),
        "text": _plain(text, 300),
        "confirm": _plain(yes, 30),
        "deny": _plain(no, 30),
    }


def modal(
    callback: str, title: str, submit: str, memory: Mapping[str, Any], *blocks: Block | None, close: str = "Cancel"
) -> Block:
    """Return a modal; `memory` comes back when it is submitted."""
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(title, 24),
        "submit": _plain(submit, 24),
        "close": _plain(close, 24),
        "private_metadata": json.dumps(memory, separators=(",", ":"), ensure_ascii=False),
        "blocks": [block for block in blocks if block is not None],
    }


def field(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False, tells: bool = False
) -> Block:
    """Return an input of a modal; one that `tells` is reported as soon as somebody is done with it."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": _plain(label, FIELD),
        "element": element,
        "optional": optional,
    }
    if tells:
        block["dispatch_action"] = True
    return block | {"hint": _plain(hint, FIELD)} if hint else block


def text_input(action: str, text: str = "", *, lines: bool = False, most: int = 0) -> Block:
    """Return a field for text with what is in it; `lines` for one of several lines, `most` characters fit."""
    element: Block = {"type": "plain_text_input", "action_id": action}
    if lines:
        element["multiline"] = True
    if most:
        element["max_length"] = most
        text = clip(text, most)
    return element | {"initial_value": text} if text else element


def day_input(action: str, on: date | None) -> Block:
    """Return a field for a day."""
    element: Block = {"type": "datepicker", "action_id": action}
    return element | {"initial_date": on.isoformat()} if on else element


def choice_input(action: str, options: Sequence[Block], chosen: str = "") -> Block:
    """Return a menu of a hundred options at most; `chosen` is the value of the one that is chosen."""
    shown = list(options)[:100]
    element: Block = {"type": "static_select", "action_id": action, "options": shown}
    initial = next((one for one in shown if one["value"] == chosen), None)
    return element | {"initial_option": initial} if initial else element


def search_input(action: str, label: str = "", value: str = "") -> Block:
    """Return a menu that asks the bot for its options while somebody types, with what is chosen."""
    element: Block = {
        "type": "external_select",
        "action_id": action,
        "min_query_length": 0,
        "placeholder": _plain("Type a part of the name", 150),
    }
    return element | {"initial_option": option(bare(label), value)} if value else element


def tick_input(action: str, label: str, *, ticked: bool = False) -> Block:
    """Return a box to tick."""
    only = option(label, "yes")
    element: Block = {"type": "checkboxes", "action_id": action, "options": [only]}
    return element | {"initial_options": [only]} if ticked else element


def option(label: str, value: str) -> Block:
    """Return one choice of a menu; its label is shown as it is, menus know no markup."""
    return {"text": _plain(label or "(no name)", OPTION), "value": clip(value, 150)}


def _plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": clip(text, most), "emoji": False}


def plural(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 item, 2 items."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
