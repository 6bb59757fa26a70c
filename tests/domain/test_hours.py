"""Working hours, wherever the people are and whatever their clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hours import (
    CLOSES,
    OPENS,
    a_working_day_after,
    end_of,
    is_zone,
    morning,
    next_morning,
    today,
    working,
    zone,
    zones_like,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
# Clocks that change in spring and autumn, half hours, the first and the last place to see a day, and none at all.
ZONES = st.sampled_from(
    [
        "Europe/London",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "",
    ]
)
TIMES = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


def at_work(at: datetime, name: str) -> bool:
    local = at.astimezone(zone(name))
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@given(TIMES, ZONES)
def test_work_goes_on_or_begins_as_soon_as_it_can(at: datetime, name: str) -> None:
    begins = working(at, name)
    assert at_work(begins, name)
    assert begins == at or not at_work(at, name)
    assert begins >= at
    assert working(begins, name) == begins
    between = begins - timedelta(minutes=1)
    assert begins == at or not at_work(between, name), "somebody was at work a minute earlier"
    assert begins - at <= timedelta(hours=16 + 48 + 1)


@given(TIMES, ZONES)
def test_a_working_day_later_somebody_is_at_work(at: datetime, name: str) -> None:
    later = a_working_day_after(at, name)
    begins = working(at, name)
    assert at_work(later, name)
    assert today(later, name) > today(begins, name)
    assert later.astimezone(zone(name)).time() == begins.astimezone(zone(name)).time()
    assert later - begins <= timedelta(days=3, hours=1), "one working day, a weekend and a change of clocks at most"


@given(TIMES, ZONES)
def test_the_next_morning_is_when_work_begins_on_another_day(at: datetime, name: str) -> None:
    begins = next_morning(at, name)
    local = begins.astimezone(zone(name))
    assert local.time() == OPENS
    assert local.weekday() < 5
    assert local.date() > today(at, name)
    assert working(begins - timedelta(minutes=1), name) == begins


@pytest.mark.parametrize(
    ("at", "name", "expected"),
    [
        ("2026-11-20T16:30:00+00:00", "Europe/London", "2026-11-23T16:30:00+00:00"),  # Friday to Monday
        ("2026-11-21T12:00:00+00:00", "Europe/London", "2026-11-24T09:00:00+00:00"),  # Saturday counts from Monday
        ("2026-11-20T17:00:00+00:00", "Europe/London", "2026-11-24T09:00:00+00:00"),  # so does Friday at closing time
        ("2026-11-24T03:00:00+00:00", "Europe/London", "2026-11-25T09:00:00+00:00"),
        ("2026-03-27T10:00:00+00:00", "Europe/London", "2026-03-30T09:00:00+00:00"),  # summer time began on Sunday
        ("2026-10-23T10:00:00+01:00", "Europe/London", "2026-10-26T10:00:00+00:00"),  # and ended on one
        ("2026-11-20T23:00:00+00:00", "Pacific/Kiritimati", "2026-11-24T09:00:00+14:00"),  # Saturday there already
    ],
)
def test_a_working_day_after(at: str, name: str, expected: str) -> None:
    assert a_working_day_after(utc(at), name) == utc(expected)


def test_a_day_begins_and_ends_where_the_people_are() -> None:
    now = utc("2026-11-23T23:30:00+00:00")
    assert today(now, "Pacific/Kiritimati") == date(2026, 11, 24)
    assert today(now, "America/New_York") == date(2026, 11, 23)
    assert end_of(date(2026, 11, 23), "America/New_York") == utc("2026-11-23T23:59:59-05:00")
    assert morning(date(2026, 11, 23), "Asia/Kolkata") == utc("2026-11-23T09:00:00+05:30")


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), ZONES)
def test_the_end_of_a_day_is_on_that_day(day: date, name: str) -> None:
    assert today(end_of(day, name), name) == day
    assert today(end_of(day, name) + timedelta(seconds=1), name) == day + timedelta(days=1)


def test_an_unknown_time_zone_is_utc() -> None:
    assert zone("Mars/Olympus_Mons").key == "UTC"
    assert zone("").key == "UTC"
    assert not is_zone("../../etc/passwd")
    assert datetime.combine(date(2026, 7, 1), time(9), zone("nonsense")).utcoffset() == timedelta()


def test_time_zones_are_found_by_words() -> None:
    assert "America/New_York" in zones_like("new york")
    assert zones_like("lond") == ["Europe/London"]
    assert zones_like("utc")[-1] == "UTC"
    assert len(zones_like("", limit=7)) == 7
    assert zones_like("no such place") == []
