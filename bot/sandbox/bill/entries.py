"""The lists that can be written: accounts, classes, locations, customers and vendors."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from bot.sandbox.bill import errors
from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.fields import Fields
from bot.sandbox.bill.listings import LISTINGS
from bot.sandbox.bill.lists import page_of
from bot.sandbox.bill.parties import read_customer, read_vendor
from bot.sandbox.bill.references import reference
from bot.sandbox.bill.state import BillState, Organization, Row

ACCOUNT_TYPES = (
    "ACCOUNTS_PAYABLE",
    "ACCOUNTS_RECEIVABLE",
    "BANK",
    "COST_OF_GOODS_SOLD",
    "CREDIT_CARD",
    "EQUITY",
    "EXPENSE",
    "FIXED_ASSET",
    "INCOME",
    "LONG_TERM_LIABILITY",
    "OTHER_ASSET",
    "OTHER_CURRENT_ASSET",
    "OTHER_CURRENT_LIABILITY",
    "OTHER_EXPENSE",
    "OTHER_INCOME",
    "NON_POSTING",
    "UNSPECIFIED",
)


def read_account(fields: Fields, organization: Organization) -> Row:
    """Return an account of the chart as it was sent."""
    fields.allow("name", "description", "parentId", "account")
    row: Row = {
        "name": fields.text("name", required=True, longest=100),
        "description": fields.text("description", longest=4000),
        "parentId": reference(fields, "parentId", organization, "chart-of-accounts"),
    }
    account = fields.part("account", required=True)
    if account is not None:
        account.allow("type", "number")
        row["account"] = {
            "type": account.choice("type", ACCOUNT_TYPES, required=True),
            "number": account.text("number", longest=40),
        }
    return row


def read_class(fields: Fields, organization: Organization) -> Row:
    """Return an accounting class as it was sent."""
    return _read_classification(fields, organization, "accounting-classes")


def read_location(fields: Fields, organization: Organization) -> Row:
    """Return a location as it was sent."""
    return _read_classification(fields, organization, "locations")


READERS: dict[str, Callable[[Fields, Organization], Row]] = {
    "chart-of-accounts": read_account,
    "accounting-classes": read_class,
    "locations": read_location,
    "customers": lambda fields, _: read_customer(fields),
    "vendors": lambda fields, _: read_vendor(fields),
}
"""How each writable list reads what is sent to it."""


def list_of(kind: str) -> Callable[[Call], Response]:
    """Return the handler that lists objects of a kind."""

    def listed(call: Call) -> Response:
        rows = call.organization.lists[kind].values()
        return answer(page_of(rows, call.query, LISTINGS[kind], call.sorted, call.organization.id, kind))

    return listed


def one_of(kind: str) -> Callable[[Call], Response]:
    """Return the handler that gives one object of a kind."""

    def given(call: Call) -> Response:
        return answer(wanted(call, kind))

    return given


def create_in(kind: str) -> Callable[[Call], Response]:
    """Return the handler that creates an object of a kind (201)."""

    def created(call: Call) -> Response:
        fields = call.fields()
        row = prune(READERS[kind](fields, call.organization))
        _refuse_name(fields, call, kind, row, own_id="")
        fields.check()
        return answer(call.state.add(call.organization, kind, row), 201)

    return created


def patch_in(kind: str) -> Callable[[Call], Response]:
    """Return the handler that changes the fields that are sent."""

    def patched(call: Call) -> Response:
        current = wanted(call, kind)
        fields = call.fields(partial=True)
        row = prune(READERS[kind](fields, call.organization))
        _refuse_name(fields, call, kind, row, own_id=current["id"])
        fields.check()
        for name, value in row.items():
            old = current.get(name)
            current[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        call.state.touch(current)
        return answer(current)

    return patched


def archive_in(kind: str, archived: bool) -> Callable[[Call], Response]:
    """Return the handler that archives or restores an object."""

    def changed(call: Call) -> Response:
        row = wanted(call, kind)
        set_archived(call.state, call.organization, kind, row, archived)
        return answer(row)

    return changed


def set_archived(state: BillState, organization: Organization, kind: str, row: Row, archived: bool) -> None:
    """Archive or restore a row. Archiving takes the children along, restoring does not."""
    if row["archived"] != archived:
        row["archived"] = archived
        state.touch(row)
    if archived:
        for child in organization.lists[kind].values():
            if child.get("parentId") == row["id"] and not child["archived"]:
                set_archived(state, organization, kind, child, archived)


def wanted(call: Call, kind: str) -> Row:
    """Return the object that the path names, or raise 404 BDC_1120."""
    row = call.organization.find(kind, call.parameters["id"])
    if row is None:
        raise errors.not_found(kind, call.parameters["id"])
    return row


def prune(row: Row) -> Row:
    """Return the row without the fields that are not set, at any depth."""
    kept = {name: prune(value) if isinstance(value, dict) else value for name, value in row.items()}
    return {name: value for name, value in kept.items() if value is not None and value != {}}


def _read_classification(fields: Fields, organization: Organization, kind: str) -> Row:
    fields.allow("name", "shortName", "description", "parentId")
    return {
        "name": fields.text("name", required=True, longest=100),
        "shortName": fields.text("shortName", longest=40),
        "description": fields.text("description", longest=4000),
        "parentId": reference(fields, "parentId", organization, kind),
    }


def _refuse_name(fields: Fields, call: Call, kind: str, row: Row, own_id: str) -> None:
    """Note a name that is taken, archived rows included, where the switch says so."""
    if call.state.switches.names == "allow" or "name" not in row:
        return
    for other in call.organization.lists[kind].values():
        if other["id"] != own_id and other["name"].casefold() == row["name"].casefold():
            fields.rule("name", errors.DUPLICATE, "is a duplicate of an existing name")
            return
