"""People first: long work of the same process stands back while somebody waits for an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_SECONDS = 0.1
"""How long one piece of background work stands back at most: clicks that never end must not starve a refresh."""


class Courtesy:
    """Know whether anybody waits; thread-safe, one a process.

    Threads share one interpreter: a click answered in 10 ms takes 40 beside three threads that read lists
    (docs/benchmarks.md). Standing back between two pieces of work costs those threads next to nothing.
    """

    def __init__(self) -> None:
        self._count = 0
        self._guard = threading.Lock()
        self._nobody = threading.Event()
        self._nobody.set()

    @contextmanager
    def somebody_waits(self) -> Iterator[None]:
        """Hold background work back for as long as this lasts."""
        with self._guard:
            self._count += 1
            self._nobody.clear()
        try:
            yield
        finally:
            with self._guard:
                self._count -= 1
                if not self._count:
                    self._nobody.set()

    def stand_back(self, most_seconds: float = MOST_SECONDS) -> bool:
        """Wait until nobody waits any more, at most so long; return whether nobody does."""
        return self._nobody.wait(most_seconds)
