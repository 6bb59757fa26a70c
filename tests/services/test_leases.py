"""One at a time, in whichever process; and a holder that died keeps nobody out for long."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot.errors import UnavailableError
from bot.services.leases import alone
from storage import leases
from tests.support.bench import Bench, at_once

MINUTE = timedelta(minutes=1)


def take(bench: Bench, holder: str) -> bool:
    now = bench.clock()
    with bench.database.begin() as session:
        return leases.take(session, "renew", holder, now, now + MINUTE)


def test_two_want_it_and_one_has_it(both: Bench) -> None:
    assert take(both, "first")
    assert not take(both, "second")
    assert take(both, "first"), "whoever holds it may take it anew"
    with both.database.begin() as session:
        leases.give_back(session, "renew", "first")
    assert take(both, "second")


def test_a_lease_of_a_holder_that_died_runs_out(both: Bench) -> None:
    assert take(both, "dead")
    both.clock.pass_by(seconds=59)
    assert not take(both, "next")
    both.clock.pass_by(seconds=1)
    assert take(both, "next")
    with both.database.begin() as session:
        leases.give_back(session, "renew", "dead")  # it was only slow, and gives back what is no longer its own
    assert not take(both, "third")


def test_two_who_take_it_at_the_same_moment_do_not_both_get_it(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[bool] = []
    at_once(monkeypatch, leases, "take", *(lambda name=name: got.append(take(both, name)) for name in ("one", "two")))
    assert sorted(got) == [False, True]


def test_who_waits_goes_on_when_the_other_is_done(both: Bench) -> None:
    order: list[str] = []
    inside, leave, left = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with alone(both.base, "renew"):
            order.append("first")
            inside.set()
            leave.wait(10)
        left.set()

    def second() -> None:
        inside.wait(10)

        def pause(_seconds: float) -> None:
            leave.set()
            left.wait(10)

        with alone(both.base, "renew", pause=pause):
            order.append("second")

    threads = [threading.Thread(target=one) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]
    assert both.rows("SELECT name FROM leases") == []


def test_an_error_gives_it_back(both: Bench) -> None:
    def fails() -> None:
        with alone(both.base, "renew"):
            raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            fails()


def test_who_waits_too_long_is_told_that_it_is_busy(both: Bench) -> None:
    assert take(both, "other")
    pauses: list[float] = []
    with pytest.raises(UnavailableError) as caught, alone(both.base, "renew", pause=pauses.append):
        pass
    assert "renewed elsewhere" in caught.value.user_message
    assert sum(pauses) == pytest.approx(30)


def test_different_names_do_not_wait_for_each_other(both: Bench) -> None:
    with alone(both.base, "renew:one"), alone(both.base, "renew:two"):
        assert len(both.rows("SELECT name FROM leases")) == 2
