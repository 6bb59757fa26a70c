"""Events: envelopes, Home, retries."""

from __future__ import annotations

import time
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse

from .support import Stage, home, section

EVENT = {"type": "app_uninstalled"}


def attempts(stage: Stage, event_id: str, count: int) -> list[Any]:
    """Wait until an event was tried `count` times."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        found = next(e for e in stage.look("events") if e["event_id"] == event_id)["attempts"]
        if len(found) >= count:
            return list(found)
        time.sleep(0.01)
    raise AssertionError(f"fewer than {count} attempts")


def test_envelope(stage: Stage) -> None:
    outcome = stage.do("event", event=EVENT)
    said, creds = stage.bot.last(), stage.sandbox.credentials
    assert (outcome["status"], outcome["done"]) == (200, True)
    assert (said["type"], said["event_id"]) == ("event_callback", outcome["event_id"])
    assert (said["team_id"], said["api_app_id"]) == (creds["team_id"], creds["app_id"])
    assert said["event"]["type"] == "app_uninstalled"
    assert said["event"]["event_ts"]
    assert said["authorizations"][0]["user_id"] == creds["bot_user_id"]
    assert stage.bot.headers[-1]["content-type"] == "application/json"
    assert "x-slack-retry-num" not in stage.bot.headers[-1]


def test_the_same_event_again(stage: Stage) -> None:
    first = stage.do("event", event=EVENT)
    again = stage.do("event", event=EVENT, event_id=first["event_id"])
    assert first["event_id"] == again["event_id"]
    assert len(stage.bot.received) == 2
    stage.do("event", 400)


def test_home_opens(stage: Stage) -> None:
    def publish(payload: Any) -> None:
        stage.web.views_publish(user_id=payload["event"]["user"], view=home(section("Hello")))

    stage.bot.replies["event_callback"] = publish
    outcome = stage.do("open_home", user="rui")
    assert [s["kind"] for s in outcome["shown"]] == ["home"]
    event = stage.bot.last()["event"]
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", stage.user("rui"))
    assert event["channel"].startswith("D")
    assert "view" not in event
    stage.do("open_home", user="rui")
    assert stage.bot.last()["event"]["view"]["blocks"][0]["text"]["text"] == "Hello"


def test_retries_follow_the_sandbox_clock(stage: Stage) -> None:
    stage.bot.replies["event_callback"] = lambda _: PlainTextResponse("no", 500)
    event_id = stage.do("event", event=EVENT)["event_id"]
    assert [a["status"] for a in attempts(stage, event_id, 2)] == [500, 500]
    time.sleep(0.1)
    assert len(attempts(stage, event_id, 2)) == 2
    stage.do("clock", advance=61)
    assert len(attempts(stage, event_id, 3)) == 3
    stage.bot.replies.clear()
    stage.do("clock", advance=301)
    tried = attempts(stage, event_id, 4)
    assert [(a["retry"], a["reason"], a["status"]) for a in tried] == [
        (0, None, 500),
        (1, "http_error", 500),
        (2, "http_error", 500),
        (3, "http_error", 200),
    ]
    assert [h.get("x-slack-retry-num") for h in stage.bot.headers] == [None, "1", "2", "3"]
    assert stage.bot.headers[-1]["x-slack-retry-reason"] == "http_error"
    assert {p["event_id"] for p in stage.bot.received} == {event_id}


def test_late_answers_are_retried(stage: Stage) -> None:
    stage.do("settings", ack_seconds=0.2, retry_delays=[0])
    stage.bot.replies["event_callback"] = lambda _: time.sleep(0.4)
    outcome = stage.do("event", event=EVENT)
    assert outcome["timed_out"] is True
    tried = attempts(stage, outcome["event_id"], 2)
    assert tried[1]["reason"] == "http_timeout"


def test_unreachable_bot_is_retried(stage: Stage) -> None:
    stage.do("bot", url="http://127.0.0.1:1")
    stage.do("settings", retry_delays=[0.0, 60])
    outcome = stage.do("event", event=EVENT)
    assert attempts(stage, outcome["event_id"], 2)[1]["reason"] == "connection_failed"
    stage.do("bot", url=stage.bot_address)
    stage.do("clock", advance=61)
    assert attempts(stage, outcome["event_id"], 3)[2]["status"] == 200


def test_no_retry_is_honoured(stage: Stage) -> None:
    stage.do("settings", retry_delays=[0])
    stage.bot.replies["event_callback"] = lambda _: PlainTextResponse("no", 500, {"x-slack-no-retry": "1"})
    outcome = stage.do("event", event=EVENT)
    time.sleep(0.1)
    assert outcome["done"] is True
    assert len(attempts(stage, outcome["event_id"], 1)) == 1


def test_url_verification(stage: Stage) -> None:
    assert stage.do("verify_url")["verified"] is False
    stage.bot.replies["url_verification"] = lambda payload: PlainTextResponse(payload["challenge"])
    assert stage.do("verify_url")["verified"] is True
    stage.bot.replies["url_verification"] = lambda payload: JSONResponse({"challenge": payload["challenge"]})
    assert stage.do("verify_url")["verified"] is True
