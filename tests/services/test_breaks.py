"""A break is told once, grows worse in the same message, and ends in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.breaks import BreakStage, Closing
from bot.domain.connections import LegState
from bot.domain.people import Role
from bot.errors import MfaRequiredError, PermissionMissingError, QuotaError, SessionEndedError, UnavailableError
from storage import breaks, legs, people
from tests.services.breaking import (
    ADMINS,
    BILL,
    DEXT,
    add_businesses,
    answer,
    meets,
    only_prompt,
    open_breaks,
    outage,
    refuse,
    settle,
)
from tests.support.bench import ADMIN, SECOND_ADMIN, WORKSPACE, Bench, at_once
from tests.support.slack import desk_of

DOWN = UnavailableError(service="Bill.com")


# One message, from the refusal to the end.


def test_a_refusal_is_told_once_in_the_channel_for_admins(both: Bench) -> None:
    settle(both)
    desk = desk_of(both)
    for _ in range(5):
        refuse(both)
    told = desk.only()
    assert told.channel == ADMINS
    assert "no longer lets us in" in told.text
    assert "Reconnect" in told.words
    (broken,) = open_breaks(both)
    assert (broken.stage, broken.opened_at, broken.cause) == (
        BreakStage.EXPIRED, both.clock(), "credentials:token_name_or_value",
    )  # fmt: skip


def test_a_repair_made_elsewhere_is_noticed_and_closes_the_message(both: Bench) -> None:
    desk = desk_of(both)
    both.bill_does("revoke", organizationId=both.organization_id)
    both.health.recheck(both.business_id, BILL)
    assert "no longer lets us in" in desk.only().text
    both.bill_does("restore-access", organizationId=both.organization_id)
    desk.pass_by(minutes=14)
    assert open_breaks(both), "it is not looked at before its time"
    desk.pass_by(minutes=2)
    assert open_breaks(both) == []
    told = desk.only()
    assert "works again" in told.text
    assert "repaired outside Slack" in told.words
    assert "Reconnect" not in told.words
    assert both.rows("SELECT due_at FROM prompts")[0].due_at is None, "the clock has nothing left to do for it"


def test_broken_again_is_another_break_with_a_message_of_its_own(both: Bench) -> None:
    desk = desk_of(both)
    refuse(both)
    answer(both)
    desk.catch_up()
    both.clock.pass_by(hours=2)
    refuse(both)
    desk.catch_up()
    first, second = desk.slack.standing()
    assert "works again" in first.text
    assert "no longer lets us in" in second.text


def test_each_leg_has_a_break_of_its_own(both: Bench) -> None:
    desk = desk_of(both)
    refuse(both)
    refuse(both, provider=DEXT)
    desk.catch_up()
    assert [one.text.split(" no longer")[0] for one in desk.slack.standing()] == ["Bill.com", "Dext"]
    answer(both)
    assert [one.provider for one in open_breaks(both)] == [DEXT]


@pytest.mark.parametrize("error", [PermissionMissingError, MfaRequiredError, QuotaError])
def test_what_says_nothing_about_the_leg_opens_no_break(bench: Bench, error: type[UnavailableError]) -> None:
    meets(bench, error(service="Bill.com"))
    assert open_breaks(bench) == []
    assert bench.leg(BILL).state is LegState.ACTIVE


def test_without_a_channel_the_longest_standing_admin_is_told(both: Bench) -> None:
    with both.database.begin() as session:
        people.give_role(session, both.business_id, SECOND_ADMIN, Role.ADMIN, ADMIN, both.clock() + timedelta(days=1))
    desk = desk_of(both)
    refuse(both)
    assert desk.only().channel == f"D{ADMIN}"


# Outages: silent until they last.


def test_an_outage_is_silent_until_it_has_lasted_as_long_as_set(both: Bench) -> None:
    settle(both, outage_hours=3)
    desk = desk_of(both)
    with outage(both):
        meets(both, DOWN)
        while both.clock() < both.leg(BILL).failing_since + timedelta(hours=2, minutes=50):  # type: ignore[operator]
            desk.pass_by(minutes=10)
            assert desk.slack.told == []
        assert both.leg(BILL).failures > 5
        desk.pass_by(minutes=45)
        told = desk.only()
    assert "not answering" in told.text
    assert "nothing for you to do" in told.words
    assert "Reconnect" not in told.words
    desk.pass_by(minutes=31)
    told = desk.only()
    assert "answers again" in told.text
    assert both.rows("SELECT closing FROM breaks") == [(Closing.ANSWERED.value,)]


def test_a_short_outage_is_never_told(both: Bench) -> None:
    desk = desk_of(both)
    for _ in range(10):
        meets(both, DOWN)
        both.clock.pass_by(hours=3, minutes=59)
        answer(both)
    desk.catch_up()
    assert desk.slack.told == []
    assert both.rows("SELECT id FROM breaks") == []


def test_an_outage_that_turns_into_a_refusal_grows_worse_in_the_same_message(both: Bench) -> None:
    desk = desk_of(both)
    meets(both, DOWN)
    both.clock.pass_by(hours=4)
    meets(both, DOWN)
    told = desk.only()
    both.clock.pass_by(hours=1)
    refuse(both)
    assert desk.only() is told
    assert "no longer lets us in" in told.text
    assert "Reconnect" in told.words
    meets(both, DOWN)
    desk.catch_up()
    assert "no longer lets us in" in told.text, "an outage says nothing about whether we are let in"


# One cause, many businesses, one message.


def test_one_cause_that_breaks_many_businesses_is_one_message(both: Bench) -> None:
    settle(both)
    others = add_businesses(both, 4)
    desk = desk_of(both)
    for business_id in (both.business_id, *others):
        refuse(both, business_id)
        both.clock.pass_by(minutes=10)
    told = desk.only()
    assert "for 5 businesses" in told.text
    assert all(f"Business {number}" in told.words for number in range(1, 5))
    assert told.words.count("Reconnect") == 5, "each has a button of its own"

    for business_id in others:
        answer(both, business_id)
    told = desk.only()
    assert "for 1 business" in told.text
    assert told.words.count("works again") == 4
    answer(both)
    told = desk.only()
    assert "works again for all 5 businesses" in told.text
    assert both.prompts.view(only_prompt(both)).prompt.closed_at == both.clock()


def test_another_cause_channel_or_hour_is_another_message(both: Bench) -> None:
    settle(both)
    same, other_cause, late = add_businesses(both, 3)
    elsewhere = add_business_elsewhere(both)
    desk = desk_of(both)
    refuse(both)
    refuse(both, same)
    refuse(both, other_cause, which="organization_id")
    refuse(both, elsewhere)
    both.clock.pass_by(minutes=61)
    refuse(both, late)
    desk.catch_up()
    counts = both.rows("SELECT prompt_id, count(*) AS many FROM breaks GROUP BY prompt_id ORDER BY many")
    assert [row.many for row in counts] == [1, 1, 1, 2]
    assert len(desk.slack.standing()) == 4


def add_business_elsewhere(bench: Bench) -> str:
    made = bench.people.found(WORKSPACE, ADMIN, "C999", "Elsewhere & Sons")
    with bench.database.begin() as session:
        legs.keep(
            session, replace(legs.find(session, bench.business_id, BILL), business_id=made.id, organization_id="e")
        )
    return made.id


def test_the_bots_own_key_is_nothing_an_admin_can_mend(both: Bench) -> None:
    settle(both)
    others = add_businesses(both, 2)
    desk = desk_of(both)
    refuse(both, which="developer_key")
    told = desk.only()
    assert "Whoever runs the bot" in told.text
    assert "Reconnect" not in told.words.replace("Reconnecting does not help", "")
    for business_id in others:
        refuse(both, business_id, which="developer_key")
    told = desk.only()
    assert "Whoever runs the bot has to check it; reconnecting does not help" in told.text
    assert "Reconnect" not in told.words


def test_in_a_group_what_an_admin_has_to_mend_comes_before_what_only_lasts(both: Bench) -> None:
    """Of two businesses with one outage, one turns out to be refused."""
    settle(both)
    (other,) = add_businesses(both, 1)
    desk = desk_of(both)
    for hours in (0, 4):
        both.clock.pass_by(hours=hours)
        meets(both, DOWN)
        meets(both, DOWN, other)
    assert "not answering for 2 businesses" in desk.only().text
    refuse(both, other)
    told = desk.only()
    assert "no longer lets us in for 1 business" in told.text
    assert told.words.count("Reconnect") == 1
    assert "not answering" in told.words
    answer(both, other)
    assert "not answering for 1 business" in desk.only().text


def test_two_businesses_refused_at_the_same_moment_share_one_message(
    both: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(both)
    (other,) = add_businesses(both, 1)
    done = at_once(monkeypatch, breaks, "add_prompt", lambda: refuse(both), lambda: refuse(both, other))
    assert done == ["done", "done"]
    assert len(both.rows("SELECT id FROM prompts")) == 1
    assert len(both.rows("SELECT id FROM breaks")) == 2


# Ends that are known ahead.


def test_an_end_is_told_14_7_2_and_0_days_before_in_one_message(both: Bench) -> None:
    settle(both, ends_on=date(2026, 12, 20))  # in 27 days
    desk = desk_of(both)
    seen: list[str] = []
    for _ in range(27 * 4):
        desk.pass_by(hours=6)
        for told in desk.slack.standing():
            if not seen or told.text != seen[-1]:
                seen.append(told.text)
    assert len(desk.slack.told) == 1
    days = [text.split(" ends ")[1] for text in seen]
    assert days[0].startswith("in 14 days, on")
    told_by_now = [wanted for wanted in ("in 7 days", "in 2 days", "today") for one in days if one.startswith(wanted)]
    assert told_by_now == ["in 7 days", "in 2 days", "today"]
    assert both.leg(BILL).state is LegState.ACTIVE
    assert both.leg(BILL).warn_at is None


def test_an_end_that_came_is_the_same_message_grown_worse(both: Bench) -> None:
    settle(both, ends_on=date(2026, 11, 30))
    desk = desk_of(both)
    told = desk.only()
    assert "ends in 7 days" in told.text
    both.clock.pass_by(days=7)
    meets(both, SessionEndedError(service="Bill.com"))
    assert desk.only() is told
    assert "no longer lets us in" in told.text


def test_an_end_that_was_moved_away_needs_nobody(both: Bench) -> None:
    settle(both, ends_on=date(2026, 11, 30))
    desk = desk_of(both)
    desk.catch_up()
    settle(both, ends_on=date(2027, 11, 30))
    told = desk.only()
    assert "nothing is to be done" in told.text
    assert open_breaks(both) == []
    assert both.leg(BILL).warn_at is not None


def test_an_end_that_lies_ahead_still_is_told_again_after_a_refusal(both: Bench) -> None:
    settle(both, ends_on=date(2026, 11, 30))
    desk = desk_of(both)
    refuse(both)
    answer(both)
    desk.catch_up()
    mended, ahead = desk.slack.standing()
    assert "works again" in mended.text
    assert "ends in 7 days" in ahead.text


def test_an_end_that_passed_without_harm_is_not_told_anew(both: Bench) -> None:
    settle(both, ends_on=date(2026, 11, 30))
    desk = desk_of(both)
    desk.catch_up()
    desk.pass_by(days=8)
    told = desk.only()
    assert "was to end" in told.text
    assert "Everything works until then" not in told.words
    refuse(both)
    answer(both)
    assert "works again" in desk.only().text
    assert open_breaks(both) == []


def test_what_is_not_connected_is_not_warned_of(both: Bench) -> None:
    both.keep_leg(replace(both.leg(BILL), state=LegState.DISCONNECTED))
    settle(both, ends_on=date(2026, 11, 30))
    desk = desk_of(both)
    desk.pass_by(days=6)
    assert desk.slack.told == []
