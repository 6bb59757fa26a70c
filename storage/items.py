"""Items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.coding import normalised
from bot.domain.items import Details, DocumentKind, Item, ItemStatus, Obstacle
from bot.domain.money import Money
from bot.errors import NotFoundError
from storage.tables_work import items

_DIGITS = 10


def add(session: Session, item: Item, digest: str) -> None:
    """Keep a new item."""
    session.execute(
        insert(items).values(
            id=item.id,
            business_id=item.business_id,
            number=item.number,
            digest=digest,
            status=item.status.value,
            lacks=list(item.lacks),
            note=item.note,
            bill_id=item.bill_id,
            taken_in_at=item.taken_in_at,
            changed_at=item.taken_in_at,
            **_details(item.details),
        )
    )


def keep(session: Session, item: Item, now: datetime, digest: str | None = None) -> None:
    """Store an item's details and standing; the digest of Dext's data only when it is given."""
    values: dict[str, Any] = {
        "status": item.status.value,
        "lacks": list(item.lacks),
        "note": item.note,
        "bill_id": item.bill_id,
        "changed_at": now,
    } | _details(item.details)
    if digest is not None:
        values["digest"] = digest
    session.execute(update(items).where(items.c.id == item.id).values(values))


def get(session: Session, business_id: str, item_id: str, *, lock: bool = False) -> Item:
    """Return an item of a business, locked until the transaction ends if asked; raise `NotFoundError`."""
    query = select(items).where(items.c.business_id == business_id, items.c.id == item_id)
    if lock:
        query = query.with_for_update()
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"item {item_id}")
    return item_of(row)


def several(session: Session, business_id: str, item_ids: Iterable[str]) -> dict[str, Item]:
    """Return items of a business by their ids."""
    query = select(items).where(items.c.business_id == business_id, items.c.id.in_(list(item_ids)))
    return {row.id: item_of(row) for row in session.execute(query)}


def open_counts(session: Session, business_ids: Iterable[str]) -> dict[str, dict[ItemStatus, int]]:
    """Count the items that are not published yet, by business and status."""
    wanted = [status.value for status in ItemStatus if status is not ItemStatus.PUBLISHED]
    query = (
        select(items.c.business_id, items.c.status, func.count())
        .where(items.c.business_id.in_(list(business_ids)), items.c.status.in_(wanted))
        .group_by(items.c.business_id, items.c.status)
    )
    found: dict[str, dict[ItemStatus, int]] = {}
    for business_id, status, count in session.execute(query):
        found.setdefault(business_id, {})[ItemStatus(status)] = count
    return found


def digests(session: Session, business_id: str, dext_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return id and digest of the items that we know, by Dext's id."""
    query = select(items.c.dext_id, items.c.id, items.c.digest).where(
        items.c.business_id == business_id, items.c.dext_id.in_(dext_ids)
    )
    return {row.dext_id: (row.id, row.digest) for row in session.execute(query)}


def dext_ids(session: Session, business_id: str, statuses: Sequence[ItemStatus]) -> dict[str, str]:
    """Return Dext's ids of the items with any of the statuses, each with ours."""
    query = select(items.c.dext_id, items.c.id).where(
        items.c.business_id == business_id,
        items.c.status.in_([status.value for status in statuses]),
        items.c.obstacle == "",
        items.c.processed.is_(True),
    )
    return {row.dext_id: row.id for row in session.execute(query)}


def page(
    session: Session,
    business_id: str,
    statuses: Sequence[ItemStatus],
    *,
    words: str = "",
    offset: int = 0,
    limit: int = 10,
) -> list[Item]:
    """Return items with any of the statuses, oldest first; `words` are item numbers or part of a supplier."""
    query = select(items).where(*_matching(business_id, statuses, words)).order_by(items.c.number)
    return [item_of(row) for row in session.execute(query.offset(offset).limit(limit))]


