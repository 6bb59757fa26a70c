"""Durable work on both databases: asked for once, run at least once, whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy import create_engine, text

from bot.domain.work import Job, Queue
from bot.engine import DurableWork
from bot.errors import ConflictError
from bot.scheduler import Clock
from bot.workflows.jobs import clock_jobs
from storage.database import Database, is_sqlite, open_lock_engine, open_queue_engine
from tests.conftest import FakeClock

PATIENCE = 30.0


def no_end() -> None:
    raise AssertionError("the slot is held: nothing ends the process")


class Bench:
    """Start and stop durable work on one database, as processes one after the other would."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.running: list[tuple[DurableWork, Any]] = []

    def made(self) -> tuple[DurableWork, Any]:
        queue_engine = open_queue_engine(self.url)
        lock_file = self.folder / "bot.lock" if is_sqlite(self.url) else None
        return DurableWork(queue_engine, open_lock_engine(self.url), lock_file, poll_seconds=0.05), queue_engine

    def start(self, **jobs: Callable[..., None]) -> DurableWork:
        work, queue_engine = self.made()
        self.running.append((work, queue_engine))
        work.start(jobs)
        return work

    def stop(self) -> None:
        while self.running:
            work, queue_engine = self.running.pop()
            work.stop(1)
            queue_engine.dispose()


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(database_url, tmp_path)
    yield made
    made.stop()


class Seen:
    """Remember calls, and let a test wait until there were enough."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self._changed = threading.Condition()

    def __call__(self, *args: str) -> None:
        with self._changed:
            self.calls.append(args)
            self._changed.notify_all()

    def wait_for(self, number: int) -> list[tuple[str, ...]]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.calls) >= number, PATIENCE), self.calls
        return self.calls


def test_a_job_runs_once_however_often_it_is_asked_for(bench: Bench) -> None:
    seen = Seen()
    work = bench.start(note=seen)
    for _ in range(3):
        work.enqueue(Job("note", "one", ("a", "b")))
    work.enqueue(Job("note", "last", ("end",)))
    seen.wait_for(2)
    work.enqueue(Job("note", "one", ("a", "b")), Job("note", "really last", ("end",)))
    assert sorted(seen.wait_for(3)) == [("a", "b"), ("end",), ("end",)]


def test_jobs_of_a_transaction_that_fails_never_run(bench: Bench, database: Database) -> None:
    seen = Seen()
    work = bench.start(note=seen)

    def fail() -> None:
        with database.begin() as session:
            work.enqueue_in(session, Job("note", "lost", ("lost",)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.begin() as session:
        work.enqueue_in(session, Job("note", "kept", ("kept",)))
    work.enqueue(Job("note", "after", ("after",)))
    assert sorted(seen.wait_for(2)) == [("after",), ("kept",)]


def test_one_business_has_one_job_of_a_kind_at_a_time_and_others_go_on(bench: Bench) -> None:
    go_on, begun, other = threading.Event(), Seen(), Seen()

    def long(business: str, _number: str) -> None:
        (begun if business == "b1" else other)(business)
        if business == "b1":
            assert go_on.wait(PATIENCE)

    work = bench.start(long=long)
    for number in "12":
        work.enqueue(Job("long", f"b1:{number}", ("b1", number), Queue.PUBLISH, "b1"))
    begun.wait_for(1)
    for number in "12":
        work.enqueue(Job("long", f"b2:{number}", ("b2", number), Queue.PUBLISH, "b2"))
    other.wait_for(2)
    assert begun.calls == [("b1",)]
    status = work.status()
    assert status.waiting == 1
    assert status.running >= 1
    go_on.set()
    begun.wait_for(2)


def test_a_job_that_raises_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    seen = Seen()

    def stumble(_id: str) -> None:
        seen(_id)
        if len(seen.calls) < 3:
            raise OSError("not yet")

    bench.start(stumble=stumble).enqueue(Job("stumble", "s", ("x",)))
    assert seen.wait_for(3) == [("x",)] * 3


def test_a_job_that_always_raises_gives_up_is_logged_and_stops_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hurry(monkeypatch)
    seen = Seen()

    def fail(_id: str) -> None:
        seen("tried")
        raise OSError("never")

    note = Seen()
    work = bench.start(fail=fail, note=note)
    work.enqueue(Job("fail", "f", ("x",), Queue.PUBLISH, "b1"))
    seen.wait_for(4)
    work.enqueue(Job("note", "n", ("y",), Queue.PUBLISH, "b1"))
    note.wait_for(1)
    assert len(seen.calls) == 4
    assert work.status().gave_up == 1
    told = capsys.readouterr()
    assert "job gave up" in told.out + told.err


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pauses between tries short."""
    original = DBOS.step

    def step(**options: Any) -> Any:
        return original(**(options | {"interval_seconds": 0.01, "backoff_rate": 1.0}))

    monkeypatch.setattr(DBOS, "step", step)


def test_what_waits_is_done_after_a_restart(bench: Bench) -> None:
    work = bench.start(note=lambda *_: None)
    work.enqueue(Job("note", "later", ("kept",), delay=0.5))
    bench.stop()
    seen = Seen()
    bench.start(note=seen)
    assert seen.wait_for(1) == [("kept",)]


