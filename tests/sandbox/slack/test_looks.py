"""What the control API shows and changes."""

from __future__ import annotations

import asyncio

import httpx

from bot.sandbox.slack import Seed, build
from bot.sandbox.wire import SandboxClock

from .support import Bot, Stage, section


def test_state_is_everything(stage: Stage) -> None:
    stage.post([section("Hi")])
    state = stage.look("state")
    assert [m["text"] for m in state["messages"]] == ["Hello"]
    assert {c["name"] for c in state["channels"]} == {"finance", "random", "finance-admins"}
    assert len(state["users"]) == 6
    assert stage.look("limits")["limits"]["message.blocks"] == 50


def test_guests_see_only_their_channels(stage: Stage) -> None:
    assert stage.http.get("/_control/messages", params={"channel": "random", "user": "gil"}).status_code == 403
    assert stage.http.get("/_control/messages", params={"channel": "finance", "user": "gil"}).status_code == 200


def test_new_people_and_channels(stage: Stage) -> None:
    said = stage.do("user", name="noa", real_name="Noa Berg", tz="Asia/Tokyo", channels=["finance"])
    assert said["user"]["tz_offset"] == 9 * 3600
    stage.do("command", user="noa", channel="finance")
    assert stage.bot.last()["user_id"] == said["user"]["id"]
    stage.do("user", 400, name="bad", tz="Mars/Base")
    stage.do("channel", name="projects", members=["noa"])
    stage.do("command", user="noa", channel="projects")
    stage.do("kick", channel="projects", user="noa")
    stage.do("command", 409, user="noa", channel="projects")


def test_settings(stage: Stage) -> None:
    stage.do("settings", 400, no_such=1)
    said = stage.do("settings", ack_seconds=1, retry_delays=[1, 2], trigger_seconds=9, response_url_seconds=60)
    assert said["settings"]["retry_delays"] == [1.0, 2.0]


def test_tokens_can_be_revoked(stage: Stage) -> None:
    stage.do("revoke")
    reply = httpx.post(
        f"{stage.address}/api/auth.test",
        headers={"Authorization": f"Bearer {stage.sandbox.credentials['bot_token']}"},
    )
    assert reply.json()["error"] == "token_revoked"


def test_the_same_seed_makes_the_same_workspace() -> None:
    first, second = build(SandboxClock()), build(SandboxClock())
    assert first.credentials == second.credentials
    other = build(SandboxClock(), seed=Seed(team_name="Other", team_domain="other"))
    assert other.credentials["team_id"] != first.credentials["team_id"]
    assert other.credentials["bot_token"] != first.credentials["bot_token"]


def test_a_bot_without_a_network() -> None:
    bot = Bot(Seed().signing_secret)
    bot.replies["/dext"] = lambda _: {"text": "Hi", "response_type": "ephemeral"}
    sandbox = build(SandboxClock(), bot_url="http://bot", bot_transport=httpx.ASGITransport(bot.app))

    async def drive() -> httpx.Response:
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://slack") as client:
            return await client.post("/_control/command", json={"user": "dana", "channel": "finance"})

    outcome = asyncio.run(drive()).json()
    assert [s["plain"] for s in outcome["shown"]] == ["Hi"]
    assert bot.last()["response_url"].startswith("http://slack/commands/")
