from __future__ import annotations

from collections.abc import Iterator

import pytest

from .doubles import BillWorld, DextWorld


@pytest.fixture
def world() -> Iterator[BillWorld]:
    made = BillWorld()
    yield made
    made.close()


@pytest.fixture
def dext() -> Iterator[DextWorld]:
    made = DextWorld()
    yield made
    made.close()
