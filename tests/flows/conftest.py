"""Towns for the flows: one that nobody connected, one that is connected, each a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.town import Town, connect, running


@pytest.fixture
def unconnected(tmp_path: Path) -> Iterator[Town]:
    with running(tmp_path) as town:
        yield town


@pytest.fixture
def connected(tmp_path: Path) -> Iterator[Town]:
    with running(tmp_path) as town:
        connect(town)
        yield town


@pytest.fixture(scope="module")
def shared_unconnected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give a town to all tests of a module, which leave nothing connected."""
    with running(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give a connected town to all tests of a module, which each bring documents of their own."""
    with running(tmp_path_factory.mktemp("town"), UPSTREAM_TIMEOUT_SECONDS="2") as town:
        connect(town)
        yield town
