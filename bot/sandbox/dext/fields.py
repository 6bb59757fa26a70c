"""Check the details that a caller sends for an item."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bot.sandbox.dext.items import Item
from bot.sandbox.dext.places import CURRENCIES
from bot.sandbox.dext.state import Account, Refusal

TYPES = ("receipt", "invoice", "credit_note", "statement", "delivery_note", "mileage", "atm", "other")
NAME_LIMIT = 255
DESCRIPTION_LIMIT = 2000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,10}(\.\d{1,2})?", re.ASCII)


def checked(account: Account, sent: Mapping[str, Any], item: Item | None) -> dict[str, Any]:
    """Return the sent details as an item keeps them; refuse with 400 what Dext does not know.

    `payee_id` and `category_id` must be external ids of uploaded entries and stand for
    their names. Fields that Dext sets itself are refused like unknown ones. A blank date
    becomes the day of submission.
    """
    found: dict[str, Any] = {}
    for name, value in sent.items():
        if name in _LINKS:
            kept, value = _linked(account, name, value)
        elif name in _CHECKS:
            kept, value = name, _CHECKS[name](name, value)
        else:
            raise Refusal(400, f"Unknown or read-only field: {name}")
        if kept in found and found[kept] != value:
            raise Refusal(400, f"{kept} and {kept}_id name different entries")
        found[kept] = value
    if "date" in found and found["date"] is None and item is not None:
        found["date"] = item.submitted.date()
    return found


_LINKS = {"payee_id": "payees", "category_id": "categories"}


def _linked(account: Account, name: str, value: Any) -> tuple[str, str | None]:
    kept = name.removesuffix("_id")
    if value in (None, ""):
        return kept, None
    entry = account.lists[_LINKS[name]].get(value) if isinstance(value, str) else None
    if entry is None:
        raise Refusal(400, f"{name} names no entry of this account")
    return kept, entry.name


def _text(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    limit = DESCRIPTION_LIMIT if name == "description" else NAME_LIMIT
    if not isinstance(value, str) or len(value) > limit:
        raise Refusal(400, f"{name} must be text of at most {limit} characters")
    return value.strip() or None


def _day(name: str, value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Refusal(400, f"{name} must be a date, YYYY-MM-DD")


def _amount(name: str, value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    text = repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if isinstance(text, str) and _AMOUNT.fullmatch(text):
        return Decimal(text)
    raise Refusal(400, f"{name} must be an amount with at most two decimals")


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refusal(400, f"{name} must be true or false")
    return value


def _one_of(allowed: tuple[str, ...]) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise Refusal(400, f"{name} must be one of {', '.join(allowed)}")
        return value

    return check


def _method(name: str, value: Any) -> str | None:
    text = _text(name, value)
    return None if text == "unknown" else text


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "type": _one_of(TYPES),
    "date": _day,
    "due_date": _day,
    "invoice_number": _text,
    "paid": _flag,
    "payee": _text,
    "client": _text,
    "project": _text,
    "category": _text,
    "currency": _one_of(CURRENCIES),
    "total_amount": _amount,
    "vat_amount": _amount,
    "payment_method": _method,
    "payment_method_ref": _text,
    "description": _text,
}
