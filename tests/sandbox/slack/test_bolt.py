"""The vendor's own framework understands what is sent and is understood in turn."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .support import Served, Stage, actions, button, home, modal, mrkdwn, option, plain, section, text_input

VENDOR = {
    "type": "input",
    "block_id": "v",
    "label": plain("Vendor"),
    "element": {"type": "external_select", "action_id": "vendor", "min_query_length": 0},
}


@pytest.fixture
def app(stage: Stage, bot_server: Served) -> App:
    bolt = App(
        client=stage.web, signing_secret=stage.sandbox.credentials["signing_secret"], process_before_response=True
    )

    async def serve(request: Request) -> Response:
        body = (await request.body()).decode()
        asked = BoltRequest(body=body, headers={k: [v] for k, v in request.headers.items()})
        said = await run_in_threadpool(bolt.dispatch, asked)
        headers = {k: v[0] for k, v in said.headers.items()}
        return Response(said.body, said.status, headers)

    bot_server.app = Starlette(routes=[Route("/slack/events", serve, methods=["POST"])])
    return bolt


def test_a_story(stage: Stage, app: App) -> None:
    heard: list[Any] = []

    @app.command("/dext")
    def command(ack: Any, client: Any, body: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_input(), VENDOR, callback_id="ask"))
        ack()

    @app.options("vendor")
    def vendor(ack: Any, payload: Any) -> None:
        ack(options=[option("7", f"Acme {payload['value']}")])

    @app.view("ask")
    def ask(ack: Any, client: Any, view: Any, body: Any) -> None:
        values = view["state"]["values"]
        heard.append((values["b"]["a"]["value"], values["v"]["vendor"]["selected_option"]["value"]))
        client.chat_postMessage(channel=body["user"]["id"], text="Asked", blocks=[actions(button("item.approve"))])
        ack(response_action="clear")

    @app.action("item.approve")
    def approve(ack: Any, respond: Any, body: Any) -> None:
        heard.append(body["actions"][0]["action_id"])
        respond(text="Approved", replace_original=True)
        ack()

    @app.event("app_home_opened")
    def opened(client: Any, event: Any) -> None:
        client.views_publish(user_id=event["user"], view=home(section("Home")))

    @app.shortcut("explain")
    def explain(ack: Any, respond: Any) -> None:
        ack()
        respond(text="Because", blocks=[{"type": "section", "text": mrkdwn("Because")}])

    view = stage.do("command", user="dana", channel="finance", text="ask")["view"]
    stage.do("options", user="dana", view_id=view["id"], action_id="vendor", query="north")
    done = stage.do("submit", user="dana", view_id=view["id"], values={"a": "Hello", "vendor": "7"})
    assert done["view"] is None
    message = stage.look("dm", user="dana")[0]
    stage.do("click", user="dana", channel=message["channel"], ts=message["ts"], action_id="item.approve")
    assert heard == [("Hello", "7"), "item.approve"]
    assert [m["text"] for m in stage.look("dm", user="dana")] == ["Approved"]
    assert [s["plain"] for s in stage.do("open_home", user="dana")["shown"]] == ["Home"]
    ts = stage.post(text="A bill")
    shown = stage.do("shortcut", user="dana", channel="finance", ts=ts, callback_id="explain")["shown"]
    assert [(s["text"], s["ephemeral"]) for s in shown] == [("Because", True)]
    assert [d["status"] for d in stage.look("deliveries")] == [200] * 6
