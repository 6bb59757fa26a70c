"""The control calls this sandbox has besides those that all sandboxes share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from bot.sandbox.bill.bills import change_bill, make_bill
from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.entries import prune, set_archived
from bot.sandbox.bill.errors import BillRefusal
from bot.sandbox.bill.fields import Fields
from bot.sandbox.bill.parties import new_vendor
from bot.sandbox.bill.state import LISTS, BillState, Organization, Row

_OWN_ADDRESS = {
    "line1": "1 Sandbox Way",
    "city": "Portland",
    "stateOrProvince": "OR",
    "zipOrPostalCode": "97201",
    "country": "US",
    "countryName": "United States",
}


def control(work: Callable[[BillState, Row], Any]) -> Callable[[Call], Response]:
    """Return the handler that gives `work` the JSON body; what is wrong with it is a 400."""

    def handled(call: Call) -> Response:
        try:
            data = json.loads(call.body, parse_float=Decimal) if call.body else {}
            return answer(work(call.state, data))
        except (ValueError, TypeError, KeyError, AttributeError, BillRefusal) as problem:
            return answer({"error": f"{type(problem).__name__}: {problem}"}, 400)

    return handled


def expire_sessions(state: BillState, data: Row) -> Row:
    """End v3 sessions; access tokens too unless `bearers` is false, v2 sessions if `v2` is true.

    All of them, or those of the `organizationId` that is named.
    """
    only = data.get("organizationId")
    ended = 0
    for kind in (state.sessions, state.v2_sessions)[: 2 if data.get("v2", False) else 1]:
        for session in [one for one in kind.values() if only in (None, one.organization_id)]:
            del kind[session.id]
            ended += kind is state.sessions
    if data.get("bearers", True):
        for grant in state.grants:
            if only in (None, grant.organization_id):
                grant.access_expires = state.now()
    return {"ended": ended}


def revoke(state: BillState, data: Row) -> Row:
    """Take back an organization's sync token and grants; what they opened ends at once."""
    organization = state.organizations[data["organizationId"]]
    if organization.sync_token is not None:
        organization.sync_token.revoked = True
    for grant in state.grants:
        if grant.organization_id == organization.id:
            grant.revoked = True
    for sessions in (state.sessions, state.v2_sessions):
        for session in list(sessions.values()):
            if session.organization_id == organization.id and session.kind == "sync-token":
                del sessions[session.id]
    return {"ok": True}


def restore_access(state: BillState, data: Row) -> Row:
    """Let an organization's sync token work again; grants stay revoked and need a new consent."""
    organization = state.organizations[data["organizationId"]]
    if organization.sync_token is not None:
        organization.sync_token.revoked = False
    return {"ok": True}


def archive(state: BillState, data: Row) -> Row:
    """Archive an object by hand (or restore it with `archived` false)."""
    organization, row = _named(state, data)
    set_archived(state, organization, data["list"], row, bool(data.get("archived", True)))
    return row


def rename(state: BillState, data: Row) -> Row:
    """Give an object another name by hand."""
    _, row = _named(state, data)
    if "name" not in row:
        raise ValueError(f"{data['list']} have no name")
    row["name"] = str(data["name"])
    state.touch(row)
    return row


def add(state: BillState, data: Row) -> Row:
    """Add an object by hand; bills and their changes pass the same checks as over v3."""
    fields = {name: value for name, value in data.items() if name not in ("list", "organizationId")}
    organization = _organization(state, data)
    match _kind(data):
        case "bills":
            return make_bill(state, organization, Fields(fields))
        case "vendors":
            fields = {**new_vendor(fields), "address": dict(_OWN_ADDRESS), **fields}
        case "chart-of-accounts":
            fields = {"account": {"type": "EXPENSE"}, **fields}
        case "users":
            kind = fields.pop("role", "CLERK")
            role = next((row for row in organization.lists["roles"].values() if row["type"] == kind), None)
            if role is None:
                raise ValueError(f"no such role: {kind}")
            fields["role"] = {name: role[name] for name in ("id", "type", "description")}
        case _:
            pass
    return state.add(organization, data["list"], prune(fields))


def crowd(state: BillState, data: Row) -> Row:
    """Add an object by hand for each of `names`."""
    for name in data["names"]:
        add(state, {"organizationId": _organization(state, data).id, "list": data["list"], "name": str(name)})
    return {"added": len(data["names"])}


