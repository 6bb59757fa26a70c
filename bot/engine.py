"""Durable work, with DBOS inside: jobs survive a kill, run at least once, and are asked for by id.

Every job is one DBOS workflow around one step. How far a job came is not kept here but in our
own tables: a job that is run again reads them and goes on. See docs/decisions.md, durable work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.domain.work import Job, Queue, WorkStatus
from bot.errors import ConflictError
from bot.log import get_logger
from bot.slots import FileSlot, PostgresSlot

_APP = "dext-bill-bot"
# Constant: recovery and dequeue only touch rows of one version, so a version that follows the
# code would strand every job that a redeploy finds waiting.
_VERSION = "1"
_RECOVERIES = 10_000
_RECOVERIES_ALARM = 50

JobFunction = Callable[..., None]


class DurableWork:
    """Run registered jobs from the database's queues, and take new ones."""

    def __init__(
        self, queue_engine: Engine, lock_engine: Engine, lock_file: Path | None, *, poll_seconds: float = 0.25
    ) -> None:
        """Take an engine of its own on the application's database, and what guards the slot.

        `lock_file` is the file that a second process on the same SQLite database trips over;
        on PostgreSQL it is `None` and slots are advisory locks.
        """
        self._engine = queue_engine
        self._slot = FileSlot(lock_file) if lock_file is not None else PostgresSlot(lock_engine)
        self._poll_seconds = poll_seconds
        self._client: DBOSClient | None = None
        self._log = get_logger(__name__)
        self._running = 0
        self._count = threading.Lock()

    def start(self, jobs: Mapping[str, JobFunction]) -> None:
        """Register the jobs, take over what an earlier run of this slot left, and begin to work.

        Raises `ConflictError` when another process holds the SQLite file.
        """
        executor = self._slot.take()
        config: DBOSConfig = {
            "name": _APP,
            "system_database_engine": self._engine,
            "system_database_url": None,
            "application_version": _VERSION,
            "executor_id": executor,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "console_log_level": "WARNING",
            "enable_otlp": False,
            "max_executor_threads": 32,
            "notification_listener_polling_interval_sec": 0.05,
            "use_listen_notify": False,
        }
        DBOS(config=config)
        for name, function in jobs.items():
            DBOS.workflow(name=name, max_recovery_attempts=_RECOVERIES)(self._workflow(name, function))
        DBOS.launch()
        for queue in Queue:
            one_each = queue is not Queue.GENERAL
            DBOS.register_queue(
                queue.value,
                partition_concurrency=1 if one_each else None,
                worker_concurrency=None if one_each else 8,
                polling_interval_sec=self._poll_seconds,
                on_conflict="always_update",
            )
        self._client = DBOSClient(
            system_database_engine=self._engine, serializer=DBOSPortableJSONSerializer(), application_name=_APP
        )

    def stop(self, seconds: int = 10) -> bool:
        """Let running jobs end for up to `seconds`; return whether they did.

        What is left is taken up at the next start. While a job still runs, the slot stays taken: it is
        freed with the process, so that never two work on one job.
        """
        DBOS.destroy(workflow_completion_timeout_sec=seconds, destroy_registry=True)
        drained = self._running == 0
        if drained:
            self._slot.give_back()
        # Last: jobs that end during the drain still ask for others.
        if self._client is not None and drained:
            self._client.destroy()
            self._client = None
        return drained

    def enqueue(self, *jobs: Job) -> None:
        """Take jobs at once; one whose id is known already changes nothing."""
        for job in jobs:
            self._open().enqueue(_options(job), *job.args)

    def enqueue_in(self, session: object, *jobs: Job) -> None:
        """Take jobs if and when the session's transaction commits."""
        for job in jobs:
            self._open().enqueue_in_transaction(cast("Session", session), _options(job), *job.args)

    def cancel(self, job_id: str) -> None:
        """Take a job back if it has not begun."""
        self._open().cancel_workflow(job_id)

    def holds_its_slot(self) -> bool:
        """Say whether this process still holds its slot: a database session that was cut has lost it."""
        return self._slot.is_held()

    def status(self) -> WorkStatus:
        """Count what waits, what runs, and what gave up."""
        client = self._open()

        def number(*states: str) -> int:
            return len(client.list_workflows(status=list(states), limit=1000, load_input=False, load_output=False))

        return WorkStatus(
            waiting=number("ENQUEUED", "DELAYED"),
            running=number("PENDING"),
            gave_up=number("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"),
        )

    def sweep(self, before: datetime) -> int:
        """Forget jobs that ended before a time, some at once; return how many."""
        client = self._open()
        ended = client.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before.isoformat(),
            limit=500,
            load_input=False,
            load_output=False,
        )
        ids = [status.workflow_id for status in ended]
        if ids:
            client.delete_workflows(ids)
        return len(ids)

    def take_over_the_dead(self) -> int:
        """Move jobs that a dead process was running back to their queues; return how many.

        Only on PostgreSQL can there be another process; its slot lock is free exactly when it is dead.
        """
        client = self._open()
        moved = 0
        pending = client.list_workflows(status="PENDING", load_input=False, load_output=False)
        for executor in {status.executor_id for status in pending if status.executor_id}:
            with self._slot.of_the_dead(executor) as dead:
                if not dead:
                    continue
                left = client.list_workflows(
                    status="PENDING", executor_id=executor, load_input=False, load_output=False
                )
                for queue in {status.queue_name for status in left}:
                    ids = [status.workflow_id for status in left if status.queue_name == queue]
                    # Without the queue's name they would lose the limit per business.
                    client.resume_workflows(ids, queue_name=queue)
                    moved += len(ids)
        if moved:
            self._log.warning("took over jobs of a dead process", jobs=moved)
        return moved

    def alarms(self) -> int:
        """Count jobs that were recovered suspiciously often: something kills the process that runs them."""
        pending = self._open().list_workflows(status="PENDING", load_input=False, load_output=False)
        return sum(1 for status in pending if (status.recovery_attempts or 0) > _RECOVERIES_ALARM)

    def _workflow(self, name: str, function: JobFunction) -> JobFunction:
        """Wrap a job so that an error nobody expected is tried again a few times before it is given up.

        What gave up is not lost: its row still has a due time, and the clock asks for it anew.
        """

        @DBOS.step(name=name, retries_allowed=True, interval_seconds=1.0, max_attempts=4, backoff_rate=3.0)
        def step(*args: str) -> None:
            with self._counted():
                function(*args)

        def run(*args: str) -> None:
            try:
                step(*args)
            # Whatever it was: it is logged with the job and raised again, never swallowed.
            except Exception as error:
                self._log.error("job gave up", job=name, args=args, error=type(error).__name__, exc_info=error)
                raise

        return run

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._count:
            self._running += 1
        try:
            yield
        finally:
            with self._count:
                self._running -= 1

    def _open(self) -> DBOSClient:
        if self._client is None:
            raise ConflictError(detail="durable work has not been started")
        return self._client


def _options(job: Job) -> EnqueueOptions:
    options: EnqueueOptions = {
        "workflow_name": job.name,
        "queue_name": job.queue.value,
        "workflow_id": job.id,
        "app_version": _VERSION,
        "application_name": _APP,
    }
    if job.queue is not Queue.GENERAL:
        options["queue_partition_key"] = job.partition
    if job.delay > 0:
        options["delay_seconds"] = job.delay
    return options