def test_a_job_taken_back_before_it_began_never_runs(bench: Bench) -> None:
    seen = Seen()
    work = bench.start(note=seen)
    work.enqueue(Job("note", "delayed", ("no",), delay=1.0))
    assert work.status().waiting == 1
    work.cancel("delayed")
    assert work.status().waiting == 0
    work.enqueue(Job("note", "after", ("yes",), delay=1.5))
    assert seen.wait_for(1) == [("yes",)]


def test_the_sweep_forgets_what_ended_and_keeps_what_waits(bench: Bench) -> None:
    seen = Seen()
    work = bench.start(note=seen)
    work.enqueue(Job("note", "done", ("a",)), Job("note", "waits", ("b",), delay=3600))
    seen.wait_for(1)
    work.stop(5)
    bench.running.clear()
    again = bench.start(note=seen)
    assert again.sweep(datetime.now(UTC) - timedelta(days=1)) == 0
    assert again.sweep(datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert again.status().waiting == 1
    assert again.alarms() == 0


def test_before_the_start_nothing_is_taken(bench: Bench) -> None:
    work, queue_engine = bench.made()
    with pytest.raises(ConflictError):
        work.enqueue(Job("note", "x"))
    queue_engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_bot_on_the_same_file_is_refused_in_words(bench: Bench) -> None:
    bench.start(note=lambda *_: None)
    second, queue_engine = bench.made()
    with pytest.raises(ConflictError) as refused:
        second.start({})
    assert "Another bot is running on this database (bot.lock is locked)" in refused.value.user_message
    queue_engine.dispose()


CHILD = """
import sys, threading
from bot.domain.work import Job
from bot.engine import DurableWork
from storage.database import open_lock_engine, open_queue_engine
url = sys.argv[1]
work = DurableWork(open_queue_engine(url), open_lock_engine(url), None, poll_seconds=0.05)
def hang(who):
    print("running", flush=True)
    threading.Event().wait()
work.start({"hang": hang})
work.enqueue(Job("hang", "h", ("business",)))
threading.Event().wait()
"""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_another_process_takes_over_what_a_killed_one_was_doing(bench: Bench) -> None:
    locks = create_engine(bench.url, isolation_level="AUTOCOMMIT")
    with locks.connect() as session:
        session.execute(text("SELECT pg_advisory_lock(7310412, 0)"))  # so that the other process gets slot 1
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, bench.url], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "running\n"
        session.execute(text("SELECT pg_advisory_unlock(7310412, 0)"))
        seen = Seen()
        work = bench.start(hang=seen)
        assert work.take_over_the_dead() == 0, "it lives"
        assert seen.calls == []
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
        session.execute(text("SELECT pg_advisory_lock(7310412, 1)"))  # the server has noticed
        session.execute(text("SELECT pg_advisory_unlock(7310412, 1)"))
        assert work.take_over_the_dead() == 1
        assert seen.wait_for(1) == [("business",)]
        assert work.take_over_the_dead() == 0
    locks.dispose()


# The clock.


class Ids:
    def __init__(self) -> None:
        self.asked: list[Job] = []

    def enqueue(self, *jobs: Job) -> None:
        self.asked += jobs

    def enqueue_in(self, session: object, *jobs: Job) -> None:
        raise AssertionError("the clock has no transaction")


def test_two_clocks_ask_for_the_same_slot_by_the_same_name() -> None:
    at, work = FakeClock(), Ids()
    first, second = Clock(at, clock_jobs(work, lambda: True, no_end)), Clock(at, clock_jobs(work, lambda: True, no_end))
    first.tick("clock.minute")
    at.pass_by(seconds=59)
    second.tick("clock.minute")
    second.tick("clock.hour")
    at.pass_by(seconds=1)
    first.tick("clock.minute")
    assert [job.id for job in work.asked] == [
        "clock.minute:2026-11-23T09:00",
        "clock.minute:2026-11-23T09:00",
        "clock.hour:2026-11-23T09",
        "clock.minute:2026-11-23T09:01",
    ]
    assert all(job.args == () for job in work.asked)


def test_a_clock_asks_at_once_when_it_starts() -> None:
    work = Ids()
    ticks: Mapping[str, Callable[[str], None]] = clock_jobs(work, lambda: True, no_end)
    clock = Clock(FakeClock(), ticks)
    clock.start()
    clock.stop()
    assert work.asked[0].id == "clock.minute:2026-11-23T09:00"


def test_of_two_clocks_one_job_runs(bench: Bench) -> None:
    seen, at = Seen(), FakeClock()
    work = bench.start(**{"clock.minute": seen, "clock.hour": seen, "end": seen})
    for clock in (Clock(at, clock_jobs(work, lambda: True, no_end)), Clock(at, clock_jobs(work, lambda: True, no_end))):
        clock.tick("clock.minute")
    work.enqueue(Job("end", "end", ("end",)))
    assert sorted(seen.wait_for(2)) == [(), ("end",)]
