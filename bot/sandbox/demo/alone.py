"""Let one demo at a time have the folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RunningError(Exception):
    """Another demo has the folder; `address` is where its page is."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@contextmanager
def alone(path: Path, address: str) -> Iterator[int]:
    """Hold a lock file that says where our page is; raise `RunningError` when somebody else holds it.

    Yields its descriptor. Processes that were given it hold the lock too: it is free when the last has ended.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunningError(os.read(descriptor, 200).decode()) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, address.encode())
        yield descriptor
    finally:
        os.close(descriptor)
