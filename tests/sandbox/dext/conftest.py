from __future__ import annotations

import pytest

from bot.sandbox.dext import build
from bot.sandbox.wire import SandboxClock

from .driver import Driver


@pytest.fixture
def dext() -> Driver:
    return Driver(build(SandboxClock()))


@pytest.fixture
def token(dext: Driver) -> str:
    return str(dext.tokens()["access_token"])
