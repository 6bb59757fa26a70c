"""Transitions: the one place where a leg changes its state, with its history, its break and everybody's Home."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.connections import Leg, Signal, Turn, after
from bot.log import get_logger
from bot.services.base import Base
from bot.services.breaks import Breaks
from storage import homes, legs

_WATCHED = timedelta(days=30)
"""How long after a person looked at their Home it is still drawn anew by itself."""


class Transitions:
    """Move legs from state to state."""

    def __init__(self, base: Base, breaks: Breaks) -> None:
        self._base = base
        self._breaks = breaks
        self._log = get_logger(__name__)

    def move(
        self, session: Session, leg: Leg, signal: Signal, *, by: str = "", reason: str = "", **changes: Any
    ) -> Leg:
        """Store what a signal makes of a leg that the caller has locked, and tell whom it concerns.

        `by` is the person who did it, `reason` a stable code of what was met, `changes` what else is stored.
        """
        now = self._base.clock()
        state = after(leg.state, signal, joined=bool(leg.organization_id))
        moved = replace(leg, state=state, reason=reason, **changes)
        if moved.state is not leg.state:
            moved = replace(moved, since=now)
        legs.keep(session, moved)
        self._breaks.note(session, moved, signal, by)
        if moved.state is leg.state and signal is not Signal.CONNECTED:
            return moved
        turn = Turn(leg.business_id, leg.provider, now, leg.state, moved.state, signal, reason, by)
        legs.add_turn(session, turn)
        for workspace_id, user_id in homes.viewers(session, leg.business_id, now - _WATCHED):
            self._base.tell(session, "home", f"{workspace_id}:{user_id}", user_id)
        self._log.info(
            "leg changed", business=leg.business_id, leg=leg.provider.value, was=leg.state.value,
            now=moved.state.value, reason=reason,
        )  # fmt: skip
        return moved
