"""Answers to what people asked admins for."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.domain.asks import Ask, AskState
from bot.domain.people import may
from bot.services.base import Base
from storage import asks, people


def settle_granted(base: Base, session: Session, business_id: str, by: str) -> None:
    """Settle what people asked for and may do by now, since an admin gave them the role."""
    for ask in asks.open_ones(session, business_id):
        if may(people.roles_of(session, business_id, ask.user_id), ask.right):
            settle_in(base, session, ask, by, AskState.DONE)


def settle_in(base: Base, session: Session, ask: Ask, by: str, state: AskState) -> None:
    """Store an answer in the caller's transaction, and tell both sides."""
    asks.keep(session, replace(ask, state=state, settled_by=by, settled_at=base.clock()))
    base.tell(session, "ask", ask.id, ask.business_id)
    base.tell(session, "asked", ask.id, ask.user_id)
