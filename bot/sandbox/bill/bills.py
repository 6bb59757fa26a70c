"""Bills: create, read, replace, change, archive, and many at once."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from bot.sandbox.bill import errors
from bot.sandbox.bill.billform import read_bill
from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.credits import apply_credits, read_applied
from bot.sandbox.bill.entries import set_archived, wanted
from bot.sandbox.bill.errors import Problem
from bot.sandbox.bill.fields import Fields, parse_json
from bot.sandbox.bill.ids import new_id
from bot.sandbox.bill.listings import LISTINGS
from bot.sandbox.bill.lists import page_of
from bot.sandbox.bill.money import ZERO, settle
from bot.sandbox.bill.state import BillState, Organization, Row

LARGEST_BULK = 100
_KEPT = (
    "id",
    "archived",
    "createdTime",
    "paidAmount",
    "scheduledAmount",
    "creditAmount",
    "approvalStatus",
    "approvers",
)


def list_bills(call: Call) -> Response:
    """Answer `GET /v3/bills`."""
    page = page_of(call.organization.lists["bills"].values(), call.query, LISTINGS["bills"])
    page["results"] = [with_vendor_name(bill, call.organization) for bill in page["results"]]
    return answer(page)


def get_bill(call: Call) -> Response:
    """Answer `GET /v3/bills/{id}`."""
    return answer(with_vendor_name(wanted(call, "bills"), call.organization))


def create_bill(call: Call) -> Response:
    """Answer `POST /v3/bills` (201)."""
    fields = call.fields()
    return answer(make_bill(call.state, call.organization, fields), 201)


def create_bills(call: Call) -> Response:
    """Answer `POST /v3/bills/bulk` (201): all of them or none."""
    data = parse_json(call.body, call.content_type)
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise errors.refuse(400, errors.BAD_JSON, "The request body must be an array of bills.")
    if not 1 <= len(data) <= LARGEST_BULK:
        raise errors.refuse(400, errors.BAD_VALUE, f"The number of bills must be between 1 and {LARGEST_BULK}.")
    organization, drafts = call.organization, []
    problems: list[Problem] = []
    numbers: set[tuple[str, str]] = set()
    for index, entry in enumerate(data):
        fields = Fields(entry, path=f"[{index}].", problems=problems)
        if fields.has("vendorCredits"):
            fields.invalid("vendorCredits", "cannot be applied in bulk")
        draft = read_bill(fields, organization, call.state.switches)
        _refuse_duplicate(call.state, organization, fields, draft, own_id="", also=numbers)
        drafts.append((fields, draft))
    Fields({}, problems=problems).check()
    return answer([_keep(call.state, organization, fields, draft) for fields, draft in drafts], 201)


def make_bill(state: BillState, organization: Organization, fields: Fields) -> Row:
    """Return a new bill from what was sent; the control API makes bills with it as well."""
    draft = read_bill(fields, organization, state.switches)
    _refuse_duplicate(state, organization, fields, draft, own_id="")
    applied = read_applied(fields, organization, draft)
    fields.check()
    bill = _keep(state, organization, fields, draft)
    apply_credits(state, bill, applied)
    return bill


def replace_bill(call: Call) -> Response:
    """Answer `PUT /v3/bills/{id}`; lines that are left out vanish."""
    return _change(call, call.fields())


def patch_bill(call: Call) -> Response:
    """Answer `PATCH /v3/bills/{id}`; lines with an id are changed, lines without are added."""
    return _change(call, call.fields(partial=True))


def change_bill(state: BillState, organization: Organization, bill: Row, fields: Fields) -> Row:
    """Replace or change a bill by what was sent, and return it."""
    if bill["archived"]:
        raise errors.refuse(422, errors.RULE_BROKEN, "An archived bill cannot be changed.")
    if fields.has("vendorCredits"):
        fields.invalid("vendorCredits", "can be applied only when the bill is created")
    draft = read_bill(fields, organization, state.switches, current=bill)
    if bill["id"] in organization.approvals_demanded and fields.flag("billApprovals") is not True:
        fields.invalid("billApprovals", "must be true for this bill")
    _refuse_duplicate(state, organization, fields, draft, own_id=bill["id"])
    if draft.get("amount", ZERO) < bill["paidAmount"] + bill["creditAmount"]:
        fields.rule("billLineItems", errors.RULE_BROKEN, "the bill's amount is less than what was paid already")
    fields.check()
    kept = {name: bill[name] for name in _KEPT if name in bill}
    bill.clear()
    bill.update({**kept, **draft})
    for line in bill["billLineItems"]:
        line.setdefault("id", new_id("bill-lines"))
    settle(bill, state.switches.partial_status)
    state.touch(bill)
    return bill


def archive_bill(archived: bool) -> Callable[[Call], Response]:
    """Return the handler that archives or restores a bill."""

    def changed(call: Call) -> Response:
        bill = wanted(call, "bills")
        set_archived(call.state, call.organization, "bills", bill, archived)
        return answer(bill)

    return changed


def with_vendor_name(bill: Row, organization: Organization) -> Row:
    """Return the bill as reads show it, with its vendor's present name."""
    vendor = organization.find("vendors", bill["vendorId"])
    return {**bill, "vendorName": vendor["name"]} if vendor else bill


def _change(call: Call, fields: Fields) -> Response:
    return answer(change_bill(call.state, call.organization, wanted(call, "bills"), fields))


def _keep(state: BillState, organization: Organization, fields: Fields, draft: Row) -> Row:
    """Keep a new bill that was found good."""
    for line in draft["billLineItems"]:
        line["id"] = new_id("bill-lines")
    start: Row = {"paidAmount": ZERO, "scheduledAmount": ZERO, "creditAmount": ZERO, "approvalStatus": "UNASSIGNED"}
    if fields.flag("billApprovals"):
        start["approvers"] = []
    bill = state.add(organization, "bills", {**draft, **start})
    if "approvers" in start:
        organization.approvals_demanded.add(bill["id"])
    settle(bill, state.switches.partial_status)
    return bill


def _refuse_duplicate(
    state: BillState,
    organization: Organization,
    fields: Fields,
    draft: Row,
    own_id: str,
    also: set[tuple[str, str]] | None = None,
) -> None:
    """Note a number this vendor has used, archived bills included, where the switch says so."""
    if state.switches.duplicates == "allow" or fields.flag("allowDuplicateInvoiceNumber"):
        return
    wanted_number = (draft.get("vendorId"), draft.get("invoice", {}).get("invoiceNumber"))
    if None in wanted_number:
        return
    for bill in organization.lists["bills"].values():
        if bill["id"] != own_id and (bill["vendorId"], bill["invoice"]["invoiceNumber"]) == wanted_number:
            fields.rule("invoice", errors.DUPLICATE, "duplicate invoice number for this vendor")
            return
    if also is not None:
        if wanted_number in also:
            fields.rule("invoice", errors.DUPLICATE, "duplicate invoice number for this vendor")
        also.add((str(wanted_number[0]), str(wanted_number[1])))
