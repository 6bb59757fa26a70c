"""What the page's own server answers; no browser needed."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox.slack import build
from bot.sandbox.slack.page.neighbours import NeighbourError, Neighbours
from bot.sandbox.slack.page.serve import ASSETS
from bot.sandbox.wire import SandboxClock
from handlers.commands import COMMANDS as UNDERSTOOD

from ..support import Served, Stage, button, section


def test_the_page_comes_with_a_strict_policy_and_says_what_it_is(stage: Stage) -> None:
    reply = stage.http.get("/")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert reply.headers["content-security-policy"].startswith("default-src 'self';")
    assert "Sandbox, not Slack" in reply.text
    assert "style=" not in reply.text


@pytest.mark.parametrize(
    ("name", "kind"), [("page.js", "text/javascript"), ("layout.css", "text/css"), ("icon.svg", "image/svg+xml")]
)
def test_assets_have_their_types(stage: Stage, name: str, kind: str) -> None:
    assert stage.http.get(f"/page/{name}").headers["content-type"].startswith(kind)


def test_every_word_the_bot_understands_is_offered(stage: Stage) -> None:
    offered = {one["text"] for one in stage.look("page")["commands"]}
    for word in {*UNDERSTOOD, "help", "connect new"}:
        typed = f"/dext {word}".strip()
        assert any(one == typed or one.startswith(f"{typed} ") for one in offered), typed


@pytest.mark.parametrize("path", ["/page/none.js", "/page/..%2Fserve.py", "/page/serve.py", "/page/%2Fetc%2Fpasswd"])
def test_nothing_else_is_served(stage: Stage, path: str) -> None:
    assert stage.http.get(path).status_code == 404


def test_no_asset_builds_markup_from_strings_or_reaches_outside() -> None:
    for asset in ASSETS.iterdir():
        text = asset.read_text()
        assert len(text.splitlines()) <= 300, asset.name
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "url(http"):
            assert word not in text, (asset.name, word)


def test_the_page_and_its_questions_are_not_recorded(stage: Stage) -> None:
    for path in ("/", "/page/page.js", "/_control/page", "/_control/changes?user=dana", "/_neighbours/bill/state"):
        stage.http.get(path)
    assert stage.look("requests") == []


def test_changes_are_what_this_person_sees_since_a_revision(stage: Stage) -> None:
    first = stage.post([section("one")])
    before = stage.look("changes", user="dana")
    assert [entry["ts"] for entry in before["entries"]] == [first]
    stage.web.chat_postEphemeral(channel=stage.channel("finance"), user=stage.user("femi"), text="for Femi")
    since = str(before["revision"])
    assert stage.look("changes", user="dana", since=since)["entries"] == []
    assert [entry["text"] for entry in stage.look("changes", user="femi", since=since)["entries"]] == ["for Femi"]
    assert "finance-admins" not in [room["name"] for room in stage.look("changes", user="gil")["rooms"]]
    assert stage.http.get("/_control/changes", params={"user": "nobody"}).status_code == 404
    assert stage.http.get("/_control/changes", params={"user": "dana", "since": "x"}).status_code == 400


def test_after_a_restart_everything_comes_again(stage: Stage) -> None:
    stage.post([section("one")])
    seen = stage.look("changes", user="dana", since="900", run="another")
    assert len(seen["entries"]) == 1


def test_asking_for_changes_opens_no_conversation(stage: Stage) -> None:
    seen = stage.look("changes", user="dana")
    assert seen["dm"] not in [channel["id"] for channel in stage.look("state")["channels"]]


def test_a_message_says_what_was_chosen_in_it(stage: Stage) -> None:
    menu = {
        "type": "static_select",
        "action_id": "m",
        "options": [{"text": {"type": "plain_text", "text": "A"}, "value": "a"}],
    }
    ts = stage.post([{"type": "actions", "block_id": "b", "elements": [menu, button()]}])
    stage.do("click", user="dana", channel="finance", ts=ts, action_id="m", selected="a")
    (message,) = stage.look("messages", channel="finance", user="dana")
    assert message["state"]["values"]["b"]["m"]["selected_option"]["value"] == "a"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com",
        "https://127.0.0.1:1",
        "http://10.0.0.1",
        "http://127.0.0.1@example.com",
        "http://127.0.0.1/x",
        5,
    ],
)
def test_neighbours_are_on_this_machine_only(stage: Stage, address: object) -> None:
    assert stage.http.post("/_control/neighbours", json={"bill": address}).status_code == 400
    assert stage.look("neighbours") == {}


def test_neighbours_have_names() -> None:
    with pytest.raises(NeighbourError, match="no neighbour"):
        Neighbours({"bank": "http://127.0.0.1:1"})


def test_calls_go_to_the_neighbours_control_api(slack_server: Served, bot_server: Served) -> None:
    bot_server.app = build(SandboxClock()).app
    slack_server.app = build(SandboxClock(), neighbours={"bill": bot_server.address}).app
    with httpx.Client(base_url=slack_server.address, timeout=10) as http:
        assert http.get("/_neighbours/bill/problems").json() == []
        assert http.post("/_neighbours/bill/clock", json={"advance": 60}).status_code == 200
        assert http.request("DELETE", "/_neighbours/bill/faults").json() == {"ok": True}
        assert http.get("/_neighbours/dext/state").status_code == 404
        assert http.get("/_neighbours/bill/..%2Fapi").status_code == 404
        assert http.post("/_control/neighbours", json={"bill": "http://127.0.0.1:9"}).status_code == 200
        assert http.get("/_neighbours/bill/problems").status_code == 502


def test_another_sites_page_may_not_ask(stage: Stage) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    assert stage.http.post("/_control/neighbours", json={}, headers=foreign).status_code == 403
    assert stage.http.get("/_neighbours/bill/state", headers=foreign).status_code == 403
