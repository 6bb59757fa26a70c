from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from ..support import Stage
from .desk import Desk

_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_FIRST = ("--disable-sync", "--no-first-run")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = os.environ.get("BOT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium found, and REQUIRE_BROWSER is set")
        pytest.skip("no Chromium found: install chromium, or say in BOT_CHROMIUM where it is")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *_FIRST])
        yield started
        started.close()


@pytest.fixture
def desk(stage: Stage, browser: Browser) -> Iterator[Desk]:
    """Give a person at the page; at the end nothing may have gone wrong in it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    opened = Desk(context.new_page(), stage, stage.address)
    yield opened
    context.close()
    assert opened.wrong == []
