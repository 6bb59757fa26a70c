"""Breaks: each refusal of a leg is one living message, from the refusal to the catch-up after it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.domain.connections import Break, LegState, Provider
from bot.domain.publishing import PublishState
from bot.domain.views import BreakView
from bot.services.base import Base
from storage import breaks, people, publishes


class Breaks:
    """Open, follow and close breaks; every change rewrites the one message of the break."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def note(self, session: Session, business_id: str, provider: Provider, state: LegState, by: str = "") -> None:
        """Open or close a leg's break as its new state demands; the same state twice changes nothing."""
        found = next((one for one in breaks.open_ones(session, business_id) if one.provider is provider), None)
        if state is LegState.EXPIRED and found is None:
            broken = Break(self._base.new_id(), business_id, provider, self._base.clock())
            breaks.add(session, broken)
            self._base.tell(session, "break", broken.id, business_id)
        if state is LegState.ACTIVE and found is not None:
            breaks.keep(session, replace(found, closed_at=self._base.clock(), closed_by=by))
            self._base.tell(session, "break", found.id, business_id)

    def repairing(self, session: Session, business_id: str, user_id: str) -> None:
        """Note who is at it, so that nobody else begins as well."""
        for broken in breaks.open_ones(session, business_id):
            breaks.keep(session, replace(broken, repairing_by=user_id, repairing_at=self._base.clock()))
            self._base.tell(session, "break", broken.id, business_id)

    def view(self, break_id: str) -> BreakView:
        """Return a break as its message shows it."""
        with self._base.database.begin() as session:
            broken = breaks.get(session, break_id)
            business = people.business(session, broken.business_id)
            states = publishes.states_held_by(session, break_id)
        return BreakView(
            business,
            broken,
            held=states.get(PublishState.HELD, 0),
            published=states.get(PublishState.DONE, 0),
            stopped=states.get(PublishState.STOPPED, 0),
            under_way=states.get(PublishState.RUNNING, 0),
        )
