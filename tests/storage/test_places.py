"""Places that processes share: never more than there are, none held by the dead, and nobody waits for ever."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, text

from storage.database import open_lock_engine
from storage.places import Places

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

HOLDER = """
import sys
from contextlib import ExitStack
from storage.database import open_lock_engine
from storage.places import Places

places, held = Places(open_lock_engine(sys.argv[1]), 3), ExitStack()
for _ in range(3):
    held.enter_context(places.of("org"))
print("held", flush=True)
sys.stdin.read()
"""


class Waiter(threading.Thread):
    """Take a place in a thread; `has_it` says when."""

    def __init__(self, places: Places, owner: str = "org") -> None:
        super().__init__(daemon=True)
        self.places, self.owner, self.has_it, self.may_go = places, owner, threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.places.of(self.owner):
            self.has_it.set()
            self.may_go.wait(timeout=30)


@pytest.fixture
def two(database_url: str) -> Iterator[tuple[Places, Places]]:
    """Give what two processes have: places with a session each."""
    found = Places(open_lock_engine(database_url), 3), Places(open_lock_engine(database_url), 3)
    yield found
    for places in found:
        places.close()


HELD = (
    "FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def locks(database_url: str) -> int:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = connection.scalar(text(f"SELECT count(*) {HELD}"))
    engine.dispose()
    return int(found or 0)


def test_two_together_have_as_many_as_one(two: tuple[Places, Places], database_url: str) -> None:
    one, other = two
    with ExitStack() as held:
        for places in (one, other, one):
            held.enter_context(places.of("org"))
        fourth = Waiter(other)
        assert not fourth.has_it.wait(0.3)
        with other.of("another"):  # whose places are its own
            pass
        held.pop_all().close()
        assert fourth.has_it.wait(5)
        fourth.may_go.set()
        fourth.join(5)
    assert locks(database_url) == 0


def test_more_threads_than_places_wait_for_one_another(two: tuple[Places, Places], database_url: str) -> None:
    guard, under_way, most = threading.Lock(), 0, 0

    def work(places: Places) -> None:
        nonlocal under_way, most
        for _ in range(10):
            with places.of("org"):
                with guard:
                    under_way += 1
                    most = max(most, under_way)
                time.sleep(0.002)
                with guard:
                    under_way -= 1

    threads = [threading.Thread(target=work, args=(places,)) for places in two for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (most, under_way) == (3, 0)
    assert locks(database_url) == 0


def test_who_waits_is_not_passed_over_by_who_comes_again_and_again(two: tuple[Places, Places]) -> None:
    one, other = two
    stop, turns = threading.Event(), 0

    def hog() -> None:
        nonlocal turns
        while not stop.is_set():
            with one.of("org"):
                turns += 1
                time.sleep(0.001)

    hogs = [threading.Thread(target=hog) for _ in range(3)]
    for thread in hogs:
        thread.start()
    try:
        for _ in range(5):
            waiter, before = Waiter(other), turns
            assert waiter.has_it.wait(10)
            # Without the mark of who waits it took hundreds: a place is free for less than a look now and then.
            assert turns - before < 60
            waiter.may_go.set()
            waiter.join(5)
    finally:
        stop.set()
        for thread in hogs:
            thread.join(5)


def test_a_killed_process_holds_nothing(two: tuple[Places, Places], database_url: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        waiters = [Waiter(places) for places in (*two, two[0])]
        assert not waiters[0].has_it.wait(0.3)
    finally:
        holder.kill()
        holder.communicate()
    for waiter in waiters:
        assert waiter.has_it.wait(5)
        waiter.may_go.set()
        waiter.join(5)


def test_a_session_that_is_cut_spoils_nothing_that_was_done(two: tuple[Places, Places], database_url: str) -> None:
    one, _ = two
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with one.of("org"), one.of("org"), engine.connect() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        connection.execute(text(cut))
    engine.dispose()
    with one.of("org"), one.of("org"), one.of("org"):
        assert locks(database_url) == 3
    assert locks(database_url) == 0
