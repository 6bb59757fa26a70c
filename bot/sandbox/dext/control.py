"""`/_control/…`: what happens in Dext beside the bot, for tests, the demo and its page.

A control call that makes no sense is answered with HTTP 400 and `error`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import timedelta
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.dext import lists
from bot.sandbox.dext.api import json_object
from bot.sandbox.dext.documents import Kind, drawn
from bot.sandbox.dext.fields import checked
from bot.sandbox.dext.items import Item, canonical, full
from bot.sandbox.dext.state import LISTS, Account, Refusal, Switches, World
from bot.sandbox.dext.tokens import Grant, Tokens


def routes(world: World, tokens: Tokens) -> list[Route]:
    """Build the control routes that only this sandbox has."""
    control = _Control(world, tokens)
    calls: dict[str, Callable[[dict[str, Any]], Any]] = {
        "document": control.document,
        "change": control.change,
        "publish": control.publish,
        "archive": control.archive,
        "revoke": control.revoke,
        "restore-access": control.restore_access,
        "expire-tokens": control.expire_tokens,
        "grant": control.grant,
        "refuse": control.refuse,
        "switches": control.switches,
    }

    def post(name: str, work: Callable[[dict[str, Any]], Any]) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                body = json_object(await request.body() or b"{}", "The body")
                world.settle()
                return JSONResponse(work(body))
            except Refusal as refusal:
                return JSONResponse({"error": refusal.errormessage}, 400)

        return Route(f"/_control/{name}", endpoint, methods=["POST"])

    async def state(_request: Request) -> Response:
        world.settle()
        return JSONResponse(control.state())

    return [*(post(name, work) for name, work in calls.items()), Route("/_control/state", state, methods=["GET"])]


class _Control:
    def __init__(self, world: World, tokens: Tokens) -> None:
        self._world = world
        self._tokens = tokens

    def document(self, body: dict[str, Any]) -> Any:
        account = self._account(body.pop("account", None))
        ready_in, kind = _seconds(body.pop("ready_in", 0)), body.pop("format", "pdf")
        if kind not in ("pdf", "png"):
            raise Refusal(400, "format must be pdf or png")
        item = arrive(self._world, account, ready_in, cast(Kind, kind), checked(account, body, None))
        return {"id": item.id}

    def change(self, body: dict[str, Any]) -> Any:
        account, item = self._item(body.pop("id", None))
        item.change(self._world.clock.now(), "person", checked(account, body, item))
        return full(item, self._world.clock.now())

    def publish(self, body: dict[str, Any]) -> Any:
        _, item = self._item(_sole(body, "id"))
        self._world.queue_publish(item)
        return {"ok": True}

    def archive(self, body: dict[str, Any]) -> Any:
        _, item = self._item(body.get("id"))
        archived = body.get("archived", True)
        if not isinstance(archived, bool):
            raise Refusal(400, "archived must be true or false")
        item.change(self._world.clock.now(), "person", {"archived": archived})
        return {"ok": True}

    def revoke(self, body: dict[str, Any]) -> Any:
        self._tokens.set_revoked(self._account(_sole(body, "account")), True)
        return {"ok": True}

    def restore_access(self, body: dict[str, Any]) -> Any:
        self._tokens.set_revoked(self._account(_sole(body, "account")), False)
        return {"ok": True}

    def expire_tokens(self, body: dict[str, Any]) -> Any:
        wanted = _sole(body, "account")
        self._tokens.expire(None if wanted is None else self._account(wanted))
        return {"ok": True}

    def grant(self, body: dict[str, Any]) -> Any:
        account = self._account(_sole(body, "account"))
        return asdict(self._tokens.grant(Grant(account.id, account.users[0].email, "")))

    def refuse(self, body: dict[str, Any]) -> Any:
        account = self._account(body.get("account"))
        name, external_id, refused = body.get("list"), body.get("id"), body.get("refused", True)
        if name not in LISTS or not isinstance(external_id, str) or not isinstance(refused, bool):
            raise Refusal(400, f"list must be one of {', '.join(LISTS)}, id text, refused true or false")
        change = account.refused.add if refused else account.refused.discard
        change((str(name), external_id))
        return {"ok": True}

    def switches(self, body: dict[str, Any]) -> Any:
        kinds = {f.name: type(f.default) for f in fields(Switches)}
        for name, value in body.items():
            if name not in kinds:
                raise Refusal(400, f"Unknown switch: {name}")
            if kinds[name] is bool:
                if not isinstance(value, bool):
                    raise Refusal(400, f"{name} must be true or false")
            else:
                _seconds(value)
        self._world.switches = replace(self._world.switches, **body)
        return asdict(self._world.switches)

    def state(self) -> Any:
        now = self._world.clock.now()
        return {
            "now": now.isoformat(),
            "switches": asdict(self._world.switches),
            "accounts": [self._whole(account) for account in self._world.accounts.values()],
        }

    def _whole(self, account: Account) -> dict[str, Any]:
        now = self._world.clock.now()
        return {
            "id": account.id,
            "name": account.name,
            "base_currency": account.base_currency,
            "users": [{k: v for k, v in asdict(user).items() if k != "password"} for user in account.users],
            "items": [full(item, now) for item in account.items.values()],
            "lists": {name: [lists.shown(name, e) for e in account.lists[name].values()] for name in LISTS},
            "refused": [{"list": name, "id": external_id} for name, external_id in sorted(account.refused)],
            "publish_calls": account.publish_calls,
            "published_by_dext": account.published,
            "access": self._tokens.live(account),
        }

    def _account(self, wanted: Any) -> Account:
        """Return an account by id or name; the first one when nothing is wanted."""
        accounts = list(self._world.accounts.values())
        found = accounts[0] if wanted is None else next((a for a in accounts if wanted in (a.id, a.name)), None)
        if found is None:
            raise Refusal(400, "No such account")
        return found

    def _item(self, item_id: Any) -> tuple[Account, Item]:
        account = self._world.owner_of(item_id) if type(item_id) is int else None
        if account is None:
            raise Refusal(400, "No such item")
        return account, account.items[item_id]


def arrive(world: World, account: Account, ready_in: float, kind: Kind, details: dict[str, Any]) -> Item:
    """Let a document with `details` arrive, drawn as a file that shows them."""
    number = world.next_item_id()
    currency = details.get("currency", account.base_currency)
    total = canonical(details.get("total_amount"))
    facts = {
        "Supplier": details.get("payee"),
        "Invoice": details.get("invoice_number"),
        "Date": canonical(details.get("date")),
        "Total": total and f"{currency} {total}",
        "Tax": canonical(details.get("vat_amount")),
    }
    words = [f"{label}: {value}" for label, value in facts.items() if value]
    document = drawn(kind, str(number), [*words, f"Document {number}"])
    ready_at = world.clock.now() + timedelta(seconds=ready_in)
    return world.add_item(account, document, ready_at, **details)


def _sole(body: dict[str, Any], name: str) -> Any:
    if set(body) - {name}:
        raise Refusal(400, f"Only {name} is taken")
    return body.get(name)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**9:
        raise Refusal(400, "Times are seconds, not negative")
    return float(value)
