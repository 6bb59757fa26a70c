"""A connected town of its own for each crash, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.town import Town, connect, running


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with running(tmp_path, database_url, SETTLE_SECONDS="30") as started:
        connect(started)
        yield started
