"""Signs of a second writer, and the items they are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.items import Obstacle
from bot.domain.sightings import Known, Sighting, SightingKind
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables import businesses
from storage.tables_admins import sightings
from storage.tables_work import items, publishes
from storage.upserts import upsert

_KEY = ("business_id", "kind", "remote_id")


def add(session: Session, found: Sequence[Sighting]) -> None:
    """Keep new ones; what another process has kept meanwhile stays as it is."""
    if found:
        rows = [row_of(one) for one in found]
        others = [name for name in rows[0] if name not in _KEY]
        session.execute(upsert(session, sightings, rows, key=_KEY, keep=others), rows)


def seen(session: Session, business_id: str, kind: SightingKind, remote_ids: Iterable[str]) -> set[str]:
    """Return which of the remote ids were seen before."""
    query = select(sightings.c.remote_id).where(sightings.c.business_id == business_id, sightings.c.kind == kind.value)
    return set(session.scalars(query.where(sightings.c.remote_id.in_(list(remote_ids)))))


def open_alarm(session: Session, business_id: str) -> str:
    """Return the id of the alarm that nobody settled yet, or nothing."""
    query = select(sightings.c.alarm_id).where(sightings.c.business_id == business_id, sightings.c.settled_at.is_(None))
    return session.scalar(query.limit(1)) or ""


def of_alarm(session: Session, alarm_id: str, *, lock: bool = False) -> list[Sighting]:
    """Return what an alarm tells of, oldest first; raise `NotFoundError` for an unknown id."""
    query = select(sightings).where(sightings.c.alarm_id == alarm_id).order_by(sightings.c.seen_at, sightings.c.id)
    found = [_sighting(row) for row in session.execute(query.with_for_update() if lock else query)]
    if not found:
        raise NotFoundError(detail=f"alarm {alarm_id}")
    return found


def settle(session: Session, alarm_id: str, user_id: str, now: datetime) -> None:
    """Note that somebody looked into an alarm."""
    session.execute(
        update(sightings).where(sightings.c.alarm_id == alarm_id).values(settled_by=user_id, settled_at=now)
    )


def alike(session: Session, business_id: str, totals: Iterable[Decimal], dext_ids: Iterable[str]) -> list[Known]:
    """Return the items of a business with any of the totals, or any of Dext's ids."""
    query = (
        select(items, publishes.c.bill_id.label("made"))
        .outerjoin(publishes, publishes.c.item_id == items.c.id)
        .where(
            items.c.business_id == business_id,
            or_(items.c.total.in_(list(totals)), items.c.dext_id.in_(list(dext_ids))),
        )
        .order_by(items.c.number)
    )
    return [
        Known(
            item_id=row.id,
            dext_id=row.dext_id,
            vendor_id=row.supplier_id,
            number=row.reference,
            issued_on=row.issued_on,
            total=row.total,
            bill_id=row.made or "",
        )
        for row in session.execute(query)
    ]


def published_by_dext(session: Session, business_id: str, limit: int) -> list[tuple[str, str]]:
    """Return our id and Dext's of items that Dext published by itself and nobody was told of."""
    told = and_(
        sightings.c.business_id == items.c.business_id,
        sightings.c.kind == SightingKind.DEXT.value,
        sightings.c.remote_id == items.c.dext_id,
    )
    query = (
        select(items.c.id, items.c.dext_id)
        .outerjoin(sightings, told)
        .where(
            items.c.business_id == business_id, items.c.obstacle == Obstacle.PUBLISHED.value, sightings.c.id.is_(None)
        )
        .order_by(items.c.number)
        .limit(limit)
    )
    return [(row.id, row.dext_id) for row in session.execute(query)]


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of businesses whose bills are due to be looked through, longest overdue first."""
    query = select(businesses.c.id).where(businesses.c.watch_due_at <= now).order_by(businesses.c.watch_due_at)
    return list(session.scalars(query.limit(limit).with_for_update(skip_locked=True)))


def watched_until(session: Session, business_id: str) -> datetime | None:
    """Return up to when a business's bills were looked through."""
    return session.scalar(select(businesses.c.watched_until).where(businesses.c.id == business_id))


def set_watch(session: Session, business_id: str, *, due_at: datetime, until: datetime | None = None) -> None:
    """Note when bills are next looked through, and up to when they were."""
    values: dict[str, datetime] = {"watch_due_at": due_at}
    if until is not None:
        values["watched_until"] = until
    session.execute(update(businesses).where(businesses.c.id == business_id).values(values))


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(**dict(row._mapping) | {"kind": SightingKind(row.kind)})
