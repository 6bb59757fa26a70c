from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import Money, minor_digits, totals

AMOUNTS = st.decimals(min_value=-(10**10), max_value=10**10, places=3, allow_nan=False)


@pytest.mark.parametrize(
    ("currency", "digits"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("??", 2)]
)
def test_each_currency_has_its_digits(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money("USD", Decimal("1284.5")), "USD 1,284.50"),
        (Money("USD", Decimal("0")), "USD 0.00"),
        (Money("USD", Decimal("-1234.5")), "USD -1,234.50"),
        (Money("USD", Decimal("100")), "USD 100.00"),
        (Money("JPY", Decimal("1000000")), "JPY 1,000,000"),
        (Money("JPY", Decimal("1000.00")), "JPY 1,000"),
        (Money("KWD", Decimal("1.5")), "KWD 1.500"),
        (Money("USD", Decimal("1.005")), "USD 1.005"),
        (Money("JPY", Decimal("10.5")), "JPY 10.5"),
    ],
)
def test_money_is_shown_with_its_currencys_digits_and_never_rounded(money: Money, shown: str) -> None:
    assert str(money) == shown


@given(currency=st.sampled_from(["USD", "JPY", "KWD"]), amount=AMOUNTS)
def test_what_is_shown_reads_back_as_the_same_amount(currency: str, amount: Decimal) -> None:
    assert Decimal(str(Money(currency, amount)).split()[1].replace(",", "")) == amount


@pytest.mark.parametrize(
    ("currency", "amount", "fits"),
    [("USD", "5.00", True), ("USD", "5.000", True), ("USD", "5.001", False), ("JPY", "5.1", False),
     ("JPY", "500", True),
     ("KWD", "5.001", True), ("KWD", "5.0001", False)],
)  # fmt: skip
def test_an_amount_fits_when_its_currency_knows_all_its_digits(currency: str, amount: str, fits: bool) -> None:
    assert Money(currency, Decimal(amount)).fits is fits


def test_totals_never_mix_currencies() -> None:
    amounts = [Money("USD", Decimal("0.10")), Money("EUR", Decimal("5")), Money("USD", Decimal("0.20"))]
    assert totals(amounts) == (Money("EUR", Decimal("5")), Money("USD", Decimal("0.30")))
    assert totals([]) == ()


@given(st.lists(st.tuples(st.sampled_from(["USD", "JPY", "EUR"]), AMOUNTS), max_size=30))
def test_totals_do_not_depend_on_the_order(rows: list[tuple[str, Decimal]]) -> None:
    amounts = [Money(currency, amount) for currency, amount in rows]
    assert totals(amounts) == totals(amounts[::-1])
    assert sum((money.amount for money in totals(amounts)), Decimal(0)) == sum((row[1] for row in rows), Decimal(0))
