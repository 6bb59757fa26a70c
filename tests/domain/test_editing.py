"""What people type into an item's form: what is said of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.domain.businesses import TaxTreatment
from bot.domain.editing import balance, read
from bot.domain.fields import ItemField
from bot.domain.tax import Booking
from tests.domain.makers import details

TODAY = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("currency", "total", "tax", "said"),
    [
        ("USD", "120.00", "15", "Net 105.00 + tax 15.00 = total USD 120.00."),
        ("USD", "120.00", "200", "The tax of 200.00 does not fit a total of USD 120.00."),
        ("JPY", "1200", "109", "Net 1,091 + tax 109 = total JPY 1,200."),
        ("KWD", "1.500", "0.5", "Net 1.000 + tax 0.500 = total KWD 1.500."),
    ],
)
def test_the_balance_has_the_currencys_digits(currency: str, total: str, tax: str, said: str) -> None:
    assert (
        balance(details(currency=currency, total=Decimal(total)), Booking(Decimal(tax), TaxTreatment.INSIDE, ""))
        == said
    )


@pytest.mark.parametrize(
    ("total", "tax", "currency", "wrong"),
    [
        ("120", "200", "USD", {ItemField.TAX: "The tax is more than the total of 120.00."}),
        ("-5", "", "USD", {ItemField.TOTAL: "Bill.com takes only amounts above zero."}),
        ("0", "0", "USD", {ItemField.TOTAL: "Bill.com takes only amounts above zero."}),
        ("120.001", "0", "USD", {ItemField.TOTAL: "USD does not have that many decimals."}),
        ("1200.5", "0", "JPY", {ItemField.TOTAL: "JPY does not have that many decimals."}),
        ("1.5005", "0", "KWD", {ItemField.TOTAL: "KWD does not have that many decimals."}),
        ("1.505", "0.005", "KWD", {}),
        ("12 dollars", "", "USD", {ItemField.TOTAL: "“12 dollars” is not an amount. Write it like 1,234.50."}),
        ("1e99", "", "USD", {ItemField.TOTAL: "“1e99” is not an amount. Write it like 1,234.50."}),
        ("9" * 30, "", "USD", {ItemField.TOTAL: f"“{'9' * 20}” is not an amount. Write it like 1,234.50."}),
    ],
)
def test_amounts_that_cannot_be_are_refused_beside_their_field(
    total: str, tax: str, currency: str, wrong: dict[ItemField, str]
) -> None:
    typed = {ItemField.TOTAL: total, ItemField.TAX: tax, ItemField.CURRENCY: currency}
    assert read(typed, TODAY)[1] == wrong


@pytest.mark.parametrize(
    ("total", "credit", "refused"), [("-120", True, False), ("-120", False, True), ("0", True, True)]
)
def test_a_credit_notes_amounts_may_stand_below_zero(total: str, credit: bool, refused: bool) -> None:
    typed = {ItemField.TOTAL: total, ItemField.TAX: "-20" if credit else "0", ItemField.CURRENCY: "USD"}
    _, errors = read(typed, TODAY, credit=credit)
    assert (ItemField.TOTAL in errors) is refused


@pytest.mark.parametrize("day", [date(206, 5, 1), date(1926, 5, 1), date(2126, 5, 1)])
def test_a_day_in_the_wrong_century_is_asked_about(day: date) -> None:
    _, errors = read({ItemField.ISSUED_ON: day}, TODAY)
    assert errors == {ItemField.ISSUED_ON: f"1 May {day.year} looks wrong: is it the right year?"}
