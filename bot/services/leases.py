"""Doing something in one process at a time, without holding a transaction meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from bot.errors import UnavailableError
from bot.services.base import Base
from storage import leases

_LIFE = timedelta(minutes=1)
"""How long a lease holds when its holder dies; longer than any renewal may take."""

_TRIES = 300
_PAUSE = 0.1


@contextmanager
def alone(base: Base, name: str, pause: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Hold the lease of a name, waiting for whoever has it; raise `UnavailableError` after half a minute."""
    holder = base.new_id()
    for _ in range(_TRIES):
        now = base.clock()
        with base.database.begin() as session:
            if leases.take(session, name, holder, now, now + _LIFE):
                break
        pause(_PAUSE)
    else:
        raise UnavailableError("This is being renewed elsewhere. Please try again in a minute.", detail=name)
    try:
        yield
    finally:
        with base.database.begin() as session:
            leases.give_back(session, name, holder)
