"""Vendor credits: create, and apply to a bill that is being created."""

from __future__ import annotations

from decimal import Decimal

from starlette.responses import Response

from bot.sandbox.bill import errors
from bot.sandbox.bill.billform import LONGEST_DESCRIPTION, LONGEST_NUMBER, positive
from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.entries import prune
from bot.sandbox.bill.fields import Fields
from bot.sandbox.bill.ids import new_id
from bot.sandbox.bill.money import ZERO, settle
from bot.sandbox.bill.references import LINE_CLASSIFICATIONS, classifications, reference
from bot.sandbox.bill.state import BillState, Organization, Row, decimals_of, total


def create_credit(call: Call) -> Response:
    """Answer `POST /v3/vendor-credits` (201)."""
    fields, organization = call.fields(), call.organization
    fields.allow(
        "vendorId",
        "referenceNumber",
        "creditDate",
        "description",
        "vendorCreditLineItems",
        "applyToChartOfAccountId",
        "applyToBankAccountId",
    )
    vendor_id = reference(fields, "vendorId", organization, "vendors", required=True)
    decimals = decimals_of(organization.currency_of(vendor_id or ""))
    row: Row = {
        "vendorId": vendor_id,
        "referenceNumber": fields.text("referenceNumber", required=True, longest=LONGEST_NUMBER),
        "creditDate": fields.day("creditDate", required=True),
        "description": fields.text("description", longest=LONGEST_DESCRIPTION),
        "applyToChartOfAccountId": reference(fields, "applyToChartOfAccountId", organization, "chart-of-accounts"),
        "applyToBankAccountId": reference(fields, "applyToBankAccountId", organization, "banks"),
    }
    lines = []
    for part in fields.parts("vendorCreditLineItems", required=True):
        part.allow("amount", "description", "classifications")
        line: Row = {
            "id": new_id("vendor-credit-lines"),
            "amount": positive(part, "amount", decimals),
            "description": part.text("description", longest=LONGEST_DESCRIPTION),
            "classifications": classifications(part, organization, LINE_CLASSIFICATIONS),
        }
        lines.append(prune(line))
    fields.check()
    amount = total([line["amount"] for line in lines])
    row = {**prune(row), "vendorCreditLineItems": lines, "amount": amount, "appliedAmount": ZERO}
    return answer(call.state.add(organization, "vendor-credits", {**row, "status": "NOT_APPLIED"}), 201)


def read_applied(fields: Fields, organization: Organization, draft: Row) -> list[tuple[Row, Decimal]]:
    """Return the vendor credits a new bill uses, with the amounts; what does not fit is noted."""
    applied: list[tuple[Row, Decimal]] = []
    decimals = decimals_of(organization.currency_of(draft.get("vendorId", "")))
    for part in fields.parts("vendorCredits"):
        part.allow("id", "amount")
        credit_id = reference(part, "id", organization, "vendor-credits", required=True)
        amount = positive(part, "amount", decimals)
        credit = organization.find("vendor-credits", credit_id)
        if credit is None:
            continue
        if credit["vendorId"] != draft.get("vendorId"):
            part.rule("id", errors.RULE_BROKEN, "is a credit of another vendor")
        used = total([other for row, other in applied if row is credit]) + credit["appliedAmount"]
        if used + amount > credit["amount"]:
            part.rule("amount", errors.RULE_BROKEN, "is more than is left of the credit")
        applied.append((credit, amount))
    if total([amount for _, amount in applied]) > draft["amount"]:
        fields.rule("vendorCredits", errors.RULE_BROKEN, "are more than the bill's amount")
    return applied


def apply_credits(state: BillState, bill: Row, applied: list[tuple[Row, Decimal]]) -> None:
    """Take the credits off what is due on the bill."""
    for credit, amount in applied:
        bill["creditAmount"] += amount
        credit["appliedAmount"] += amount
        credit["status"] = "FULLY_APPLIED" if credit["appliedAmount"] == credit["amount"] else "PARTIALLY_APPLIED"
        credit.setdefault("usage", []).append({"billId": bill["id"], "amount": amount})
        state.touch(credit)
    settle(bill, state.switches.partial_status)
