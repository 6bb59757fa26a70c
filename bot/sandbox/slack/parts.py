"""Find and fill in the interactive parts of blocks, and read their state."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.model import Blocks, Json, Typed
from bot.sandbox.slack.rules.elements import ACTIONS, INPUTS

_INTERACTIVE = ACTIONS | INPUTS | {"feedback_buttons", "icon_button"}
_STATELESS = frozenset({"button", "overflow", "feedback_buttons", "icon_button"})

CHOSEN_KEY = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "button": "value",
}
"""The key under which each element reports what was chosen or typed."""


def interactive(blocks: Blocks) -> Iterator[tuple[Json, Json]]:
    """Yield each interactive element with its block, in order."""
    for block in blocks:
        held = [block.get("accessory"), block.get("element")]
        if block.get("type") in ("actions", "context_actions"):
            held.extend(block.get("elements", []))
        for part in held:
            if isinstance(part, dict) and part.get("type") in _INTERACTIVE:
                yield block, part


def filled(blocks: Blocks) -> Blocks:
    """Return the blocks as Slack stores them: with ids and the defaults of text objects.

    An id that Slack makes up changes with the content, as it would for a new message.
    """
    stored = copy.deepcopy(blocks)
    for index, block in enumerate(stored):
        block.setdefault("block_id", _made(f"b{index}{block}"))
        _default_texts(block)
    for index, (_, element) in enumerate(interactive(stored)):
        element.setdefault("action_id", _made(f"a{index}{element}"))
    return stored


def _made(seed: str) -> str:
    return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:5]


def _default_texts(value: Any) -> None:
    if isinstance(value, list):
        for entry in value:
            _default_texts(entry)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text" and isinstance(value.get("text"), str):
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for entry in value.values():
            _default_texts(entry)


def initial(element: Json) -> Json:
    """Return what an element reports before anybody has touched it."""
    kind = element["type"]
    key = CHOSEN_KEY[kind]
    start = element.get(key.replace("selected", "initial") if key.startswith("selected") else "initial_value")
    if start is None and (kind.startswith("multi_") or key in ("selected_options", "files")):
        start = []
    state = {"type": kind, key: start}
    if kind == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    return state


def state_values(blocks: Blocks, typed: Typed) -> Json:
    """Return `state.values`: each stateful element with what was entered or its initial value."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in _STATELESS:
            continue
        place = (block["block_id"], element["action_id"])
        values.setdefault(place[0], {})[place[1]] = typed.get(place) or initial(element)
    return values


def still_there(blocks: Blocks, typed: Typed) -> Typed:
    """Return the entries of `typed` whose block id and action id are still in `blocks`."""
    places = {(block["block_id"], element["action_id"], element["type"]) for block, element in interactive(blocks)}
    return {place: value for place, value in typed.items() if (*place, value["type"]) in places}
