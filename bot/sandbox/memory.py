"""Keep a pretend service's state between two starts of a demo."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.sandbox.wire import Asgi, Receive, Scope, Send

SAVE_SECONDS = 1.0
"""What was written is kept at the latest after this long, together with whatever came meanwhile."""


def load(path: Path) -> Any:
    """Return the state that was kept in a file of ours, or `None` when there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return pickle.load(file)


def save(path: Path, memory: Any) -> None:
    """Keep a state; a kill in the middle leaves the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        pickle.dump(memory, file)
    fresh.replace(path)


def saving(app: Asgi, save: Callable[[], None]) -> Asgi:
    """Wrap an application so that `save` is called soon after every request that may have written.

    It is called between requests, on the loop that serves them, so that it sees the state whole.
    """
    waiting: list[asyncio.TimerHandle] = []

    def work() -> None:
        waiting.clear()
        save()

    def soon() -> None:
        if not waiting:
            waiting.append(asyncio.get_running_loop().call_later(SAVE_SECONDS, work))

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        writes = scope["type"] == "http" and scope["method"] not in ("GET", "HEAD")
        if writes:
            soon()  # its answer may be held back for long after its work was done
        try:
            await app(scope, receive, send)
        finally:
            if writes:
                soon()

    return served
