"""The legs of connections."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select, tuple_, update
from sqlalchemy.orm import Session

from bot.domain.connections import Connection, Leg, LegState, Provider
from storage.tables import legs
from storage.upserts import upsert


def find(session: Session, business_id: str, provider: Provider) -> Leg:
    """Return a leg; one that was never connected is a value like any other."""
    query = select(legs).where(legs.c.business_id == business_id, legs.c.provider == provider.value)
    row = session.execute(query).one_or_none()
    return _leg(row) if row is not None else Leg(business_id, provider)


def connection(session: Session, business_id: str) -> Connection:
    """Return both legs of a business."""
    rows = session.execute(select(legs).where(legs.c.business_id == business_id)).all()
    found = {Provider(row.provider): _leg(row) for row in rows}
    return Connection(
        bill=found.get(Provider.BILL, Leg(business_id, Provider.BILL)),
        dext=found.get(Provider.DEXT, Leg(business_id, Provider.DEXT)),
    )


def keep(session: Session, leg: Leg) -> None:
    """Store a leg."""
    row = asdict(leg) | {"provider": leg.provider.value, "state": leg.state.value}
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


def _leg(row: Row[Any]) -> Leg:
    values = dict(row._mapping)
    values["provider"] = Provider(row.provider)
    values["state"] = LegState(row.state)
    return Leg(**values)
