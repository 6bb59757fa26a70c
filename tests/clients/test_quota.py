from __future__ import annotations

import threading
from typing import Any

import pytest
from pyrate_limiter import AbstractBucket, Decision, InMemoryBucket, Rate

from bot.clients.quota import BILL_LOGINS, BILL_REQUESTS, HOURLY_LIMITS, Quota
from bot.errors import QuotaError


class TimedBucket(InMemoryBucket):
    time = 0

    def now(self) -> int:
        return TimedBucket.time


def timed(limit: int) -> Quota:
    TimedBucket.time = 1_000_000
    return Quota({"x": limit}, bucket=lambda _name, rate: TimedBucket([rate]))


def test_the_limits_are_bills() -> None:
    assert HOURLY_LIMITS == {BILL_REQUESTS: 20_000, BILL_LOGINS: 200}


def test_a_spent_quota_says_when_it_is_free_again() -> None:
    quota = timed(2)
    quota.take("x")
    TimedBucket.time += 600_000
    quota.take("x")
    with pytest.raises(QuotaError) as caught:
        quota.take("x")
    assert caught.value.retry_after == pytest.approx(3000, abs=1)
    TimedBucket.time += 3_000_001
    quota.take("x")
    with pytest.raises(QuotaError):
        quota.take("x")


def test_old_calls_are_forgotten() -> None:
    buckets: list[TimedBucket] = []

    def make(_name: str, rate: Rate) -> AbstractBucket:
        buckets.append(TimedBucket([rate]))
        return buckets[0]

    TimedBucket.time = 1_000_000
    quota = Quota({"x": 1000}, bucket=make)
    for _ in range(50):
        quota.take("x")
        TimedBucket.time += 3_600_001
    assert len(buckets[0].items) == 1


def test_threads_never_take_more_than_there_is() -> None:
    quota = Quota({"x": 100})
    refused: list[int] = []

    def work() -> None:
        for _ in range(30):
            try:
                quota.take("x")
            except QuotaError:
                refused.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 140


class ContendedBucket(InMemoryBucket):
    """Refuse without a waiting time, as the shared bucket does while another process counts."""

    def __init__(self, rates: list[Rate], times: int) -> None:
        super().__init__(rates)
        self.times = times

    def put_decision(self, item: Any) -> Any:
        self.times -= 1
        return Decision(failing_rate=self.rates[0]) if self.times >= 0 else super().put_decision(item)


def test_contention_on_a_shared_bucket_is_waited_out_briefly() -> None:
    pauses: list[float] = []
    quota = Quota({"x": 5}, bucket=lambda _name, rate: ContendedBucket([rate], 3), sleep=pauses.append)
    quota.take("x")
    assert len(pauses) == 3
    stuck = Quota({"x": 5}, bucket=lambda _name, rate: ContendedBucket([rate], 999), sleep=pauses.append)
    with pytest.raises(QuotaError) as caught:
        stuck.take("x")
    assert caught.value.retry_after == 1


def test_requests_are_counted_by_blocks_and_never_more_than_there_are() -> None:
    TimedBucket.time = 1_000_000
    counted: list[int] = []

    class Counting(TimedBucket):
        def put_decision(self, item: Any) -> Any:
            decision = super().put_decision(item)
            assert isinstance(decision, Decision)
            counted.append(item.weight if decision.allowed else 0)
            return decision

    quota = Quota({BILL_REQUESTS: 7}, bucket=lambda _name, rate: Counting([rate]), block=3)
    for _ in range(7):
        quota.take(BILL_REQUESTS)
    assert counted == [3, 3, 0, 1]
    with pytest.raises(QuotaError):
        quota.take(BILL_REQUESTS)


def test_what_was_counted_is_not_used_late() -> None:
    TimedBucket.time = 1_000_000
    quota = Quota({BILL_REQUESTS: 6}, bucket=lambda _name, rate: TimedBucket([rate]), block=3)
    quota.take(BILL_REQUESTS)
    TimedBucket.time += 10_000
    quota.take(BILL_REQUESTS)
    TimedBucket.time += 10_000
    with pytest.raises(QuotaError):
        quota.take(BILL_REQUESTS)
