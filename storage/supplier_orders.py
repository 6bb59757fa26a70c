"""Orders to create suppliers in Bill.com."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.suppliers import NewSupplier, Order, OrderState
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables_suppliers import supplier_orders
from storage.upserts import affected

_WAITING = supplier_orders.c.state == OrderState.WAITING.value


def add(session: Session, order: Order) -> None:
    """Keep a new order; the database allows one at a time for a name."""
    session.execute(insert(supplier_orders).values(row_of(order) | {"supplier": asdict(order.supplier)}))


def get(session: Session, order_id: str) -> Order:
    """Return an order; raise `NotFoundError` for an unknown id."""
    row = session.execute(select(supplier_orders).where(supplier_orders.c.id == order_id)).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"order {order_id}")
    return _order(row)


def under_way(session: Session, business_id: str, name_key: str) -> Order | None:
    """Return the order that is under way for a name, if one is."""
    query = select(supplier_orders).where(
        supplier_orders.c.business_id == business_id, supplier_orders.c.name_key == name_key, _WAITING
    )
    row = session.execute(query).one_or_none()
    return _order(row) if row is not None else None


def that_made(session: Session, business_id: str, vendor_id: str) -> Order | None:
    """Return the order by which a supplier was created in Bill.com, if one was."""
    query = (
        select(supplier_orders)
        .where(
            supplier_orders.c.business_id == business_id,
            supplier_orders.c.vendor_id == vendor_id,
            supplier_orders.c.found.is_(False),
        )
        .order_by(supplier_orders.c.created_at.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return _order(row) if row is not None else None


def change(session: Session, order_id: str, **values: Any) -> None:
    """Store the columns that changed; a state is given as its enum."""
    if isinstance(values.get("state"), OrderState):
        values["state"] = values["state"].value
    session.execute(update(supplier_orders).where(supplier_orders.c.id == order_id).values(**values))


def claim(session: Session, order_id: str, seen: datetime | None, now: datetime) -> bool:
    """Write that Bill.com is about to be asked; return whether nobody else wrote so since it was read."""
    began = supplier_orders.c.creating_at
    statement = (
        update(supplier_orders)
        .where(supplier_orders.c.id == order_id, _WAITING, began.is_(None) if seen is None else began == seen)
        .values(creating_at=now)
    )
    return affected(session, statement) == 1


def count_job(session: Session, order_id: str) -> int:
    """Count the jobs asked for one further and return the number: no two jobs of an order share an id."""
    statement = (
        update(supplier_orders)
        .where(supplier_orders.c.id == order_id)
        .values(jobs=supplier_orders.c.jobs + 1)
        .returning(supplier_orders.c.jobs)
    )
    return int(session.execute(statement).scalar_one())


def due(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return id and business of orders whose next step is due, longest overdue first."""
    query = (
        select(supplier_orders.c.id, supplier_orders.c.business_id)
        .where(supplier_orders.c.due_at <= now, _WAITING)
        .order_by(supplier_orders.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(row.id, row.business_id) for row in session.execute(query)]


def _order(row: Row[Any]) -> Order:
    values = dict(row._mapping)
    return Order(**(values | {"supplier": NewSupplier(**row.supplier), "state": OrderState(row.state)}))
