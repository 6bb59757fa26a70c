"""The clock: cron triggers in every process that only ask for work.

The job's id names the slot of time, so when several processes ask for the same slot, one job runs.
Triggers are aligned to the wall clock, never to a process's start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger


class Clock:
    """Fire every minute and every hour, and once at start to catch up after a downtime."""

    def __init__(self, now: Callable[[], datetime], ticks: Mapping[str, Callable[[str], None]]) -> None:
        self._now = now
        self._ticks = ticks
        self._scheduler = BackgroundScheduler(timezone="UTC")
        triggers = {"clock.minute": CronTrigger(second=0), "clock.hour": CronTrigger(minute=7, second=0)}
        for name, trigger in triggers.items():
            self._scheduler.add_job(
                self.tick, trigger, args=[name], id=name, coalesce=True, max_instances=1, misfire_grace_time=50
            )

    def start(self) -> None:
        """Begin to tick; what fell due while nobody ran is asked for at once."""
        self.tick("clock.minute")
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; what was asked for is done by the queue."""
        self._scheduler.shutdown(wait=False)

    def tick(self, name: str) -> None:
        """Ask for the job of the slot that the present time lies in."""
        pattern = "%Y-%m-%dT%H:%M" if name == "clock.minute" else "%Y-%m-%dT%H"
        self._ticks[name](self._now().strftime(pattern))
