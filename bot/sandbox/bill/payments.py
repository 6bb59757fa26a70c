"""Payments made outside Bill.com and recorded on bills."""

from __future__ import annotations

from starlette.responses import Response

from bot.sandbox.bill import errors
from bot.sandbox.bill.billform import LONGEST_DESCRIPTION, positive
from bot.sandbox.bill.call import Call, answer
from bot.sandbox.bill.entries import prune
from bot.sandbox.bill.ids import new_id
from bot.sandbox.bill.money import ZERO, rate_of, settle
from bot.sandbox.bill.references import paying_account, reference
from bot.sandbox.bill.state import Row, decimals_of, total
from bot.sandbox.bill.times import stamp


def record_payment(call: Call) -> Response:
    """Answer `POST /v3/bills/record-payment`: all bills of the payment or none."""
    fields, organization = call.fields(), call.organization
    extras = ("description", "classifications") if call.state.switches.payment_extras == "allow" else ()
    fields.allow("vendorId", "processDate", "toPrintCheck", "payments", *extras)
    vendor_id = reference(fields, "vendorId", organization, "vendors", required=True)
    currency = organization.currency_of(vendor_id or "")
    process_date = fields.day("processDate", required=True)
    to_print = fields.flag("toPrintCheck") or False
    part = fields.part("classifications")
    account_id = None
    if part is not None:
        part.allow("chartOfAccountId")
        account_id = paying_account(part, "chartOfAccountId", organization)
    description = fields.text("description", longest=LONGEST_DESCRIPTION)
    paid: list[Row] = []
    for entry in fields.parts("payments", required=True):
        entry.allow("billId", "amount")
        bill_id = reference(entry, "billId", organization, "bills", required=True)
        amount = positive(entry, "amount", decimals_of(currency))
        bill = organization.find("bills", bill_id)
        if bill is None:
            continue
        if bill["vendorId"] != vendor_id:
            entry.rule("billId", errors.RULE_BROKEN, "is a bill of another vendor")
        already = total([other["amount"] for other in paid if other["billId"] == bill_id])
        if already + amount > bill["dueAmount"]:
            entry.rule("amount", errors.RULE_BROKEN, "is more than is due on the bill")
        paid.append({"id": new_id("bill-payments"), "billId": bill_id, "amount": amount})
    fields.check()
    for entry_paid in paid:
        bill = organization.lists["bills"][entry_paid["billId"]]
        bill["paidAmount"] += entry_paid["amount"]
        settle(bill, call.state.switches.partial_status)
        call.state.touch(bill)
    now, amount = stamp(call.state.now()), total([entry_paid["amount"] for entry_paid in paid]) + ZERO
    payment: Row = {
        "id": new_id("payments"),
        "vendorId": vendor_id,
        "billId": paid[0]["billId"] if len(paid) == 1 else None,
        "billPayments": paid,
        "description": description,
        "processDate": process_date,
        "amount": amount,
        "status": "PAID",
        "exchangeRate": rate_of(currency),
        "fundingAmount": round(amount * rate_of(currency), 2),
        "onlinePayment": False,
        "disbursementType": "OFFLINE",
        "disbursementStatus": "DONE",
        "singleStatus": "PAID",
        "toPrintCheck": to_print,
        "classifications": {"chartOfAccountId": account_id},
        "createdBy": call.signed_in.user_id,
        "createdTime": now,
        "updatedTime": now,
    }
    kept = prune(payment)
    organization.payments.append(kept)
    return answer(kept)
