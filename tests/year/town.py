"""The bot of a year: real services, store and clock jobs on one database; a restart makes them all anew."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import event

from bot.clients.slack import SlackGateway
from bot.domain.refreshing import RefreshState
from bot.domain.work import Job
from bot.services.base import Pace
from storage import refreshes, sightings
from tests.support.bench import Bench
from tests.support.slack import notify_of
from tests.year.slack import Killed, YearSlack
from tests.year.wire import bill_door, dext_door
from tests.year.world import World

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CHECK = timedelta(hours=36)
NEVER = timedelta(days=800)


class YearWork:
    """Keep jobs as durable work does, each id once, until their time; a restart loses none."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Job]] = []
        self._known: set[str] = set()
        self._count = 0

    def enqueue(self, *jobs: Job) -> None:
        for job in jobs:
            if job.id not in self._known:
                self._known.add(job.id)
                self.put(job)

    def enqueue_in(self, session: object, *jobs: Job) -> None:
        event.listen(cast("Session", session), "after_commit", lambda _: self.enqueue(*jobs), once=True)

    def put(self, job: Job) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (self._clock() + timedelta(seconds=job.delay), self._count, job))

    def waits(self) -> bool:
        """Say whether there is a job whose time has come."""
        return bool(self._waiting) and self._waiting[0][0] <= self._clock()

    def empty(self) -> bool:
        """Say whether nothing is left to do, also not in a moment."""
        return not self._waiting

    def take(self) -> Job | None:
        return heapq.heappop(self._waiting)[2] if self.waits() else None


class YearTown:
    """Run the bot over a year."""

    def __init__(self, bench: Bench, world: World) -> None:
        self.bench, self.world = bench, world
        self.slack = YearSlack()
        self.work = YearWork(bench.clock)
        self.doors = (bill_door(world, bench.clock), dext_door(world, bench.clock))
        self.restarts = -1
        self.jobs_done = 0
        self.up = True
        self.start()

    def start(self) -> None:
        """Put the bot together from nothing but its database and the queue."""
        bench, (bill, dext) = self.bench, self.doors
        bench.base = replace(
            bench.base, work=self.work, bill=cast("Any", bill), dext=cast("Any", dext), pace=Pace(CHECK, NEVER, NEVER)
        )
        bench.put_together()
        bench.jobs = replace(bench.jobs, notify=notify_of(bench, cast("SlackGateway", self.slack)))
        self._table: dict[str, Callable[..., None]] = {
            **bench.jobs.table(),
            "check": self._check,
            # What lists, items and bills do is another story: what is asked for is done at once.
            "refresh": self._refreshed,
            "intake": lambda *_: None,
            "watch": self._watched,
        }
        self.restarts += 1

    def tick(self) -> None:
        """Let the clock tick once."""
        self._surely(self.bench.jobs.every_minute)
        self.catch_up()

    def restart(self, *, up: bool) -> None:
        """Go down, or come up again."""
        self.up = up
        if up:
            self.start()

    def catch_up(self) -> None:
        """Do all jobs whose time has come; a job in which the process is killed is begun again after the restart."""
        while (job := self.work.take()) is not None:
            self.jobs_done += 1
            try:
                self._table[job.name](*job.args)
            except Killed:
                self.work.put(job)
                self.start()

    def _surely(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Killed:
            self.start()
            call()

    def _check(self) -> None:
        self.bench.health.recheck_due(at_once=1)

    def _watched(self, business_id: str) -> None:
        with self.bench.database.begin() as session:
            sightings.set_watch(session, business_id, due_at=self.bench.clock() + NEVER)

    def _refreshed(self, refresh_id: str) -> None:
        with self.bench.database.begin() as session:
            refreshes.change(session, refresh_id, state=RefreshState.DONE.value, due_at=None)
