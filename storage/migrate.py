"""Bring a database to the newest schema, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from storage.database import is_sqlite

_LOCK = 7_310_411


def migrate(url: str, to: str = "head") -> None:
    """Run the migrations that are missing up to one, under a lock that a second process waits for."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if is_sqlite(url):
            # A file has one writer: an exclusive transaction is the lock.
            connection.exec_driver_sql("PRAGMA busy_timeout=60000")
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            command.upgrade(_config(connection), to)
            connection.exec_driver_sql("COMMIT")
        else:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            command.upgrade(_config(connection), to)
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    engine.dispose()


def is_current(connection: Connection) -> bool:
    """Say whether the database has every migration of this version of the bot."""
    scripts = ScriptDirectory.from_config(_config(connection))
    return MigrationContext.configure(connection).get_current_heads() == tuple(scripts.get_heads())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
