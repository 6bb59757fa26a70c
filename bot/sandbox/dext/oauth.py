"""`/oauth/*`: consent in the browser, then codes and tokens (facts 1.2)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.dext import page
from bot.sandbox.dext.state import World
from bot.sandbox.dext.tokens import CLIENT_ID, CLIENT_SECRET, Issued, OAuthError, Tokens

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOGIN_TOKEN_SECONDS = 599
CARRIED = ("client_id", "redirect_uri", "state")


def routes(world: World, tokens: Tokens) -> list[Route]:
    """Build the routes of consent and tokens."""

    async def authorize(request: Request) -> Response:
        query = request.query_params
        try:
            _check_client(query, secret=False)
            redirect_uri = _loopback(query)
        except OAuthError as error:
            return _refused(error)
        if query.get("response_type") != "code":
            return _back(redirect_uri, query, error="unsupported_response_type")
        return _page(query, world)

    async def sign_in(request: Request) -> Response:
        sent = {name: str(value) for name, value in (await request.form()).items()}
        try:
            _check_client(sent, secret=False)
            redirect_uri = _loopback(sent)
        except OAuthError as error:
            return _refused(error)
        if "fill" in sent:
            return _page(sent, world, fill=sent["fill"])
        if sent.get("decision") != "allow":
            return _back(redirect_uri, sent, error="access_denied")
        found = tokens.person(sent.get("email", ""), sent.get("password", ""))
        if found is None:
            return _page(sent, world, sent.get("email", ""), "No active person has this e-mail and password.", 401)
        return _back(redirect_uri, sent, code=tokens.code(*found, redirect_uri))

    async def access_token(request: Request) -> Response:
        query = request.query_params
        try:
            _check_client(query, secret=True)
            redirect_uri = _loopback(query)
            match query.get("grant_type"):
                case "authorization_code":
                    issued = tokens.redeem(query.get("code", ""), redirect_uri)
                case "refresh_token":
                    issued = tokens.refresh(query.get("refresh_token", ""))
                case _:
                    raise OAuthError("grant_type must be authorization_code or refresh_token")
        except OAuthError as error:
            return _refused(error)
        return _reply(issued, world)

    async def login_token(request: Request) -> Response:
        query = request.query_params
        try:
            _check_client(query, secret=True)
            tokens.consent(query.get("refresh_token", ""))
        except OAuthError as error:
            return _refused(error)
        token = tokens.login_token()
        return JSONResponse({"login_token": token, "expires_in": LOGIN_TOKEN_SECONDS, "token_type": "login"})

    return [
        Route("/oauth/authorize", authorize, methods=["GET"]),
        Route("/oauth/sign-in", sign_in, methods=["POST"]),
        Route("/oauth/access_token", access_token, methods=["GET"]),
        Route("/oauth/login_token", login_token, methods=["GET"]),
    ]


def _check_client(sent: Mapping[str, str], *, secret: bool) -> None:
    known = hmac.compare_digest(sent.get("client_id", "").encode(), CLIENT_ID.encode())
    if secret:
        known &= hmac.compare_digest(sent.get("client_secret", "").encode(), CLIENT_SECRET.encode())
    if not known:
        raise OAuthError("Unknown client")


def _loopback(sent: Mapping[str, str]) -> str:
    """Return the redirect address if it leads back to this machine."""
    address = sent.get("redirect_uri", "")
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("http", "https") and parts.hostname in LOOPBACK and not parts.fragment
    except ValueError:
        fits = False
    if not fits:
        raise OAuthError("redirect_uri is not registered (the sandbox takes loopback addresses only)")
    return address


def _page(
    carried: Mapping[str, str], world: World, email: str = "", problem: str = "", status: int = 200, fill: str = ""
) -> Response:
    fields = {name: carried[name] for name in CARRIED if name in carried}
    text = page.sign_in(fields, world.accounts.values(), email, problem, fill)
    return HTMLResponse(text, status, headers=page.HEADERS)


def _back(redirect_uri: str, sent: Mapping[str, str], **answer: str) -> Response:
    if "state" in sent:
        answer["state"] = sent["state"]
    parts = urlsplit(redirect_uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *answer.items()])
    return RedirectResponse(urlunsplit(parts._replace(query=query)), 302)


def _reply(issued: Issued, world: World) -> Response:
    seconds = int(world.switches.access_token_seconds)
    reply = {
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "expires_in": None if world.switches.expires_in_null else seconds,
        "token_type": "bearer",
    }
    return JSONResponse(reply, headers={"cache-control": "no-store"})


def _refused(error: OAuthError) -> Response:
    return JSONResponse({"errors": [str(error)]}, 401)
