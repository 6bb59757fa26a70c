from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.connections import USABLE, Connection, Leg, LegState, Provider, Signal, after, next_check
from tests.domain.makers import NOW

N, L, A = LegState.NOT_CONNECTED, LegState.LINKING, LegState.ACTIVE
D, E, X = LegState.DEGRADED, LegState.EXPIRED, LegState.DISCONNECTED
TABLE = {
    #                      not connected, linking, active, degraded, expired, disconnected
    Signal.BEGUN: (L, L, A, D, E, L),
    Signal.ABANDONED: (N, X, A, D, E, X),
    Signal.CONNECTED: (A, A, A, A, A, A),
    Signal.ANSWERED: (N, L, A, A, A, X),
    Signal.UNREACHABLE: (N, L, D, D, E, X),
    Signal.REFUSED: (N, L, E, E, E, X),
    Signal.DISCONNECTED: (N, X, X, X, X, X),
}
HALF_AN_HOUR = timedelta(minutes=30)
CALLS = st.sampled_from([Signal.ANSWERED, Signal.UNREACHABLE, Signal.REFUSED])


@pytest.mark.parametrize("signal", list(Signal))
@pytest.mark.parametrize(("column", "state"), list(enumerate([N, L, A, D, E, X])))
def test_every_signal_leads_where_the_table_says(signal: Signal, column: int, state: LegState) -> None:
    assert after(state, signal, joined=True) is TABLE[signal][column]


def test_what_was_never_joined_goes_back_to_not_connected() -> None:
    assert after(L, Signal.ABANDONED) is N
    assert after(L, Signal.DISCONNECTED) is N
    assert after(A, Signal.DISCONNECTED) is N, "nothing was ever sent there, so the business is free again"


@given(st.lists(CALLS), st.sampled_from(sorted(USABLE)))
def test_only_a_refusal_expires_and_only_a_success_heals(signals: list[Signal], start: LegState) -> None:
    state = start
    for signal in signals:
        before, state = state, after(state, signal)
        match signal:
            case Signal.REFUSED:
                assert state is LegState.EXPIRED
            case Signal.UNREACHABLE:
                assert (state is LegState.EXPIRED) == (before is LegState.EXPIRED)
                assert state is not LegState.ACTIVE
            case _:
                assert state is LegState.ACTIVE


@given(st.lists(CALLS), st.sampled_from([N, L, X]))
def test_what_is_not_connected_learns_nothing_from_calls(signals: list[Signal], start: LegState) -> None:
    state = start
    for signal in signals:
        state = after(state, signal)
    assert state is start


@pytest.mark.parametrize(
    ("state", "failures", "wait"),
    [
        (A, 0, timedelta(minutes=30)),
        (D, 1, timedelta(minutes=2)),
        (D, 3, timedelta(minutes=6)),
        (D, 100, timedelta(minutes=30)),
        (E, 0, timedelta(minutes=15)),
        (E, 1, timedelta(minutes=15)),
        (E, 2, timedelta(hours=1)),
        (E, 3, timedelta(hours=6)),
        (E, 4, timedelta(days=1)),
        (E, 400, timedelta(days=1)),
    ],
)
def test_a_leg_is_looked_at_again_after(state: LegState, failures: int, wait: timedelta) -> None:
    assert next_check(state, failures, NOW, HALF_AN_HOUR) == NOW + wait


@pytest.mark.parametrize("state", [N, L, X])
def test_what_is_not_connected_is_never_looked_at(state: LegState) -> None:
    assert next_check(state, 5, NOW, HALF_AN_HOUR) is None


@given(st.sampled_from([A, D, E]), st.integers(0, 1000), st.integers(1, 10_000))
def test_the_next_look_always_lies_ahead(state: LegState, failures: int, minutes: int) -> None:
    at = next_check(state, failures, NOW, timedelta(minutes=minutes))
    assert at is not None
    assert at > NOW


@pytest.mark.parametrize(
    ("bill", "dext", "live", "started"),
    [
        (A, A, True, True),
        (D, A, True, True),
        (E, A, False, True),
        (A, E, False, True),
        (A, N, False, False),
        (N, N, False, False),
    ],
)
def test_publishing_needs_both_legs(bill: LegState, dext: LegState, live: bool, started: bool) -> None:
    both = Connection(
        Leg("b", Provider.BILL, bill, organization_id="" if bill is N else "o"),
        Leg("b", Provider.DEXT, dext, organization_id="" if dext is N else "a"),
    )
    assert (both.live, both.started) == (live, started)
