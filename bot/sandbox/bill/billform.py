"""What a bill that is sent must look like (facts/bill.md 3.1)."""

from __future__ import annotations

from decimal import Decimal

from bot.sandbox.bill import errors
from bot.sandbox.bill.fields import Fields
from bot.sandbox.bill.money import ZERO, rate_of
from bot.sandbox.bill.references import (
    BILL_CLASSIFICATIONS,
    LINE_CLASSIFICATIONS,
    classifications,
    paying_account,
    reference,
)
from bot.sandbox.bill.state import Organization, Row, decimals_of, total
from bot.sandbox.bill.switches import Switches

LONGEST_NUMBER = 21
LONGEST_DESCRIPTION = 4000
_TAKEN = (
    "vendorId",
    "dueDate",
    "invoice",
    "billLineItems",
    "description",
    "classifications",
    "payFromChartOfAccountId",
    "vendorCredits",
    "purchaseOrderNumber",
    "billApprovals",
    "paymentTermId",
)


def read_bill(fields: Fields, organization: Organization, switches: Switches, current: Row | None = None) -> Row:
    """Return a bill from what was sent, amounts included; problems are noted in `fields`.

    With `current`, it replaces that bill, or with partial fields changes it.
    """
    old = current if current is not None and fields.partial else {}
    fields.allow(*_TAKEN, *(["allowDuplicateInvoiceNumber"] if switches.duplicate_field == "allow" else []))
    fields.flag("billApprovals")
    if fields.has("payFromChartOfAccountId") and switches.pay_from == "refuse":
        raise errors.not_permitted()
    if fields.has("paymentTermId"):
        fields.rule("paymentTermId", errors.BAD_REFERENCE, "does not name anything of this organization")
    sent: Row = {
        "vendorId": reference(fields, "vendorId", organization, "vendors", required=True),
        "dueDate": fields.day("dueDate", required=True),
        "invoice": _invoice(fields, old.get("invoice", {})),
        "description": fields.text("description", longest=LONGEST_DESCRIPTION),
        "classifications": classifications(fields, organization, BILL_CLASSIFICATIONS),
        "payFromChartOfAccountId": paying_account(fields, "payFromChartOfAccountId", organization),
        "purchaseOrderNumber": fields.text("purchaseOrderNumber", longest=100),
    }
    kept = {name: old[name] for name in sent if name in old}
    row = {**kept, **{name: value for name, value in sent.items() if value is not None}}
    currency = organization.currency_of(row.get("vendorId", ""))
    lines = _lines(fields, organization, decimals_of(currency), current)
    amount = total([line["amount"] for line in lines])
    if lines and amount == 0 and not fields.problems:
        fields.rule("billLineItems", errors.RULE_BROKEN, "the bill's amount must be greater than 0")
    rate = rate_of(currency)
    return {
        **row,
        "billLineItems": lines,
        "amount": amount,
        "fundingAmount": round(amount * rate, 2),
        "exchangeRate": rate,
    }


def read_line(fields: Fields, organization: Organization, decimals: int, old: Row) -> Row:
    """Return one line from what was sent; `amount` wins over `quantity` and `price`."""
    fields.allow("id", "amount", "quantity", "price", "description", "classifications")
    quantity, price = fields.number("quantity", decimals=6), fields.number("price", decimals=6)
    amount = fields.number("amount", decimals=decimals)
    if amount is None and quantity is not None and price is not None:
        amount = round(quantity * price, decimals)
    if amount is None and "amount" not in old and not fields.has("amount"):
        fields.invalid("amount", "must not be null")
    given: Row = {
        "amount": amount,
        "quantity": quantity,
        "price": price,
        "description": fields.text("description", longest=LONGEST_DESCRIPTION),
        "classifications": classifications(fields, organization, LINE_CLASSIFICATIONS),
    }
    line = {**old, **{name: value for name, value in given.items() if value is not None}}
    line.setdefault("amount", ZERO)
    return line


def _invoice(fields: Fields, old: Row) -> Row | None:
    part = fields.part("invoice", required=True)
    if part is None:
        return None
    part.allow("invoiceNumber", "invoiceDate")
    number = part.text("invoiceNumber", required=True, longest=LONGEST_NUMBER)
    given = {"invoiceNumber": number, "invoiceDate": part.day("invoiceDate", required=True)}
    return {**old, **{name: value for name, value in given.items() if value is not None}}


def _lines(fields: Fields, organization: Organization, decimals: int, current: Row | None) -> list[Row]:
    parts = fields.parts("billLineItems", required=True)
    present = {line["id"]: line for line in current["billLineItems"]} if current is not None else {}
    changed: dict[str, Row] = {}
    added: list[Row] = []
    for part in parts:
        line_id = part.text("id") if part.has("id") else None
        if line_id is None:
            added.append(read_line(part, organization, decimals, {}))
        elif line_id not in present:
            part.rule("id", errors.BAD_REFERENCE, "is not a line of this bill")
        elif line_id in changed:
            part.invalid("id", "is there twice")
        else:
            old = present[line_id] if fields.partial else {}
            changed[line_id] = {"id": line_id, **read_line(part, organization, decimals, old)}
    if fields.partial:
        untouched = {line_id: line for line_id, line in present.items() if line_id not in changed}
        merged = [changed.get(line_id) or untouched[line_id] for line_id in present]
        return [dict(line) for line in merged] + added
    return [*changed.values(), *added]


def positive(fields: Fields, name: str, decimals: int) -> Decimal:
    """Return a required amount above zero; zero when it is wrong, which is noted."""
    amount = fields.number(name, decimals=decimals, required=True)
    if amount == 0:
        fields.invalid(name, "must be greater than 0")
    return amount or ZERO
