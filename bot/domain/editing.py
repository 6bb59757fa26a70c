"""What people type into the forms of an item: read, checked, and put beside what the form showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bot.domain.coding import Coding, Match
from bot.domain.credits import is_credit
from bot.domain.fields import AMOUNTS, DAYS, REFS, ItemField, Value, same, shown
from bot.domain.items import Details, ItemStatus, is_within_reason
from bot.domain.lines import NOTHING, ItemLine, Lines, Ref, number
from bot.domain.money import Money
from bot.domain.receiving import value_of, with_value
from bot.domain.tax import NO_TAX, Booking

Raw = Ref | str | bool | date | None
"""What a form gives for a field: an entry by its id, a text, a tick or a day."""

EDITABLE = (
    ItemField.SUPPLIER,
    ItemField.CATEGORY,
    ItemField.TAX_SETTING,
    ItemField.TOTAL,
    ItemField.TAX,
    ItemField.CURRENCY,
    ItemField.ISSUED_ON,
    ItemField.DUE_ON,
    ItemField.NUMBER,
    ItemField.DESCRIPTION,
    ItemField.PAID,
    ItemField.CLASS,
    ItemField.LOCATION,
    ItemField.CUSTOMER,
    ItemField.PAYMENT_METHOD,
    ItemField.APPROVER,
)
"""Fields of the form, in its order; line items have a form of their own."""

BALANCED = (ItemField.TOTAL, ItemField.TAX, ItemField.TAX_SETTING, ItemField.CURRENCY)
"""Fields that say what an item's lines have to add up to: what is typed there is divided, and saved with the lines."""

EDITABLE_IN = frozenset(
    {
        ItemStatus.TO_REVIEW,
        ItemStatus.READY,
        ItemStatus.WAITING,
        ItemStatus.HELD,
        ItemStatus.FAILED,
        ItemStatus.REJECTED,
    }
)
"""Statuses in which an item may be edited: Dext has read it, and it is not on its way."""

LONGEST = {ItemField.NUMBER: 255, ItemField.DESCRIPTION: 2000, ItemField.CURRENCY: 3}
LONGEST_LINE = 1000


@dataclass(frozen=True)
class LineDraft:
    """Be one line as it stands in the form; `key` tells it from the others however they move."""

    key: int
    amount: str
    description: str = ""
    category: Ref = NOTHING
    project_class: Ref = NOTHING
    location: Ref = NOTHING
    customer: Ref = NOTHING


@dataclass(frozen=True)
class LinesDraft:
    """Be the lines as they stand in the form: those of one page, from the line that stands `first` in the item."""

    rows: tuple[LineDraft, ...]
    net: bool = False
    first: int = 0
    count: int = 0

    @property
    def next_key(self) -> int:
        """Return a key that no line has had."""
        return max((row.key for row in self.rows), default=0) + 1


def read(
    raw: Mapping[ItemField, Raw], today: date, *, credit: bool = False
) -> tuple[dict[ItemField, Value], dict[ItemField, str]]:
    """Return the values that were typed, and what is wrong with those that cannot be used, by field.

    Of a `credit` note the amounts may stand below zero, as Dext shows some.
    """
    values: dict[ItemField, Value] = {}
    errors: dict[ItemField, str] = {}
    for name, given in raw.items():
        try:
            values[name] = _read(name, given, today)
        except ValueError as error:
            errors[name] = str(error)
    if not errors:
        errors |= _check_amounts(values, credit=credit)
    return values, errors


def read_amounts(
    details: Details, raw: Mapping[ItemField, Raw], today: date
) -> tuple[dict[ItemField, Value], dict[ItemField, str]]:
    """Return the amounts that were typed over those an item holds, and what is wrong with them, by field."""
    typed, errors = dict[ItemField, Value](), dict[ItemField, str]()
    for name in BALANCED:
        if name not in raw:
            continue
        try:
            typed[name] = _read(name, raw[name], today)
        except ValueError as error:
            errors[name] = str(error)
    held = {name: value_of(details, name) for name in BALANCED}
    changed = {name: value for name, value in typed.items() if not same(value, held[name])}
    if changed and not errors:
        errors |= _check_amounts(held | changed, credit=is_credit(details))
    return changed, errors


def with_amounts(details: Details, amounts: Mapping[ItemField, Value]) -> Details:
    """Return details that hold amounts which were typed."""
    for name, value in amounts.items():
        details = with_value(details, name, value)
    return details


def in_words(errors: Mapping[ItemField, str]) -> str:
    """Say what is wrong with fields where there is no place beside each of them."""
    return " ".join(f"{name.label[:1].upper()}{name.label[1:]}: {message}" for name, message in errors.items())


def _read(name: ItemField, given: Raw, today: date) -> Value:
    if name in REFS:
        return given if isinstance(given, Ref) else Ref()
    if name is ItemField.PAID:
        return bool(given)
    if name in DAYS:
        day = given if isinstance(given, date) else None
        if day is not None and not is_within_reason(day, today):
            raise ValueError(f"{shown(day)} looks wrong: is it the right year?")
        return day
    text = str(given or "").replace("\0", "").strip()
    if name in AMOUNTS:
        return _amount(text)
    if name is ItemField.CURRENCY:
        code = text.upper()
        if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise ValueError("Type the currency's three letters, such as USD.")
        return code
    if len(text) > LONGEST.get(name, 64):
        raise ValueError(f"Keep it under {LONGEST.get(name, 64)} characters.")
    return text


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    amount = number(text)
    if amount is None:
        raise ValueError(f"“{text[:20]}” is not an amount. Write it like 1,234.50.")
    return amount


