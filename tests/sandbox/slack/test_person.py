"""Commands, clicks, menus and shortcuts: what is sent to the bot and what people see of the answer."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from .support import Bot, Json, Stage, actions, button, home, mrkdwn, plain, section

CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("Really *reject*"),
    "confirm": plain("Reject"),
    "deny": plain("Back"),
}


def test_command_payload(stage: Stage) -> None:
    outcome = stage.do("command", user="dana", channel="finance", command="/dext", text="status now")
    assert (outcome["status"], outcome["ack_body"], outcome["shown"], outcome["view"]) == (200, None, [], None)
    said, creds = stage.bot.last(), stage.sandbox.credentials
    assert said["command"] == "/dext"
    assert said["text"] == "status now"
    assert (said["user_id"], said["user_name"]) == (stage.user("dana"), "dana")
    assert (said["channel_id"], said["channel_name"]) == (stage.channel("finance"), "finance")
    assert (said["team_id"], said["api_app_id"]) == (creds["team_id"], creds["app_id"])
    assert said["response_url"].startswith(stage.address)
    assert stage.bot.headers[-1]["content-type"] == "application/x-www-form-urlencoded"


def test_commands_and_clicks_in_the_conversation_with_the_bot(stage: Stage) -> None:
    stage.bot.replies["/dext"] = lambda _: {"text": "Hi", "response_type": "in_channel", "blocks": [actions(button())]}
    stage.do("command", user="dana", channel="dm")
    assert stage.bot.last()["channel_name"] == "directmessage"
    stage.do("click", user="dana", channel="dm", action_id="go")
    assert stage.bot.last()["channel"]["name"] == "directmessage"
    stage.do("say", user="dana", channel="dm", text="Thanks")
    assert [m["text"] for m in stage.look("messages", channel="dm", user="dana")] == ["/dext", "Hi", "Thanks"]
    assert stage.look("dm", user="femi") == []


def test_private_channels_are_not_named(stage: Stage) -> None:
    stage.do("command", user="dana", channel="finance-admins")
    assert stage.bot.last()["channel_name"] == "privategroup"


@pytest.mark.parametrize(
    ("answer", "mine", "theirs"),
    [
        (None, [], []),
        ("Just text", ["Just text"], []),
        ({"text": "Psst", "response_type": "ephemeral"}, ["Psst"], []),
        ({"text": "Default"}, ["Default"], []),
        ({"text": "All", "response_type": "in_channel"}, ["/dext hi", "All"], ["/dext hi", "All"]),
        ({"response_type": "in_channel"}, ["/dext hi"], ["/dext hi"]),
        ({"response_type": "ephemeral", "blocks": [section("x" * 3001)]}, ["!invalid_command_response"], []),
    ],
)
def test_command_answers(stage: Stage, answer: Any, mine: list[str], theirs: list[str]) -> None:
    stage.bot.replies["/dext"] = lambda _: answer
    outcome = stage.do("command", user="dana", channel="random", text="hi")

    def texts(entries: list[Json]) -> list[str]:
        return ["!" + e["text"].split('"')[1] if e["kind"] == "notice" else e["text"] for e in entries]

    assert texts(outcome["shown"]) == mine
    assert texts(stage.look("messages", channel="random", user="dana")) == mine
    assert texts(stage.look("messages", channel="random", user="femi")) == theirs


def test_command_too_late_or_broken(stage: Stage) -> None:
    stage.do("settings", ack_seconds=0.2)
    stage.bot.replies["/dext"] = lambda _: time.sleep(0.6)
    outcome = stage.do("command", user="dana", channel="finance")
    assert (outcome["status"], outcome["timed_out"]) == (None, True)
    assert [s["text"] for s in outcome["shown"]] == ['/dext failed with the error "operation_timeout"']
    stage.bot.replies["/dext"] = lambda _: PlainTextResponse("no", 500)
    outcome = stage.do("command", user="dana", channel="finance")
    assert [s["text"] for s in outcome["shown"]] == ['/dext failed with the error "dispatch_failed"']
    stage.do("bot", url="http://127.0.0.1:1")
    outcome = stage.do("command", user="dana", channel="finance")
    assert outcome["error"].startswith("ConnectError")
    assert [n["kind"] for n in stage.look("messages", channel="finance", user="dana")] == ["notice"] * 3
    assert stage.look("messages", channel="finance", user="femi") == []


def test_three_seconds_are_the_default(stage: Stage) -> None:
    assert stage.look("settings")["ack_seconds"] == 3.0


def test_commands_that_slack_does_not_send(stage: Stage) -> None:
    stage.do("command", 409, user="dana", channel="finance", thread_ts="1.0")
    stage.do("command", 409, user="dana", channel="finance", command="/other")
    stage.do("command", 409, user="ama", channel="finance-admins")
    stage.do("command", 404, user="nobody", channel="finance")
    stage.do("command", 404, user="dana", channel="nowhere")
    assert stage.bot.received == []


def test_click_on_a_message(stage: Stage) -> None:
    blocks = [section(block_id="intro"), actions(button("item.publish", "Publish", value="7", style="primary"))]
    ts = stage.post(blocks)
    outcome = stage.do("click", user="ama", channel="finance", ts=ts, action_id="item.publish")
    assert (outcome["sent"], outcome["status"]) == (True, 200)
    said = stage.bot.last()
    assert said["type"] == "block_actions"
    assert said["user"]["id"] == stage.user("ama")
    assert said["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": stage.channel("finance"),
        "is_ephemeral": False,
    }
    assert said["channel"] == {"id": stage.channel("finance"), "name": "finance"}
    assert [b["block_id"] for b in said["message"]["blocks"]] == ["intro", "acts"]
    action = said["actions"][0]
    assert {k: action[k] for k in ("type", "action_id", "block_id", "value", "style")} == {
        "type": "button",
        "action_id": "item.publish",
        "block_id": "acts",
        "value": "7",
        "style": "primary",
    }
    assert action["text"]["text"] == "Publish"
    assert action["action_ts"]
    assert said["trigger_id"]
    assert said["response_url"]
    assert said["state"] == {"values": {}}


def test_click_only_on_what_is_there_for_you(stage: Stage) -> None:
    ts = stage.post([actions(button())])
    stage.do("click", 409, user="ama", channel="finance", ts=ts, action_id="other")
    stage.do("click", 409, user="ama", channel="finance", ts="1.000000", action_id="go")
    private = stage.post([actions(button())], channel="finance-admins")
    stage.do("click", 409, user="ama", channel="finance-admins", ts=private, action_id="go")
    mine = stage.web.chat_postEphemeral(
        channel=stage.channel("finance"), user=stage.user("dana"), text="x", blocks=[actions(button("mine"))]
    )["message_ts"]
    stage.do("click", 409, user="ama", channel="finance", ts=mine, action_id="mine")
    stage.do("click", user="dana", channel="finance", ts=mine, action_id="mine")
    assert stage.bot.last()["container"]["is_ephemeral"] is True
    assert "message" not in stage.bot.last()
    stage.do("click", 409, user="ama", action_id="go")
    assert len(stage.bot.received) == 1


def test_click_among_many(stage: Stage) -> None:
    stage.post([actions(button("pick", value=str(n)), block_id=f"row{n}") for n in range(3)])
    stage.do("click", 409, user="ama", channel="finance", action_id="pick")
    stage.do("click", user="ama", channel="finance", action_id="pick", value="1")
    assert stage.bot.last()["actions"][0]["block_id"] == "row1"
    stage.do("click", user="ama", channel="finance", action_id="pick", block_id="row2")
    assert stage.bot.last()["actions"][0]["value"] == "2"


def test_stale_screens(stage: Stage) -> None:
    ts = stage.post([actions(button())])
    stage.web.chat_update(channel=stage.channel("finance"), ts=ts, text="Done", blocks=[section("Done")])
    stage.do("click", 409, user="ama", channel="finance", ts=ts, action_id="go")
    stage.do("click", user="ama", channel="finance", ts=ts, action_id="go", stale=True)
    assert stage.bot.last()["message"]["blocks"][0]["type"] == "actions"


def test_confirmation_asks_first(stage: Stage) -> None:
    stage.post([actions(button(confirm=CONFIRM))])
    asked = stage.do("click", user="ama", channel="finance", action_id="go")
    assert asked["sent"] is False
    assert asked["confirm"] == {"title": "Sure?", "text": "Really *reject*", "confirm": "Reject", "deny": "Back"}
    assert stage.bot.received == []
    assert stage.do("click", user="ama", channel="finance", action_id="go", confirm=True)["sent"]


def test_link_buttons_tell_the_bot_too(stage: Stage) -> None:
    stage.post([actions(button(url="https://example.com/connect"))])
    outcome = stage.do("click", user="ama", channel="finance", action_id="go")
    assert (outcome["sent"], outcome["url"]) == (True, "https://example.com/connect")
    assert stage.bot.last()["actions"][0]["url"] == "https://example.com/connect"


def test_click_that_fails_is_seen(stage: Stage) -> None:
    stage.post([actions(button())])
    stage.bot.replies["block_actions"] = lambda _: PlainTextResponse("no", 500)
    outcome = stage.do("click", user="ama", channel="finance", action_id="go")
    assert [s["kind"] for s in outcome["shown"]] == ["notice"]
    stage.bot.replies["block_actions"] = lambda _: {"text": "ignored"}
    stage.do("click", user="ama", channel="finance", action_id="go")
    assert [p["limit"] for p in stage.look("problems")] == ["ack.body"]


def test_click_on_home(stage: Stage) -> None:
    stage.web.views_publish(user_id=stage.user("dana"), view=home(actions(button())))
    stage.do("click", user="dana", action_id="go")
    said = stage.bot.last()
    assert (said["container"]["type"], said["view"]["type"]) == ("view", "home")
    assert "response_url" not in said
    home_id = stage.look("home", user="dana")["id"]
    stage.do("click", 409, user="femi", view_id=home_id, action_id="go")


def test_shortcuts(stage: Stage) -> None:
    ts = stage.post(text="A bill")
    stage.do("shortcut", user="ama", channel="finance", ts=ts, callback_id="explain")
    said = stage.bot.last()
    assert (said["type"], said["callback_id"], said["message_ts"]) == ("message_action", "explain", ts)
    assert said["message"]["text"] == "A bill"
    assert said["trigger_id"]
    stage.do("shortcut", user="ama", callback_id="anywhere")
    assert stage.bot.last()["type"] == "shortcut"
    stage.do("shortcut", 400, user="ama")


def test_without_a_bot_nothing_can_be_done(stage: Stage) -> None:
    stage.do("bot", url=None)
    stage.do("command", 409, user="dana", channel="finance")
    reply = stage.http.post("/_control/command", content=b"{")
    assert reply.status_code == 400


def test_every_request_to_the_bot_is_on_record(stage: Stage) -> None:
    stage.do("command", user="dana", channel="finance")
    kept = stage.look("deliveries")
    assert [(d["kind"], d["status"]) for d in kept] == [("command", 200)]
    stage.do("forget")
    assert stage.look("deliveries") == []


def test_a_wrong_secret_is_noticed_by_the_vendors_verifier(stage: Stage) -> None:
    other = Bot("another secret")
    stage.bot.signing_secret = other.signing_secret
    assert stage.do("command", user="dana", channel="finance")["status"] == 401
    assert stage.bot.forged == 1
    stage.bot.forged = 0
