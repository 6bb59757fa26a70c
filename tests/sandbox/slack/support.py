"""A stage for these tests: the pretend Slack and a tiny bot, each served on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import uvicorn
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.slack import SlackSandbox
from bot.sandbox.wire import Asgi, Receive, Scope, Send

Json = dict[str, Any]
Reply = Callable[[Json], Any]


class Served:
    """A server thread whose application can be swapped between tests."""

    def __init__(self) -> None:
        self.app: Asgi | None = None
        config = uvicorn.Config(
            self._call, port=0, log_level="error", access_log=False, lifespan="off", interface="asgi3"
        )
        self._server = uvicorn.Server(config)
        sock = config.bind_socket()
        self.address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [sock]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@dataclass
class Bot:
    """A bot that answers by script. `replies` go by command name or payload type.

    A reply is a JSON body, text, None, or a Response.
    """

    signing_secret: str
    replies: dict[str, Reply] = field(default_factory=dict)
    received: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    forged: int = 0

    @property
    def app(self) -> Asgi:
        return Starlette(routes=[Route("/slack/events", self._serve, methods=["POST"])])

    def last(self) -> Json:
        return self.received[-1]

    async def _serve(self, request: Request) -> Response:
        body = (await request.body()).decode()
        if not SignatureVerifier(self.signing_secret).is_valid_request(body, dict(request.headers)):
            self.forged += 1
            return PlainTextResponse("forged", 401)
        payload = self._read(request, body)
        self.received.append(payload)
        self.headers.append(dict(request.headers))
        reply = self.replies.get(payload.get("command") or payload["type"])
        answer = await run_in_threadpool(reply, payload) if reply else None
        if isinstance(answer, Response):
            return answer
        if answer is None or isinstance(answer, str):
            return PlainTextResponse(answer or "")
        return JSONResponse(answer)

    @staticmethod
    def _read(request: Request, body: str) -> Json:
        if request.headers["content-type"].startswith("application/json"):
            found: Json = json.loads(body)
            return found
        fields = dict(parse_qsl(body, keep_blank_values=True))
        if "payload" in fields:
            inner: Json = json.loads(fields["payload"])
            return inner
        return dict(fields)


@dataclass
class Stage:
    """The sandbox, the bot, and hands to drive them with."""

    sandbox: SlackSandbox
    bot: Bot
    address: str
    bot_address: str
    http: httpx.Client

    @property
    def web(self) -> WebClient:
        return WebClient(self.sandbox.credentials["bot_token"], base_url=f"{self.address}/api/")

    def user(self, name: str) -> str:
        found: str = self.sandbox.credentials["users"][name]
        return found

    def channel(self, name: str) -> str:
        found: str = self.sandbox.credentials["channels"][name]
        return found

    def do(self, act: str, expect: int = 200, **body: Any) -> Json:
        reply = self.http.post(f"/_control/{act}", json=body)
        assert reply.status_code == expect, reply.text
        found: Json = reply.json()
        return found

    def look(self, what: str, **query: str) -> Any:
        reply = self.http.get(f"/_control/{what}", params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, blocks: list[Json] | None = None, channel: str = "finance", text: str = "Hello", **more: Any) -> str:
        """Let the bot post a message; return its ts."""
        found: str = self.web.chat_postMessage(channel=self.channel(channel), text=text, blocks=blocks, **more)["ts"]
        return found

    def open_modal(self, view: Json, user: str = "dana") -> Json:
        """Let the bot open a modal in answer to a command; return it as the person sees it."""

        def reply(payload: Json) -> None:
            self.web.views_open(trigger_id=payload["trigger_id"], view=view)

        self.bot.replies["/dext"] = reply
        outcome = self.do("command", user=user, channel="finance", text="open")
        assert outcome["status"] == 200, outcome
        shown: Json = outcome["view"]
        return shown


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "Hello", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "go", text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, block_id: str = "acts") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def option(value: str, text: str | None = None) -> Json:
    return {"text": plain(text or value), "value": value}


def text_input(block_id: str = "b", action_id: str = "a", **more: Any) -> Json:
    inner = {"type": "plain_text_input", "action_id": action_id, **more.pop("element", {})}
    return {"type": "input", "block_id": block_id, "label": plain("Name"), "element": inner, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Save"), "blocks": list(blocks), **more}


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


def error(call: Any, /, **args: Any) -> str:
    """Return the error that a Web API call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        call(**args)
    return str(caught.value.response["error"])
