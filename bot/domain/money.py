"""Money: a decimal amount with its currency, from the wire to the screen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_NO_MINOR_UNIT = frozenset({"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"})
_NO_MINOR_UNIT |= {"XAF", "XOF", "XPF"}
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def minor_digits(currency: str) -> int:
    """Return how many digits follow the decimal point in `currency` (ISO 4217); 2 for unknown ones."""
    if currency in _NO_MINOR_UNIT:
        return 0
    return 3 if currency in _THREE_DIGITS else 2


@dataclass(frozen=True, order=True)
class Money:
    """Be an amount in a currency (ISO 4217 code, upper case)."""

    currency: str
    amount: Decimal

    def __str__(self) -> str:
        return f"{self.currency} {self.figure}"

    @property
    def figure(self) -> str:
        """Return the amount alone, with the digits that `digits` says."""
        return f"{self.amount:,.{self.digits}f}"

    @property
    def digits(self) -> int:
        """Return how many decimals to show: the currency's, or more when the amount has more."""
        exponent = self.amount.normalize().as_tuple().exponent
        finer = -exponent if isinstance(exponent, int) else 0
        return max(minor_digits(self.currency), finer)

    @property
    def fits(self) -> bool:
        """Say whether the amount has no finer digits than the currency knows."""
        return self.digits == minor_digits(self.currency)


def totals(amounts: list[Money]) -> tuple[Money, ...]:
    """Add up per currency, without ever converting; ordered by currency."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(currency, amount) for currency, amount in sorted(sums.items()))