def change(state: BillState, data: Row) -> Row:
    """Change fields of an object by hand."""
    organization, row = _named(state, data)
    fields = {name: value for name, value in data.items() if name not in ("list", "id")}
    if data["list"] == "bills":
        return change_bill(state, organization, row, Fields(fields, partial=True))
    row.update(fields)
    state.touch(row)
    return row


def permissions(state: BillState, data: Row) -> Row:
    """Set what an organization's callers may not do: `deny` (BDC_1145), `untrusted` (BDC_1361)."""
    organization = _organization(state, data)
    organization.denied = tuple(map(str, data.get("deny", ())))
    organization.untrusted = tuple(map(str, data.get("untrusted", ())))
    return {"deny": organization.denied, "untrusted": organization.untrusted}


def switches(state: BillState, data: Row) -> Row:
    """Set switches by name and return them all."""
    trial = replace(state.switches)
    trial.change(**data)
    state.switches = trial
    return asdict(state.switches)


def lock_out(state: BillState, data: Row) -> Row:
    """Lock all organizations out for some minutes (or the one named); zero minutes lets them in."""
    until = state.now() + timedelta(minutes=float(data["minutes"]))
    chosen = [_organization(state, data)] if "organizationId" in data else list(state.organizations.values())
    for organization in chosen:
        organization.locked_until = until
    return {"until": until.isoformat()}


def redirect_uris(state: BillState, data: Row) -> Row:
    """Register the exact redirect addresses; null lets any loopback address in again."""
    uris = data["uris"]
    state.client = replace(state.client, redirect_uris=None if uris is None else tuple(map(str, uris)))
    return {"uris": state.client.redirect_uris}


def show(state: BillState, _: Row) -> Row:
    """Return all that the sandbox holds, for each organization."""
    return {
        "organizations": {
            organization.id: _contents(state, organization) for organization in state.organizations.values()
        },
        "switches": asdict(state.switches),
        "sessions": len(state.sessions),
        "v2Sessions": len(state.v2_sessions),
        "grants": [{"organizationId": grant.organization_id, "revoked": grant.revoked} for grant in state.grants],
    }


CONTROLS: dict[tuple[str, str], Callable[[BillState, Row], Any]] = {
    ("POST", "expire-sessions"): expire_sessions,
    ("POST", "revoke"): revoke,
    ("POST", "restore-access"): restore_access,
    ("POST", "archive"): archive,
    ("POST", "rename"): rename,
    ("POST", "add"): add,
    ("POST", "crowd"): crowd,
    ("POST", "change"): change,
    ("POST", "permissions"): permissions,
    ("POST", "switches"): switches,
    ("POST", "lock-out"): lock_out,
    ("POST", "redirect-uris"): redirect_uris,
    ("GET", "state"): show,
}
"""The control calls below `/_control/`."""


def _contents(state: BillState, organization: Organization) -> Row:
    documents: dict[str, list[Row]] = {}
    for document in organization.documents:
        entry = {
            "id": document.id,
            "uploadId": document.upload_id,
            "name": document.name,
            "size": len(document.content),
            "sha256": hashlib.sha256(document.content).hexdigest(),
            "contentType": document.content_type,
            "finished": state.now() >= document.ready,
        }
        documents.setdefault(document.bill_id, []).append(entry)
    rows = {kind: list(organization.lists[kind].values()) for kind in LISTS}
    return {
        "id": organization.id,
        "name": organization.name,
        "bills": rows.pop("bills"),
        "vendorCredits": rows.pop("vendor-credits"),
        "lists": rows,
        "documents": documents,
        "payments": organization.payments,
        "approversSet": organization.approvers_set,
        "denied": organization.denied,
        "untrusted": organization.untrusted,
    }


def _organization(state: BillState, data: Row) -> Organization:
    """Return the organization that is named, or the first one."""
    if "organizationId" in data:
        return state.organizations[data["organizationId"]]
    return next(iter(state.organizations.values()))


def _kind(data: Row) -> str:
    if data["list"] not in LISTS:
        raise ValueError(f"no such list: {data['list']} (there are {', '.join(LISTS)})")
    return str(data["list"])


def _named(state: BillState, data: Row) -> tuple[Organization, Row]:
    organization = state.owner_of(_kind(data), data["id"])
    if organization is None:
        raise ValueError(f"nothing in {data['list']} has the id {data['id']}")
    return organization, organization.lists[data["list"]][data["id"]]
