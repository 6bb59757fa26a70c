"""Block elements: buttons, menus, pickers and inputs, and where each may stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.slack.rules.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    initial_is_offered,
    plain,
    values_differ,
)
from bot.sandbox.slack.rules.walk import (
    Check,
    Shape,
    Walk,
    any_string,
    boolean,
    exactly_one,
    integer,
    items,
    kind_of,
    mapping,
    nothing,
    one_of,
    shaped,
    string,
    url,
)


def _matches(pattern: str, what: str) -> Check:
    def check(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            walk.breach(path, "format", f"must be {what}")

    return check


def _action_id(walk: Walk, path: str, value: Any) -> None:
    string("action_id")(walk, path, value)
    if not isinstance(value, str):
        return
    if value in walk.action_ids_in_block:
        walk.breach(path, "action_id.unique", f"action_id {value!r} is used twice in this block")
    elif value in walk.action_ids:
        walk.breach(path, "action_id.unique_in_view", f"action_id {value!r} is used in two blocks", hard=False)
    walk.action_ids_in_block.add(value)
    walk.action_ids.add(value)


def _focus(walk: Walk, path: str, value: Any) -> None:
    boolean(walk, path, value)
    if value is True:
        walk.focused += 1
        if walk.focused > 1:
            walk.breach(path, "view.focus_on_load", "only one element may have the focus")


def _ordered(low: str, high: str) -> Check:
    def check(walk: Walk, path: str, value: Any) -> None:
        try:
            wrong = low in value and high in value and Decimal(str(value[low])) > Decimal(str(value[high]))
        except InvalidOperation:
            return
        if wrong:
            walk.breach(path, "order", f"{low} must not be over {high}")

    return check


def _epoch(walk: Walk, path: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or len(str(value)) != 10:
        walk.breach(path, "format", "must be a Unix time of 10 digits")


_ID: dict[str, Check] = {"action_id": _action_id}
_ASKS: dict[str, Check] = {**_ID, "confirm": CONFIRM}
_HINTS: dict[str, Check] = {"placeholder": plain("placeholder"), "focus_on_load": _focus}
_MENU: dict[str, Check] = {**_ASKS, **_HINTS}
_MANY: dict[str, Check] = {**_MENU, "max_selected_items": integer(1)}
_TYPED: dict[str, Check] = {**_ID, **_HINTS, "dispatch_action_config": DISPATCH_CONFIG}
_NUMBER = _matches(r"-?\d+(\.\d+)?", "a number written as a string")
_LENGTH = integer(0, "plain_text_input.length")
_LINES = integer(1, "rich_text_input.lines")
_OPTIONS: dict[str, Check] = {
    "options": items("select.options", OPTION),
    "option_groups": items("select.option_groups", OPTION_GROUP),
}
_CHOICE = (exactly_one("options", "option_groups"), initial_is_offered, values_differ)
_LABEL = string("button.accessibility_label")
_IMAGE = (exactly_one("image_url", "slack_file"),)
_TYPE: dict[str, Check] = {"type": nothing}
_STRINGS = items(None, any_string)
_FEEDBACK = shaped(
    Shape({"text": plain("button.text"), "value": string("button.value")}, {"accessibility_label": _LABEL})
)

ELEMENTS: Mapping[str, Shape] = {
    "button": Shape(
        {**_TYPE, "text": plain("button.text")},
        {
            **_ASKS,
            "url": url("button.url"),
            "value": string("button.value", least=0),
            "style": one_of("primary", "danger"),
            "accessibility_label": _LABEL,
            "agent_prompt": string("button.agent_prompt"),
            "agent_prompt_display": nothing,
            "visible_to_user_ids": _STRINGS,
        },
    ),
    "static_select": Shape(_TYPE, {**_MENU, **_OPTIONS, "initial_option": OPTION}, _CHOICE),
    "multi_static_select": Shape(
        _TYPE, {**_MANY, **_OPTIONS, "initial_options": items("select.options", OPTION)}, _CHOICE
    ),
    "external_select": Shape(_TYPE, {**_MENU, "initial_option": OPTION, "min_query_length": integer(0)}),
    "multi_external_select": Shape(
        _TYPE, {**_MANY, "initial_options": items(None, OPTION), "min_query_length": integer(0)}
    ),
    "users_select": Shape(_TYPE, {**_MENU, "initial_user": any_string}),
    "multi_users_select": Shape(_TYPE, {**_MANY, "initial_users": _STRINGS}),
    "conversations_select": Shape(
        _TYPE,
        {
            **_MENU,
            "initial_conversation": any_string,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "multi_conversations_select": Shape(
        _TYPE,
        {
            **_MANY,
            "initial_conversations": _STRINGS,
            "default_to_current_conversation": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "channels_select": Shape(_TYPE, {**_MENU, "initial_channel": any_string, "response_url_enabled": boolean}),
    "multi_channels_select": Shape(_TYPE, {**_MANY, "initial_channels": _STRINGS}),
    "overflow": Shape({**_TYPE, "options": items("overflow.options", OVERFLOW_OPTION)}, _ASKS, (values_differ,)),
    "checkboxes": Shape(
        {**_TYPE, "options": items("checkboxes.options", RICH_OPTION)},
        {**_ASKS, "focus_on_load": _focus, "initial_options": items("checkboxes.options", RICH_OPTION)},
        (initial_is_offered, values_differ),
    ),
    "radio_buttons": Shape(
        {**_TYPE, "options": items("radio_buttons.options", RICH_OPTION)},
        {**_ASKS, "focus_on_load": _focus, "initial_option": RICH_OPTION},
        (initial_is_offered, values_differ),
    ),
    "datepicker": Shape(_TYPE, {**_MENU, "initial_date": _matches(r"\d{4}-\d{2}-\d{2}", "a date YYYY-MM-DD")}),
    "timepicker": Shape(
        _TYPE,
        {**_MENU, "initial_time": _matches(r"([01]\d|2[0-3]):[0-5]\d", "a time HH:mm"), "timezone": any_string},
    ),
    "datetimepicker": Shape(_TYPE, {**_ASKS, "focus_on_load": _focus, "initial_date_time": _epoch}),
    "plain_text_input": Shape(
        _TYPE,
        {
            **_TYPED,
            "initial_value": string("plain_text_input.length", least=0),
            "multiline": boolean,
            "min_length": _LENGTH,
            "max_length": integer(1, "plain_text_input.length"),
        },
        (_ordered("min_length", "max_length"),),
    ),
    "number_input": Shape(
        {**_TYPE, "is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        (_ordered("min_value", "max_value"),),
    ),
    "email_text_input": Shape(_TYPE, {**_TYPED, "initial_value": any_string}),
    "url_text_input": Shape(_TYPE, {**_TYPED, "initial_value": any_string}),
    "rich_text_input": Shape(
        _TYPE,
        {**_TYPED, "initial_value": mapping, "min_lines": _LINES, "max_lines": _LINES},
        (_ordered("min_lines", "max_lines"),),
    ),
    "file_input": Shape(_TYPE, {**_ID, "filetypes": _STRINGS, "max_files": integer(1, "file_input.files")}),
    "image": Shape(
        {**_TYPE, "alt_text": string("image.alt_text")},
        {"image_url": url("image.url"), "slack_file": SLACK_FILE},
        _IMAGE,
    ),
    "feedback_buttons": Shape({**_TYPE, "positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, _ID),
    "icon_button": Shape(
        {**_TYPE, "icon": any_string, "text": plain("button.text")},
        {
            **_ASKS,
            "value": string("button.value"),
            "accessibility_label": _LABEL,
            "visible_to_user_ids": _STRINGS,
        },
    ),
}
"""Every element this sandbox knows."""

MENUS = frozenset(name for name in ELEMENTS if name.endswith("_select"))
_PICKERS = frozenset({"datepicker", "timepicker", "checkboxes", "radio_buttons"})
_TEXTS = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"})

ACCESSORIES = MENUS | _PICKERS | {"button", "overflow", "image"}
"""What may stand beside a section."""

ACTIONS = MENUS | _PICKERS | {"button", "overflow", "datetimepicker", "rich_text_input"}
"""What may stand in an actions block."""

INPUTS = MENUS | _PICKERS | _TEXTS | {"datetimepicker", "file_input"}
"""What an input block may hold."""


def element(allowed: frozenset[str]) -> Check:
    """Check for one element of the `allowed` types."""

    def check(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, dict):
            walk.breach(path, "type", "must be an element object")
            return
        kind = kind_of(value)
        if kind not in ELEMENTS:
            walk.breach(f"{path}/type", "element.type", f"unknown element type {kind!r}")
        elif kind not in allowed:
            walk.breach(f"{path}/type", "element.place", f"{kind} cannot stand here")
        else:
            if kind == "file_input" and walk.surface != "modal":
                walk.breach(path, "file_input.surface", "file_input works in modals only")
            if value.get("response_url_enabled") is True and walk.surface != "modal":
                walk.breach(path, "response_url_enabled", "response_url_enabled works in modals only")
            ELEMENTS[kind].check(walk, path, value)

    return check
