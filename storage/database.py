"""The database and its unit of work: one transaction for one use case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: the intent to publish must survive a power cut, not only a killed process.
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
)


_SOON_NOTICED = (
    "-c tcp_keepalives_idle=10",
    "-c tcp_keepalives_interval=5",
    "-c tcp_keepalives_count=3",
)

_READS = "reads"


def is_sqlite(url: str) -> bool:
    """Say whether `url` names an SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def open_engine(url: str) -> Engine:
    """Return the engine of our own tables.

    On SQLite every transaction that may write begins with BEGIN IMMEDIATE: two that read first and write later
    would otherwise fail with "database is locked" in spite of the time-out.
    """
    if not is_sqlite(url):
        return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, hide_parameters=True)
    _set_pragmas(engine)

    @event.listens_for(engine, "connect")
    def take_over_transactions(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin_immediate(connection: Connection) -> None:
        # One that only reads waits for nobody, and nobody for it.
        reads = connection.get_execution_options().get(_READS, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def open_queue_engine(url: str) -> Engine:
    """Return an engine for the durable-work library on the same database.

    It begins its own transactions, so on SQLite it gets no begin hook, only the same pragmas.
    """
    if not is_sqlite(url):
        return create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": 30, "isolation_level": "IMMEDIATE"})
    _set_pragmas(engine)
    return engine


def open_lock_engine(url: str) -> Engine:
    """Return an engine whose connections are never pooled: each is one session holding locks.

    PostgreSQL notices a killed process at once, and with this a machine that vanished within half a minute.
    """
    if is_sqlite(url):
        return create_engine(url, poolclass=NullPool)
    return create_engine(url, poolclass=NullPool, connect_args={"options": " ".join(_SOON_NOTICED)})


def _set_pragmas(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()


class Database:
    """Give out transactions; the only way to a session."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = engine.execution_options(**{_READS: True})

    @property
    def single_writer(self) -> bool:
        """Say whether transactions that write follow one another."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a session in a transaction that commits at the end, or rolls back on any error."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session in a transaction that only reads; on SQLite it goes on while another one writes."""
        with Session(self._reading, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    def tidy(self, table: str) -> None:
        """Let PostgreSQL clear up after very many rows were written: it would by itself, a minute later.

        Until then a search reads old rows beside the new ones, and guesses from an empty table's statistics.
        """
        if not self.single_writer:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"VACUUM (SKIP_LOCKED, ANALYZE) {table}"))

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()
