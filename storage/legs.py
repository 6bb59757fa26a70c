"""The legs of connections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Update, and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.connections import Connection, Leg, LegState, Provider, Signal, Turn
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables import businesses, legs, turns
from storage.upserts import upsert

Key = tuple[str, Provider]
"""What tells a leg from others: its business and the service at the other end."""


@dataclass(frozen=True)
class Due:
    """Be a leg that is to be checked, with as much of it as a check needs."""

    business_id: str
    provider: Provider
    state: LegState
    workspace_id: str

    @property
    def key(self) -> Key:
        """Return what tells it from others."""
        return self.business_id, self.provider


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


def of_businesses(session: Session, business_ids: Iterable[str]) -> dict[str, Connection]:
    """Return both legs of each business."""
    ids = list(business_ids)
    rows = session.execute(select(legs).where(legs.c.business_id.in_(ids))).all()
    found = {(row.business_id, Provider(row.provider)): _leg(row) for row in rows}

    def leg(business_id: str, provider: Provider) -> Leg:
        return found.get((business_id, provider), Leg(business_id, provider))

    return {one: Connection(bill=leg(one, Provider.BILL), dext=leg(one, Provider.DEXT)) for one in ids}


def note_working(session: Session, due: Sequence[tuple[Key, datetime | None]], now: datetime) -> None:
    """Store that legs work as before and when they are next due: what a check that changed nothing writes.

    What a call taught meanwhile is newer and stays: a leg that is active no more, or is left alone, is passed over.
    """
    _each(session, _NOTE_WORKING, due, now)


def look_again(session: Session, due: Sequence[tuple[Key, datetime | None]]) -> None:
    """Store when legs are next due whose check taught nothing."""
    _each(session, _LOOK_AGAIN, due)


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


def claim_due(session: Session, now: datetime, until: datetime, limit: int) -> list[Due]:
    """Claim legs that are due for a check, so that nobody else takes them before `until`."""
    found = [_due(*row) for row in session.execute(_CLAIM, {"now": now, "most": limit})]
    _each(session, _LOOK_AGAIN, [(one.key, until) for one in found])
    return found


def due(session: Session, business_id: str, provider: Provider) -> Due:
    """Return a leg as a check needs it, due or not; raise `NotFoundError` when it was never connected."""
    query = _DUE.where(legs.c.business_id == business_id, legs.c.provider == provider.value)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"leg {provider.value} of {business_id}")
    return _due(*row)


def claim_warnings(session: Session, now: datetime, limit: int) -> list[Leg]:
    """Return legs whose people are to be warned now, locked until the transaction ends."""
    query = select(legs).where(legs.c.warn_at <= now).order_by(legs.c.warn_at).limit(limit)
    return [_leg(row) for row in session.execute(query.with_for_update(skip_locked=True))]


def was_connected_before(session: Session, business_id: str) -> bool:
    """Say whether a business was connected at a time before its present connection."""
    earlier = (
        select(turns.c.id)
        .join(legs, and_(legs.c.business_id == turns.c.business_id, legs.c.provider == turns.c.provider))
        .where(
            turns.c.business_id == business_id,
            turns.c.signal == Signal.CONNECTED.value,
            turns.c.at < legs.c.connected_at,
        )
    )
    return session.scalar(earlier.limit(1)) is not None


def add_turn(session: Session, turn: Turn) -> None:
    """Add a line to the history of a connection; lines are never changed."""
    session.execute(insert(turns).values(row_of(turn)))


def history(session: Session, business_id: str, limit: int, offset: int = 0) -> list[Turn]:
    """Return the history of a connection, newest first."""
    query = select(turns).where(turns.c.business_id == business_id).order_by(turns.c.id.desc())
    return [_turn(row) for row in session.execute(query.limit(limit).offset(offset))]


# What every sweep says is built once.
_DUE = select(legs.c.business_id, legs.c.provider, legs.c.state, businesses.c.workspace_id).join(businesses)
_CLAIM = (
    _DUE.where(legs.c.due_at <= bindparam("now"))
    .order_by(legs.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(of=legs, skip_locked=True)
)
_KEY = and_(legs.c.business_id == bindparam("b"), legs.c.provider == bindparam("p"))
_LOOK_AGAIN = update(legs).where(_KEY, legs.c.due_at.is_not(None)).values(due_at=bindparam("d"))
_NOTE_WORKING = (
    update(legs)
    .where(
        _KEY,
        legs.c.state == LegState.ACTIVE.value,
        or_(legs.c.locked_until.is_(None), legs.c.locked_until <= bindparam("now")),
    )
    .values(checked_at=bindparam("now"), due_at=bindparam("d"))
)


def _each(
    session: Session, statement: Update, due: Sequence[tuple[Key, datetime | None]], now: datetime | None = None
) -> None:
    """Execute a statement for each key and time, as one round trip."""
    if due:
        same = {} if now is None else {"now": now}
        rows = [{"b": business_id, "p": provider.value, "d": at, **same} for (business_id, provider), at in due]
        session.connection().execute(statement, rows)


def _due(business_id: str, provider: str, state: str, workspace_id: str) -> Due:
    return Due(business_id, Provider(provider), LegState(state), workspace_id)


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
