"""Modals: typing, submitting with each kind of answer, closing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from .support import Json, Stage, actions, button, modal, option, plain, section, text_input


def number(**more: Any) -> Json:
    element = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, **more}
    return {"type": "input", "block_id": "nb", "label": plain("Count"), "element": element}


def select(**more: Any) -> Json:
    element = {"type": "static_select", "action_id": "s", "options": [option("a"), option("b")]}
    return {"type": "input", "block_id": "sb", "label": plain("Which"), "element": element, **more}


def test_a_modal_opens_from_a_command_and_is_submitted(stage: Stage) -> None:
    view = stage.open_modal(modal(text_input(), select(), callback_id="rename", private_metadata="42"))
    assert view["title"]["text"] == "Title"
    outcome = stage.do("submit", user="dana", view_id=view["id"], values={"b": {"a": "Acme"}, "s": "b"})
    said = stage.bot.last()
    assert said["type"] == "view_submission"
    assert (said["view"]["id"], said["view"]["callback_id"], said["view"]["private_metadata"]) == (
        view["id"],
        "rename",
        "42",
    )
    values = said["view"]["state"]["values"]
    assert values["b"]["a"] == {"type": "plain_text_input", "value": "Acme"}
    assert values["sb"]["s"]["selected_option"]["value"] == "b"
    assert said["view"]["hash"] == view["hash"]
    assert said["trigger_id"]
    assert (outcome["status"], outcome["view"]) == (200, None)
    assert stage.look("views", user="dana") == []


def test_only_the_person_with_the_modal_can_use_it(stage: Stage) -> None:
    view = stage.open_modal(modal(text_input()))
    for act in ("submit", "close"):
        stage.do(act, 409, user="femi", view_id=view["id"])
    stage.do("type", 409, user="femi", view_id=view["id"], action_id="a", value="x")
    stage.do("submit", 409, user="dana", view_id="V404")


def test_typing_tells_the_bot_only_if_asked(stage: Stage) -> None:
    view = stage.open_modal(modal(text_input(), text_input("c", "a2", dispatch_action=True), actions(button())))
    before = len(stage.bot.received)
    assert stage.do("type", user="dana", view_id=view["id"], action_id="a", value="x")["sent"] is False
    assert len(stage.bot.received) == before
    assert stage.do("type", user="dana", action_id="a2", value="y")["sent"] is True
    said = stage.bot.last()
    assert (said["type"], said["actions"][0]["value"], said["view"]["id"]) == ("block_actions", "y", view["id"])
    assert said["container"] == {"type": "view", "view_id": view["id"]}
    stage.do("type", 409, user="dana", action_id="go", value="y")


@pytest.mark.parametrize(
    ("block", "values", "fine"),
    [
        (text_input(), {}, False),
        (text_input(), {"a": ""}, False),
        (text_input(optional=True), {}, True),
        (text_input(element={"initial_value": "x"}), {}, True),
        (text_input(element={"initial_value": "x"}), {"a": None}, False),
        (text_input(element={"min_length": 3}), {"a": "xy"}, False),
        (text_input(element={"max_length": 3}), {"a": "wxyz"}, False),
        (number(), {"n": "1.5"}, False),
        (number(), {"n": "one"}, False),
        (number(is_decimal_allowed=True), {"n": "1.5"}, True),
        (number(min_value="2"), {"n": "1"}, False),
        (number(max_value="2"), {"n": "3"}, False),
        (number(max_value="2"), {"n": "2"}, True),
        (select(), {"s": "z"}, False),
        (text_input(element={"type": "email_text_input"}), {"a": "me"}, False),
        (text_input(element={"type": "email_text_input"}), {"a": "me@example.com"}, True),
        (text_input(element={"type": "url_text_input"}), {"a": "example"}, False),
        (text_input(element={"type": "rich_text_input"}), {"a": "Hello"}, True),
        (text_input(element={"type": "file_input"}), {"a": ["F1"]}, True),
        (text_input(element={"type": "multi_users_select", "max_selected_items": 1}), {"a": ["ama", "rui"]}, False),
    ],
)
def test_slack_itself_checks_inputs(stage: Stage, block: Json, values: Json, fine: bool) -> None:
    view = stage.open_modal(modal(block))
    before = len(stage.bot.received)
    stage.do("submit", 200 if fine else 409, user="dana", view_id=view["id"], values=values)
    assert len(stage.bot.received) - before == (1 if fine else 0)


def test_errors_stay_until_corrected(stage: Stage) -> None:
    stage.open_modal(modal(text_input()))
    stage.bot.replies["view_submission"] = lambda _: {"response_action": "errors", "errors": {"b": "Taken"}}
    outcome = stage.do("submit", user="dana", values={"a": "x"})
    assert outcome["errors"] == {"b": "Taken"}
    assert "! Taken" in outcome["view"]["plain"]
    assert outcome["shown"][0]["id"] == outcome["view"]["id"]
    typed = stage.do("type", user="dana", action_id="a", value="y")
    assert "Taken" not in typed["view"]["plain"]


def test_update_push_and_clear(stage: Stage) -> None:
    first = stage.open_modal(modal(text_input()))
    answers: list[Json] = [
        {"response_action": "update", "view": modal(text_input(), title=plain("Second"))},
        {"response_action": "push", "view": modal(text_input("z", "za"), title=plain("Third"))},
        {"response_action": "clear"},
    ]
    stage.bot.replies["view_submission"] = lambda _: answers.pop(0)
    second = stage.do("submit", user="dana", values={"a": "x"})["view"]
    assert (second["id"], second["title"]["text"]) == (first["id"], "Second")
    assert second["state"]["values"]["b"]["a"]["value"] == "x"
    third = stage.do("submit", user="dana")["view"]
    assert (third["previous_view_id"], third["title"]["text"]) == (first["id"], "Third")
    assert len(stage.look("views", user="dana")) == 2
    assert stage.do("submit", user="dana", values={"za": "x"})["view"] is None


def test_an_empty_answer_closes_one_modal(stage: Stage) -> None:
    first = stage.open_modal(modal(text_input()))
    stage.bot.replies["view_submission"] = lambda _: {"response_action": "push", "view": modal(section())}
    stage.do("submit", user="dana", values={"a": "x"})
    stage.bot.replies["view_submission"] = lambda _: None
    outcome = stage.do("submit", user="dana")
    assert outcome["view"]["id"] == first["id"]
    assert [s["id"] for s in outcome["shown"]] == [first["id"]]


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nope": "x"}},
        {"response_action": "update", "view": modal(section("x" * 3_001))},
        {"response_action": "stay"},
        PlainTextResponse("no", 500),
    ],
)
def test_bad_answers_keep_the_modal_and_tell(stage: Stage, answer: Any) -> None:
    view = stage.open_modal(modal(text_input()))
    stage.bot.replies["view_submission"] = lambda _: answer
    outcome = stage.do("submit", user="dana", values={"a": "x"})
    assert outcome["view"]["id"] == view["id"]
    assert [s["kind"] for s in outcome["shown"]] == ["notice"]


def test_late_submission_keeps_the_modal(stage: Stage) -> None:
    view = stage.open_modal(modal(text_input()))
    stage.do("settings", ack_seconds=0.2)
    stage.bot.replies["view_submission"] = lambda _: time.sleep(0.5)
    outcome = stage.do("submit", user="dana", values={"a": "x"})
    assert (outcome["timed_out"], outcome["view"]["id"]) == (True, view["id"])


def test_no_submit_button(stage: Stage) -> None:
    stage.open_modal({"type": "modal", "title": plain("Wait"), "blocks": [section()]})
    stage.do("submit", 409, user="dana")


def test_close(stage: Stage) -> None:
    stage.open_modal(modal(section(), notify_on_close=True))
    assert stage.do("close", user="dana")["sent"] is True
    assert (stage.bot.last()["type"], stage.bot.last()["is_cleared"]) == ("view_closed", False)
    stage.open_modal(modal(section()))
    assert stage.do("close", user="dana")["sent"] is False
    stage.do("close", 409, user="dana")


def test_closing_everything(stage: Stage) -> None:
    stage.open_modal(modal(text_input(), notify_on_close=True))
    stage.bot.replies["view_submission"] = lambda _: {
        "response_action": "push",
        "view": modal(section(), notify_on_close=True, clear_on_close=True),
    }
    stage.do("submit", user="dana", values={"a": "x"})
    before = len(stage.bot.received)
    assert stage.do("close", user="dana")["view"] is None
    assert [p["is_cleared"] for p in stage.bot.received[before:]] == [True, True]


def test_clicks_in_a_modal_and_updates_by_the_bot(stage: Stage) -> None:
    view = stage.open_modal(modal(text_input(), actions(button("more", value="1"))))

    def more(payload: Json) -> None:
        stage.web.views_update(
            view_id=payload["view"]["id"],
            hash=payload["view"]["hash"],
            view=modal(text_input(), text_input("extra", "e"), actions(button("more", value="1"))),
        )

    stage.bot.replies["block_actions"] = more
    stage.do("type", user="dana", action_id="a", value="kept")
    outcome = stage.do("click", user="dana", action_id="more")
    assert outcome["view"]["id"] == view["id"]
    assert outcome["view"]["state"]["values"]["b"]["a"]["value"] == "kept"
    assert [s["kind"] for s in outcome["shown"]] == ["modal"]
    assert "response_url" not in stage.bot.last()


def test_external_options_in_a_modal(stage: Stage) -> None:
    element = {"type": "external_select", "action_id": "v", "min_query_length": 0}
    block = {"type": "input", "block_id": "vb", "label": plain("Vendor"), "element": element}
    stage.open_modal(modal(block))
    stage.do("submit", 409, user="dana", values={"v": "7"})
    stage.bot.replies["block_suggestion"] = lambda _: {
        "option_groups": [{"label": plain("All"), "options": [option("7", "Acme")]}]
    }
    outcome = stage.do("options", user="dana", action_id="v", query="")
    assert [o["value"] for o in outcome["options"]] == ["7"]
    assert stage.bot.last()["view"]["type"] == "modal"
    stage.do("submit", user="dana", values={"v": "Acme"})
    assert stage.bot.last()["view"]["state"]["values"]["vb"]["v"]["selected_option"]["value"] == "7"


def test_response_urls_of_a_modal(stage: Stage) -> None:
    element = {"type": "conversations_select", "action_id": "c", "response_url_enabled": True}
    stage.open_modal(modal({"type": "input", "block_id": "cb", "label": plain("Where"), "element": element}))
    stage.do("submit", user="dana", values={"c": "finance"})
    given = stage.bot.last()["response_urls"]
    assert [(g["block_id"], g["action_id"], g["channel_id"]) for g in given] == [("cb", "c", stage.channel("finance"))]
    assert stage.http.post(given[0]["response_url"], json={"text": "x"}).status_code == 200
