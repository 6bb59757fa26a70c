"""The fields of an item that people, rules and Dext give values to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.domain.lines import NO_LINES, Lines, Ref
from bot.domain.money import Money
from bot.domain.terms import Terms

Value = Ref | Lines | Terms | Decimal | date | bool | str | None
"""What a field may hold; which of these, its name decides. Blank is a value too: somebody took something out."""


class ItemField(StrEnum):
    """Name a field of an item; the value is what storage and forms use."""

    SUPPLIER = "supplier"
    CATEGORY = "category"
    TAX_SETTING = "tax_setting"
    TOTAL = "total"
    TAX = "tax"
    CURRENCY = "currency"
    ISSUED_ON = "date"
    DUE_ON = "due_date"
    NUMBER = "reference"
    DESCRIPTION = "description"
    PAID = "paid"
    CLASS = "class"
    LOCATION = "location"
    PROJECT = "project"
    CUSTOMER = "customer"
    PAYMENT_METHOD = "payment_method"
    APPROVER = "approver"
    LINES = "lines"

    @property
    def label(self) -> str:
        """Return the field as people read it, in the middle of a sentence."""
        return _LABELS[self]

    @property
    def blank(self) -> Value:
        """Return what the field holds when it holds nothing."""
        if self in REFS:
            return Ref()
        if self in _TEXTS:
            return ""
        if self is ItemField.PAID:
            return False
        return NO_LINES if self is ItemField.LINES else None


_LABELS = {
    ItemField.SUPPLIER: "supplier",
    ItemField.CATEGORY: "category",
    ItemField.TAX_SETTING: "tax setting",
    ItemField.TOTAL: "total",
    ItemField.TAX: "tax",
    ItemField.CURRENCY: "currency",
    ItemField.ISSUED_ON: "date",
    ItemField.DUE_ON: "due date",
    ItemField.NUMBER: "reference",
    ItemField.DESCRIPTION: "description",
    ItemField.PAID: "paid",
    ItemField.CLASS: "class",
    ItemField.LOCATION: "location",
    ItemField.PROJECT: "project",
    ItemField.CUSTOMER: "customer",
    ItemField.PAYMENT_METHOD: "payment method",
    ItemField.APPROVER: "Bill.com approver",
    ItemField.LINES: "line items",
}

REFS = frozenset(
    {
        ItemField.SUPPLIER,
        ItemField.CATEGORY,
        ItemField.CLASS,
        ItemField.LOCATION,
        ItemField.PROJECT,
        ItemField.CUSTOMER,
        ItemField.PAYMENT_METHOD,
        ItemField.APPROVER,
    }
)
"""Fields that name an entry of a list."""

_TEXTS = frozenset({ItemField.CURRENCY, ItemField.NUMBER, ItemField.DESCRIPTION, ItemField.TAX_SETTING})
AMOUNTS = frozenset({ItemField.TOTAL, ItemField.TAX})
DAYS = frozenset({ItemField.ISSUED_ON, ItemField.DUE_ON})


def is_blank(value: Value) -> bool:
    """Say whether a value is none; an amount of nothing is one."""
    return not value and not isinstance(value, Decimal)


def same(one: Value, other: Value) -> bool:
    """Say whether two values of a field are one to people: ids decide, where both are known."""
    if isinstance(one, Ref) and isinstance(other, Ref):
        if bool(one) != bool(other):
            return False
        if one.id and other.id:
            return one.id == other.id
        return " ".join(one.name.split()).casefold() == " ".join(other.name.split()).casefold()
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return one == other or (is_blank(one) and is_blank(other))


def shown(value: Value, currency: str = "") -> str:
    """Return a value as people read it, without markup; nothing for a blank. Amounts have their currency's digits."""
    match value:
        case None | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case Ref():
            return value.name or value.id
        case Decimal():
            return Money(currency, value).figure
        case date():
            return f"{value.day} {value:%b %Y}"
        case _:
            return str(value)
