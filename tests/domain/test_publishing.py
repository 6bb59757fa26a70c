from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bills import Bill
from bot.domain.plans import Plan
from bot.domain.publishing import Recognised, normalised_number, recognise, retry_in
from tests.domain.makers import bill_of, plan

PLAN = plan()


def by_hand(sent: Plan = PLAN, **changes: Any) -> Bill:
    return bill_of(sent, **{"id": "hand1", "description": "keyed by hand", **changes})


def test_a_bill_is_ours_by_its_marker_alone() -> None:
    changed = bill_of(
        PLAN,
        invoice_number="edited",
        amount=Decimal("1"),
        invoice_date=date(2020, 1, 1),
        description="x [dext:1048200001]",
    )
    assert recognise(PLAN, [changed]) == Recognised(ours=changed)


def test_our_own_bill_counts_even_when_somebody_archived_it() -> None:
    archived = bill_of(PLAN, archived=True)
    assert recognise(PLAN, [archived]).ours == archived


def test_ours_is_found_behind_those_that_look_the_same() -> None:
    ours = bill_of(PLAN)
    assert recognise(PLAN, [by_hand(), ours]) == Recognised(ours=ours)


def test_a_bill_with_the_same_number_is_for_a_person_to_decide() -> None:
    twin = by_hand(invoice_number="acs 20417", amount=Decimal("1"), invoice_date=date(2020, 1, 1))
    assert recognise(PLAN, [twin]) == Recognised(twins=(twin,))


def test_same_date_and_total_count_only_for_a_document_without_a_number() -> None:
    other_number = by_hand(invoice_number="777")
    assert recognise(PLAN, [other_number]) == Recognised()
    unnumbered = plan(number=" ")
    same = by_hand(unnumbered, invoice_number="777")
    assert recognise(unnumbered, [same]) == Recognised(twins=(same,))
    assert recognise(unnumbered, [by_hand(unnumbered, invoice_number="777", amount=Decimal("1"))]) == Recognised()


def test_archived_twins_and_other_vendors_are_nothing() -> None:
    assert recognise(
        PLAN, [by_hand(archived=True), by_hand(vendor_id="vendor2"), bill_of(PLAN, vendor_id="vendor2")]
    ) == (Recognised())
    assert recognise(PLAN, []) == Recognised()


def test_another_items_bill_is_not_ours_though_its_text_quotes_our_marker() -> None:
    other = bill_of(plan(dext_id="1048200002", number="X-1", description="replaces [dext:1048200001]"))
    assert recognise(PLAN, [other]).ours is None


@pytest.mark.parametrize(
    ("one", "same"),
    [("INV-0042", "42"), ("inv 42", "#42"), ("00-42", "42"), ("ACS-20417", "acs 20417"), ("A/1", "A-1")],
)
def test_numbers_are_alike_without_what_people_write_differently(one: str, same: str) -> None:
    assert normalised_number(one) == normalised_number(same)


@pytest.mark.parametrize(("one", "other"), [("420", "42"), ("A-1", "B-1"), ("1-0042", "42")])
def test_numbers_that_differ_stay_apart(one: str, other: str) -> None:
    assert normalised_number(one) != normalised_number(other)


@given(st.text(max_size=30))
def test_spaces_and_dashes_never_matter(number: str) -> None:
    assert normalised_number(f" {number}- #") == normalised_number(number)


def test_attempts_come_seconds_apart_at_first_and_a_quarter_of_an_hour_at_last() -> None:
    waits = [retry_in(attempt) for attempt in range(50)]
    assert waits[0] == timedelta(seconds=2)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(minutes=15)
