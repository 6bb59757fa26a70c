"""The legs of connections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, insert, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain.connections import Connection, Leg, LegState, Provider, Signal, Turn
from storage.rows import row_of
from storage.tables import legs, turns
from storage.upserts import upsert

Key = tuple[str, Provider]
"""What tells a leg from others: its business and the service at the other end."""


def find(session: Session, business_id: str, provider: Provider, *, lock: bool = False) -> Leg:
    """Return a leg, locked until the transaction ends if asked; one that was never connected is a value too."""
    query = select(legs).where(legs.c.business_id == business_id, legs.c.provider == provider.value)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    return _leg(row) if row is not None else Leg(business_id, provider)


def connection(session: Session, business_id: str) -> Connection:
    """Return both legs of a business."""
    rows = session.execute(select(legs).where(legs.c.business_id == business_id)).all()
    found = {Provider(row.provider): _leg(row) for row in rows}
    return Connection(
        bill=found.get(Provider.BILL, Leg(business_id, Provider.BILL)),
        dext=found.get(Provider.DEXT, Leg(business_id, Provider.DEXT)),
    )


def several(session: Session, keys: Iterable[Key], *, lock: bool = False) -> list[Leg]:
    """Return legs by their keys, always in the same order, so that two who lock some never wait for each other."""
    wanted = [(business_id, provider.value) for business_id, provider in keys]
    query = select(legs).where(tuple_(legs.c.business_id, legs.c.provider).in_(wanted))
    query = query.order_by(legs.c.business_id, legs.c.provider)
    return [_leg(row) for row in session.execute(query.with_for_update() if lock else query)]


def of_businesses(session: Session, business_ids: Iterable[str]) -> dict[str, Connection]:
    """Return both legs of each business."""
    ids = list(business_ids)
    rows = session.execute(select(legs).where(legs.c.business_id.in_(ids))).all()
    found = {(row.business_id, Provider(row.provider)): _leg(row) for row in rows}

    def leg(business_id: str, provider: Provider) -> Leg:
        return found.get((business_id, provider), Leg(business_id, provider))

    return {one: Connection(bill=leg(one, Provider.BILL), dext=leg(one, Provider.DEXT)) for one in ids}


def note_checked(session: Session, checked: Sequence[Leg]) -> None:
    """Store when legs were checked and are next due: what a check that changed nothing writes."""
    if not checked:
        return
    statement = (
        update(legs)
        .where(legs.c.business_id == bindparam("b"), legs.c.provider == bindparam("p"))
        .values(checked_at=bindparam("c"), due_at=bindparam("d"), failures=bindparam("f"))
    )
    session.connection().execute(
        statement,
        [
            {"b": leg.business_id, "p": leg.provider.value, "c": leg.checked_at, "d": leg.due_at, "f": leg.failures}
            for leg in checked
        ],
    )


def keep(session: Session, leg: Leg) -> None:
    """Store a leg."""
    row = row_of(leg)
    session.execute(upsert(session, legs, [row], key=("business_id", "provider")), [row])


def holder(session: Session, provider: Provider, organization_id: str) -> str | None:
    """Return which business an organisation is joined to, if any."""
    query = select(legs.c.business_id).where(
        legs.c.provider == provider.value, legs.c.organization_id == organization_id
    )
    return session.scalar(query)


def claim_due(session: Session, now: datetime, until: datetime, limit: int) -> list[tuple[str, Provider]]:
    """Claim legs that are due for a check, so that nobody else takes them before `until`."""
    due = (
        select(legs.c.business_id, legs.c.provider)
        .where(legs.c.due_at <= now)
        .order_by(legs.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = [(row.business_id, row.provider) for row in session.execute(due)]
    if rows:
        claimed = tuple_(legs.c.business_id, legs.c.provider).in_(rows)
        session.execute(update(legs).where(and_(claimed, legs.c.due_at <= now)).values(due_at=until))
    return [(business_id, Provider(provider)) for business_id, provider in rows]


def claim_warnings(session: Session, now: datetime, limit: int) -> list[Leg]:
    """Return legs whose people are to be warned now, locked until the transaction ends."""
    query = select(legs).where(legs.c.warn_at <= now).order_by(legs.c.warn_at).limit(limit)
    return [_leg(row) for row in session.execute(query.with_for_update(skip_locked=True))]


def add_turn(session: Session, turn: Turn) -> None:
    """Add a line to the history of a connection; lines are never changed."""
    session.execute(insert(turns).values(row_of(turn)))


def history(session: Session, business_id: str, limit: int, offset: int = 0) -> list[Turn]:
    """Return the history of a connection, newest first."""
    query = select(turns).where(turns.c.business_id == business_id).order_by(turns.c.id.desc())
    return [_turn(row) for row in session.execute(query.limit(limit).offset(offset))]


def _turn(row: Row[Any]) -> Turn:
    values = dict(row._mapping)
    del values["id"]
    return Turn(
        **values
        | {
            "provider": Provider(row.provider),
            "was": LegState(row.was),
            "now": LegState(row.now),
            "signal": Signal(row.signal),
        }
    )


def _leg(row: Row[Any]) -> Leg:
    values = dict(row._mapping)
    values["provider"] = Provider(row.provider)
    values["state"] = LegState(row.state)
    return Leg(**values)
