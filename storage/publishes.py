"""Publishes: the intents, and how far each came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.publishing import Publish, PublishState
from bot.errors import NotFoundError
from storage import plans
from storage.tables_work import publishes
from storage.upserts import affected

_NOT_PAUSED = publishes.c.paused_by == ""


def add(session: Session, publish: Publish) -> None:
    """Write the intent; the database allows one an item, for ever."""
    session.execute(
        insert(publishes).values(
            id=publish.id,
            business_id=publish.business_id,
            item_id=publish.item_id,
            request_id=publish.request_id,
            plan=plans.dump(publish.plan),
            state=publish.state.value,
            attempts=publish.attempts,
            jobs=publish.jobs,
            due_at=publish.due_at,
            started_at=publish.started_at,
            bill_id="",
            document_id="",
            payment_id="",
            problem="",
            held_by="",
            paused_by="",
            shortfalls=[],
        )
    )


def get(session: Session, publish_id: str, *, lock: bool = False) -> Publish:
    """Return a publish, locked until the transaction ends if asked; raise `NotFoundError` for an unknown id."""
    query = select(publishes).where(publishes.c.id == publish_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"publish {publish_id}")
    return _publish(row)


def find_of(session: Session, item_id: str) -> Publish | None:
    """Return the publish of an item, if it was ever approved."""
    row = session.execute(select(publishes).where(publishes.c.item_id == item_id)).one_or_none()
    return _publish(row) if row is not None else None


def change(session: Session, publish_id: str, **values: Any) -> None:
    """Store the columns that changed; a state is given as its enum."""
    if isinstance(values.get("state"), PublishState):
        values["state"] = values["state"].value
    if "plan" in values:
        values["plan"] = plans.dump(values["plan"])
    session.execute(update(publishes).where(publishes.c.id == publish_id).values(**values))


def count_job(session: Session, publish_id: str) -> int:
    """Count the jobs asked for one further and return the number: no two jobs of a publish share an id."""
    statement = (
        update(publishes)
        .where(publishes.c.id == publish_id)
        .values(jobs=publishes.c.jobs + 1)
        .returning(publishes.c.jobs)
    )
    return int(session.execute(statement).scalar_one())


def claim(session: Session, publish_id: str, column: str, seen: datetime | None, now: datetime) -> bool:
    """Write that an effect is about to be asked for; return whether nobody else wrote so since it was read.

    Of two workers on one publish (a slot can be lost with its database session) one goes on.
    """
    began = publishes.c[column]
    statement = (
        update(publishes)
        .where(publishes.c.id == publish_id, publishes.c.state == PublishState.RUNNING.value)
        .where(began.is_(None) if seen is None else began == seen)
        .values({column: now})
    )
    return affected(session, statement) == 1


def due(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return id and business of publishes whose next attempt is due, longest overdue first."""
    query = (
        select(publishes.c.id, publishes.c.business_id)
        .where(publishes.c.due_at <= now, publishes.c.state == PublishState.RUNNING.value)
        .order_by(publishes.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(row.id, row.business_id) for row in session.execute(query)]


def holding(session: Session) -> list[str]:
    """Return ids of businesses that have publishes waiting for a reconnect."""
    held_state = publishes.c.state == PublishState.HELD.value
    query = select(publishes.c.business_id).where(held_state, _NOT_PAUSED).distinct()
    return list(session.scalars(query))


def counts_held_by(session: Session, break_ids: Iterable[str]) -> dict[str, dict[PublishState, int]]:
    """Count by break and state the publishes that breaks held, then or still, without those a person keeps back."""
    query = select(publishes.c.held_by, publishes.c.state, func.count()).group_by(
        publishes.c.held_by, publishes.c.state
    )
    counts: dict[str, dict[PublishState, int]] = {}
    for held_by, state, count in session.execute(query.where(publishes.c.held_by.in_(list(break_ids)), _NOT_PAUSED)):
        counts.setdefault(held_by, {})[PublishState(state)] = count
    return counts


def paused_by_break(session: Session, break_ids: Iterable[str]) -> dict[str, int]:
    """Count by break the publishes that a person keeps back."""
    query = select(publishes.c.held_by, func.count()).group_by(publishes.c.held_by)
    found = session.execute(query.where(publishes.c.held_by.in_(list(break_ids)), ~_NOT_PAUSED))
    return {row[0]: row[1] for row in found}


def stopped_of(session: Session, break_id: str, limit: int) -> list[Publish]:
    """Return publishes that a break held and that could not go out after it, oldest first."""
    query = select(publishes).where(publishes.c.held_by == break_id, publishes.c.state == PublishState.STOPPED.value)
    return [_publish(row) for row in session.execute(query.order_by(publishes.c.started_at).limit(limit))]


def unsettled_count(session: Session, business_id: str) -> int:
    """Count the publishes of a business that are approved and did not arrive yet."""
    states = [PublishState.RUNNING.value, PublishState.HELD.value]
    query = select(func.count()).select_from(publishes)
    return session.execute(
        query.where(publishes.c.business_id == business_id, publishes.c.state.in_(states))
    ).scalar_one()


def anything_sent(session: Session, business_id: str) -> bool:
    """Say whether a bill was ever made, or perhaps made, for a business."""
    sent = or_(publishes.c.bill_id != "", publishes.c.creating_at.is_not(None))
    query = select(publishes.c.id).where(publishes.c.business_id == business_id, sent).limit(1)
    return session.scalar(query) is not None


def held(session: Session, business_id: str) -> list[str]:
    """Return ids of publishes that wait for a reconnect and nobody keeps back, oldest first."""
    query = select(publishes.c.id).where(
        publishes.c.business_id == business_id, publishes.c.state == PublishState.HELD.value, _NOT_PAUSED
    )
    return list(session.scalars(query.order_by(publishes.c.started_at)))


def held_count(session: Session, business_id: str) -> int:
    """Count the publishes that wait for a reconnect."""
    query = select(func.count()).select_from(publishes)
    held_state = publishes.c.state == PublishState.HELD.value
    return session.execute(query.where(publishes.c.business_id == business_id, held_state)).scalar_one()


def _publish(row: Row[Any]) -> Publish:
    values = dict(row._mapping)
    values |= {
        "plan": plans.load(row.plan),
        "state": PublishState(row.state),
        "shortfalls": tuple(row.shortfalls),
    }
    return Publish(**values)
