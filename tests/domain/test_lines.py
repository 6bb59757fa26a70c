"""Dividing amounts and booking tax, to the last unit of currencies with none, two and three decimals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.businesses import TaxTreatment
from bot.domain.coding import Coding, LineCoding, Match
from bot.domain.lines import ItemLine, Lines, Ref, allocate, number, split, unit
from bot.domain.lists import Entry
from bot.domain.plans import make_plan
from bot.domain.readiness import lacks
from bot.domain.tax import NO_TAX, TaxRate, book, tax_in
from tests.domain.makers import INSIDE, OWN_LINE, TODAY, coding, details, found

CURRENCIES = st.sampled_from(["JPY", "USD", "KWD"])


@given(CURRENCIES, st.integers(0, 10**9), st.lists(st.integers(0, 10**6), max_size=30))
def test_parts_add_up_to_the_last_unit_and_are_never_below_zero(currency: str, minor: int, weights: list[int]) -> None:
    small = unit(currency)
    parts = allocate(minor * small, [weight * small for weight in weights], currency)
    assert len(parts) == len(weights)
    assert sum(parts, Decimal(0)) == (minor * small if weights else 0)
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        assert part % small == 0
        if whole:
            assert abs(part - Decimal(minor) * small * weight / whole) < small
            assert weight or not part


@given(CURRENCIES, st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.data())
def test_tax_never_takes_more_from_a_line_than_it_has(currency: str, minors: list[int], data: st.DataObject) -> None:
    small = unit(currency)
    amounts = [minor * small for minor in minors]
    tax = data.draw(st.integers(0, sum(minors))) * small
    assert all(share <= amount for share, amount in zip(allocate(tax, amounts, currency), amounts, strict=True))


@pytest.mark.parametrize(
    ("total", "percent", "currency", "tax"),
    [
        ("120.00", "20", "USD", "20.00"), ("108.25", "8.25", "USD", "8.25"), ("100.00", "8.25", "USD", "7.62"),
        ("0.01", "20", "USD", "0.00"), ("0.03", "20", "USD", "0.01"), ("1.005", "0.5", "KWD", "0.005"),
        ("1100", "10", "JPY", "100"), ("105", "10", "JPY", "10"), ("11", "10", "JPY", "1"), ("16", "10", "JPY", "1"),
        ("17", "10", "JPY", "2"), ("10.500", "5", "KWD", "0.500"), ("99999999.99", "19", "USD", "15966386.55"),
    ],
)  # fmt: skip
def test_the_tax_in_a_total_to_the_cent(total: str, percent: str, currency: str, tax: str) -> None:
    assert tax_in(Decimal(total), Decimal(percent), currency) == Decimal(tax)


@given(CURRENCIES, st.integers(1, 10**11), st.decimals("0.01", 100, places=2))
def test_net_and_tax_are_the_total_and_the_tax_is_of_the_net(currency: str, minor: int, percent: Decimal) -> None:
    total = minor * unit(currency)
    tax = tax_in(total, percent, currency)
    net = total - tax
    assert 0 <= tax < total or total == unit(currency)
    assert abs(net * percent / 100 - tax) <= unit(currency)


RATE = TaxRate("r1", "VAT", Decimal(20), TaxTreatment.OWN_LINE, "acct")


@pytest.mark.parametrize(
    ("total", "read", "setting", "rate", "amount", "remarked"),
    [
        ("120", "20", "", None, "20", False),
        ("120", None, "", None, None, False),
        ("120", None, "r1", RATE, "20.00", False),
        ("120", "20.01", "r1", RATE, "20.01", False),
        ("120", "15", "r1", RATE, "15", True),
        ("120", "15", NO_TAX, None, "0", True),
        ("120", None, NO_TAX, None, "0", False),
        (None, None, "r1", RATE, None, False),
    ],
)
def test_no_tax_is_a_choice_and_absence_is_none(
    total: str | None, read: str | None, setting: str, rate: TaxRate | None, amount: str | None, remarked: bool
) -> None:
    booked = book(
        Decimal(total) if total else None, Decimal(read) if read else None, "USD", setting, rate, TaxTreatment.INSIDE
    )
    assert booked.amount == (Decimal(amount) if amount is not None else None)
    assert bool(booked.remark) is remarked
    assert booked.treatment is (rate.treatment if rate else TaxTreatment.INSIDE)


@pytest.mark.parametrize(
    ("amount", "wanted", "parts"),
    [
        ("100.00", "60%, 40%", ["60.00", "40.00"]),
        ("100.00", "60%,40%", ["60.00", "40.00"]),
        ("0.01", "50% 50%", ["0.00", "0.01"]),
        ("100.00", "33.33% 33.33% 33.34%", ["33.33", "33.33", "33.34"]),
        ("10.00", "33%; 33%; 34%", ["3.30", "3.30", "3.40"]),
        ("100.00", "25, rest", ["25", "75.00"]),
        ("100.00", "rest, 25", ["75.00", "25"]),
        ("100.00", "40, 50%, 50%", ["40", "30.00", "30.00"]),
        ("1,000.00", "x", None),
    ],
)
def test_a_split_goes_by_amounts_first_then_by_per_cents_of_the_rest(
    amount: str, wanted: str, parts: list[str] | None
) -> None:
    if parts is None:
        with pytest.raises(ValueError, match="at least two parts"):
            split(Decimal(1000), wanted, "USD")
        return
    assert split(Decimal(amount), wanted, "USD") == [Decimal(part) for part in parts]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("60%, 30%", "not 100"), ("60%, 50%", "not 100"), ("50, 40", "10.00 is left"), ("60, 50", "more than"),
        ("rest, rest", "Only one"), ("x%, 50%", "not a per cent"), ("-5, rest", "not an amount"),
        ("1.005, rest", "more decimals"), ("", "at least two"), ("1 " * 501, "more than 500"),
    ],
)  # fmt: skip
def test_a_split_that_cannot_be_says_why(wanted: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        split(Decimal("100.00"), wanted, "USD")


@given(CURRENCIES, st.integers(1, 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_whatever_is_split_adds_up(currency: str, minor: int, shares: list[int]) -> None:
    amount = minor * unit(currency)
    wanted = ", ".join([*(f"{share * 100 // (sum(shares) + 1)}%" for share in shares), "rest"])
    parts = split(amount, wanted, currency)
    assert sum(parts, Decimal(0)) == amount
    assert all(part >= 0 for part in parts)


@pytest.mark.parametrize(
    ("text", "read"),
    [("1,234.50", "1234.50"), ("1234.5", "1234.5"), (" 7 ", "7"), ("-3.10", "-3.10"), (".5", "0.5"),
     ("12,5", None), ("1,23", None), ("1e5", None), ("NaN", None), ("", None), ("-", None), ("١٢", None),
     ("9" * 13, None), ("1.23456", None)],
)  # fmt: skip
def test_amounts_are_read_as_typed_and_never_guessed(text: str, read: str | None) -> None:
    assert number(text) == (Decimal(read) if read is not None else None)


# The lines of a bill.

LINE_CODING = st.builds(LineCoding, *[st.sampled_from([Match(), found("x1"), found("x2")])] * 4)


@given(
    CURRENCIES, st.lists(st.integers(0, 10**7), min_size=1, max_size=12), st.data(), st.booleans(),
    st.sampled_from([INSIDE, OWN_LINE]), st.booleans(),
)  # fmt: skip
def test_the_lines_of_a_divided_item_add_up_to_its_total(
    currency: str, minors: list[int], data: st.DataObject, net: bool, treatment: TaxTreatment, rated: bool
) -> None:
    small = unit(currency)
    lines = sum(minors)
    tax = data.draw(st.integers(0, 10**6 if net else lines))
    total = (lines + tax if net else lines) * small
    rows = tuple(ItemLine(minor * small, category=Ref("x1", "X")) for minor in minors)
    item = details(currency=currency, total=total, tax=tax * small, lines=Lines(rows, net), category="")
    coded = _coded(data, len(rows), rated)
    missing = lacks(item, coded, treatment, TODAY)
    if total <= 0:
        assert any("not above zero" in reason for reason in missing)
        return
    assert missing == ()
    made = make_plan(item, coded, treatment)
    assert made.draft.total == total
    assert all(line.amount >= 0 and line.amount % small == 0 for line in made.draft.lines)
    own = coded.treatment(treatment) is OWN_LINE and tax > 0
    assert len(made.draft.lines) == len(rows) + own
    assert len(made.line_names) == len(made.draft.lines)


def _coded(data: st.DataObject, many: int, rated: bool) -> Coding:
    rows = tuple(replace(data.draw(LINE_CODING), category=found("x1", "X")) for _ in range(many))
    supplier = found("v1")
    return coding(supplier=supplier, category=Match(), lines=rows, tax_rate=RATE if rated else None)


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (["50", "40"], "lines do not add up: 10 less than the total; correct them with Edit"),
        (["50", "50.01"], "lines do not add up: 0.01 more than the total; correct them with Edit"),
        (["110", "-10"], "line 2 is below zero: Bill.com takes no negative lines; take it off another line"),
        (["99.995", "0.005"], "line 1 has more decimals than USD knows: correct it with Edit"),
    ],
)
def test_lines_say_what_is_wrong_with_them(amounts: list[str], said: str) -> None:
    rows = tuple(ItemLine(Decimal(amount)) for amount in amounts)
    item = details(total=Decimal(100), tax=Decimal(0), lines=Lines(rows))
    assert said in lacks(item, coding(lines=(LineCoding(),) * len(rows)), INSIDE, TODAY)


def test_lines_without_tax_add_up_to_the_net_amount() -> None:
    item = details(total=Decimal(120), tax=Decimal(20), lines=Lines((ItemLine(Decimal(100)),), net=True))
    assert lacks(item, coding(lines=(LineCoding(),)), INSIDE, TODAY) == ()
    wrong = replace(item, lines=Lines((ItemLine(Decimal(120)),), net=True))
    (reason,) = lacks(wrong, coding(lines=(LineCoding(),)), INSIDE, TODAY)
    assert reason == "lines do not add up: 20 more than the net amount; correct them with Edit"


def test_very_many_lines_are_one_reason_and_a_limit() -> None:
    rows = (ItemLine(Decimal(1), category=Ref("gone", "Gone")),) * 500
    item = details(total=Decimal(500), tax=Decimal(0), lines=Lines(rows))
    reasons = lacks(item, coding(lines=(LineCoding(),) * 500), INSIDE, TODAY)
    assert reasons[-1] == "497 more to put right on the lines"
    more = replace(item, lines=Lines((*rows, rows[0])))
    (reason,) = lacks(more, coding(lines=(LineCoding(),) * 501), INSIDE, TODAY)
    assert reason.startswith("501 line items are more than the 500")


def test_an_archived_entry_of_a_line_is_named_with_its_line() -> None:
    gone = Match(archived=Entry("old", "Old", archived=True))
    item = details(lines=Lines((ItemLine(Decimal("1284.50"), customer=Ref("old", "Old")),)))
    (reason,) = lacks(item, coding(lines=(LineCoding(customer=gone),)), INSIDE, TODAY)
    assert reason == "line 1: customer “Old” is archived in Bill.com: choose another with Edit"
