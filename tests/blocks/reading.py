"""Look into messages and modals as a strict reader would: ids, values, markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from blocks.ids import Action, Field, View
from bot.sandbox.slack.check import check_message, check_view
from bot.sandbox.slack.rules.walk import Problem
from handlers.routes import BUTTONS

from .views import ADMIN, APPROVER, AUDITOR, CHANNEL, FINANCE, SECOND_ADMIN

_OURS = "|".join(
    [
        *(rf"<@{user}>" for user in (ADMIN, SECOND_ADMIN, FINANCE, APPROVER, AUDITOR)),
        rf"<#{CHANNEL}>",
        r"<!date\^\d+\^\{date_short_pretty\} at \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>",
        r"&(?:amp|lt|gt);",
    ]
)
_MEMORY_KEYS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys("abklmoqrstuvw", str),
    "i": (str, list),
    "p": int,
}
"""What a button may carry: ids, a page number, and the words somebody typed to narrow the list."""


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object inside a payload."""
    if isinstance(value, Mapping):
        yield dict(value)
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from walk(inner)


def buttons(blocks: Any) -> list[dict[str, Any]]:
    return [found for found in walk(blocks) if found.get("type") == "button"]


def action_ids(blocks: Any) -> list[str]:
    return [found["action_id"] for found in walk(blocks) if "action_id" in found]


def markup_of(text: str) -> str:
    """Return what is left of `<`, `>` and `&` once our own mentions, dates and escapes are taken away."""
    return "".join(re.findall("[<>&]", re.sub(_OURS, "", text)))


def assert_only_our_markup(payload: Mapping[str, Any]) -> None:
    """No foreign string brought a raw `<`, `>` or `&`, and no cut left half an escape or mention."""
    texts = [found["text"] for found in walk(payload.get("blocks", [])) if found.get("type") == "mrkdwn"]
    for text in [payload.get("text", ""), *texts]:
        assert markup_of(text) == "", f"markup left in {text[:200]!r}"


def assert_known_ids(payload: Mapping[str, Any]) -> None:
    ids = action_ids(payload["blocks"])
    assert len(ids) == len(set(ids)), f"an action id is used twice: {ids}"
    for action_id in ids:
        if re.fullmatch(r"\w+\.\d+", action_id):
            assert Field(action_id.partition(".")[0]), action_id  # an input that is there once for each line
            continue
        assert action_id in list(Field) or re.fullmatch(r"(\w+\.\w+)(\.\w+)?", action_id), action_id
        if action_id not in list(Field):
            Action(".".join(action_id.split(".")[:2]))


def assert_buttons_are_answered(blocks: Any) -> None:
    for button in buttons(blocks):
        assert Action(".".join(button["action_id"].split(".")[:2])) in BUTTONS


def assert_values_hold_ids_only(blocks: Any) -> None:
    for button in buttons(blocks):
        if "value" not in button:
            continue
        memory = json.loads(button["value"])
        for key, value in memory.items():
            assert isinstance(value, _MEMORY_KEYS[key]), button["value"]


def hard(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.hard]


def problems_of(payload: Mapping[str, Any]) -> list[Problem]:
    """Return what Slack would say of a message, posted or edited, of a modal or of a Home."""
    if payload.get("type") in ("modal", "home"):
        assert payload.get("callback_id") is None or View(payload["callback_id"])
        return check_view(payload)
    return check_message(payload, update=True)
