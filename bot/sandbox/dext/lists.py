"""The lists to which callers add entries under external ids: categories, payees, clients, projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.routing import Route

from bot.sandbox.dext.api import Api, only
from bot.sandbox.dext.fields import NAME_LIMIT
from bot.sandbox.dext.state import LISTS, Account, Entry, Refusal, World

DETAIL = {"categories": "category", "payees": "payee", "clients": "client", "projects": "project"}
"""The detail of an item that names an entry of each list."""


def routes(api: Api) -> list[Route]:
    """Build the routes that read, add and delete the entries of each list."""
    found: list[Route] = []
    for name in LISTS:
        found += [
            api.call(name, _bound(_read, api.world, name), ("id",)),
            api.call(f"add_{name}", _bound(_add, api.world, name), (name,)),
            api.call(f"delete_{name}", _bound(_delete, api.world, name), (name,)),
        ]
    return found


def shown(name: str, entry: Entry) -> dict[str, Any]:
    """Return an entry as replies carry it; only categories have a code."""
    row: dict[str, Any] = {"id": entry.id, "name": entry.name}
    return {**row, "code": entry.code} if name == "categories" else row


_Work = Callable[[World, str, Account, Mapping[str, Any]], Any]


def _bound(work: _Work, world: World, name: str) -> Callable[[Account, Mapping[str, Any]], Any]:
    return lambda account, body: work(world, name, account, body)


def _read(_world: World, name: str, account: Account, body: Mapping[str, Any]) -> Any:
    wanted = body.get("id")
    if not isinstance(wanted, str | None):
        raise Refusal(400, "id must be text")
    entries = account.lists[name].values()
    rows = [shown(name, entry) for entry in entries if not wanted or entry.id == wanted]
    return {"size": len(rows), name: rows}


def _add(world: World, name: str, account: Account, body: Mapping[str, Any]) -> Any:
    added = [_entry(name, row) for row in _rows(name, body)]
    for entry in added:
        if (name, entry.id) in account.refused:
            raise Refusal(400, f"Entry {entry.id} of {name} was refused")
    for entry in added:
        before = account.lists[name].get(entry.id)
        account.lists[name][entry.id] = entry
        if before is not None and before.name != entry.name:
            _move(world, name, account, before.name, entry.name)
    return {"size": len(added), name: [shown(name, entry) for entry in added]}


def _delete(world: World, name: str, account: Account, body: Mapping[str, Any]) -> Any:
    gone = [_id(row) for row in _rows(name, body)]
    for external_id in gone:
        entry = account.lists[name].pop(external_id, None)
        if entry is not None and name == "payees":
            # A deleted supplier leaves its items without one (facts 6.5).
            _move(world, name, account, entry.name, None)
    return {"size": 0, name: []}


def _move(world: World, name: str, account: Account, before: str, after: str | None) -> None:
    """Let the items that name an entry follow its new name, unless another entry has the old one."""
    if account.entry_named(name, before) is not None:
        return
    detail = DETAIL[name]
    for item in account.items.values():
        if getattr(item, detail) == before and not item.archived:
            item.change(world.clock.now(), "dext", {detail: after})


def _rows(name: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = body.get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Refusal(400, f"{name} must be a list of objects")
    for row in rows:
        only(row, ("id", "name", "code") if name == "categories" else ("id", "name"))
    return rows


def _entry(name: str, row: Mapping[str, Any]) -> Entry:
    title, code = row.get("name"), row.get("code")
    if not isinstance(title, str) or not title.strip() or len(title) > NAME_LIMIT:
        raise Refusal(400, f"An entry of {name} needs a name of at most {NAME_LIMIT} characters")
    if not isinstance(code, str | None) or len(code or "") > NAME_LIMIT:
        raise Refusal(400, "A code must be text")
    return Entry(_id(row), title, code or None)


def _id(row: Mapping[str, Any]) -> str:
    external_id = row.get("id")
    if not isinstance(external_id, str) or not external_id.strip() or len(external_id) > NAME_LIMIT:
        raise Refusal(400, "Every entry needs an id, as text")
    return external_id
