"""Each rule of form is kept."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.sandbox.slack.check import check_ack, check_home, check_message, check_options, check_view
from bot.sandbox.slack.rules.walk import Problem

from .makers import context, element, groups, image, in_input, message, one_option, options
from .support import actions, button, home, modal, mrkdwn, option, plain, section, text_input

SELECT = element("static_select", options=options(2))

WRONG: list[tuple[str, list[Problem], str, str]] = [
    ("unknown block", message({"type": "banner"}), "/blocks/0/type", "block.type"),
    ("block without type", message({}), "/blocks/0/type", "block.type"),
    ("unhashable type", message({"type": ["section"]}), "/blocks/0/type", "block.type"),
    ("block no object", message("x"), "/blocks/0", "type"),  # type: ignore[arg-type]
    ("file block", message({"type": "file", "source": "remote", "external_id": "x"}), "/blocks/0", "file.source"),
    ("unknown key", message(section(colour="red")), "/blocks/0/colour", "keys"),
    ("empty section", message({"type": "section"}), "/blocks/0", "section.content"),
    ("empty text", message(section("")), "/blocks/0/text/text", "section.text"),
    ("text as string", message({"type": "section", "text": "x"}), "/blocks/0/text", "type"),
    ("mrkdwn header", message({"type": "header", "text": mrkdwn("x")}), "/blocks/0/text/type", "text.type"),
    (
        "mrkdwn button",
        message(actions({**button(), "text": mrkdwn("x")})),
        "/blocks/0/elements/0/text/type",
        "text.type",
    ),
    (
        "emoji on mrkdwn",
        message({"type": "section", "text": {**mrkdwn("x"), "emoji": True}}),
        "/blocks/0/text/emoji",
        "keys",
    ),
    ("block_id twice", message(section(block_id="x"), section(block_id="x")), "/blocks/1/block_id", "block_id.unique"),
    (
        "action_id twice in block",
        message(actions(button(), button())),
        "/blocks/0/elements/1/action_id",
        "action_id.unique",
    ),
    ("unknown element", message(actions(element("slider"))), "/blocks/0/elements/0/type", "element.type"),
    (
        "text input among actions",
        message(actions(element("plain_text_input"))),
        "/blocks/0/elements/0/type",
        "element.place",
    ),
    ("button as input", in_input(button()), "/blocks/0/element/type", "element.place"),
    (
        "date and time beside text",
        message(section(accessory=element("datetimepicker"))),
        "/blocks/0/accessory/type",
        "element.place",
    ),
    (
        "button in context",
        message({"type": "context", "elements": [button()]}),
        "/blocks/0/elements/0",
        "element.place",
    ),
    ("empty actions", message(actions()), "/blocks/0/elements", "actions.elements"),
    (
        "empty options",
        message(actions(element("static_select", options=[]))),
        "/blocks/0/elements/0/options",
        "select.options",
    ),
    ("empty option value", one_option(value=""), "/blocks/0/elements/0/options/0/value", "option.value"),
    ("url in a menu's option", one_option(url="https://e.com"), "/blocks/0/elements/0/options/0/url", "keys"),
    ("no options", message(actions(element("static_select"))), "/blocks/0/elements/0", "exactly_one"),
    (
        "options and groups",
        message(actions({**SELECT, "option_groups": groups(1)})),
        "/blocks/0/elements/0",
        "exactly_one",
    ),
    (
        "initial not offered",
        message(actions({**SELECT, "initial_option": option("x")})),
        "/blocks/0/elements/0/initial_option",
        "initial_option",
    ),
    (
        "initial differs in text",
        message(actions({**SELECT, "initial_option": option("v0", "other")})),
        "/blocks/0/elements/0/initial_option",
        "initial_option",
    ),
    (
        "initials not offered",
        message(actions(element("checkboxes", options=options(1), initial_options=[option("x")]))),
        "/blocks/0/elements/0/initial_options/0",
        "initial_option",
    ),
    ("scheme", message(actions(button(url="ftp://e.com"))), "/blocks/0/elements/0/url", "url"),
    ("image without alt", message({"type": "image", "image_url": "https://e.com/a"}), "/blocks/0", "required"),
    ("image without source", message({"type": "image", "alt_text": "a"}), "/blocks/0", "exactly_one"),
    ("image with two sources", image(slack_file={"id": "F1"}), "/blocks/0", "exactly_one"),
    ("style", message(actions(button(style="default"))), "/blocks/0/elements/0/style", "value"),
    (
        "confirm lacks deny",
        message(actions(button(confirm={"title": plain("T"), "text": plain("T"), "confirm": plain("Y")}))),
        "/blocks/0/elements/0/confirm",
        "required",
    ),
    (
        "date form",
        message(actions(element("datepicker", initial_date="1/2/2026"))),
        "/blocks/0/elements/0/initial_date",
        "format",
    ),
    (
        "time form",
        message(actions(element("timepicker", initial_time="24:00"))),
        "/blocks/0/elements/0/initial_time",
        "format",
    ),
    (
        "epoch form",
        message(actions(element("datetimepicker", initial_date_time=12))),
        "/blocks/0/elements/0/initial_date_time",
        "format",
    ),
    ("number without decimals flag", in_input(element("number_input")), "/blocks/0/element", "required"),
    (
        "number bounds",
        in_input(element("number_input", is_decimal_allowed=False, min_value="3", max_value="2")),
        "/blocks/0/element",
        "order",
    ),
    (
        "number as number",
        in_input(element("number_input", is_decimal_allowed=False, min_value=3)),
        "/blocks/0/element/min_value",
        "format",
    ),
    ("length bounds", in_input(element("plain_text_input", min_length=3, max_length=2)), "/blocks/0/element", "order"),
    (
        "files dispatch",
        in_input(element("file_input"), dispatch_action=True),
        "/blocks/0/dispatch_action",
        "input.dispatch_action",
    ),
    (
        "files at Home",
        check_home(home({"type": "input", "label": plain("x"), "element": element("file_input")})),
        "/blocks/0/element",
        "file_input.surface",
    ),
    ("markdown in modal", check_view(modal({"type": "markdown", "text": "x"})), "/blocks/0", "block.surface"),
    ("nothing said", check_message({}), "/text", "message.text"),
    ("text no string", check_message({"text": 5}), "/text", "type"),
    ("blocks no list", check_message({"text": "x", "blocks": {}}), "/blocks", "type"),
    (
        "input without submit",
        check_view({"type": "modal", "title": plain("T"), "blocks": [text_input()]}),
        "",
        "view.submit_required",
    ),
    ("view without title", check_view({"type": "modal", "blocks": [section()]}), "", "required"),
    (
        "view of unknown type",
        check_view({"type": "page", "title": plain("T"), "blocks": [section()]}),
        "/type",
        "value",
    ),
    ("id in view", check_view(modal(section(), id="V1")), "/id", "keys"),
    ("title at Home", check_home({**home(section()), "title": plain("T")}), "/title", "keys"),
    ("submit_disabled", check_view(modal(section(), submit_disabled=True)), "/submit_disabled", "view.submit_disabled"),
    ("options answer without options", check_options({}), "", "exactly_one"),
]


@pytest.mark.parametrize(("problems", "path", "name"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_form_is_found(problems: list[Problem], path: str, name: str) -> None:
    assert (path, name) in {(p.path, p.limit) for p in problems if p.hard}


ADVICE = [
    ("no text beside blocks", check_message({"blocks": [section()]}), "message.text"),
    ("action_id in two blocks", message(section(accessory=button()), actions(button())), "action_id.unique_in_view"),
    (
        "same option value",
        message(actions(element("static_select", options=[option("a"), option("a", "b")]))),
        "option.unique",
    ),
    ("empty modal", check_view(modal()), "modal.blocks"),
]


@pytest.mark.parametrize(("problems", "name"), [a[1:] for a in ADVICE], ids=[a[0] for a in ADVICE])
def test_advice_is_not_a_refusal(problems: list[Problem], name: str) -> None:
    assert [(p.limit, p.hard) for p in problems] == [(name, False)]


def test_a_rich_and_right_message_has_no_problems() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
            },
        ],
    }
    found = message(
        {"type": "header", "text": plain("Bills")},
        section(accessory=element("overflow", action_id="more", options=options(2))),
        {"type": "divider"},
        actions({**SELECT, "action_id": "s", "initial_option": option("v1")}, button("b", style="primary", value="1")),
        context(2),
        rich,
    )
    assert found == []


def test_checking_changes_nothing() -> None:
    payload = {"text": "x", "blocks": [section(), actions(button())]}
    before = copy.deepcopy(payload)
    check_message(payload)
    assert payload == before


VIEW = modal(text_input("b"))


@pytest.mark.parametrize(
    ("payload", "kind", "names"),
    [
        (None, "command", []),
        ("text", "command", []),
        ({"text": "x", "response_type": "ephemeral"}, "command", []),
        ({"response_type": "in_channel"}, "command", []),
        ({"text": "x"}, "command", ["ack.response_type"]),
        ({"text": "x", "response_type": "public"}, "command", ["value"]),
        ([], "command", ["type"]),
        (None, "action", []),
        ({"text": "x"}, "action", ["ack.body"]),
        ("", "submission", []),
        ({"response_action": "clear"}, "submission", []),
        ({"response_action": "errors", "errors": {"b": "Wrong"}}, "submission", []),
        ({"response_action": "errors", "errors": {"c": "Wrong"}}, "submission", ["ack.errors"]),
        ({"response_action": "errors", "errors": {"b": ""}}, "submission", ["type"]),
        ({"response_action": "errors", "errors": {}}, "submission", ["ack.errors"]),
        ({"response_action": "push", "view": modal(section())}, "submission", []),
        ({"response_action": "update"}, "submission", ["required", "type"]),
        ({"response_action": "update", "view": modal(section(""))}, "submission", ["section.text"]),
        ({"response_action": "close"}, "submission", ["value"]),
        ({"options": options(2)}, "options", []),
        ({"options": []}, "options", []),
        (None, "options", ["options_response"]),
        ({"options": [], "option_groups": []}, "options", ["exactly_one"]),
    ],
)
def test_acknowledgements(payload: Any, kind: Any, names: list[str]) -> None:
    assert [p.limit for p in check_ack(payload, kind, view=VIEW)] == names