def naming(
    session: Session,
    business_id: str,
    statuses: Sequence[ItemStatus],
    *,
    ids: Sequence[str],
    names: Sequence[str],
    limit: int,
) -> list[Item]:
    """Return items that carry any of these ids or names of entries, as Dext writes them, oldest first."""
    if not ids:
        return []
    named = (items.c.category, items.c.customer, items.c.project, items.c.payment_method)
    query = select(items).where(
        items.c.business_id == business_id,
        items.c.status.in_([status.value for status in statuses]),
        or_(
            items.c.supplier_id.in_(ids),
            items.c.category_id.in_(ids),
            items.c.supplier_key.in_([normalised(name) for name in names]),
            *(column.in_(names) for column in named),
        ),
    )
    return [item_of(row) for row in session.execute(query.order_by(items.c.number).limit(limit))]


def count(session: Session, business_id: str, statuses: Sequence[ItemStatus], words: str = "") -> int:
    """Count what `page` would return in all."""
    query = select(func.count()).select_from(items).where(*_matching(business_id, statuses, words))
    return int(session.execute(query).scalar_one())


def counts(session: Session, business_id: str) -> dict[ItemStatus, int]:
    """Count the items of each status."""
    query = select(items.c.status, func.count()).where(items.c.business_id == business_id).group_by(items.c.status)
    return {ItemStatus(row[0]): row[1] for row in session.execute(query)}


def totals(session: Session, business_id: str, statuses: Sequence[ItemStatus], words: str = "") -> tuple[Money, ...]:
    """Add up what `page` would return in all, per currency."""
    query = (
        select(items.c.currency, func.sum(items.c.total, type_=items.c.total.type))
        .where(*_matching(business_id, statuses, words))
        .group_by(items.c.currency)
        .order_by(items.c.currency)
    )
    return tuple(Money(row[0], row[1]) for row in session.execute(query) if row[1] is not None)


def _matching(business_id: str, statuses: Sequence[ItemStatus], words: str) -> list[ColumnElement[bool]]:
    conditions = [
        items.c.business_id == business_id,
        items.c.status.in_([status.value for status in statuses]),
    ]
    typed = words.replace(",", " ").replace("#", " ").split()
    # Nine digits at most: a longer one is no item, and no integer of the database's.
    numbers = [int(word) for word in typed if word.isdecimal() and len(word) < _DIGITS]
    if numbers:
        conditions.append(items.c.number.in_(numbers[:100]))
    elif words.strip():
        conditions.append(items.c.supplier_key.contains(normalised(words), autoescape=True))
    return conditions


def _details(details: Details) -> dict[str, Any]:
    return {
        "dext_id": details.dext_id,
        "kind": details.kind.value,
        "processed": details.processed,
        "supplier": details.supplier,
        "supplier_key": normalised(details.supplier)[:200],
        "supplier_id": details.supplier_id,
        "reference": details.number,
        "issued_on": details.issued_on,
        "due_on": details.due_on,
        "currency": details.currency[:3],
        "total": details.total,
        "tax": details.tax,
        "category": details.category,
        "category_id": details.category_id,
        "customer": details.customer,
        "project": details.project,
        "payment_method": details.payment_method,
        "description": details.description,
        "paid": details.paid,
        "obstacle": details.obstacle.value,
    }


def item_of(row: Row[Any]) -> Item:
    """Return the item that a row of the table holds."""
    return Item(
        id=row.id,
        business_id=row.business_id,
        number=row.number,
        details=Details(
            dext_id=row.dext_id,
            kind=DocumentKind(row.kind),
            processed=row.processed,
            supplier=row.supplier,
            supplier_id=row.supplier_id,
            number=row.reference,
            issued_on=row.issued_on,
            due_on=row.due_on,
            currency=row.currency,
            total=row.total,
            tax=row.tax,
            category=row.category,
            category_id=row.category_id,
            customer=row.customer,
            project=row.project,
            payment_method=row.payment_method,
            description=row.description,
            paid=row.paid,
            obstacle=Obstacle(row.obstacle),
        ),
        status=ItemStatus(row.status),
        lacks=tuple(row.lacks),
        taken_in_at=row.taken_in_at,
        bill_id=row.bill_id,
        note=row.note,
    )
