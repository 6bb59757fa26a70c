"""Serve the page, its assets and the few calls that only it makes."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.errors import ImpossibleError
from bot.sandbox.slack.page.neighbours import NeighbourError, Neighbours
from bot.sandbox.slack.page.readiness import Readiness
from bot.sandbox.slack.page.words import suggestions
from bot.sandbox.slack.shown import people_seen, surroundings
from bot.sandbox.wire import Asgi, Receive, Scope, Send

ASSETS = Path(__file__).parent / "assets"
WAIT_LIMIT_SECONDS = 5.0
"""How long a question for changes may wait; short, for a waiting question delays the end of the server."""

_LOOK_AGAIN_SECONDS = 0.04
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_OWN = ("/page/", "/_neighbours/", "/_control/changes", "/_control/page", "/_control/neighbours")

Serve = Callable[[Request], Awaitable[Response]]


def with_page(app: Asgi, slack: Slack, neighbours: Neighbours) -> Asgi:
    """Return `app` with the page before it: `/`, `/page/…`, `/_neighbours/…` and three control calls."""
    page = Starlette(routes=_Page(slack, neighbours).routes())

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and (scope["path"] == "/" or scope["path"].startswith(_OWN))
        await (page if own else app)(scope, receive, send)

    return served


class _Page:
    def __init__(self, slack: Slack, neighbours: Neighbours) -> None:
        self._slack = slack
        self._neighbours = neighbours
        self._run = secrets.token_hex(6)
        self._bot = Readiness(slack)

    def routes(self) -> list[Route]:
        return [
            Route("/", self._index),
            Route("/page/{name}", self._asset),
            Route("/_control/page", self._start),
            Route("/_control/changes", self._changes),
            Route("/_control/neighbours", self._tell_neighbours, methods=["GET"]),
            Route("/_control/neighbours", _from_here(self._set_neighbours), methods=["POST"]),
            Route(
                "/_neighbours/{name}/{path}",
                _from_here(self._neighbours.forward),
                methods=["GET", "POST", "DELETE"],
            ),
        ]

    async def _index(self, _: Request) -> Response:
        return _file(ASSETS / "index.html")

    async def _asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        known = {entry.name: entry for entry in ASSETS.iterdir() if entry.suffix in _KINDS}
        return _file(known[name]) if name in known else JSONResponse({"error": "no such asset"}, 404)

    async def _start(self, _: Request) -> Response:
        seed = self._slack.seed
        return JSONResponse(
            {
                "run": self._run,
                "team": seed.team_name,
                "app": seed.app_name,
                "command": seed.command,
                "bot_user_id": seed.bot_user_id,
                "commands": suggestions(seed.command),
                "shortcuts": [asdict(one) for one in seed.shortcuts],
                "people": people_seen(self._slack),
            }
        )

    async def _changes(self, request: Request) -> Response:
        """Answer what changed for `user` since revision `since`, at the latest after `wait` seconds.

        `bot` says whether the page takes the bot for ready; that this is no longer so is a change too.
        """
        slack, query = self._slack, request.query_params
        try:
            since, wait = int(query.get("since", "0")), float(query.get("wait", "0"))
            viewer = slack.workspace.person(query.get("user"))
        except ValueError:
            return JSONResponse({"error": "since and wait are numbers"}, 400)
        except ImpossibleError as refused:
            return JSONResponse({"error": refused.message}, refused.status)
        if query.get("run") not in (None, self._run):
            since = 0
        until = time.monotonic() + min(wait, WAIT_LIMIT_SECONDS)
        stack = [view.id for view in slack.views.stack(viewer.id)]
        believed = query.get("bot")
        while (
            believed in (None, str(await self._bot.follow()).lower())
            and slack.workspace.revision == since
            and [view.id for view in slack.views.stack(viewer.id)] == stack
            and time.monotonic() < until
        ):
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        found = surroundings(slack, viewer, since)
        return JSONResponse({"run": self._run, "bot_is_ready": self._bot.is_ready, **found})

    async def _tell_neighbours(self, _: Request) -> Response:
        return JSONResponse(dict(self._neighbours.addresses))

    async def _set_neighbours(self, request: Request) -> Response:
        try:
            body: Any = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                raise NeighbourError("the body must be an object")
            self._neighbours.set(body)
        except (ValueError, NeighbourError) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        return JSONResponse({"ok": True, **self._neighbours.addresses})


def _from_here(serve: Serve) -> Serve:
    """Refuse what another site's page makes a browser send."""

    async def guarded(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return JSONResponse({"error": "only the sandbox's own page may ask this"}, 403)
        return await serve(request)

    return guarded


def _file(path: Path) -> Response:
    return Response(path.read_bytes(), media_type=_KINDS[path.suffix], headers=_HEADERS)