def _check_amounts(values: Mapping[ItemField, Value], *, credit: bool) -> dict[ItemField, str]:
    total, tax = values.get(ItemField.TOTAL), values.get(ItemField.TAX)
    if credit:
        total, tax = (abs(one) if isinstance(one, Decimal) else one for one in (total, tax))
    currency = str(values.get(ItemField.CURRENCY) or "")
    errors: dict[ItemField, str] = {}
    for name, amount in ((ItemField.TOTAL, total), (ItemField.TAX, tax)):
        if isinstance(amount, Decimal) and currency and not Money(currency, amount).fits:
            errors[name] = f"{currency} does not have that many decimals."
    if isinstance(total, Decimal) and total <= 0:
        errors[ItemField.TOTAL] = "Bill.com takes only amounts above zero."
    elif isinstance(tax, Decimal) and values.get(ItemField.TAX_SETTING) != NO_TAX:
        if tax < 0:
            errors[ItemField.TAX] = "Tax is not below zero."
        elif isinstance(total, Decimal) and tax > total:
            errors[ItemField.TAX] = f"The tax is more than the total of {Money(currency, total).figure}."
    return errors


def form_values(details: Details, coding: Coding) -> dict[ItemField, Value]:
    """Return what the form shows of an item: entries only where one is found, everything else as it is."""
    found = {
        ItemField.SUPPLIER: coding.supplier,
        ItemField.CATEGORY: coding.category,
        ItemField.CLASS: coding.project_class,
        ItemField.LOCATION: coding.project_location,
        ItemField.CUSTOMER: coding.customer,
        ItemField.PAYMENT_METHOD: coding.payment_account,
        ItemField.APPROVER: coding.approver,
    }
    return {name: _ref(found[name]) if name in found else value_of(details, name) for name in EDITABLE}


def unmatched(details: Details, coding: Coding) -> dict[ItemField, str]:
    """Return the optional entries that an item names and Bill.com does not offer, by field: the form has them blank."""
    found = {
        ItemField.CLASS: coding.project_class,
        ItemField.LOCATION: coding.project_location,
        ItemField.CUSTOMER: coding.customer,
        ItemField.PAYMENT_METHOD: coding.payment_account,
        ItemField.APPROVER: coding.approver,
    }
    names: dict[ItemField, str] = {}
    open_places = []
    for name, match in found.items():
        value = value_of(details, name)
        named = value if isinstance(value, Ref) else Ref()
        if match.entry is None and named:
            names[name] = named.name or named.id
        if name in (ItemField.CLASS, ItemField.LOCATION) and not named:
            open_places.append(match)
    if details.project and open_places and not any(match.entry for match in open_places):
        names[ItemField.PROJECT] = details.project
    return names


def _ref(found: Match) -> Ref:
    return Ref(found.entry.id, found.entry.name) if found.entry is not None else Ref()


def balance(details: Details, booked: Booking) -> str:
    """Say how net, tax, total and lines stand to each other, in one line."""
    if details.total is None:
        return "The total is missing."
    money = Money(details.currency or "", details.total)
    if booked.amount is None:
        return f"Total {money}; choose a tax setting, or type the tax."
    if not 0 <= booked.amount <= details.total:
        return f"The tax of {replace(money, amount=booked.amount).figure} does not fit a total of {money}."
    net = details.total - booked.amount
    parts = [replace(money, amount=part).figure for part in (net, booked.amount)]
    text = f"Net {parts[0]} + tax {parts[1]} = total {money}."
    if not details.lines:
        return text
    wanted = net if details.lines.net else details.total
    off = details.lines.total - wanted
    if not off:
        return f"{text} The lines add up."
    gap = replace(money, amount=abs(off)).figure
    return f"{text} The lines are {gap} {'too much' if off > 0 else 'short'}."


def draft_of(lines: Lines, first: int, most: int) -> LinesDraft:
    """Return a page of an item's lines as the form shows them."""
    page = lines.rows[first : first + most]
    rows = tuple(
        LineDraft(key, f"{row.amount:f}", row.description, row.category, row.project_class, row.location, row.customer)
        for key, row in enumerate(page, start=1)
    )
    return LinesDraft(rows, lines.net, first, len(page))


def read_lines(draft: LinesDraft, currency: str) -> tuple[tuple[ItemLine, ...], dict[int, str]]:
    """Return the lines that were typed, and what is wrong with those that cannot be used, by their keys."""
    rows: list[ItemLine] = []
    errors: dict[int, str] = {}
    for row in draft.rows:
        try:
            amount = _amount(row.amount.strip())
        except ValueError as error:
            errors[row.key] = str(error)
            continue
        if amount is None:
            errors[row.key] = "Type the line's amount, or remove the line."
        elif amount < 0:
            errors[row.key] = "Bill.com takes no lines below zero: take it off another line."
        elif currency and not Money(currency, amount).fits:
            errors[row.key] = f"{currency} does not have that many decimals."
        else:
            text = row.description.replace("\0", "").strip()[:LONGEST_LINE]
            rows.append(ItemLine(amount, text, row.category, row.project_class, row.location, row.customer))
    return tuple(rows), errors


def off_by(rows: Sequence[ItemLine], wanted: Decimal | None) -> str:
    """Say what lines lack or exceed of what they have to add up to; nothing when they do."""
    if wanted is None or not rows:
        return ""
    off = sum((row.amount for row in rows), Decimal(0)) - wanted
    if not off:
        return ""
    return (
        f"The lines add up to {wanted + off:,f}, not {wanted:,f}: {abs(off):,f} {'too much' if off > 0 else 'short'}."
    )
