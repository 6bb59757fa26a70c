"""What a person can choose or type in an element, in the form Slack reports it."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.slack.errors import ImpossibleError
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.parts import CHOSEN_KEY
from bot.sandbox.slack.rules.objects import offered
from bot.sandbox.slack.workspace import Workspace

_TEXTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input")


def choose(element: Json, given: Any, workspace: Workspace, suggested: list[Json]) -> Json:
    """Return the state of `element` after a person chose or typed `given`.

    Options are named by value or by their text; None empties the element. Raises
    ImpossibleError for what the element does not let a person do.
    """
    kind = element["type"]
    key = CHOSEN_KEY[kind]
    many = kind.startswith("multi_") or kind in ("checkboxes", "file_input")
    if given is None:
        return {"type": kind, key: [] if many else None}
    if not many:
        return {"type": kind, key: _one(element, given, workspace, suggested)}
    wanted = given if isinstance(given, list) else [given]
    most = element.get("max_selected_items") or element.get("max_files")
    if most is not None and len(wanted) > most:
        raise ImpossibleError(f"at most {most} can be selected")
    return {"type": kind, key: [_one(element, entry, workspace, suggested) for entry in wanted]}


def _one(element: Json, given: Any, workspace: Workspace, suggested: list[Json]) -> Any:
    kind = element["type"].removeprefix("multi_")
    match kind:
        case "static_select" | "checkboxes" | "radio_buttons" | "overflow":
            return _option(offered(element), given)
        case "external_select":
            return _option(suggested, given)
        case "users_select":
            return workspace.person(given).id
        case "conversations_select" | "channels_select":
            return workspace.room(given).id
        case "datepicker":
            return _parsed(date.fromisoformat, given).isoformat()
        case "timepicker":
            return _parsed(time.fromisoformat, given).strftime("%H:%M")
        case "datetimepicker":
            return _parsed(int, given)
        case "rich_text_input":
            return given if isinstance(given, dict) else _rich(str(given))
        case "file_input":
            return given if isinstance(given, dict) else {"id": str(given), "name": str(given)}
    text = str(given)
    if len(text) > element.get("max_length", 3000):
        raise ImpossibleError(f"the input takes at most {element.get('max_length', 3000)} characters")
    return text


def _option(choices: list[Json], given: Any) -> Json:
    wanted = given.get("value") if isinstance(given, dict) else given
    for option in choices:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    known = ", ".join(str(option["value"]) for option in choices)
    raise ImpossibleError(f"{wanted!r} is not among the options: {known or 'none'}")


def _parsed(parse: Any, given: Any) -> Any:
    try:
        return parse(given)
    except (ValueError, TypeError):
        raise ImpossibleError(f"{given!r} is not a date or time") from None


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def complaint(block: Json, state: Json) -> str | None:
    """Return why Slack's own client would not submit this input, or None."""
    element = block["element"]
    value = state.get(CHOSEN_KEY[element["type"]])
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    if element["type"] not in _TEXTS:
        return None
    match element["type"]:
        case "plain_text_input" if len(value) < element.get("min_length", 0):
            return f"At least {element['min_length']} characters."
        case "number_input":
            return _number_complaint(element, value)
        case "email_text_input" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is None:
            return "Not an email address."
        case "url_text_input" if re.match(r"https?://\S+", value) is None:
            return "Not a web address."
    return None


def _number_complaint(element: Json, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Not a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Not a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"At least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"At most {element['max_value']}."
    return None
