from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from bot.sandbox.slack import build
from bot.sandbox.wire import SandboxClock

from .support import Bot, Served, Stage


@pytest.fixture(scope="session")
def slack_server() -> Iterator[Served]:
    server = Served()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def bot_server() -> Iterator[Served]:
    server = Served()
    yield server
    server.stop()


@pytest.fixture
def stage(slack_server: Served, bot_server: Served) -> Iterator[Stage]:
    sandbox = build(SandboxClock(), bot_url=bot_server.address)
    bot = Bot(sandbox.credentials["signing_secret"])
    slack_server.app, bot_server.app = sandbox.app, bot.app
    with httpx.Client(base_url=slack_server.address, timeout=10) as http:
        yield Stage(sandbox, bot, slack_server.address, bot_server.address, http)
    assert bot.forged == 0
