"""The web: Slack's requests, the connect pages, the callbacks of sign-ins, and health."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio
import anyio.to_thread
from slack_bolt import App, BoltRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot import pages
from bot.domain.links import Attempt
from bot.errors import BotError, ConflictError, CredentialsError, InputError, RateLimitedError, UnavailableError
from bot.log import get_logger
from bot.services.connecting import LINK_DEAD, Connecting
from bot.services.courtesy import Courtesy

_COOKIE = "connect"
_MOST_BYTES = 1_000_000
_MOST_FORM_BYTES = 10_000
_THREADS = 40
_STAMP_DIGITS = 12
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_LOOK_AT = {
    "token_name_or_value": "Bill.com does not know this token. Check token name and token: copy both again, or make a "
    "new token.",
    "developer_key": "Bill.com does not accept this bot's developer key. That is for whoever runs the bot: the key may "
    "belong to Bill.com's other environment.",
    "organization_id": "The organization ID is not right for this token. Check it; it begins with 008.",
    "client": "Bill.com does not accept this bot's sign-in arrangement. That is for whoever runs the bot.",
}

Result = TypeVar("Result")
Page = Callable[[Request], Awaitable[Response]]


def build_web(
    slack: App,
    connecting: Connecting,
    ready: Callable[[], bool],
    more: Sequence[Route] = (),
    *,
    courtesy: Courtesy,
    secure: bool,
) -> Starlette:
    """Return the web application, with more routes; `ready` says whether the database answers and is up to date."""
    web = _Web(slack, connecting, ready, courtesy, secure)
    return Starlette(
        routes=[
            Route("/slack/events", web.slack_events, methods=["POST"]),
            Route("/connect/{link}", web.link_page, methods=["GET"]),
            Route("/connect/{link}", web.link_spend, methods=["POST"]),
            Route("/setup", web.setup, methods=["GET"]),
            Route("/setup/bill/sign-in", web.bill_sign_in, methods=["POST"]),
            Route("/setup/bill/token", web.bill_token, methods=["POST"]),
            Route("/setup/dext", web.dext_sign_in, methods=["POST"]),
            Route("/oauth/bill/callback", web.bill_callback, methods=["GET"]),
            Route("/oauth/dext/callback", web.dext_callback, methods=["GET"]),
            Route("/healthz", web.healthz, methods=["GET"]),
            Route("/readyz", web.readyz, methods=["GET"]),
            *more,
        ]
    )


class _Web:
    def __init__(
        self, slack: App, connecting: Connecting, ready: Callable[[], bool], courtesy: Courtesy, secure: bool
    ) -> None:
        self._slack = slack
        self._connecting = connecting
        self._ready = ready
        self._courtesy = courtesy
        self._secure = secure
        self._log = get_logger(__name__)
        # Slack's clicks have threads of their own: a slow callback must not make one wait.
        self._clicks = anyio.CapacityLimiter(_THREADS)

    async def slack_events(self, request: Request) -> Response:
        """Hand a request to Bolt, which checks the signature, in a thread."""
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not stamp.isdecimal() or len(stamp) > _STAMP_DIGITS or not _SIGNATURE.fullmatch(signature):
            # Bolt's check fails with an error of its own on what is not even shaped like them, and an error is
            # answered by the funnel, which must never act on what nobody signed.
            return PlainTextResponse("", status_code=401)
        raw = bytearray()
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > _MOST_BYTES:
                return PlainTextResponse("", status_code=413)
        body = raw.decode("utf-8", errors="replace")
        try:
            bolt_request = BoltRequest(body=body, headers=dict(request.headers))
        except ValueError:
            return PlainTextResponse("", status_code=400)  # read before its signature can be checked
        with self._courtesy.somebody_waits():
            answer = await anyio.to_thread.run_sync(self._slack.dispatch, bolt_request, limiter=self._clicks)
        headers = {name: value[0] for name, value in answer.headers.items() if name.lower() != "content-length"}
        return Response(answer.body, status_code=answer.status, headers=headers)

    async def link_page(self, request: Request) -> Response:
        """Show what the link is for; opening it spends nothing."""
        link = request.path_params["link"]
        if await self._run(lambda: self._connecting.look(link)):
            return _html(pages.begin_page(f"/connect/{link}"))
        return _html(pages.problem_page(LINK_DEAD), 410)

    async def link_spend(self, request: Request) -> Response:
        """Spend the link and bind the attempt to this browser."""
        try:
            cookie = await self._run(lambda: self._connecting.spend(request.path_params["link"]))
        except ConflictError as error:
            return _html(pages.problem_page(error.user_message), 410)
        answer = RedirectResponse("/setup", 303)
        answer.set_cookie(_COOKIE, cookie, max_age=3600, path="/", httponly=True, samesite="lax", secure=self._secure)
        return _private(answer)

    async def setup(self, request: Request) -> Response:
        """Show the step this browser's attempt is at."""
        return await self._step(request, self._connecting.attempt_of)

    async def bill_sign_in(self, request: Request) -> Response:
        """Send the browser to Bill.com's sign-in."""
        return await self._away(request, self._connecting.begin_sign_in)

    async def bill_token(self, request: Request) -> Response:
        """Test a sync token; say which value to look at when it does not work."""
        if int(request.headers.get("content-length") or _MOST_FORM_BYTES + 1) > _MOST_FORM_BYTES:
            return _html(pages.problem_page("That is too much text for this form. Copy the three values again."), 413)
        async with request.form(max_files=0) as sent:
            form = {name: value for name, value in sent.items() if isinstance(value, str)}

        def enter(cookie: str) -> Attempt:
            return self._connecting.enter_sync_token(
                cookie, form.get("token_name", ""), form.get("token", ""), form.get("organization_id", "")
            )

        return await self._step(request, enter, typed=form)

    async def dext_sign_in(self, request: Request) -> Response:
        """Send the browser to Dext's sign-in."""
        return await self._away(request, self._connecting.begin_dext)

    async def bill_callback(self, request: Request) -> Response:
        """Take the browser back from Bill.com's sign-in."""
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        return await self._step(request, lambda cookie: self._connecting.bill_callback(cookie, state, code))

    async def dext_callback(self, request: Request) -> Response:
        """Take the browser back from Dext's sign-in."""
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        return await self._step(request, lambda cookie: self._connecting.dext_callback(cookie, state, code))

    async def healthz(self, _request: Request) -> Response:
        """Say that the process lives."""
        return PlainTextResponse("ok")

    async def readyz(self, _request: Request) -> Response:
        """Say whether work can be done: the database answers and has every migration."""
        ready = await self._run(self._ready)
        return PlainTextResponse("ready" if ready else "not ready", status_code=200 if ready else 503)

    async def _step(
        self, request: Request, do: Callable[[str], Attempt], *, typed: dict[str, str] | None = None
    ) -> Response:
        """Do a step and show where the attempt stands; an error is shown on the page of the step."""
        cookie = request.cookies.get(_COOKIE, "")
        problem, status = "", 200
        try:
            attempt = await self._run(lambda: do(cookie))
            # After a step that did something, the address in the bar is the plain one: reloading repeats nothing.
            if request.url.path != "/setup":
                return _private(RedirectResponse("/setup", 303))
        except BotError as error:
            self._log.info("connect page", code=error.code, detail=error.detail)
            problem, status = _explain(error), _status(error)
            try:
                attempt = await self._run(lambda: self._connecting.attempt_of(cookie))
            except ConflictError:
                return _html(pages.problem_page(problem), status)
        return _html(
            pages.setup_page(attempt, offers_sign_in=self._connecting.offers_sign_in, problem=problem, typed=typed),
            status,
        )

    async def _away(self, request: Request, begin: Callable[[str], str]) -> Response:
        cookie = request.cookies.get(_COOKIE, "")
        try:
            return _private(RedirectResponse(await self._run(lambda: begin(cookie)), 303))
        except BotError as error:
            return _html(pages.problem_page(_explain(error)), _status(error))

    async def _run(self, do: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(do)


def _explain(error: BotError) -> str:
    match error:
        case CredentialsError():
            return _LOOK_AT.get(error.which, "The sign-in was refused. Check all three values.") + " Nothing was kept."
        case UnavailableError() | RateLimitedError():
            return f"{error.service or 'The service'} is not answering now. Nothing was kept; try again in a minute."
        case InputError() | ConflictError():
            return error.user_message
        case _:
            return "That did not work, and nothing was kept. Try again, or type `/dext connect` in Slack to begin anew."


def _status(error: BotError) -> int:
    if isinstance(error, InputError | CredentialsError):
        return 422
    return 409 if isinstance(error, ConflictError) else 502


def _html(text: str, status: int = 200) -> Response:
    return _private(HTMLResponse(text, status_code=status))


def _private(answer: Response) -> Response:
    """Keep a page out of caches, frames and other sites' logs."""
    answer.headers.update(
        {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        }
    )
    return answer
