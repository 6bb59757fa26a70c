"""A connection and its two legs, Dext and Bill.com, each with a health of its own."""

from __future__ import annotations

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
    ACTIVE = "active"
    DEGRADED = "degraded"
    EXPIRED = "expired"
    DISCONNECTED = "disconnected"


class Signal(StrEnum):
    """Name what a call, or a person, taught about a leg."""

    CONNECTED = "connected"
    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    DISCONNECTED = "disconnected"


USABLE = frozenset({LegState.ACTIVE, LegState.DEGRADED})
"""States in which calls are made: an outage is no reason to stop trying."""

CHECKED = frozenset({LegState.ACTIVE, LegState.DEGRADED, LegState.EXPIRED})
"""States in which the clock looks at a leg: an expired one may have been repaired elsewhere."""

_PROBE_EXPIRED = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def after(state: LegState, signal: Signal) -> LegState:
    """Return the state that follows `state` when `signal` arrives.

    A refusal expires a leg at once, an outage only degrades it, a success heals both.
    What is not connected learns nothing from calls.
    """
    match signal:
        case Signal.CONNECTED:
            return LegState.ACTIVE
        case Signal.DISCONNECTED:
            return LegState.DISCONNECTED
        case Signal.ANSWERED if state in CHECKED:
            return LegState.ACTIVE
        case Signal.REFUSED if state in CHECKED:
            return LegState.EXPIRED
        case Signal.UNREACHABLE if state in USABLE:
            return LegState.DEGRADED
        case _:
            return state


def next_check(state: LegState, failures: int, now: datetime, every: timedelta) -> datetime | None:
    """Return when to look at a leg again, or `None` for one that is not looked at.

    A healthy leg is due every `every`; a degraded one sooner; an expired one on a
    widening schedule, so that a repair made elsewhere is noticed without a storm of sign-ins.
    """
    match state:
        case LegState.ACTIVE:
            return now + every
        case LegState.DEGRADED:
            return now + min(every, timedelta(minutes=2) * max(1, failures))
        case LegState.EXPIRED:
            return now + _PROBE_EXPIRED[min(max(failures, 1), len(_PROBE_EXPIRED)) - 1]
        case _:
            return None


@dataclass(frozen=True)
class Leg:
    """Be one leg of a connection as it is stored.

    `organization_id` is the Bill.com organisation, or the Dext account. `due_at` is when it
    is next checked; `failing_since` and `failures` are cleared by a success.
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

    @property
    def usable(self) -> bool:
        """Say whether calls may be made over this leg."""
        return self.state in USABLE


@dataclass(frozen=True)
class Break:
    """Be one time that a leg was refused: from the refusal to the next success.

    `closed_by` is the admin who reconnected, or empty when it was repaired elsewhere.
    """

    id: str
    business_id: str
    provider: Provider
    opened_at: datetime
    repairing_by: str = ""
    repairing_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""


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
        return all(leg.state is not LegState.NOT_CONNECTED for leg in (self.bill, self.dext))
