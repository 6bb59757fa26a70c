"""The web application over ASGI, with a stub for everything behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import Mock, create_autospec

import anyio
import httpx
from slack_bolt import App, BoltRequest, BoltResponse

from bot.services.connecting import Connecting
from bot.services.courtesy import Courtesy
from bot.web import build_web
from tests.blocks import views as v

COOKIE = "the-browsers-secret"


@dataclass
class Site:
    """Be the web application and what stands behind it."""

    secure: bool = True
    is_ready: bool = True
    slack: Mock = field(default_factory=lambda: create_autospec(App, instance=True))
    courtesy: Courtesy = field(default_factory=Courtesy)
    connecting: Mock = field(default_factory=lambda: create_autospec(Connecting, instance=True))

    def __post_init__(self) -> None:
        self.connecting.offers_sign_in = True
        self.connecting.look.return_value = True
        self.connecting.spend.return_value = COOKIE
        self.connecting.attempt_of.return_value = v.attempt()
        self.slack.dispatch.side_effect = self._dispatch
        self.dispatched: list[BoltRequest] = []
        self.app = build_web(
            self.slack, self.connecting, lambda: self.is_ready, courtesy=self.courtesy, secure=self.secure
        )

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request, from a browser that has the cookie unless `cookies` says otherwise."""
        return anyio.run(partial(self._ask, method, path, options))

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        cookies = options.pop("cookies", {"connect": COOKIE})
        async with httpx.AsyncClient(transport=transport, base_url="https://bot.test", cookies=cookies) as browser:
            return await browser.request(method, path, **options)

    def _dispatch(self, request: BoltRequest) -> BoltResponse:
        self.dispatched.append(request)
        return BoltResponse(status=200, body='{"text":"hello"}', headers={"content-type": ["application/json"]})


def chunks(size: int, times: int) -> Callable[[], AsyncIterator[bytes]]:
    """Return a body that is sent in chunks, without saying beforehand how long it will be."""

    async def body() -> AsyncIterator[bytes]:
        for _ in range(times):
            yield b"x" * size

    return body
