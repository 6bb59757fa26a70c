"""Rate limits: a bucket for each method, refilled by the sandbox's clock."""

from __future__ import annotations

import math
from datetime import datetime

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import CHANNEL_POSTS_PER_MINUTE, SPECIAL_RATES, TIERS
from bot.sandbox.wire import SandboxClock


class Rates:
    """Count calls per token and method; a full minute's worth may come at once.

    `enforced` switches the whole of it on and off.
    """

    def __init__(self, clock: SandboxClock) -> None:
        self.enforced = True
        self._clock = clock
        self._buckets: dict[tuple[str, ...], tuple[float, datetime]] = {}

    def spend(self, token: str, method: str, tier: int | None, channel: str | None = None) -> None:
        """Take one call out of the bucket, or raise `ratelimited` with the seconds to wait."""
        if not self.enforced:
            return
        per_minute = SPECIAL_RATES.get(method, TIERS[4]) if tier is None else TIERS[tier]
        self._take((token, method), per_minute)
        if method == "chat.postMessage" and channel:
            self._take((token, method, channel), CHANNEL_POSTS_PER_MINUTE)

    def _take(self, key: tuple[str, ...], per_minute: int) -> None:
        now = self._clock.now()
        left, since = self._buckets.get(key, (float(per_minute), now))
        left = min(float(per_minute), left + (now - since).total_seconds() * per_minute / 60)
        if left < 1:
            self._buckets[key] = (left, now)
            wait = math.ceil((1 - left) * 60 / per_minute)
            raise SlackError("ratelimited", status=429, headers={"Retry-After": str(max(1, wait))})
        self._buckets[key] = (left - 1, now)
