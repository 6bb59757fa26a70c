"""A bench for each test: on SQLite, and on both databases where the database decides."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database, open_engine
from storage.migrate import migrate
from tests.conftest import FakeClock
from tests.support.bench import Bench, Stages


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    """Keep the two servers up for the whole run."""
    up = Stages()
    yield up
    up.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "bot.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def bare(stages: Stages, migrated: Path, tmp_path: Path, clock: FakeClock) -> Iterator[Bench]:
    """Give services of a business that nobody has connected yet."""
    database = Database(open_engine(f"sqlite:///{shutil.copy(migrated, tmp_path / 'bot.db')}"))
    made = Bench(stages, database, clock)
    yield made
    made.close()
    database.close()


@pytest.fixture
def bench(bare: Bench) -> Bench:
    """Give services of a business that is connected and has its lists."""
    return bare.ready()


@pytest.fixture
def both(stages: Stages, database: Database, clock: FakeClock) -> Iterator[Bench]:
    """Give the same as `bench`, once on each database."""
    made = Bench(stages, database, clock)
    yield made.ready()
    made.close()
