"""`/api/*`: reading a call, knowing the caller, and the calls about people and sessions."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.dext.places import COUNTRIES, CURRENCIES
from bot.sandbox.dext.state import Account, Refusal, World
from bot.sandbox.dext.tokens import Tokens

Serve = Callable[[Account, Mapping[str, Any]], Any]
"""A call's work: the caller's account and the body without `sessionid` give the reply."""


class Api:
    """Make routes of calls: read the body, find the account, turn refusals into replies."""

    def __init__(self, world: World, tokens: Tokens) -> None:
        self.world = world
        self.tokens = tokens

    def call(self, name: str, serve: Serve, takes: Collection[str] = ()) -> Route:
        """Build the route of a JSON call whose body may have the names in `takes`."""

        async def endpoint(request: Request) -> Response:
            return await self.answer(request, lambda body: self._serve(request, body, serve, takes))

        return Route(f"/api/{name}", endpoint, methods=["POST"])

    async def answer(self, request: Request, work: Callable[[dict[str, Any]], Any]) -> Response:
        """Run `work` on the JSON body; a refusal goes out as HTTP 200 with `errorcode`."""
        try:
            return JSONResponse(work(await _json_body(request)))
        except Refusal as refusal:
            return refused(refusal)

    def account(self, request: Request, session: object) -> Account:
        """Return the caller's account, after time has done its work on it."""
        self.world.settle()
        return self.tokens.account(bearer(request), session)

    def _serve(self, request: Request, body: dict[str, Any], serve: Serve, takes: Collection[str]) -> Any:
        account = self.account(request, body.pop("sessionid", None))
        only(body, takes)
        return serve(account, body)


def refused(refusal: Refusal) -> Response:
    """Return the reply that says no."""
    return JSONResponse({"errorcode": refusal.errorcode, "errormessage": refusal.errormessage})


def bearer(request: Request) -> str | None:
    """Return the bearer token of a request, if it brings one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def only(body: Mapping[str, Any], names: Collection[str]) -> None:
    """Refuse with 400 a body that has names the call does not take."""
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise Refusal(400, f"Unknown parameter: {', '.join(unknown)}")


async def _json_body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return {}
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Refusal(400, "The body must be application/json")
    return json_object(raw, "The body")


def json_object(raw: str | bytes, what: str) -> dict[str, Any]:
    """Return the JSON object in `raw`; refuse with 400 anything else, and text that is no Unicode."""
    try:
        found = json.loads(raw)
        json.dumps(found, ensure_ascii=False).encode()
    except ValueError:
        raise Refusal(400, f"{what} is not valid JSON") from None
    if not isinstance(found, dict):
        raise Refusal(400, f"{what} must be a JSON object")
    return found


def routes(api: Api) -> list[Route]:
    """Build the routes of log-in, log-out, people and what is available."""

    def log_in(body: dict[str, Any]) -> Any:
        only(body, ("login", "password"))
        login, password = body.get("login"), body.get("password")
        found = api.tokens.person(login, password) if isinstance(login, str) and isinstance(password, str) else None
        if found is None:
            raise Refusal(401, "Wrong login or password")
        account, user = found
        return {"sessionid": api.tokens.log_in(account, user), "permissions": user.permissions}

    async def login(request: Request) -> Response:
        return await api.answer(request, log_in)

    async def logout(request: Request) -> Response:
        def log_out(body: dict[str, Any]) -> Any:
            # Only a session ends here, and only under the name `sessionid`: the recording that sent
            # `session_id` was refused.
            session = body.pop("sessionid", None)
            api.tokens.account(None, session)
            only(body, ())
            api.tokens.log_out(str(session))
            return {}

        return await api.answer(request, log_out)

    async def unknown(_request: Request) -> Response:
        return refused(Refusal(404, "No such call"))

    def users(account: Account, body: Mapping[str, Any]) -> Any:
        email = body.get("email")
        if not isinstance(email, str | None):
            raise Refusal(400, "email must be text")
        wanted = [user for user in account.users if not email or user.email == email.strip().lower()]
        rows = [
            {
                "id": user.id,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "email": user.email,
                "account_id": account.id,
                "suspended": user.suspended,
            }
            for user in wanted
        ]
        return {"size": len(rows), "users": rows}

    def fixed(name: str, values: Collection[str]) -> Serve:
        return lambda _account, _body: {"size": len(values), name: list(values)}

    return [
        Route("/api/login", login, methods=["POST"]),
        Route("/api/logout", logout, methods=["POST"]),
        api.call("list_users", users, ("email",)),
        api.call("available_countries", fixed("countries", COUNTRIES)),
        api.call("available_currencies", fixed("currencies", CURRENCIES)),
        # No recording shows what a bank account looks like, so there is never one.
        api.call("bank_accounts", fixed("bank_accounts", ())),
        Route("/api/{rest:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]
