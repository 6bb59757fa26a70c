from __future__ import annotations

import pytest

from .harness import Bench


@pytest.fixture
def bench() -> Bench:
    """A fresh sandbox with an administrator signed in."""
    bench = Bench.new()
    assert bench.login().status_code == 200
    return bench
