"""Breaks of a leg, and the one living message that tells of one, or of many with one cause.

The life of a message is drawn in docs/connections.md, prompts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.connections import Provider
from bot.domain.hours import a_working_day_after, morning, today, working

ENDING_CAUSE = "ending"
OUTAGE_CAUSE = "outage"

OPERATORS = frozenset({"credentials:developer_key", "credentials:client"})
"""Causes that no admin can mend by reconnecting: the key or client belongs to whoever runs the bot."""

WARNINGS = (14, 7, 2, 0)
"""Days before the end of a connection on which people are told."""

CLOSING_SOON = timedelta(days=2)
URGENT = timedelta(minutes=30)
REPAIR_PATIENCE = timedelta(hours=1)
"""How long somebody who opened Reconnect is left in peace."""

_FIRST_DAY = timedelta(days=1)
_LOOK_SOON = timedelta(hours=1)
_LOOK_LATE = timedelta(days=1)


class BreakStage(StrEnum):
    """Name how bad it is: an end that is near, an outage that lasts, or a refusal."""

    ENDING = "ending"
    OUTAGE = "outage"
    EXPIRED = "expired"


class Closing(StrEnum):
    """Name how a break ended."""

    RECONNECTED = "reconnected"
    REPAIRED = "repaired"
    ANSWERED = "answered"
    DISCONNECTED = "disconnected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Break:
    """Be one trouble of a leg, from its first sign to its end.

    `opened_at` is the first sign, `broken_at` when it came to its present stage. `closed_by` is the
    admin who ended it, or empty when it ended by itself.
    """

    id: str
    prompt_id: str
    business_id: str
    provider: Provider
    stage: BreakStage
    cause: str
    opened_at: datetime
    broken_at: datetime
    repairing_by: str = ""
    repairing_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    closing: Closing | None = None


@dataclass(frozen=True)
class Prompt:
    """Be the one living message of one or several breaks, and what was done to be heard.

    `channel_id` is where it stands: the channel for admins, or a person where there is none. `due_at` is
    when the clock looks at it next. `moved_at` is when it went to the fallback channel.
    """

    id: str
    workspace_id: str
    provider: Provider
    cause: str
    channel_id: str
    opened_at: datetime
    due_at: datetime | None
    nudged_at: datetime | None = None
    moved_at: datetime | None = None
    moved_from: str = ""
    snoozed_by: str = ""
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None


class Step(StrEnum):
    """Name what is to be done about a prompt that nobody acted on."""

    WATCH = "watch"
    NUDGE = "nudge"
    MOVE = "move"


def next_step(
    prompt: Prompt, broken_at: datetime, repairing_at: datetime | None, zone_name: str, now: datetime, *, urgent: bool
) -> tuple[Step, datetime | None]:
    """Return what comes next for a prompt of expired legs, and when.

    One nudge after a working day, the fallback channel after another, both while somebody is at work, also when
    they are overdue; where held items meet a closing date, half an hour each, whatever the hour. Snoozing puts
    both off; somebody who is at it is left in peace for an hour.
    """
    if prompt.moved_at is not None:
        return Step.WATCH, None
    step, since = (Step.MOVE, prompt.nudged_at) if prompt.nudged_at is not None else (Step.NUDGE, broken_at)
    at = since + URGENT if urgent else a_working_day_after(since, zone_name)
    if prompt.snoozed_until is not None:
        at = max(at, prompt.snoozed_until)
    if repairing_at is not None:
        at = max(at, repairing_at + REPAIR_PATIENCE)
    return step, at if urgent else working(max(at, now), zone_name)


def next_look(opened_at: datetime, now: datetime, step_at: datetime | None) -> datetime:
    """Return when the clock looks at a prompt again: for its next step, and to see that it still stands.

    A message that somebody deleted is written anew within the hour on the first day, within a day later.
    """
    look = now + (_LOOK_SOON if now - opened_at < _FIRST_DAY else _LOOK_LATE)
    return min(look, step_at) if step_at is not None and step_at > now else look


def next_warning(expires_at: datetime, now: datetime, zone_name: str) -> datetime | None:
    """Return when people are next warned of the end of a connection: in the morning, 14, 7, 2 and 0 days before."""
    last_day = today(expires_at, zone_name)
    mornings = (morning(last_day - timedelta(days=days), zone_name) for days in WARNINGS)
    return next((at for at in mornings if at > now), None)


def warned_of(expires_at: datetime, now: datetime, zone_name: str) -> bool:
    """Say whether the end of a connection is near enough to be told."""
    return (today(expires_at, zone_name) - today(now, zone_name)).days <= WARNINGS[0]


def closing_soon(closing_on: date | None, now: datetime, zone_name: str) -> bool:
    """Say whether the books close within two days, today included."""
    if closing_on is None:
        return False
    ahead = closing_on - today(now, zone_name)
    return timedelta() <= ahead <= CLOSING_SOON
