"""The places of a service that several processes share: how many of them may ask it something at the same time."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Engine

_LOOK = 0.02
_WAITING = 0


class Places:
    """Share each owner's places among all processes on one PostgreSQL database; thread-safe, one a process.

    A place is an advisory lock on a session of our own, outside any transaction: the database gives it back with
    the session, so a process that is killed holds nothing. While the session is cut, a place may be taken twice.
    """

    def __init__(self, engine: Engine, each: int, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take an engine from `open_lock_engine`, and the places that each owner has."""
        self._engine = engine
        self._all = range(1, each + 1)
        self._sleep = sleep
        self._guard = threading.Lock()
        self._session: psycopg.Connection[TupleRow] | None = None
        self._mine: set[tuple[str, int]] = set()

    @contextmanager
    def of(self, owner: str) -> Iterator[None]:
        """Hold one of an owner's places, after waiting until there is one; raises what connecting raises."""
        place = self._take(owner)
        try:
            yield
        finally:
            self._give_back(owner, place)

    def close(self) -> None:
        """Give back all that is held, with the session."""
        with self._guard:
            self._drop()

    def _take(self, owner: str) -> int:
        place = self._try(owner, newcomer=True)
        if place is not None:
            return place
        # Who waits says so by a shared lock: nobody who comes later takes a place before, however often they come.
        waiting = _key(owner, _WAITING)
        with self._guard:
            self._execute(f"SELECT pg_advisory_lock_shared({waiting})")
        try:
            while (place := self._try(owner)) is None:
                self._sleep(_LOOK)
        finally:
            self._let_go(f"SELECT pg_advisory_unlock_shared({waiting})")
        return place

    def _try(self, owner: str, *, newcomer: bool = False) -> int | None:
        """Take a place if one is free, and if a newcomer finds nobody of another process waiting."""
        with self._guard:
            # The session would be granted again what it has: its own places are known here only.
            free = [place for place in self._all if (owner, place) not in self._mine]
            if not free:
                return None
            place = self._execute(_trying(owner, free, newcomer))
            if place is not None:
                self._mine.add((owner, place))
            return place

    def _give_back(self, owner: str, place: int) -> None:
        self._let_go(f"SELECT pg_advisory_unlock({_key(owner, place)})")
        with self._guard:
            self._mine.discard((owner, place))

    def _let_go(self, statement: str) -> None:
        """Unlock; never raises, since what was done meanwhile is done. A session that was cut holds nothing."""
        with self._guard:
            if self._session is None:
                return
            try:
                self._session.execute(statement)
            except psycopg.Error:
                self._drop()

    def _execute(self, statement: str) -> int | None:
        """Run a statement on the session, on a new one if it was cut."""
        if self._session is not None:
            try:
                return _number(self._session.execute(statement))
            except psycopg.Error:
                self._drop()
        self._session = self._open()
        return _number(self._session.execute(statement))

    def _open(self) -> psycopg.Connection[TupleRow]:
        # The driver's own session: a statement is asked twice for every request, and costs a third there.
        connection = self._engine.raw_connection()
        session = connection.driver_connection
        connection.detach()
        assert isinstance(session, psycopg.Connection), "only PostgreSQL has advisory locks"
        session.autocommit = True
        return session

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


def _trying(owner: str, places: list[int], newcomer: bool) -> str:
    """Return the statement that tries places one after the other; CASE alone promises that order."""
    # The mark of others who wait keeps the exclusive lock from us; marks of our own session do not.
    waiting = _key(owner, _WAITING)
    polite = f"WHEN NOT pg_try_advisory_lock({waiting}) THEN NULL WHEN NOT pg_advisory_unlock({waiting}) THEN NULL"
    tries = " ".join(f"WHEN pg_try_advisory_lock({_key(owner, place)}) THEN {place}" for place in places)
    return f"SELECT CASE {polite if newcomer else ''} {tries} END"


def _number(answer: psycopg.Cursor[TupleRow]) -> int | None:
    row = answer.fetchone()
    return row[0] if row is not None and isinstance(row[0], int) else None


def _key(owner: str, place: int) -> int:
    """Return a lock's key: of 64 bits, so that it meets neither another owner's nor the locks with two keys."""
    return int.from_bytes(hashlib.blake2b(f"{owner}:{place}".encode(), digest_size=8).digest(), signed=True)
