"""What becomes of a break that nobody mends, and when people are told of an end that is near."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.breaks import (
    Prompt,
    Step,
    closing_soon,
    next_look,
    next_step,
    next_warning,
    warned_of,
)
from bot.domain.connections import Provider
from bot.domain.hours import end_of, today, working
from tests.domain.makers import NOW

LONDON, NEW_YORK = "Europe/London", "America/New_York"
START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from([LONDON, NEW_YORK, "Asia/Kolkata", "Pacific/Kiritimati", ""])
TIMES = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
WAITS = st.timedeltas(timedelta(), timedelta(days=10))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

FRESH = Prompt("p1", "T001", Provider.BILL, "token_revoked", "C1", opened_at=NOW, due_at=None)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def nudged(at: datetime) -> Prompt:
    return replace(FRESH, nudged_at=at)


def step(
    prompt: Prompt = FRESH,
    broken_at: datetime = NOW,
    repairing_at: datetime | None = None,
    now: datetime = NOW,
    *,
    urgent: bool = False,
) -> tuple[Step, datetime | None]:
    return next_step(prompt, broken_at, repairing_at, LONDON, now, urgent=urgent)


# Being heard: one nudge, then the fallback channel.


def test_one_nudge_after_a_working_day_and_the_fallback_channel_after_another() -> None:
    assert step() == (Step.NUDGE, NOW + DAY)
    assert step(nudged(NOW + DAY)) == (Step.MOVE, NOW + 2 * DAY)
    assert step(replace(nudged(NOW + DAY), moved_at=NOW + 2 * DAY)) == (Step.WATCH, None)


def test_a_weekend_is_no_working_day() -> None:
    friday, monday = utc("2026-11-20T15:00:00+00:00"), utc("2026-11-23T15:00:00+00:00")
    assert step(broken_at=friday, now=friday) == (Step.NUDGE, monday)


def test_held_items_and_a_closing_date_leave_half_an_hour_each_also_at_night() -> None:
    night = utc("2026-11-24T02:00:00+00:00")
    assert step(broken_at=night, now=night, urgent=True) == (Step.NUDGE, night + 30 * MINUTE)
    assert step(nudged(night), broken_at=night, now=night, urgent=True) == (Step.MOVE, night + 30 * MINUTE)


def test_a_nudge_that_is_overdue_waits_for_the_morning_and_does_not_ring_at_night() -> None:
    """The bot was down when the nudge was due, and comes back at three in the morning."""
    night = utc("2026-11-25T03:00:00+00:00")
    assert step(now=night) == (Step.NUDGE, utc("2026-11-25T09:00:00+00:00"))
    noon = utc("2026-11-25T12:00:00+00:00")
    assert step(now=noon) == (Step.NUDGE, noon), "it is due at once"


def test_a_snooze_puts_both_off() -> None:
    until = NOW + 3 * DAY
    assert step(replace(FRESH, snoozed_until=until)) == (Step.NUDGE, until)
    assert step(replace(nudged(NOW + DAY), snoozed_until=until)) == (Step.MOVE, until)
    assert step(replace(FRESH, snoozed_until=until), urgent=True) == (Step.NUDGE, until)
    assert step(replace(FRESH, snoozed_until=NOW - DAY)) == (Step.NUDGE, NOW + DAY), "one that is over puts nothing off"


def test_whoever_is_at_it_is_left_in_peace_for_an_hour() -> None:
    tomorrow = NOW + DAY
    assert step(repairing_at=tomorrow, now=tomorrow) == (Step.NUDGE, tomorrow + HOUR)
    assert step(repairing_at=NOW) == (Step.NUDGE, tomorrow), "an hour at the beginning of the day changes nothing"
    assert step(repairing_at=NOW, urgent=True) == (Step.NUDGE, NOW + HOUR)
    late = utc("2026-11-24T16:30:00+00:00")
    assert step(repairing_at=late, now=late) == (Step.NUDGE, utc("2026-11-25T09:00:00+00:00"))


@given(
    TIMES,
    WAITS,
    st.none() | WAITS,
    st.none() | WAITS,
    st.none() | WAITS,
    ZONES,
    st.booleans(),
)
def test_nobody_is_disturbed_out_of_hours_snoozed_or_while_at_it(
    broken_at: datetime,
    later: timedelta,
    nudge: timedelta | None,
    snooze: timedelta | None,
    repair: timedelta | None,
    zone: str,
    urgent: bool,
) -> None:
    now = broken_at + later
    prompt = replace(
        FRESH,
        opened_at=broken_at,
        nudged_at=None if nudge is None else broken_at + nudge,
        snoozed_until=None if snooze is None else broken_at + snooze,
    )
    repairing_at = None if repair is None else broken_at + repair
    what, at = next_step(prompt, broken_at, repairing_at, zone, now, urgent=urgent)
    assert at is not None
    assert what is (Step.NUDGE if nudge is None else Step.MOVE)
    assert at >= broken_at + timedelta(minutes=30)
    assert prompt.snoozed_until is None or at >= prompt.snoozed_until
    assert repairing_at is None or at >= repairing_at + HOUR
    if not urgent:
        assert working(at, zone) == at
        assert today(at, zone) > today(working(broken_at, zone), zone)


# Seeing that a message still stands.


@given(TIMES, WAITS, st.none() | st.timedeltas(timedelta(days=-9), timedelta(days=9)))
def test_the_clock_looks_again_within_the_hour_on_the_first_day_and_within_a_day_later(
    opened_at: datetime, age: timedelta, step_in: timedelta | None
) -> None:
    now = opened_at + age
    step_at = None if step_in is None else now + step_in
    look = next_look(opened_at, now, step_at)
    assert now < look <= now + (HOUR if age < DAY else DAY)
    assert step_at is None or step_at <= now or look <= step_at


# Warnings ahead of an end.


def test_people_are_warned_14_7_2_and_0_days_before_in_the_morning() -> None:
    ends, now, found = end_of(date(2026, 4, 3), LONDON), utc("2026-01-01T00:00:00+00:00"), []
    while (at := next_warning(ends, now, LONDON)) is not None:
        found.append(at)
        now = at
    # British summer time begins on 29 March.
    assert [at.isoformat() for at in found] == [
        "2026-03-20T09:00:00+00:00",
        "2026-03-27T09:00:00+00:00",
        "2026-04-01T08:00:00+00:00",
        "2026-04-03T08:00:00+00:00",
    ]


@given(st.dates(date(2026, 2, 1), date(2027, 11, 1)), TIMES, ZONES)
def test_a_warning_lies_ahead_and_is_one_of_four(last_day: date, now: datetime, zone: str) -> None:
    ends = end_of(last_day, zone)
    at = next_warning(ends, now, zone)
    if at is None:
        assert now >= ends - timedelta(hours=15, minutes=1), "only the last day's morning is the last warning"
        return
    assert at > now
    assert (last_day - today(at, zone)).days in (14, 7, 2, 0)
    assert warned_of(ends, at, zone)


@pytest.mark.parametrize(("days", "told"), [(15, False), (14, True), (1, True), (0, True), (-3, True)])
def test_an_end_is_told_from_14_days_before(days: int, told: bool) -> None:
    assert warned_of(end_of(today(NOW, NEW_YORK) + timedelta(days=days), NEW_YORK), NOW, NEW_YORK) is told


# Closing dates.


@pytest.mark.parametrize(("days", "soon"), [(-1, False), (0, True), (1, True), (2, True), (3, False)])
def test_the_books_close_soon_within_two_days(days: int, soon: bool) -> None:
    assert closing_soon(today(NOW, LONDON) + timedelta(days=days), NOW, LONDON) is soon


def test_it_is_the_day_there_that_counts() -> None:
    evening = utc("2026-11-23T22:00:00+00:00")
    assert closing_soon(date(2026, 11, 26), evening, "Pacific/Kiritimati"), "it is the 24th there already"
    assert not closing_soon(date(2026, 11, 26), evening, NEW_YORK)
    assert not closing_soon(None, evening, NEW_YORK)
