"""Bill.com never sees more than three requests of an organisation at once, however many processes ask."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.clients.bill import AT_ONCE
from storage.database import Database
from tests.conftest import FakeClock
from tests.support.bench import Bench, Stages

ROOT = Path(__file__).parents[2]


class Counted:
    """Count what is under way at the pretend Bill.com."""

    def __init__(self, bench: Bench, seconds: float) -> None:
        self.inner, self.seconds, self.under_way, self.most = bench.bill.app, seconds, 0, 0
        bench.stages.bill.app = self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self.seconds)
            await self.inner(scope, receive, send)
        finally:
            self.under_way -= 1


pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def asks(database_url: str, database: Database, stages: Stages, clock: FakeClock) -> Any:
    """Give what starts a process that asks, and the pretend Bill.com that it asks."""
    bench = Bench(stages, database, clock)
    token = bench.bill.credentials["organizations"][0]["syncToken"]
    who = json.dumps({**token, "organization": bench.organization_id, "devKey": bench.bill.credentials["devKey"]})
    begun: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.asker", database_url, stages.bill.address, who],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        begun.append(process)
        return process

    yield bench, begin
    for process in begun:
        process.kill()
        process.communicate()
    bench.close()


def test_two_processes_together_ask_three_things_at_once(asks: Any) -> None:
    bench, begin = asks
    processes = [begin(), begin()]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    counted = Counted(bench, 0.01)
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.stdout.readline() for process in processes] == ["90\n", "90\n"]
    assert counted.most == AT_ONCE
    # Nothing was refused and asked for again: those would be more.
    found = Counter(entry.status for entry in bench.calls("GET", "/v3/vendors"))
    assert found == {200: 180}


def test_what_a_killed_process_was_asking_keeps_nobody_out(asks: Any) -> None:
    bench, begin = asks
    first, second = begin(), begin()
    for process in (first, second):
        assert process.stdout.readline() == "ready\n"
    bench.bill.state.switches.concurrency = 99  # what the killed one asked is answered a while longer
    bench.bill_fails(path="/v3/vendors", action="hold", times=3)
    first.stdin.write("go\n")
    first.stdin.flush()
    deadline = time.monotonic() + 20
    while bench.bill.wire.holding < AT_ONCE and time.monotonic() < deadline:
        time.sleep(0.01)
    assert bench.bill.wire.holding == AT_ONCE
    second.stdin.write("go\n")
    second.stdin.flush()
    first.kill()
    assert second.stdout.readline() == "90\n"
    bench.bill.wire.release()
