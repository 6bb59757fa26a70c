"""Edits of items that Dext does not have yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.fields import ItemField
from storage.tables_work import items


def note(session: Session, item_id: str, owed: Sequence[ItemField], due_at: datetime | None) -> None:
    """Note which edits Dext does not have yet, and when they are next tried; none are left without a time."""
    values: dict[str, Any] = {"unwritten": [name.value for name in owed], "write_due_at": due_at}
    if not owed:
        values["write_attempts"] = 0
    session.execute(update(items).where(items.c.id == item_id).values(values))


def names(session: Session, item_id: str) -> tuple[ItemField, ...]:
    """Return which edits of an item Dext does not have yet."""
    found = session.scalar(select(items.c.unwritten).where(items.c.id == item_id))
    return tuple(ItemField(name) for name in found or ())


def count_attempt(session: Session, item_id: str, due_at: datetime) -> int:
    """Count an attempt to write edits to Dext, due again at a time; return how many there were."""
    statement = (
        update(items)
        .where(items.c.id == item_id)
        .values(write_attempts=items.c.write_attempts + 1, write_due_at=due_at)
        .returning(items.c.write_attempts)
    )
    return int(session.execute(statement).scalar_one())


def due(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return id and business of items with edits that are due to be written to Dext, longest overdue first."""
    query = select(items.c.id, items.c.business_id).where(items.c.write_due_at <= now).order_by(items.c.write_due_at)
    return [(row.id, row.business_id) for row in session.execute(query.limit(limit))]
