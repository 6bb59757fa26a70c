"""Slots: which process works on the jobs of a database, and which of them is dead.

A slot is held by something that the system takes away with the process, so that a slot that is free
is exactly one of a dead process. See docs/decisions.md, durable work.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from bot.errors import ConflictError

_SLOT_LOCK = 7_310_412
_SLOTS = 64


class FileSlot:
    """Guard an SQLite file: one process, by an exclusive lock the system drops with the process."""

    def __init__(self, path: Path) -> None:
        """Take the file to lock."""
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> str:
        """Take the slot and return its name; raises `ConflictError` when another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            self._file = None
            raise ConflictError(
                f"Another bot is running on this database ({self._path.name} is locked). Stop it first, or use "
                "PostgreSQL, where several can run at once."
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        return "slot-0"

    @contextmanager
    def of_the_dead(self, _executor: str) -> Iterator[bool]:
        """Say whether an executor is dead, and keep its slot from being taken meanwhile."""
        yield False  # no second process can have run on this file

    def is_held(self) -> bool:
        """Say whether the slot is still ours."""
        return self._file is not None

    def give_back(self) -> None:
        """Give the slot back."""
        if self._file is not None:
            self._file.close()
            self._file = None


class PostgresSlot:
    """Hold the lowest free slot by an advisory lock on a session of its own."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose connections are sessions of their own."""
        self._engine = engine
        self._session: Connection | None = None

    def take(self) -> str:
        """Take the lowest free slot and return its name; raises `ConflictError` when all are taken."""
        self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        for slot in range(_SLOTS):
            if self._session.scalar(
                text("SELECT pg_try_advisory_lock(:key, :slot)"), {"key": _SLOT_LOCK, "slot": slot}
            ):
                return f"slot-{slot}"
        self._session.close()
        self._session = None
        raise ConflictError(f"All {_SLOTS} slots of this database are taken by running bots. Stop one first.")

    @contextmanager
    def of_the_dead(self, executor: str) -> Iterator[bool]:
        """Say whether an executor is dead, and keep its slot from being taken meanwhile."""
        slot = executor.removeprefix("slot-")
        if not slot.isdigit():
            yield False
            return
        keys = {"key": _SLOT_LOCK, "slot": int(slot)}
        # A session of its own: our own lock would be granted to our own session again.
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            dead = bool(session.scalar(text("SELECT pg_try_advisory_lock(:key, :slot)"), keys))
            try:
                yield dead
            finally:
                if dead:
                    session.execute(text("SELECT pg_advisory_unlock(:key, :slot)"), keys)

    def is_held(self) -> bool:
        """Say whether the slot is still ours."""
        try:
            return self._session is not None and self._session.scalar(text("SELECT 1")) == 1
        except DBAPIError:
            return False

    def give_back(self) -> None:
        """Give the slot back."""
        if self._session is not None:
            self._session.close()
            self._session = None
