"""A business to hang rows on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from bot.domain.businesses import Business
from storage import people
from storage.database import Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def business(database: Database) -> str:
    with database.begin() as session:
        people.keep_workspace(session, "T1", "W", "UBOT", NOW)
        people.add_business(session, Business("b1", "T1", "One"), NOW)
        people.add_business(session, Business("b2", "T1", "Two"), NOW)
    return "b1"


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)
