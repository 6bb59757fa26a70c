from __future__ import annotations

import threading
import time

import pytest

from bot.clients.flights import SingleFlight
from bot.errors import CredentialsError, UpstreamError


def together(count: int, work: object) -> None:
    assert callable(work)
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_renews_and_the_others_use_it() -> None:
    flights = SingleFlight()
    made: list[str] = []
    got: list[str] = []

    def renew() -> str:
        time.sleep(0.05)
        made.append("new")
        return "new"

    together(8, lambda: got.append(flights.run("k", lambda: made[0] if made else None, renew)))
    assert made == ["new"]
    assert got == ["new"] * 8


def test_those_who_waited_share_a_failure_and_later_ones_try_anew() -> None:
    flights = SingleFlight()
    tries: list[int] = []
    asked: list[int] = []
    failures: list[UpstreamError] = []

    def current() -> str | None:
        asked.append(1)
        return None

    def renew() -> str:
        tries.append(1)
        # Fail only when all eight have asked once, and the first one again after winning the lock.
        while len(asked) < 9:
            time.sleep(0.01)
        time.sleep(0.1)
        raise CredentialsError("no")

    def work() -> None:
        try:
            flights.run("k", current, renew)
        except CredentialsError as error:
            failures.append(error)

    together(8, work)
    assert len(tries) == 1
    assert len(failures) == 8
    with pytest.raises(CredentialsError):
        flights.run("k", lambda: None, renew)
    assert len(tries) == 2
    assert flights.run("k", lambda: None, lambda: "fine") == "fine"
