"""What people asked admins for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.asks import Ask, AskState
from bot.domain.people import Right
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables_admins import asks

_OPEN = asks.c.state == AskState.OPEN.value


def add(session: Session, ask: Ask) -> None:
    """Keep a new one; the database allows one that is open, a person, business and right."""
    session.execute(insert(asks).values(row_of(ask)))


def keep(session: Session, ask: Ask) -> None:
    """Store what became of one."""
    session.execute(update(asks).where(asks.c.id == ask.id).values(row_of(ask)))


def get(session: Session, ask_id: str, *, lock: bool = False) -> Ask:
    """Return one, locked until the transaction ends if asked; raise `NotFoundError` for an unknown id."""
    query = select(asks).where(asks.c.id == ask_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"ask {ask_id}")
    return _ask(row)


def find_open(session: Session, business_id: str, user_id: str, right: Right) -> Ask | None:
    """Return what a person asked for and nobody settled, if anything."""
    query = select(asks).where(
        asks.c.business_id == business_id, asks.c.user_id == user_id, asks.c.right == right.value
    )
    row = session.execute(query.where(_OPEN)).one_or_none()
    return _ask(row) if row is not None else None


def open_ones(session: Session, business_id: str) -> list[Ask]:
    """Return what nobody settled yet, oldest first."""
    query = select(asks).where(asks.c.business_id == business_id, _OPEN).order_by(asks.c.asked_at)
    return [_ask(row) for row in session.execute(query)]


def _ask(row: Row[Any]) -> Ask:
    return Ask(**dict(row._mapping) | {"right": Right(row.right), "state": AskState(row.state)})
