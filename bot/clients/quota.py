"""The hourly limits of the developer key, which all customers of one product share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pyrate_limiter import AbstractBucket, Decision, Duration, InMemoryBucket, PostgresBucket, Rate, RateItem

from bot.errors import QuotaError

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

BILL_REQUESTS = "bill:requests"
BILL_LOGINS = "bill:logins"

HOURLY_LIMITS: Mapping[str, int] = {BILL_REQUESTS: 20_000, BILL_LOGINS: 200}
"""Calls an hour and developer key (docs/bill-com.md, errors and limits)."""

_SWEEP_EVERY = 60_000
_BLOCK = 20
_BLOCK_LIFE = 10_000
_CONTENTION_TRIES = 20
_CONTENTION_PAUSE = 0.01


class Quota:
    """Count calls against hourly limits; thread-safe, and shared between processes if its buckets are.

    A bucket forgets a call one hour after it, a rolling window: stricter than a limit that starts
    anew on the hour, so it holds for either way of counting.
    """

    def __init__(
        self,
        limits: Mapping[str, int] = HOURLY_LIMITS,
        *,
        bucket: Callable[[str, Rate], AbstractBucket] | None = None,
        block: int = 1,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        make = bucket or (lambda _name, rate: InMemoryBucket([rate]))
        self._buckets = {name: make(name, Rate(limit, Duration.HOUR)) for name, limit in limits.items()}
        self._locks = {name: threading.Lock() for name in limits}
        self._swept = dict.fromkeys(limits, 0)
        self._block = block
        self._reserved = dict.fromkeys(limits, (0, 0))
        self._sleep = sleep

    @classmethod
    def shared(cls, pool: ConnectionPool, limits: Mapping[str, int] = HOURLY_LIMITS) -> Quota:
        """Build a quota that all processes on one PostgreSQL database share.

        It makes one small table a limit in the pool's database, and counts requests by twenty at a time: each
        count costs a few milliseconds. What was counted and not used within seconds is lost, never used late.
        The pool stays the caller's to close.
        """
        return cls(limits, bucket=lambda name, rate: PostgresBucket(pool, name.replace(":", "_"), [rate]), block=_BLOCK)

    def take(self, name: str) -> None:
        """Count one call, or raise QuotaError with the seconds until the next is allowed; never waits for it."""
        bucket = self._buckets[name]
        for _ in range(_CONTENTION_TRIES):
            # The bucket's verdict and its waiting time belong together, so one thread asks at a time.
            with self._locks[name]:
                wait = self._ask(name, bucket)
            if wait is None:
                return
            if wait > 0:
                break
            # The shared bucket refuses at once while another process is counting, without a waiting time.
            self._sleep(_CONTENTION_PAUSE)
        else:
            wait = 1000
        raise QuotaError(
            "Bill.com's hourly limit for this app is used up. I'll carry on by myself as soon as it frees up.",
            service="Bill.com",
            detail=name,
            retry_after=wait / 1000,
        )

    def _ask(self, name: str, bucket: AbstractBucket) -> int | None:
        """Return None when the call is counted, otherwise the milliseconds to wait, 0 when unknown."""
        now = _plain(bucket.now())  # type: ignore[no-untyped-call]  # the library leaves it untyped
        if now - self._swept[name] >= _SWEEP_EVERY:
            # Buckets only forget when told to; telling them here spares a background thread.
            bucket.leak(now)
            self._swept[name] = now
        left, until = self._reserved[name]
        if left and now < until:
            self._reserved[name] = (left - 1, until)
            return None
        if name == BILL_REQUESTS and self._block > 1:
            several = bucket.put_decision(RateItem(name, now, weight=self._block))
            assert isinstance(several, Decision), "an asynchronous bucket can't be used here"
            if several.allowed:
                self._reserved[name] = (self._block - 1, now + _BLOCK_LIFE)
                return None
        decision = bucket.put_decision(RateItem(name, now))
        assert isinstance(decision, Decision), "an asynchronous bucket can't be used here"
        return None if decision.allowed else decision.retry_after_ms or 0


def _plain(value: object) -> int:
    assert isinstance(value, int), "an asynchronous bucket can't be used here"
    return value
