"""The control API below `/_control/`: act as people, look at what they see, turn the settings."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive import dialogs, person
from bot.sandbox.slack.drive.answers import answer
from bot.sandbox.slack.drive.events import Events
from bot.sandbox.slack.drive.outgoing import Outgoing
from bot.sandbox.slack.drive.sharing import as_download, file_seen, share
from bot.sandbox.slack.errors import ImpossibleError, SlackError
from bot.sandbox.slack.looks import Looks
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.switches import Switches

Act = Callable[[Json], Awaitable[Json]]
Look = Callable[[dict[str, str]], Any]
Switch = Callable[[Json], Json]


def control_routes(slack: Slack, out: Outgoing) -> list[Route]:
    """Return the routes of the control API and of response URLs."""
    events = Events(slack, out)
    acts: dict[str, Act] = {
        "command": lambda body: person.command(slack, out, body),
        "click": lambda body: person.click(slack, out, body),
        "options": lambda body: person.options(slack, out, body),
        "shortcut": lambda body: person.shortcut(slack, out, body),
        "type": lambda body: dialogs.enter(slack, out, body),
        "submit": lambda body: dialogs.submit(slack, out, body),
        "close": lambda body: dialogs.close(slack, out, body),
        "open_home": events.open_home,
        "event": events.send,
        "verify_url": events.verify_url,
        "share": lambda body: share(slack, events, body),
    }
    looks = Looks(slack, events)
    switches = Switches(slack)
    return [
        *(_acting(slack, name, act) for name, act in acts.items()),
        *(_looking(name, look) for name, look in looks.table().items()),
        *(_switching(name, switch) for name, switch in switches.table().items()),
        Route("/_control/file", _downloading(slack), methods=["GET"]),
        Route("/commands/{key}", _answering(slack), methods=["POST"]),
        Route("/actions/{key}", _answering(slack), methods=["POST"]),
    ]


def _acting(slack: Slack, name: str, act: Act) -> Route:
    async def serve(request: Request) -> Response:
        slack.settings.public_url = str(request.base_url).rstrip("/")
        try:
            return JSONResponse(await act(await _body(request)))
        except ImpossibleError as refused:
            return _refusal(refused)

    return Route(f"/_control/{name}", serve, methods=["POST"])


def _looking(name: str, look: Look) -> Route:
    async def serve(request: Request) -> Response:
        try:
            return JSONResponse(look(dict(request.query_params)))
        except ImpossibleError as refused:
            return _refusal(refused)

    return Route(f"/_control/{name}", serve, methods=["GET"])


def _switching(name: str, switch: Switch) -> Route:
    async def serve(request: Request) -> Response:
        try:
            return JSONResponse({"ok": True, **switch(await _body(request))})
        except ImpossibleError as refused:
            return _refusal(refused)

    return Route(f"/_control/{name}", serve, methods=["POST"])


def _downloading(slack: Slack) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        query = request.query_params
        try:
            return as_download(file_seen(slack, query.get("id"), query.get("user")))
        except ImpossibleError as refused:
            return _refusal(refused)

    return serve


def _answering(slack: Slack) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        try:
            answer(slack, request.url.path, await _payload(request))
        except SlackError as refused:
            return JSONResponse(refused.body(), refused.status)
        return JSONResponse({"ok": True})

    return serve


async def _payload(request: Request) -> Any:
    body = await request.body()
    try:
        return json.loads(body)
    except ValueError:
        raise SlackError("invalid_payload", status=400) from None


async def _body(request: Request) -> Json:
    raw = await request.body()
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise ImpossibleError("the body is not JSON", status=400) from None
    if not isinstance(body, dict):
        raise ImpossibleError("the body must be an object", status=400)
    return body


def _refusal(refused: ImpossibleError) -> Response:
    return JSONResponse({"error": refused.message, **refused.extra}, refused.status)
