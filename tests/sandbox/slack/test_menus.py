"""Menus and pickers: what people choose, and options that the bot is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from .support import Json, Stage, actions, button, option, section, text_input

ELEMENTS: list[tuple[Json, Any, Json]] = [
    (
        {"type": "static_select", "options": [option("a", "Apple"), option("b")]},
        "Apple",
        {"selected_option": {"text": {"type": "plain_text", "text": "Apple", "emoji": True}, "value": "a"}},
    ),
    ({"type": "overflow", "options": [option("x")]}, "x", {"selected_option": option("x")}),
    ({"type": "radio_buttons", "options": [option("x")]}, "x", {"selected_option": option("x")}),
    ({"type": "checkboxes", "options": [option("x"), option("y")]}, ["y"], {"selected_options": [option("y")]}),
    ({"type": "multi_static_select", "options": [option("x")]}, ["x"], {"selected_options": [option("x")]}),
    ({"type": "users_select"}, "femi", {"selected_user": "femi"}),
    ({"type": "multi_users_select"}, ["femi"], {"selected_users": ["femi"]}),
    ({"type": "conversations_select"}, "#finance", {"selected_conversation": "finance"}),
    ({"type": "channels_select"}, "finance", {"selected_channel": "finance"}),
    ({"type": "datepicker"}, "2026-11-22", {"selected_date": "2026-11-22"}),
    ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
    ({"type": "datetimepicker"}, 1_800_000_000, {"selected_date_time": 1_800_000_000}),
]


def _ids(stage: Stage, value: Any) -> Any:
    names = {**stage.sandbox.credentials["users"], **stage.sandbox.credentials["channels"]}
    if isinstance(value, list):
        return [_ids(stage, entry) for entry in value]
    if isinstance(value, dict):
        text = {"type": "plain_text", "text": value["text"]["text"], "emoji": True}
        return {**value, "text": text}
    return names.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize(("element", "selected", "chosen"), ELEMENTS, ids=[e[0]["type"] for e in ELEMENTS])
def test_menus_and_pickers(stage: Stage, element: Json, selected: Any, chosen: Json) -> None:
    stage.post([actions({**element, "action_id": "m"})])
    stage.do("click", user="ama", channel="finance", action_id="m", selected=selected)
    said, key = stage.bot.last(), next(iter(chosen))
    expected = _ids(stage, chosen[key])
    assert said["actions"][0][key] == expected
    assert "options" not in said["actions"][0]
    if element["type"] == "overflow":
        assert said["state"]["values"] == {}
    else:
        assert said["state"]["values"]["acts"]["m"] == {"type": element["type"], key: expected}


def test_menus_refuse_what_they_do_not_offer(stage: Stage) -> None:
    stage.post([actions({"type": "static_select", "action_id": "m", "options": [option("a")]})])
    stage.do("click", 409, user="ama", channel="finance", action_id="m", selected="z")
    stage.post([actions({"type": "datepicker", "action_id": "d"})])
    stage.do("click", 409, user="ama", channel="finance", action_id="d", selected="soon")
    stage.post([text_input()])
    stage.do("click", 409, user="ama", channel="finance", action_id="a")


def test_each_person_has_their_own_state_in_a_message(stage: Stage) -> None:
    menu = {"type": "static_select", "action_id": "m", "options": [option("a"), option("b")]}
    stage.post([actions(menu, button())])
    stage.do("click", user="ama", channel="finance", action_id="m", selected="a")
    stage.do("click", user="femi", channel="finance", action_id="go")
    assert stage.bot.last()["state"]["values"]["acts"]["m"]["selected_option"] is None
    stage.do("click", user="ama", channel="finance", action_id="go")
    assert stage.bot.last()["state"]["values"]["acts"]["m"]["selected_option"]["value"] == "a"


def test_options_from_the_bot(stage: Stage) -> None:
    menu = {"type": "external_select", "action_id": "vendor", "min_query_length": 2}
    stage.post([section(block_id="s", accessory=menu)])
    stage.do("options", 409, user="ama", channel="finance", action_id="vendor", query="a")
    stage.do("click", 409, user="ama", channel="finance", action_id="vendor", selected="v1")
    stage.bot.replies["block_suggestion"] = lambda payload: {"options": [option("v1", payload["value"])]}
    outcome = stage.do("options", user="ama", channel="finance", action_id="vendor", query="ac")
    assert [o["value"] for o in outcome["options"]] == ["v1"]
    said = stage.bot.last()
    assert (said["type"], said["action_id"], said["block_id"], said["value"]) == (
        "block_suggestion",
        "vendor",
        "s",
        "ac",
    )
    stage.do("click", user="ama", channel="finance", action_id="vendor", selected="v1")
    assert stage.bot.last()["actions"][0]["selected_option"]["value"] == "v1"


@pytest.mark.parametrize(
    "answer", [None, {"options": [option("x" * 151)]}, {"options": [option(f"{n}") for n in range(101)]}]
)
def test_bad_options_are_not_shown(stage: Stage, answer: Any) -> None:
    stage.post([section(accessory={"type": "external_select", "action_id": "vendor"})])
    stage.bot.replies["block_suggestion"] = lambda _: answer
    outcome = stage.do("options", user="ama", channel="finance", action_id="vendor", query="acme")
    assert outcome["options"] == []
    assert outcome["problems"]
    assert stage.look("messages", channel="finance", user="ama")[-1]["kind"] == "notice"
