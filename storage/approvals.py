"""Requests for approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.approvals import Request, RequestState
from bot.errors import NotFoundError
from storage import plans
from storage.tables_work import requests


def add(session: Session, request: Request) -> None:
    """Keep a new request; the database allows one pending request an item."""
    session.execute(insert(requests).values(id=request.id, **_row(request)))


def keep(session: Session, request: Request) -> None:
    """Store what became of a request."""
    session.execute(update(requests).where(requests.c.id == request.id).values(**_row(request)))


def get(session: Session, request_id: str, *, lock: bool = False) -> Request:
    """Return a request, locked until the transaction ends if asked; raise `NotFoundError` for an unknown id."""
    query = select(requests).where(requests.c.id == request_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"request {request_id}")
    return _request(row)


def find_pending(session: Session, item_id: str, *, lock: bool = False) -> Request | None:
    """Return the request that waits for a decision on an item, locked until the transaction ends if asked."""
    query = select(requests).where(requests.c.item_id == item_id, requests.c.state == RequestState.PENDING.value)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    return _request(row) if row is not None else None


def pending(session: Session, business_id: str, limit: int) -> list[Request]:
    """Return what waits for a decision, oldest first."""
    query = select(requests).where(
        requests.c.business_id == business_id, requests.c.state == RequestState.PENDING.value
    )
    return [_request(row) for row in session.execute(query.order_by(requests.c.requested_at).limit(limit))]


def of_item(session: Session, item_id: str, limit: int) -> list[Request]:
    """Return the requests ever made for an item, newest first."""
    query = select(requests).where(requests.c.item_id == item_id).order_by(requests.c.requested_at.desc())
    return [_request(row) for row in session.execute(query.limit(limit))]


def pending_of(session: Session, item_ids: Sequence[str]) -> dict[str, Request]:
    """Return the requests that wait for a decision, by item."""
    waiting = requests.c.state == RequestState.PENDING.value
    query = select(requests).where(requests.c.item_id.in_(item_ids), waiting)
    return {row.item_id: _request(row) for row in session.execute(query)}


def pending_count(session: Session, business_id: str) -> int:
    """Count what waits for a decision."""
    query = select(func.count()).select_from(requests)
    state = requests.c.state == RequestState.PENDING.value
    return session.execute(query.where(requests.c.business_id == business_id, state)).scalar_one()


def _row(request: Request) -> dict[str, Any]:
    return {
        "business_id": request.business_id,
        "item_id": request.item_id,
        "state": request.state.value,
        "plan": plans.dump(request.plan),
        "fingerprint": request.fingerprint,
        "requested_by": request.requested_by,
        "requested_at": request.requested_at,
        "channel_id": request.channel_id,
        "decided_by": request.decided_by,
        "decided_at": request.decided_at,
        "reason": request.reason,
        "changes": list(request.changes),
        "why": request.why,
    }


def _request(row: Row[Any]) -> Request:
    return Request(
        id=row.id,
        business_id=row.business_id,
        item_id=row.item_id,
        state=RequestState(row.state),
        plan=plans.load(row.plan),
        fingerprint=row.fingerprint,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        channel_id=row.channel_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        changes=tuple(row.changes),
        why=row.why,
    )
