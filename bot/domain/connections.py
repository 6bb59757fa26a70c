"""A connection and its two legs, Dext and Bill.com, each with a health of its own."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Provider(StrEnum):
    """Name the service at the other end of a leg."""

    BILL = "bill"
    DEXT = "dext"

    @property
    def label(self) -> str:
        """Return the name people know the service by."""
        return {"bill": "Bill.com", "dext": "Dext"}[self.value]


class LegState(StrEnum):
    """Name the health of a leg (docs/connections.md, states)."""

    NOT_CONNECTED = "not_connected"
    LINKING = "linking"
    ACTIVE = "active"
    DEGRADED = "degraded"
    EXPIRED = "expired"
    DISCONNECTED = "disconnected"


class Signal(StrEnum):
    """Name what a call, or a person, taught about a leg."""

    BEGUN = "begun"
    ABANDONED = "abandoned"
    CONNECTED = "connected"
    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    DISCONNECTED = "disconnected"


USABLE = frozenset({LegState.ACTIVE, LegState.DEGRADED})
"""States in which calls are made: an outage is no reason to stop trying."""

CHECKED = frozenset({LegState.ACTIVE, LegState.DEGRADED, LegState.EXPIRED})
"""States in which the clock looks at a leg: an expired one may have been repaired elsewhere."""

LOCK_OUT = timedelta(minutes=30)
"""How long Bill.com is left alone after it locked the sign-in: every further try could lock it anew."""

_PROBE_EXPIRED = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def after(state: LegState, signal: Signal, *, joined: bool = False) -> LegState:
    """Return the state that follows `state` when `signal` arrives.

    A refusal expires a leg at once, an outage only degrades it, a success heals both.
    What is not connected learns nothing from calls. `joined` says whether the leg ever belonged to
    an organisation: where a link was opened and nobody finished, the leg goes back to what it was.
    """
    match signal:
        case Signal.CONNECTED:
            return LegState.ACTIVE
        case Signal.DISCONNECTED if state is not LegState.NOT_CONNECTED:
            return LegState.DISCONNECTED if joined else LegState.NOT_CONNECTED
        case Signal.BEGUN if state in (LegState.NOT_CONNECTED, LegState.DISCONNECTED):
            return LegState.LINKING
        case Signal.ABANDONED if state is LegState.LINKING:
            return LegState.DISCONNECTED if joined else LegState.NOT_CONNECTED
        case Signal.ANSWERED if state in CHECKED:
            return LegState.ACTIVE
        case Signal.REFUSED if state in CHECKED:
            return LegState.EXPIRED
        case Signal.UNREACHABLE if state in USABLE:
            return LegState.DEGRADED
        case _:
            return state


def next_check(
    state: LegState, failures: int, now: datetime, every: timedelta, key: str = "", locked_until: datetime | None = None
) -> datetime | None:
    """Return when to look at a leg again, or `None` for one that is not looked at.

    A healthy leg is due after `every` at the latest, each a little sooner by its `key`, so that legs
    connected in one moment part; a degraded one sooner; an expired one on a widening schedule, so
    that a repair made elsewhere is noticed without a storm of sign-ins. None while it is locked out.
    """
    match state:
        case LegState.ACTIVE:
            at = now + every * _spread(key, now)
        case LegState.DEGRADED:
            at = now + min(every, timedelta(minutes=2) * max(1, failures))
        case LegState.EXPIRED:
            at = now + _PROBE_EXPIRED[min(max(failures, 1), len(_PROBE_EXPIRED)) - 1]
        case _:
            return None
    return max(at, locked_until) if locked_until is not None else at


def _spread(key: str, now: datetime) -> float:
    """Return a share between four fifths and the whole, another for each key and time."""
    return 0.8 + 0.2 * (zlib.crc32(f"{key}:{now.timestamp()}".encode()) / 2**32) if key else 1.0


@dataclass(frozen=True)
class Leg:
    """Be one leg of a connection as it is stored.

    `organization_id` is the Bill.com organisation, or the Dext account. `since` is when it came into
    its state, `due_at` when it is next checked; `failing_since`, `failures` and `reason` are cleared by a
    success. `expires_at` is only known where somebody said so; `warn_at` is when people are next warned
    of it. Until `locked_until` no call is made.
    """

    business_id: str
    provider: Provider
    state: LegState = LegState.NOT_CONNECTED
    mode: str = ""
    organization_id: str = ""
    organization_name: str = ""
    user_name: str = ""
    connected_by: str = ""
    connected_at: datetime | None = None
    checked_at: datetime | None = None
    due_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    reason: str = ""
    since: datetime | None = None
    expires_at: datetime | None = None
    warn_at: datetime | None = None
    locked_until: datetime | None = None

    @property
    def usable(self) -> bool:
        """Say whether calls may be made over this leg."""
        return self.state in USABLE


@dataclass(frozen=True)
class Turn:
    """Be one line of a connection's history: a leg changed its state, when, why, and by whom if by a person."""

    business_id: str
    provider: Provider
    at: datetime
    was: LegState
    now: LegState
    signal: Signal
    reason: str = ""
    by: str = ""


@dataclass(frozen=True)
class Connection:
    """Be both legs of one business."""

    bill: Leg
    dext: Leg

    @property
    def live(self) -> bool:
        """Say whether publishing is available: both legs usable."""
        return self.bill.usable and self.dext.usable

    @property
    def started(self) -> bool:
        """Say whether somebody has ever connected both legs."""
        return all(leg.organization_id for leg in (self.bill, self.dext))
