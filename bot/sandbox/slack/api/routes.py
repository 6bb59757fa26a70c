"""Serve the Web API: find the method, check token, scope, rate and arguments, do the work."""

from __future__ import annotations

import base64
import binascii

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.slack.api import auth, chat, files, people, views
from bot.sandbox.slack.api.arguments import raw_arguments, typed_arguments
from bot.sandbox.slack.api.method import Call, Method
from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive.sharing import as_download
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json

METHODS: dict[str, Method] = {**auth.METHODS, **chat.METHODS, **files.METHODS, **people.METHODS, **views.METHODS}
"""Every method that is served."""


def api_routes(slack: Slack) -> list[Route]:
    """Return the routes of the Web API and of the files that bot tokens read."""

    async def serve(request: Request) -> Response:
        name = request.path_params["method"]
        try:
            raw = await raw_arguments(request)
            body, scopes = _perform(slack, name, raw, request)
        except SlackError as refused:
            return JSONResponse(refused.body(), refused.status, refused.headers)
        return JSONResponse({"ok": True, **body}, headers={"X-OAuth-Scopes": ",".join(scopes)})

    async def read(request: Request) -> Response:
        """Answer the bytes of a file: 403 without a token of scope `files:read`, 404 if the bot does not see it."""
        try:
            _authorize(slack, METHODS["files.info"], _bearer(request))
        except SlackError as refused:
            return JSONResponse(refused.body(), 403)
        file = files.visible(slack, request.path_params["id"])
        if file is None or file.name != request.path_params["name"]:
            return JSONResponse(SlackError("file_not_found").body(), 404)
        return as_download(file)

    return [
        Route("/api/{method}", serve, methods=["GET", "POST"]),
        Route("/files-pri/{id}/{name}", read, methods=["GET"]),
    ]


def _perform(slack: Slack, name: str, raw: Json, request: Request) -> tuple[Json, tuple[str, ...]]:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    scopes: tuple[str, ...] = ()
    token = _bearer(request) or raw.get("token") or ""
    if method.needs_token:
        scopes = _authorize(slack, method, token)
    else:
        raw = {**_basic(request), **raw}
    channel = raw.get("channel")
    slack.rates.spend(token, name, method.tier, channel if isinstance(channel, str) else None)
    args = typed_arguments(slack, name, method, raw)
    return method.work(Call(slack, name, args, token)), scopes


def _authorize(slack: Slack, method: Method, token: str) -> tuple[str, ...]:
    if not token:
        raise SlackError("not_authed")
    known = slack.tokens.get(token)
    if known is None:
        raise SlackError("invalid_auth")
    if known.revoked:
        raise SlackError("token_revoked")
    if method.scope is not None and method.scope not in known.scopes:
        raise SlackError("missing_scope", needed=method.scope, provided=",".join(known.scopes))
    return known.scopes


def _bearer(request: Request) -> str:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def _basic(request: Request) -> Json:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": client_id, "client_secret": secret}
