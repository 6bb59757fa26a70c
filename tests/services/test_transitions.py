"""Whatever changes a leg, it is written down with time, reason and person, and whoever looks at it sees it."""

from __future__ import annotations

import pytest

from bot.domain.connections import Leg, LegState, Provider, Signal, Turn
from bot.errors import NotAllowedError, UnavailableError
from storage import homes, legs
from tests.services.breaking import BILL, DEXT, answer, meets, refuse
from tests.support.bench import ADMIN, FINANCE, STRANGER, WORKSPACE, Bench
from tests.support.slack import desk_of


def move(bench: Bench, signal: Signal, provider: Provider = BILL, by: str = "", reason: str = "") -> Leg:
    with bench.database.begin() as session:
        leg = legs.find(session, bench.business_id, provider, lock=True)
        return bench.transitions.move(session, leg, signal, by=by, reason=reason)


def history(bench: Bench) -> list[Turn]:
    with bench.database.begin() as session:
        return legs.history(session, bench.business_id, 100)


def test_every_change_is_a_line_of_the_history(both: Bench) -> None:
    began = both.clock()
    refuse(both)
    both.clock.pass_by(hours=1)
    answer(both)
    both.clock.pass_by(hours=1)
    meets(both, UnavailableError(service="Dext"))
    both.clock.pass_by(hours=1)
    move(both, Signal.CONNECTED, DEXT, by=ADMIN)
    told = [
        (turn.provider, turn.was, turn.now, turn.reason, turn.by, (turn.at - began).seconds) for turn in history(both)
    ]
    active, expired = LegState.ACTIVE, LegState.EXPIRED
    assert told == [
        (DEXT, LegState.DEGRADED, active, "", ADMIN, 10_800),
        (DEXT, active, LegState.DEGRADED, "unavailable", "", 7200),
        (BILL, expired, active, "", "", 3600),
        (BILL, active, expired, "credentials:token_name_or_value", "", 0),
    ]


def test_what_changes_nothing_is_no_line(both: Bench) -> None:
    for _ in range(3):
        refuse(both)
    assert len(history(both)) == 1
    since = both.leg(BILL).since
    both.clock.pass_by(hours=1)
    refuse(both)
    assert both.leg(BILL).since == since


def test_a_reconnect_of_what_works_is_a_line_too(both: Bench) -> None:
    since = both.leg(BILL).since
    both.clock.pass_by(hours=1)
    assert move(both, Signal.CONNECTED, by=ADMIN).since == since
    (turn,) = history(both)
    assert (turn.was, turn.now, turn.by) == (LegState.ACTIVE, LegState.ACTIVE, ADMIN)


def test_the_home_of_whoever_looked_at_it_lately_is_drawn_anew(both: Bench) -> None:
    desk = desk_of(both)
    with both.database.begin() as session:
        for user in (ADMIN, FINANCE, STRANGER):
            homes.note_opened(session, WORKSPACE, user, both.clock())
        homes.note_opened(session, "T999", ADMIN, both.clock())
    refuse(both)
    desk.catch_up()
    assert sorted(desk.slack.homes) == [ADMIN, FINANCE], "who has no role there sees nothing of it"
    both.clock.pass_by(days=31)
    answer(both)
    desk.catch_up()
    assert len(desk.slack.homes) == 2, "nobody looked for a month"


def test_the_history_is_shown_in_pages_to_who_may_see_it(both: Bench) -> None:
    for _ in range(10):
        refuse(both)
        answer(both)
        both.clock.pass_by(hours=1)
    first = both.status.history(WORKSPACE, FINANCE, 0)
    second = both.status.history(WORKSPACE, FINANCE, 1)
    assert (len(first.turns), first.more, len(second.turns), second.more) == (15, True, 5, False)
    assert [turn.at for turn in (*first.turns, *second.turns)] == sorted(
        (turn.at for turn in history(both)), reverse=True
    )
    with pytest.raises(NotAllowedError):
        both.status.history(WORKSPACE, STRANGER, 0)


def test_what_was_refused_is_refused_in_its_own_words(both: Bench) -> None:
    """A wrong key, a wrong organisation and a revoked token are three causes, told apart by code."""
    reasons = set()
    for which in ("developer_key", "organization_id", "token_name_or_value"):
        refuse(both, which=which)
        reasons.add(both.leg(BILL).reason)
        answer(both)
    assert reasons == {
        "credentials:developer_key",
        "credentials:organization_id",
        "credentials:token_name_or_value",
    }
