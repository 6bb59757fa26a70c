"""Response URLs: what they do, how often, how long."""

from __future__ import annotations

from typing import Any

from slack_sdk.webhook import WebhookClient

from .support import Json, Stage, actions, button, section


def click_url(stage: Stage, user: str = "dana", **where: Any) -> str:
    stage.do("click", user=user, channel="finance", action_id="go", **where)
    found: str = stage.bot.last()["response_url"]
    return found


def command_url(stage: Stage, channel: str = "finance") -> str:
    stage.do("command", user="dana", channel=channel)
    found: str = stage.bot.last()["response_url"]
    return found


def seen(stage: Stage, user: str = "dana", channel: str = "finance") -> list[str]:
    return [m["text"] for m in stage.look("messages", channel=channel, user=user)]


def test_default_is_ephemeral_and_in_channel_on_request(stage: Stage) -> None:
    hook = WebhookClient(command_url(stage, "random"))
    assert hook.send(text="Psst").status_code == 200
    assert (seen(stage, "dana", "random"), seen(stage, "femi", "random")) == (["Psst"], [])
    hook.send(text="All", response_type="in_channel")
    assert seen(stage, "femi", "random") == ["All"]


def test_five_uses(stage: Stage) -> None:
    hook = WebhookClient(command_url(stage))
    assert [hook.send(text="x").status_code for _ in range(6)] == [200] * 5 + [404]
    assert "used_url" in hook.send(text="x").body


def test_half_an_hour(stage: Stage) -> None:
    hook = WebhookClient(command_url(stage))
    stage.do("clock", advance=29 * 60)
    assert hook.send(text="x").status_code == 200
    stage.do("clock", advance=61)
    late = hook.send(text="x")
    assert (late.status_code, "expired_url" in late.body) == (404, True)
    assert WebhookClient(f"{stage.address}/actions/unknown").send(text="x").status_code == 404


def test_replace_and_delete_the_original(stage: Stage) -> None:
    stage.post([actions(button())])
    hook = WebhookClient(click_url(stage))
    hook.send(text="Done", blocks=[section("Done")], replace_original=True)
    assert seen(stage, "femi") == ["Done"]
    hook.send_dict({"delete_original": "true"})
    assert seen(stage, "femi") == []
    assert hook.send(text="x", replace_original=True).status_code == 404


def test_only_so_can_an_ephemeral_message_change(stage: Stage) -> None:
    stage.bot.replies["/dext"] = lambda _: {
        "response_type": "ephemeral",
        "text": "Mine",
        "blocks": [actions(button())],
    }
    stage.do("command", user="dana", channel="finance")
    hook = WebhookClient(click_url(stage))
    hook.send(text="Changed", replace_original=True, response_type="in_channel")
    assert seen(stage) == ["Changed"]
    assert seen(stage, "femi") == []


def test_a_commands_url_replaces_nothing(stage: Stage) -> None:
    stage.bot.replies["/dext"] = lambda _: {"response_type": "ephemeral", "text": "Working"}
    hook = WebhookClient(command_url(stage))
    hook.send(text="Done", replace_original=True)
    assert seen(stage) == ["Working", "Done"]
    assert [w["where"] for w in stage.look("warnings")] == ["response_url"]


def test_refused_posts_do_not_use_it_up(stage: Stage) -> None:
    url = command_url(stage)
    wrong: list[Json] = [
        {},
        {"text": "x", "response_type": "loud"},
        {"text": "x", "blocks": [{"type": "banner"}]},
    ]
    for payload in wrong:
        assert stage.http.post(url, json=payload).status_code == 400
    assert stage.http.post(url, content=b"{").status_code == 400
    assert stage.http.post(url, json=[]).status_code == 400
    assert [WebhookClient(url).send(text="x").status_code for _ in range(5)] == [200] * 5


def test_unknown_arguments_are_noted(stage: Stage) -> None:
    stage.http.post(command_url(stage), json={"text": "x", "colour": "red"})
    assert stage.look("warnings")[0]["message"] == "unknown argument 'colour'"


def test_answers_in_a_thread_stay_there(stage: Stage) -> None:
    root = stage.post(text="Root")
    stage.post([actions(button())], thread_ts=root)
    hook = WebhookClient(click_url(stage))
    assert stage.bot.last()["container"]["thread_ts"] == root
    hook.send_dict({"text": "There", "thread_ts": root})
    assert stage.look("messages", channel="finance", user="dana")[-1]["thread_ts"] == root
