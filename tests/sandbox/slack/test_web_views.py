"""The views.* methods: triggers, races, stacks, Home."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from .support import Json, Stage, actions, button, error, home, modal, section, text_input


def trigger(stage: Stage, user: str = "dana") -> str:
    stage.bot.replies.pop("/dext", None)
    stage.do("command", user=user, channel="finance")
    found: str = stage.bot.last()["trigger_id"]
    return found


def test_triggers_work_once_and_not_for_long(stage: Stage) -> None:
    web, view = stage.web, modal(section())
    first = trigger(stage)
    said = web.views_open(trigger_id=first, view=view)["view"]
    assert (said["type"], said["root_view_id"], said["previous_view_id"]) == ("modal", said["id"], None)
    assert said["team_id"] == stage.sandbox.credentials["team_id"]
    assert error(web.views_open, trigger_id=first, view=view) == "exchanged_trigger_id"
    assert error(web.views_open, trigger_id="1.2.x", view=view) == "invalid_trigger_id"
    late = trigger(stage)
    stage.do("clock", advance=3.1)
    assert error(web.views_open, trigger_id=late, view=view) == "expired_trigger_id"
    stage.do("settings", trigger_errors="interactivity")
    assert error(web.views_open, trigger_id=late, view=view) == "trigger_expired"
    assert error(web.views_open, trigger_id=first, view=view) == "trigger_exchanged"


def test_a_client_made_for_a_workspace_is_nothing_odd(stage: Stage) -> None:
    web = WebClient(stage.web.token, base_url=stage.web.base_url, team_id=stage.sandbox.credentials["team_id"])
    assert web.views_open(trigger_id=trigger(stage), view=modal(section()))["ok"]
    assert stage.look("warnings") == []


def test_view_updates_and_races(stage: Stage) -> None:
    web = stage.web
    opened = stage.open_modal(modal(section(), external_id="ext-1"))
    old = opened["hash"]
    said = web.views_update(view_id=opened["id"], hash=old, view=modal(section("New"), external_id="ext-1"))["view"]
    assert said["hash"] != old
    assert error(web.views_update, view_id=opened["id"], hash=old, view=modal(section())) == "hash_conflict"
    assert error(web.views_update, view_id="V404", view=modal(section())) == "not_found"
    assert web.views_update(external_id="ext-1", view=modal(section(), external_id="ext-1"))["ok"]
    assert error(web.views_open, trigger_id=trigger(stage, "femi"), view=modal(section(), external_id="ext-1")) == (
        "duplicate_external_id"
    )
    huge = modal(*[section("x" * 2_900) for _ in range(90)])
    assert error(web.views_update, view_id=opened["id"], view=huge) == "view_too_large"
    assert error(web.views_update, view_id=opened["id"], view=modal(section(""))) == "invalid_arguments"
    assert error(web.views_update, view_id=opened["id"], view=home(section())) == "invalid_arguments"


def test_push_up_to_three(stage: Stage) -> None:
    stage.open_modal(modal(section(), actions(button("deeper"))))
    errors: list[str] = []

    def deeper(payload: Json) -> None:
        try:
            stage.web.views_push(trigger_id=payload["trigger_id"], view=modal(section(), actions(button("deeper"))))
        except SlackApiError as refused:
            errors.append(refused.response["error"])

    stage.bot.replies["block_actions"] = deeper
    for _ in range(3):
        stage.do("click", user="dana", action_id="deeper")
    stack = stage.look("views", user="dana")
    assert len(stack) == 3
    assert errors == ["push_limit_reached"]
    assert [v["previous_view_id"] for v in stack] == [None, stack[0]["id"], stack[1]["id"]]
    assert {v["root_view_id"] for v in stack} == {stack[0]["id"]}
    assert error(stage.web.views_push, trigger_id=trigger(stage), view=modal(section())) == "invalid_arguments"


def test_home(stage: Stage) -> None:
    web, dana = stage.web, stage.user("dana")
    assert stage.http.get("/_control/home", params={"user": "dana"}).status_code == 404
    first = web.views_publish(user_id=dana, view=home(section("Hi")))["view"]
    second = web.views_publish(user_id=dana, hash=first["hash"], view=home(section("Ho")))["view"]
    assert first["id"] == second["id"]
    assert error(web.views_publish, user_id=dana, hash=first["hash"], view=home(section())) == "hash_conflict"
    assert error(web.views_publish, user_id="U404", view=home(section())) == "user_not_found"
    assert error(web.views_publish, user_id=dana, view=modal(section())) == "invalid_arguments"
    assert stage.look("home", user="dana")["plain"] == "Ho"


def test_typed_input_survives_an_update_under_the_same_ids(stage: Stage) -> None:
    view = stage.open_modal(modal(text_input("b", "a"), text_input("c", "a2")))
    for block, action in (("b", "a"), ("c", "a2")):
        stage.do("type", user="dana", view_id=view["id"], block_id=block, action_id=action, value="kept")
    said = stage.web.views_update(view_id=view["id"], view=modal(text_input("b", "a"), text_input("d", "a2")))["view"]
    assert said["state"]["values"] == {
        "b": {"a": {"type": "plain_text_input", "value": "kept"}},
        "d": {"a2": {"type": "plain_text_input", "value": None}},
    }
