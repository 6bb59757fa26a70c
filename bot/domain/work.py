"""Durable work as the rest of the bot sees it: a port, without the library behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Queue(StrEnum):
    """Name a queue; all but `GENERAL` run one job at a time per partition.

    How many requests Bill.com sees at once is not kept here (docs/decisions.md, three requests at once).
    """

    PUBLISH = "publish"
    REFRESH = "refresh"
    MESSAGES = "messages"
    CHECKS = "checks"
    GENERAL = "general"


@dataclass(frozen=True)
class Job:
    """Be work to be done at least once: a registered name and ids, never secrets or texts.

    `id` makes asking twice the same as asking once. `partition` is the business on the queues
    that run one job at a time per business. `delay` is in seconds.
    """

    name: str
    id: str
    args: tuple[str, ...] = ()
    queue: Queue = Queue.GENERAL
    partition: str = ""
    delay: float = 0.0


class Work(Protocol):
    """Take jobs, outside a transaction or inside one, so that both happen or neither."""

    def enqueue(self, *jobs: Job) -> None:
        """Take jobs at once."""

    def enqueue_in(self, session: object, *jobs: Job) -> None:
        """Take jobs if and when the session's transaction commits."""


@dataclass(frozen=True)
class WorkStatus:
    """Be how much work waits or runs, by queue, and how many jobs gave up."""

    waiting: int
    running: int
    gave_up: int
