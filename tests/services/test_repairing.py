"""Several admins at it at once, changes of mind, and a prompt that always says who is at it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.connections import LegState, Provider
from bot.domain.links import Stage
from bot.domain.people import Role
from bot.errors import ConflictError, NotAllowedError
from storage import people
from tests.services.breaking import ADMINS, BILL, add_admin, mend, open_breaks, prompted, settle
from tests.services.test_connecting import begun, finish, link, owners, signed_in, token_of
from tests.support.bench import ADMIN, SECOND_ADMIN, Bench
from tests.support.slack import Desk, Told, desk_of


@pytest.fixture
def desk(both: Bench) -> Desk:
    """Give a broken business with two admins."""
    settle(both)
    add_admin(both, SECOND_ADMIN)
    made = desk_of(both)
    prompted(both, made)
    both.bill_does("restore-access", organizationId=both.organization_id)
    both.clock.pass_by(minutes=1)
    return made


def prompt(desk: Desk) -> Told:
    desk.catch_up()
    (message,) = desk.slack.standing(ADMINS)
    return message


def private(desk: Desk, user: str) -> list[str]:
    desk.catch_up()
    return [one.words for one in desk.slack.standing(f"D{user}")]


def test_opening_the_link_says_who_is_repairing_and_making_it_says_nothing(both: Bench, desk: Desk) -> None:
    secret = link(both, SECOND_ADMIN)
    assert "is on it" not in prompt(desk).words
    both.connecting.look(secret)
    assert "is on it" not in prompt(desk).words, "chat programs look at links too"
    both.connecting.spend(secret)
    assert f"<@{SECOND_ADMIN}> is on it" in prompt(desk).words
    assert "Reconnect" in prompt(desk).words, "another admin may be faster"


def test_whoever_gives_up_leaves_it_to_others(both: Bench, desk: Desk) -> None:
    attempt = signed_in(both)
    assert f"<@{ADMIN}> is on it" in prompt(desk).words
    both.finishing.drop("T001", ADMIN, attempt.id)
    assert "is on it" not in prompt(desk).words
    assert both.leg(BILL).state is LegState.EXPIRED


def test_whoever_walks_away_is_not_waited_for_for_ever(both: Bench, desk: Desk) -> None:
    begun(both)
    assert f"<@{ADMIN}> is on it" in prompt(desk).words
    both.clock.pass_by(minutes=31)
    both.finishing.sweep()
    assert "is on it" not in prompt(desk).words
    assert open_breaks(both)


def test_two_at_once_and_the_second_is_told_that_it_is_done(both: Bench, desk: Desk) -> None:
    walking, waiting = begun(both, SECOND_ADMIN), signed_in(both, by=SECOND_ADMIN)
    both.connecting.enter_sync_token(walking, *token_of(both))
    finish(both, signed_in(both))
    told = prompt(desk)
    assert f"reconnected by <@{ADMIN}>" in told.words
    assert any(f"<@{ADMIN}> has connected" in words and "not kept" in words for words in private(desk, SECOND_ADMIN))
    with pytest.raises(ConflictError, match="nothing left to finish"):
        finish(both, waiting, SECOND_ADMIN)
    with pytest.raises(ConflictError, match="Another admin connected this business"):
        both.connecting.begin_dext(walking)
    assert owners(both) == {both.owner(provider) for provider in Provider}, "what the second signed in to is forgotten"
    assert both.finishing.prompt(waiting.id).attempt.stage is Stage.OVERTAKEN


def test_a_link_from_before_the_repair_is_told_that_it_is_done(both: Bench, desk: Desk) -> None:
    unused = link(both, SECOND_ADMIN)
    both.clock.pass_by(seconds=1)
    finish(both, signed_in(both))
    with pytest.raises(ConflictError, match="nothing left to do"):
        both.connecting.spend(unused)
    both.clock.pass_by(minutes=1)
    assert both.connecting.spend(link(both, SECOND_ADMIN)), "whoever wants to renew it none the less asks anew"
    assert "is on it" not in prompt(desk).words
    assert both.leg(BILL).state is LegState.ACTIVE


def test_repaired_elsewhere_while_somebody_is_at_it_closes_the_message(both: Bench, desk: Desk) -> None:
    attempt = signed_in(both)
    mend(both)
    assert "repaired outside Slack" in prompt(desk).words
    both.clock.pass_by(minutes=1)
    finish(both, attempt)
    assert both.leg(BILL).state is LegState.ACTIVE
    assert len(desk.slack.standing(ADMINS)) == 1


def test_an_admin_who_lost_the_role_between_link_and_finish_changes_nothing(both: Bench, desk: Desk) -> None:
    before = owners(both)
    unused, attempt = link(both, SECOND_ADMIN), signed_in(both, by=SECOND_ADMIN)
    with both.database.begin() as session:
        people.take_role(session, both.business_id, SECOND_ADMIN, Role.ADMIN)
    with pytest.raises(NotAllowedError):
        finish(both, attempt, SECOND_ADMIN)
    with pytest.raises(NotAllowedError):
        both.connecting.spend(unused)
    assert both.leg(BILL).state is LegState.EXPIRED
    assert "Reconnect" in prompt(desk).words, "another admin can go on"
    both.clock.pass_by(days=1, minutes=1)
    both.finishing.sweep()
    assert owners(both) == before
    assert "is on it" not in prompt(desk).words


def test_another_organisation_is_refused_and_the_break_goes_on(both: Bench, desk: Desk) -> None:
    attempt = signed_in(both, which=1)
    assert "Nothing was changed" in both.finishing.prompt(attempt.id).problem
    with pytest.raises(ConflictError, match="Nothing was changed"):
        finish(both, attempt)
    assert both.leg(BILL).state is LegState.EXPIRED
    assert both.leg(BILL).organization_id == both.organization_id
    assert open_breaks(both)


def test_a_business_without_roles_rules_or_lists_lost_none_by_a_reconnect(both: Bench, desk: Desk) -> None:
    tables = ("roles", "entries", "list_states", "items")
    before = [both.rows(f"SELECT * FROM {table}") for table in tables]
    finish(both, signed_in(both))
    assert [both.rows(f"SELECT * FROM {table}") for table in tables] == before
    assert both.rows("SELECT id FROM businesses") == [(both.business_id,)]


def test_a_clock_that_was_set_back_keeps_nobody_out_for_longer_than_that(both: Bench, desk: Desk) -> None:
    """The database remembers a time that is still to come, as after a correction of the machine's clock."""
    finish(both, signed_in(both))
    both.clock.at -= timedelta(minutes=10)
    with pytest.raises(ConflictError, match="nothing left to do"):
        both.connecting.spend(link(both))
    both.clock.pass_by(minutes=10, seconds=1)
    assert both.connecting.spend(link(both))
