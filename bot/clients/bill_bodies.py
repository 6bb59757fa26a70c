"""What the bot sends to Bill.com, and the checks that spare a refusal.

Source: docs/bill-com.md, bills, vendors, receipt image.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.clients.bill_access import SERVICE
from bot.domain.bills import INVOICE_NUMBER_LIMIT, BillDraft, BillLine
from bot.errors import InvalidFieldError

DOCUMENT_LIMIT = 6 * 1024 * 1024
"""Bytes that a document may have (docs/bill-com.md, receipt image)."""


@dataclass(frozen=True)
class VendorAddress:
    """Be the address without which Bill.com creates no vendor; `country` is a two-letter code."""

    line1: str
    city: str
    postal_code: str
    country: str
    state: str = ""
    line2: str = ""


def bill_body(draft: BillDraft) -> dict[str, object]:
    """Return the body that creates a bill; raises InvalidFieldError for what is sure to be refused."""
    if len(draft.invoice_number) > INVOICE_NUMBER_LIMIT:
        raise refused_here(f"The invoice number is longer than {INVOICE_NUMBER_LIMIT} characters.")
    body: dict[str, object] = {
        "vendorId": draft.vendor_id,
        "dueDate": draft.due_date.isoformat(),
        "description": draft.description,
        "invoice": {"invoiceNumber": draft.invoice_number, "invoiceDate": draft.invoice_date.isoformat()},
        "billLineItems": [_line(line) for line in draft.lines],
    }
    if draft.pay_from_account_id is not None:
        body["payFromChartOfAccountId"] = draft.pay_from_account_id
    return body


def credit_body(draft: BillDraft) -> dict[str, object]:
    """Return the body that creates a vendor credit: as a bill's, without a due date. Raises InvalidFieldError."""
    if len(draft.invoice_number) > INVOICE_NUMBER_LIMIT:
        raise refused_here(f"The credit's number is longer than {INVOICE_NUMBER_LIMIT} characters.")
    return {
        "vendorId": draft.vendor_id,
        "referenceNumber": draft.invoice_number,
        "creditDate": draft.invoice_date.isoformat(),
        "description": draft.description,
        "vendorCreditLineItems": [_line(line) for line in draft.lines],
    }


def payment_body(vendor_id: str, bill_id: str, amount: Decimal, on: date) -> dict[str, object]:
    """Return the body that notes a payment; raises InvalidFieldError for an amount that is no number."""
    return {
        "vendorId": vendor_id,
        "processDate": on.isoformat(),
        "toPrintCheck": False,
        "payments": [{"billId": bill_id, "amount": _amount(amount)}],
    }


def vendor_body(
    name: str, address: VendorAddress, email: str, phone: str, account_type: str, bill_currency: str
) -> dict[str, object]:
    """Return the body that creates a vendor; what is empty is left out."""
    place = {
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "stateOrProvince": address.state,
        "zipOrPostalCode": address.postal_code,
        "country": address.country,
    }
    body: dict[str, object] = {
        "name": name,
        "accountType": account_type,
        "email": email,
        "phone": phone,
        # Required as a whole, even where some of its fields are empty.
        "address": {key: value for key, value in place.items() if value},
        "billCurrency": bill_currency,
    }
    return {key: value for key, value in body.items() if value != ""}


def refused_here(reason: str) -> InvalidFieldError:
    """Make the error for what is not even sent."""
    return InvalidFieldError(
        f"Bill.com doesn't accept a value: {reason}", service=SERVICE, detail="checked before sending", reason=reason
    )


def _line(line: BillLine) -> dict[str, object]:
    classified = {
        "chartOfAccountId": line.account_id,
        "accountingClassId": line.class_id,
        "locationId": line.location_id,
        "customerId": line.customer_id,
    }
    return {
        "amount": _amount(line.amount),
        "description": line.description,
        "classifications": {key: value for key, value in classified.items() if value},
    }


def _amount(amount: Decimal) -> Decimal:
    if not amount.is_finite():
        raise refused_here("An amount is not a number.")
    return amount
