"""Tax: the rates of a business, and how the tax of an item is booked in Bill.com, which has no tax codes on bills."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.domain.businesses import TaxTreatment
from bot.domain.lines import unit

NO_TAX = "none"
"""The setting of an item that somebody says has no tax: a choice, where a blank is none."""


@dataclass(frozen=True)
class TaxRate:
    """Be a named rate of a business; `percent` is of the net amount, `account_id` where a line of its own goes."""

    id: str
    name: str
    percent: Decimal
    treatment: TaxTreatment = TaxTreatment.INSIDE
    account_id: str = ""
    removed: bool = False

    @property
    def label(self) -> str:
        """Return the rate as people read it."""
        return f"{self.name} ({self.percent.normalize():f} %)"


def tax_in(total: Decimal, percent: Decimal, currency: str) -> Decimal:
    """Return the tax that a total with tax contains: total × rate ÷ (100 + rate).

    Rounded once, half away from zero, to the currency's smallest unit; what is left is the net amount, so that net
    and tax are the total, always (docs/items.md, tax).
    """
    return (total * percent / (100 + percent)).quantize(unit(currency), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Booking:
    """Be how an item's tax is booked; `amount` is `None` while nobody has said, `remark` is for the approver."""

    amount: Decimal | None
    treatment: TaxTreatment
    name: str = ""
    remark: str = ""


def book(
    total: Decimal | None,
    read: Decimal | None,
    currency: str,
    setting: str,
    rate: TaxRate | None,
    treatment: TaxTreatment,
) -> Booking:
    """Return how the tax of an item is booked, from what was read or typed and what was chosen.

    A rate without an amount gives the amount; an amount that is there is kept, and remarked on when it is not the
    rate's. Without a setting the amount itself is the choice, booked as the business books tax.
    """
    if setting == NO_TAX:
        remark = f"coded as no tax, though the document shows {read:f}" if read else ""
        return Booking(Decimal(0), treatment, "No tax", remark)
    if rate is None:
        return Booking(read, treatment)
    computed = tax_in(total, rate.percent, currency) if total is not None and total > 0 and currency else None
    if read is None:
        return Booking(computed, rate.treatment, rate.label)
    off = computed is not None and abs(read - computed) > unit(currency)
    remark = f"the tax is {read:f}, but {rate.label} of this total would be {computed:f}" if off else ""
    return Booking(read, rate.treatment, rate.label, remark)
