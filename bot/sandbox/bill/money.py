"""Amounts of bills: what is still due, its state, and what it is in the organization's currency."""

from __future__ import annotations

from decimal import Decimal

from bot.sandbox.bill.state import Row

ZERO = Decimal(0)

RATES = {
    "USD": Decimal(1),
    "EUR": Decimal("1.1"),
    "GBP": Decimal("1.3"),
    "CAD": Decimal("0.75"),
    "JPY": Decimal("0.007"),
}
"""Invented, fixed dollars for one unit of a currency."""


def rate_of(currency: str) -> Decimal:
    """Return the dollars for one unit of the currency."""
    return RATES.get(currency, Decimal(1))


def settle(bill: Row, partial_status: str) -> None:
    """Set a bill's due amount and payment status from its amount, payments and credits."""
    settled = bill["paidAmount"] + bill["creditAmount"]
    bill["dueAmount"] = bill["amount"] - settled
    if bill["dueAmount"] <= 0:
        bill["paymentStatus"] = "PAID"
    else:
        bill["paymentStatus"] = partial_status if settled else "UNPAID"
