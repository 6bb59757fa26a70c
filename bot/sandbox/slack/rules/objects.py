"""Composition objects: texts, options, confirmation dialogs, filters."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.rules.walk import (
    Check,
    Shape,
    Walk,
    any_string,
    boolean,
    exactly_one,
    items,
    nothing,
    one_of,
    shaped,
    string,
    url,
)

PLAIN = ("plain_text",)
EITHER = ("plain_text", "mrkdwn")


def text(name: str, kinds: tuple[str, ...] = EITHER) -> Check:
    """Check for a text object of one of `kinds`, with 1 character up to the limit `name`."""
    words = string(name)

    def check(walk: Walk, path: str, value: Any) -> None:
        if not isinstance(value, dict):
            walk.breach(path, "type", "must be a text object")
            return
        kind = value.get("type")
        if kind not in kinds:
            walk.breach(f"{path}/type", "text.type", f"must be {' or '.join(kinds)}")
        extra: dict[str, Check] = {"emoji": boolean} if kind == "plain_text" else {"verbatim": boolean}
        Shape({"type": nothing, "text": words}, extra).check(walk, path, value)

    return check


def plain(name: str) -> Check:
    """Check for a plain_text object up to the limit `name`."""
    return text(name, PLAIN)


def _option(kinds: tuple[str, ...], *, with_url: bool) -> Check:
    optional = {"description": text("option.description", kinds)}
    if with_url:
        optional["url"] = url("option.url")
    return shaped(Shape({"text": text("option.text", kinds), "value": string("option.value")}, optional))


OPTION = _option(PLAIN, with_url=False)
"""An option of a menu."""

RICH_OPTION = _option(EITHER, with_url=False)
"""An option of checkboxes or radio buttons, which may be mrkdwn."""

OVERFLOW_OPTION = _option(PLAIN, with_url=True)
"""An option of an overflow menu, which may lead to an address."""

OPTION_GROUP = shaped(
    Shape({"label": plain("option_group.label"), "options": items("option_group.options", OPTION)}),
)
"""A labelled group of options."""

CONFIRM = shaped(
    Shape(
        {
            "title": plain("confirm.title"),
            "text": text("confirm.text"),
            "confirm": plain("confirm.confirm"),
            "deny": plain("confirm.deny"),
        },
        {"style": one_of("primary", "danger")},
    )
)
"""A dialog that asks before an action is sent."""

CONVERSATION_FILTER = shaped(
    Shape(
        {},
        {
            "include": items(None, one_of("im", "mpim", "private", "public")),
            "exclude_external_shared_channels": boolean,
            "exclude_bot_users": boolean,
        },
    )
)
"""What a conversations menu lists."""

DISPATCH_CONFIG = shaped(
    Shape({}, {"trigger_actions_on": items(None, one_of("on_enter_pressed", "on_character_entered"))}),
)
"""When a text input tells the app."""

SLACK_FILE = shaped(Shape({}, {"id": any_string, "url": any_string}, (exactly_one("id", "url"),)))
"""A file that Slack holds."""


def offered(element: dict[str, Any]) -> list[Any]:
    """Return every option of an element, those in groups included."""
    found: list[Any] = []
    options = element.get("options")
    if isinstance(options, list):
        found.extend(options)
    groups = element.get("option_groups")
    if isinstance(groups, list):
        for group in groups:
            if isinstance(group, dict) and isinstance(group.get("options"), list):
                found.extend(group["options"])
    return found


def initial_is_offered(walk: Walk, path: str, value: Any) -> None:
    """Check that each initial option equals an option exactly."""
    choices = offered(value)
    if "initial_option" in value and value["initial_option"] not in choices:
        walk.breach(f"{path}/initial_option", "initial_option", "must equal one of the options exactly")
    initial = value.get("initial_options")
    for index, option in enumerate(initial if isinstance(initial, list) else []):
        if option not in choices:
            walk.breach(f"{path}/initial_options/{index}", "initial_option", "must equal one of the options exactly")


def values_differ(walk: Walk, path: str, value: Any) -> None:
    """Advise that option values differ, for a click on a doubled one is ambiguous."""
    values = [option.get("value") for option in offered(value) if isinstance(option, dict)]
    if len(set(map(str, values))) < len(values):
        walk.breach(path, "option.unique", "option values should differ", hard=False)
