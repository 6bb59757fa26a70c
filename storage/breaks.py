"""Breaks of connections: when a leg was refused, and until when."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.connections import Break, Provider
from bot.errors import NotFoundError
from storage.tables import breaks


def add(session: Session, broken: Break) -> None:
    """Keep a new break; the database allows one open break a leg."""
    session.execute(insert(breaks).values(**asdict(broken) | {"provider": broken.provider.value}))


def keep(session: Session, broken: Break) -> None:
    """Store what became of a break."""
    values = asdict(broken) | {"provider": broken.provider.value}
    session.execute(update(breaks).where(breaks.c.id == broken.id).values(values))


def get(session: Session, break_id: str) -> Break:
    """Return a break; raise `NotFoundError` for an unknown id."""
    row = session.execute(select(breaks).where(breaks.c.id == break_id)).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"break {break_id}")
    return _break(row)


def open_ones(session: Session, business_id: str) -> list[Break]:
    """Return the breaks of a business that are not closed, oldest first."""
    query = select(breaks).where(breaks.c.business_id == business_id, breaks.c.closed_at.is_(None))
    return [_break(row) for row in session.execute(query.order_by(breaks.c.opened_at))]


def _break(row: Row[Any]) -> Break:
    return Break(**dict(row._mapping) | {"provider": Provider(row.provider)})
