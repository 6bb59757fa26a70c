"""Know whether the bot answers, for the page to say so before somebody types in vain."""

from __future__ import annotations

import asyncio
import time

import httpx

from bot.sandbox.slack.core import Slack

_PATIENCE_SECONDS = 1.0
_AGAIN_SECONDS = 0.3
_TRUST_SECONDS = 1.5
"""How soon to ask again a bot that did not answer, and one that did."""


class Readiness:
    """Ask the bot's `/readyz` now and then, without keeping anybody waiting but the first."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._asked_url: str | None = None
        self._asked_at = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self.is_ready = True

    async def follow(self) -> bool:
        """Ask if it is time to, and return what is known; a bot at another address is asked first."""
        url = self._slack.settings.bot_url
        is_new = url != self._asked_url
        wait = _TRUST_SECONDS if self.is_ready else _AGAIN_SECONDS
        if self._task is None and (is_new or time.monotonic() - self._asked_at >= wait):
            self._asked_url = url
            self._task = asyncio.create_task(self._ask(url))
            if is_new:
                await asyncio.shield(self._task)
        return self.is_ready

    async def _ask(self, url: str | None) -> None:
        try:
            self.is_ready = url is None or await _answers(url)
        finally:
            self._asked_at, self._task = time.monotonic(), None


async def _answers(url: str) -> bool:
    """Say whether a bot is there and says nothing against it: one without such a page counts as ready."""
    transport = httpx.AsyncHTTPTransport(verify=False, trust_env=False)
    try:
        async with httpx.AsyncClient(transport=transport, timeout=_PATIENCE_SECONDS, trust_env=False) as client:
            reply = await client.get(url.rstrip("/") + "/readyz")
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return reply.status_code < 500
