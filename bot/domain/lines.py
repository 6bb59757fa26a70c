"""Line items: what each is for, and how an amount is divided so that nothing is lost and nothing added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation

from bot.domain.money import minor_digits

MOST_LINES = 500
"""Lines an item may have: longer documents are split up in Dext."""

_REST = frozenset({"rest", "*"})
_PART = re.compile(r"[;\n]|,(?=\s)|(?<=%),|\s+")


@dataclass(frozen=True)
class Ref:
    """Be an entry of a list as an item names it: Bill.com's id where it is known, and the name people read."""

    id: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        """Say whether anything is named."""
        return bool(self.id or self.name)


NOTHING = Ref()


@dataclass(frozen=True)
class ItemLine:
    """Be one line of an item; what it does not name is the item's own. `amount` is in the item's currency."""

    amount: Decimal
    description: str = ""
    category: Ref = NOTHING
    project_class: Ref = NOTHING
    location: Ref = NOTHING
    customer: Ref = NOTHING


@dataclass(frozen=True)
class Lines:
    """Be the lines of an item; `net` says that their amounts are without tax. None is one line for all of it."""

    rows: tuple[ItemLine, ...] = ()
    net: bool = False

    def __bool__(self) -> bool:
        """Say whether the item is divided at all."""
        return bool(self.rows)

    @property
    def total(self) -> Decimal:
        """Return the sum of the lines."""
        return sum((row.amount for row in self.rows), Decimal(0))

    def __str__(self) -> str:
        count = len(self.rows)
        return f"{count} {'line' if count == 1 else 'lines'}" if count else "no lines"


NO_LINES = Lines()


def unit(currency: str) -> Decimal:
    """Return the smallest amount of a currency."""
    return Decimal(1).scaleb(-minor_digits(currency))


def allocate(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Divide an amount in proportion to weights that are not below zero; the parts add up to it exactly.

    The running sum is cut to the currency's smallest unit, so that a part is never more than one unit from
    its exact share, never below zero, and nothing for a weight of nothing. Without weights the last takes all.
    """
    whole = sum(weights, Decimal(0))
    if not weights:
        return []
    if whole <= 0:
        return [*(Decimal(0) for _ in weights[1:]), amount]
    parts, running, given, small = [], Decimal(0), Decimal(0), unit(currency)
    for weight in weights:
        running += weight
        until = amount if running == whole else (amount * running / whole).quantize(small, rounding=ROUND_DOWN)
        parts.append(until - given)
        given = until
    return parts


def split(amount: Decimal, wanted: str, currency: str) -> list[Decimal]:
    """Divide an amount as somebody typed: `60%, 40%`, `100, 250, rest`, or both mixed.

    Fixed amounts go first, per cents are of what they leave, and the last part takes what is then left, to the last
    cent. Raises `ValueError` with what is wrong, in words.
    """
    typed = [part for part in _PART.split(wanted.strip()) if part]
    if len(typed) < 2:
        raise ValueError("Type at least two parts, such as 60%, 40% or 100, rest.")
    if len(typed) > MOST_LINES:
        raise ValueError(f"That is more than {MOST_LINES} lines.")
    fixed = [_fixed(part, currency) for part in typed]
    left = amount - sum((part for part in fixed if part is not None), Decimal(0))
    if left < 0:
        raise ValueError("The parts are more than the amount.")
    small, parts = unit(currency), []
    for part, known in zip(typed, fixed, strict=True):
        if known is not None:
            parts.append(known)
        elif part.lower() in _REST:
            parts.append(Decimal(0))
        else:
            parts.append((left * _percent(part) / 100).quantize(small, rounding=ROUND_DOWN))
    rest = amount - sum(parts, Decimal(0))
    takes = [index for index, part in enumerate(typed) if part.lower() in _REST]
    if len(takes) > 1:
        raise ValueError("Only one part can be the rest.")
    if not takes:
        _check_whole(typed, rest, currency)
    parts[takes[0] if takes else -1] += rest
    if any(part < 0 for part in parts):
        raise ValueError("The parts are more than the amount.")
    return parts


def _check_whole(typed: Sequence[str], rest: Decimal, currency: str) -> None:
    """Let the last part take a remainder of rounding, never one that somebody forgot."""
    shares = sum((_percent(part) for part in typed if part.endswith("%")), Decimal(0))
    if shares not in (0, 100):
        raise ValueError(f"The per cents are {shares.normalize():f} in all, not 100. Add a part called rest.")
    if abs(rest) > unit(currency) * len(typed) or (rest and not shares):
        raise ValueError(f"{abs(rest):f} is {'left' if rest > 0 else 'too much'}. Add a part called rest.")


def _fixed(part: str, currency: str) -> Decimal | None:
    if part.endswith("%") or part.lower() in _REST:
        return None
    amount = number(part)
    if amount is None or amount < 0:
        raise ValueError(f"“{part[:20]}” is not an amount.")
    if amount != amount.quantize(unit(currency), rounding=ROUND_DOWN):
        raise ValueError(f"“{part[:20]}” has more decimals than {currency} knows.")
    return amount


def _percent(part: str) -> Decimal:
    share = number(part.removesuffix("%"))
    if share is None or not 0 <= share <= 100:
        raise ValueError(f"“{part[:20]}” is not a per cent between 0 and 100.")
    return share


def number(text: str) -> Decimal | None:
    """Read an amount that a person typed, such as 1,234.50; `None` when it is none, or more than can be kept.

    A comma is only taken for a separator of thousands: whether 1,5 is 1.5 is never guessed.
    """
    bare = text.strip().replace("\u00a0", " ").replace(" ", "")
    if not re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)?(\.\d{1,4})?", bare, re.ASCII) or bare in ("", "-"):
        return None
    try:
        amount = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return None
    return amount if abs(amount) < Decimal(10) ** 12 else None
