"""Being heard: reminders that come once and in time, a message that is never lost and never doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.people import Role
from bot.domain.publishing import PublishState
from bot.errors import ConflictError, NotAllowedError, NotFoundError
from storage import breaks, people
from tests.services.breaking import (
    ADMINS,
    BILL,
    FALLBACK,
    add_admin,
    add_businesses,
    mend,
    only_prompt,
    prompted,
    refuse,
    settle,
)
from tests.support.bench import ADMIN, APPROVER, FINANCE, SECOND_ADMIN, STRANGER, WORKSPACE, Bench
from tests.support.slack import Desk, desk_of


@pytest.fixture
def desk(both: Bench) -> Desk:
    """Give a business with channels for its admins, in London, on a Monday at nine."""
    settle(both)
    return desk_of(both)


def hold_one(desk: Desk) -> str:
    """Let an approved item meet the break; return its publish."""
    publish_id = desk.bench.approved()
    desk.bench.bill_does("revoke", organizationId=desk.bench.organization_id)
    desk.bench.work_off("publish")
    assert desk.bench.publish(publish_id).state is PublishState.HELD
    return publish_id


# One nudge, then the fallback channel.


def test_one_nudge_a_working_day_later_below_the_message(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    desk.pass_by(hours=23, minutes=50)
    assert desk.slack.replies() == []
    desk.pass_by(minutes=10)
    (nudge,) = desk.slack.replies()
    assert nudge.thread == desk.only().ts
    assert f"<@{ADMIN}>" in nudge.words
    assert "*Reconnect* is on the message above" in nudge.words
    desk.let_days_pass(0.75)
    assert desk.slack.replies() == [nudge], "one nudge, not one at every tick"


def test_if_nobody_acts_the_message_moves_and_leaves_a_line_behind(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    desk.let_days_pass(2)
    left, moved = desk.slack.standing()
    assert (left.channel, moved.channel) == (ADMINS, FALLBACK)
    assert f"moved to <#{FALLBACK}>" in left.words
    assert "Reconnect" not in left.words.replace("Nobody reconnected", "")
    assert "no longer lets us in" in moved.text
    desk.let_days_pass(7)
    assert len(desk.slack.told) == 3, "it moves once, and nobody is nudged again"
    mend(both)
    desk.catch_up()
    assert "works again" in moved.text
    assert f"moved to <#{FALLBACK}>" in left.words


def test_over_a_weekend_nobody_is_disturbed(both: Bench, desk: Desk) -> None:
    both.clock.pass_by(days=4, hours=7)  # Friday, four in the afternoon
    prompted(both, desk)
    desk.let_days_pass(2.75)
    assert desk.slack.replies() == []
    desk.let_days_pass(0.25)
    assert len(desk.slack.replies()) == 1


@pytest.mark.parametrize(
    ("channel", "fallback", "expected"), [("CTEAM", "", "CTEAM"), ("", "", f"D{SECOND_ADMIN}"), ("", "CX", "CX")]
)
def test_it_moves_to_the_next_place_there_is(both: Bench, channel: str, fallback: str, expected: str) -> None:
    add_admin(both, SECOND_ADMIN)
    with both.database.begin() as session:
        known = people.business(session, both.business_id)
        where = ADMINS if channel else ""
        people.change_business(
            session, replace(known, channel_id=channel, admin_channel_id=where, fallback_channel_id=fallback)
        )
    desk = desk_of(both)
    prompted(both, desk)
    desk.let_days_pass(2)
    assert desk.slack.standing()[-1].channel == expected


def test_where_there_is_nobody_else_it_stays(both: Bench) -> None:
    desk = desk_of(both)
    prompted(both, desk)
    desk.let_days_pass(3)
    assert desk.only().channel == f"D{ADMIN}"
    assert "no longer lets us in" in desk.only().text


def test_held_items_and_a_closing_date_leave_half_an_hour(both: Bench, desk: Desk) -> None:
    settle(both, closing_on=date(2026, 11, 24))
    hold_one(desk)
    desk.catch_up()
    assert "1 approved item is held" in desk.slack.standing(ADMINS)[0].words
    desk.pass_by(minutes=29)
    assert desk.slack.replies() == []
    desk.pass_by(minutes=1)
    (nudge,) = desk.slack.replies()
    assert "1 approved item waits for it" in nudge.words
    desk.pass_by(minutes=30)
    assert "moved to" in desk.slack.standing(ADMINS)[0].words
    assert "no longer lets us in" in desk.slack.standing(FALLBACK)[0].text


def test_a_closing_date_that_is_set_later_presses_at_once(both: Bench, desk: Desk) -> None:
    hold_one(desk)
    desk.catch_up()
    desk.pass_by(minutes=40)
    settle(both, closing_on=date(2026, 11, 25))
    desk.pass_by(minutes=1)
    assert len(desk.slack.replies()) == 1


def test_a_closing_date_with_nothing_held_is_no_reason_to_hurry(both: Bench, desk: Desk) -> None:
    settle(both, closing_on=date(2026, 11, 24))
    prompted(both, desk)
    desk.pass_by(hours=3)
    assert desk.slack.replies() == []


def test_what_is_mended_meanwhile_needs_no_nudge(both: Bench, desk: Desk) -> None:
    prompt_id = prompted(both, desk)
    mend(both)
    both.jobs.notify.tell("nudge", prompt_id)
    desk.let_days_pass(2)
    assert desk.slack.replies() == []
    assert len(desk.slack.told) == 1


def test_the_bots_own_key_is_not_nudged_for_with_a_button_that_is_not_there(both: Bench, desk: Desk) -> None:
    prompted(both, desk, which="developer_key")
    desk.let_days_pass(1)
    (nudge,) = desk.slack.replies()
    assert "Reconnect" not in nudge.words
    assert "whoever runs the bot" in nudge.words


# Snoozing.


def test_a_snooze_lasts_until_the_next_working_morning(both: Bench, desk: Desk) -> None:
    both.clock.pass_by(days=1, hours=2)  # Tuesday, eleven
    prompt_id = prompted(both, desk)
    desk.pass_by(hours=23, minutes=30)  # half an hour before the nudge
    both.prompts.snooze(WORKSPACE, ADMIN, prompt_id)
    told = desk.only()
    assert f"Snoozed by <@{ADMIN}>" in told.words
    assert "End Snooze" in told.words
    desk.pass_by(hours=22, minutes=20)
    assert desk.slack.replies() == []
    desk.pass_by(minutes=15)
    assert len(desk.slack.replies()) == 1
    assert "Snoozed" not in told.words
    assert "End Snooze" not in told.words


def test_a_snooze_can_be_ended(both: Bench, desk: Desk) -> None:
    prompt_id = prompted(both, desk)
    desk.pass_by(hours=23, minutes=30)
    both.prompts.snooze(WORKSPACE, ADMIN, prompt_id)
    both.prompts.wake(WORKSPACE, ADMIN, prompt_id)
    assert "Snoozed" not in desk.only().words
    desk.pass_by(minutes=31)
    assert len(desk.slack.replies()) == 1


def test_only_an_admin_of_the_workspace_may_snooze(both: Bench, desk: Desk) -> None:
    prompt_id = prompted(both, desk)
    for user in (FINANCE, STRANGER):
        with pytest.raises(NotAllowedError, match=ADMIN):
            both.prompts.snooze(WORKSPACE, user, prompt_id)
    with pytest.raises(NotFoundError):
        both.prompts.snooze("T999", ADMIN, prompt_id)
    with pytest.raises(NotFoundError):
        both.prompts.wake(WORKSPACE, ADMIN, "nonsense")
    assert "Snoozed" not in desk.only().words


def test_what_is_mended_cannot_be_put_off(both: Bench, desk: Desk) -> None:
    prompt_id = prompted(both, desk)
    mend(both)
    with pytest.raises(ConflictError, match="mended already"):
        both.prompts.snooze(WORKSPACE, ADMIN, prompt_id)


def test_an_admin_of_one_of_many_may_snooze_the_message_of_all(both: Bench, desk: Desk) -> None:
    (other,) = add_businesses(both, 1)
    with both.database.begin() as session:
        people.give_role(session, other, STRANGER, Role.ADMIN, ADMIN, both.clock())
    refuse(both)
    refuse(both, other)
    both.prompts.snooze(WORKSPACE, STRANGER, only_prompt(both))
    assert f"Snoozed by <@{STRANGER}>" in desk.only().words


# Never lost, never doubled.


def test_a_message_that_somebody_deleted_is_written_anew_within_the_hour(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    desk.only().deleted = True
    desk.pass_by(minutes=60)
    assert "no longer lets us in" in desk.only().text
    desk.let_days_pass(0.75)
    mend(both)
    assert "works again" in desk.only().text
    assert len(desk.slack.told) == 2


def test_a_moved_message_that_somebody_deleted_comes_back_where_it_stood(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    desk.let_days_pass(2)
    for told in desk.slack.standing():
        told.deleted = True
    desk.let_days_pass(1.25)
    told = desk.only()
    assert told.channel == FALLBACK
    assert "no longer lets us in" in told.text, "the line it left behind is not worth writing again"


def test_a_message_that_is_over_is_not_written_anew(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    mend(both)
    desk.only().deleted = True
    desk.let_days_pass(1.5)
    assert desk.slack.standing() == []


def test_while_slack_is_down_nothing_is_lost_and_afterwards_it_is_told_once(both: Bench, desk: Desk) -> None:
    desk.slack.down = True
    prompted(both, desk)
    for _ in range(6):
        desk.pass_by(hours=1)
    assert desk.slack.told == []
    desk.slack.down = False
    desk.pass_by(minutes=1)
    assert "no longer lets us in" in desk.only().text
    assert len(desk.slack.told) == 1


def test_what_breaks_and_mends_while_slack_is_down_is_told_as_mended(both: Bench, desk: Desk) -> None:
    desk.slack.down = True
    prompted(both, desk)
    desk.pass_by(minutes=5)
    mend(both)
    desk.pass_by(minutes=5)
    desk.slack.down = False
    desk.pass_by(minutes=5)
    assert len(desk.slack.told) == 1
    assert "works again" in desk.only().text


def test_where_the_bot_cannot_write_an_admin_is_told_and_why(both: Bench, desk: Desk) -> None:
    desk.slack.closed.add(ADMINS)
    prompted(both, desk)
    told = desk.only()
    assert told.channel == f"D{ADMIN}"
    assert f"belongs into <#{ADMINS}>" in told.words
    assert "/invite" in told.words


def test_after_a_downtime_the_clock_does_once_what_was_due(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    desk.pass_by(days=30, hours=2)
    assert len(desk.slack.replies()) == 1
    assert desk.slack.standing()[0].channel == ADMINS
    desk.pass_by(minutes=1)
    assert len(desk.slack.told) == 2, "the fallback channel has its turn a working day after the nudge"


def test_two_clocks_nudge_once(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    both.clock.pass_by(days=1)
    now = both.clock()
    with both.database.begin() as session:
        first = breaks.claim_due(session, now, now + timedelta(minutes=10), 10)
        second = breaks.claim_due(session, now, now + timedelta(minutes=10), 10)
    assert (first, second) == ([only_prompt(both)], [])


# Who is at it.


def test_whoever_is_at_it_is_named_and_left_in_peace(both: Bench, desk: Desk) -> None:
    prompted(both, desk)
    desk.pass_by(hours=23, minutes=30)
    with both.database.begin() as session:
        both.breaks.repairing(session, both.business_id, SECOND_ADMIN)
    told = desk.only()
    assert f"<@{SECOND_ADMIN}> is on it" in told.words
    desk.pass_by(minutes=50)
    assert desk.slack.replies() == []
    desk.pass_by(minutes=11)
    assert len(desk.slack.replies()) == 1
    with both.database.begin() as session:
        both.breaks.repairing(session, both.business_id, "")
    assert "is on it" not in desk.only().words


# What could not go out.


def test_the_message_counts_what_went_out_and_shows_what_needs_somebody(both: Bench, desk: Desk) -> None:
    requests = both.ask(*(both.ready_item(invoice_number=f"ACS-{number}").id for number in (1, 2)))
    for request_id in requests:
        both.approvals.approve(WORKSPACE, APPROVER, request_id)
    good, bad = (both.publish_of(item.id) for item in sorted(both.items(), key=lambda item: item.number))
    both.bill_does("revoke", organizationId=both.organization_id)
    both.work_off("publish")
    desk.catch_up()
    (told,) = desk.slack.standing(ADMINS)
    assert "2 approved items are held and will go out" in told.words

    both.document(invoice_number="ACS-1")  # keeps Dext busy; what was held is changed in Dext meanwhile
    item = next(item for item in both.items() if item.id == bad.item_id)
    both.dext_does("change", id=int(item.details.dext_id), category="No Such Category")
    both.bill_does("restore-access", organizationId=both.organization_id)
    both.health.recheck(both.business_id, BILL)
    both.intake.run(both.business_id)
    assert both.holding.release_healed() == 2
    both.work_off("publish")
    desk.catch_up()
    assert both.publish(good.id).state is PublishState.DONE
    assert both.publish(bad.id).state is PublishState.STOPPED
    assert "1 of 2 held items published, 1 needs you" in told.words
    assert "Show the Item" in told.words

    break_id = both.rows("SELECT id FROM breaks")[0].id
    shown = both.prompts.stopped(WORKSPACE, FINANCE, break_id)
    assert [one.item.id for one in shown.items] == [bad.item_id]
    assert shown.items[0].problem
    with pytest.raises(NotAllowedError):
        both.prompts.stopped(WORKSPACE, STRANGER, break_id)
    with pytest.raises(NotFoundError):
        both.prompts.stopped("T999", FINANCE, break_id)
