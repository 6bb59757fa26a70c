"""Let one thread renew a session or token while the others wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.errors import UpstreamError

Renewed = TypeVar("Renewed")


@dataclass
class _Flight:
    lock: threading.Lock = field(default_factory=threading.Lock)
    landed: int = 0
    failure: UpstreamError | None = None


class SingleFlight:
    """Run at most one renewal a key at a time in this process; thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._flights: dict[str, _Flight] = {}

    def run(self, key: str, current: Callable[[], Renewed | None], renew: Callable[[], Renewed]) -> Renewed:
        """Return what `current` finds, or what one call of `renew` makes.

        `current` is asked again once the lock is won, so that those who waited use what the first
        one made. A renewal that failed while one waited fails for the waiter too: eight threads with
        a withdrawn password make one refused sign-in, not eight. Raises what the two functions raise.
        """
        found = current()
        if found is not None:
            return found
        flight = self._of(key)
        seen = flight.landed
        with flight.lock:
            found = current()
            if found is not None:
                return found
            if flight.landed != seen and flight.failure is not None:
                raise flight.failure
            flight.failure = None
            try:
                return renew()
            except UpstreamError as error:
                flight.failure = error
                raise
            finally:
                flight.landed += 1

    def _of(self, key: str) -> _Flight:
        with self._guard:
            return self._flights.setdefault(key, _Flight())
