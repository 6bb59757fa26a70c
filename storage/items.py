"""Items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.coding import normalised
from bot.domain.fields import ItemField
from bot.domain.items import Details, DocumentKind, Item, ItemStatus, Obstacle
from bot.domain.money import Money
from bot.errors import NotFoundError
from storage.layers import dump_details, dump_layers, dump_lines, load_details, load_layers, load_lines
from storage.tables_work import items

_DIGITS = 10


def add(session: Session, item: Item, digest: str) -> None:
    """Keep a new item."""
    add_many(session, [(item, digest)])


def add_many(session: Session, many: Sequence[tuple[Item, str]]) -> None:
    """Keep new items, each with the digest of Dext's data, in one statement."""
    rows = [
        {
            "id": item.id,
            "business_id": item.business_id,
            "number": item.number,
            "digest": digest,
            "taken_in_at": item.taken_in_at,
            "unwritten": [],
            "write_attempts": 0,
        }
        | _standing(item, item.taken_in_at)
        | _held(item)
        for item, digest in many
    ]
    if rows:
        session.execute(insert(items), rows)


def keep(session: Session, item: Item, now: datetime, digest: str | None = None) -> None:
    """Store what holds for an item and where it stands; the digest of Dext's data only when it is given."""
    values = _standing(item, now) | _held(item)
    if digest is not None:
        values["digest"] = digest
    session.execute(update(items).where(items.c.id == item.id).values(values))


def keep_many(session: Session, many: Sequence[tuple[Item, str]], now: datetime) -> None:
    """Store what holds for items, each with the digest of Dext's data, in one statement."""
    rows = [{"item": item.id, "digest": digest} | _standing(item, now) | _held(item) for item, digest in many]
    if rows:
        session.execute(update(items).where(items.c.id == bindparam("item")), rows)


def keep_held(session: Session, many: Sequence[Item], now: datetime) -> None:
    """Store what holds for items and where they stand, in one statement; Dext's data stay as they were seen."""
    rows = [{"item": item.id} | _standing(item, now) | _held(item) for item in many]
    if rows:
        session.execute(update(items).where(items.c.id == bindparam("item")), rows)


def keep_standings(session: Session, many: Sequence[Item], now: datetime) -> None:
    """Store where items stand and nothing else, in one statement."""
    rows = [{"item": item.id} | _standing(item, now) for item in many]
    if rows:
        session.execute(update(items).where(items.c.id == bindparam("item")), rows)


def get(session: Session, business_id: str, item_id: str, *, lock: bool = False) -> Item:
    """Return an item of a business, locked until the transaction ends if asked; raise `NotFoundError`."""
    query = select(items).where(items.c.business_id == business_id, items.c.id == item_id)
    if lock:
        query = query.with_for_update()
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"item {item_id}")
    return item_of(row)


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


def several(session: Session, business_id: str, item_ids: Iterable[str], *, lock: bool = False) -> dict[str, Item]:
    """Return items of a business by their ids, locked until the transaction ends if asked, in one statement."""
    query = (
        select(items).where(items.c.business_id == business_id, items.c.id.in_(list(item_ids))).order_by(items.c.number)
    )
    return {row.id: item_of(row) for row in session.execute(query.with_for_update() if lock else query)}


def find_number(session: Session, business_id: str, number: int) -> Item:
    """Return the item with a number; raise `NotFoundError`."""
    query = select(items).where(items.c.business_id == business_id, items.c.number == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no item #{number}. Type `/dext publish` to see what there is.")
    return item_of(row)


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
    lock: bool = False,
) -> list[Item]:
    """Return items with any of the statuses, oldest first; `words` are item numbers or part of a supplier."""
    query = select(items).where(*_matching(business_id, statuses, words)).order_by(items.c.number)
    if lock:
        query = query.with_for_update()
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
    by_id = (
        items.c.supplier_id, items.c.category_id, items.c.customer_id, items.c.project_class_id, items.c.location_id,
        items.c.payment_method_id, items.c.approver_id,
    )  # fmt: skip
    by_name = (
        items.c.category, items.c.customer, items.c.project, items.c.project_class, items.c.location,
        items.c.payment_method, items.c.approver,
    )  # fmt: skip
    query = select(items).where(
        items.c.business_id == business_id,
        items.c.status.in_([status.value for status in statuses]),
        or_(
            items.c.supplier_key.in_([normalised(name) for name in names]),
            *(column.in_(ids) for column in by_id),
            *(column.in_(names) for column in by_name),
        ),
    )
    return [item_of(row) for row in session.execute(query.order_by(items.c.number).limit(limit))]


def divided(session: Session, business_id: str, statuses: Sequence[ItemStatus], limit: int) -> list[Item]:
    """Return items that have lines of their own, oldest first."""
    query = select(items).where(
        items.c.business_id == business_id,
        items.c.status.in_([status.value for status in statuses]),
        func.json_array_length(items.c.lines["rows"]) > 0,
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


def note_unwritten(session: Session, item_id: str, names: Sequence[ItemField], due_at: datetime | None) -> None:
    """Note which edits Dext does not have yet, and when they are next tried; none are left without a time."""
    values: dict[str, Any] = {"unwritten": [name.value for name in names], "write_due_at": due_at}
    if not names:
        values["write_attempts"] = 0
    session.execute(update(items).where(items.c.id == item_id).values(values))


def unwritten(session: Session, item_id: str) -> tuple[ItemField, ...]:
    """Return which edits of an item Dext does not have yet."""
    found = session.scalar(select(items.c.unwritten).where(items.c.id == item_id))
    return tuple(ItemField(name) for name in found or ())


def count_write(session: Session, item_id: str, due_at: datetime) -> int:
    """Count an attempt to write edits to Dext, due again at a time; return how many there were."""
    statement = (
        update(items)
        .where(items.c.id == item_id)
        .values(write_attempts=items.c.write_attempts + 1, write_due_at=due_at)
        .returning(items.c.write_attempts)
    )
    return int(session.execute(statement).scalar_one())


def due_for_writing(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return id and business of items with edits that are due to be written to Dext, longest overdue first."""
    query = select(items.c.id, items.c.business_id).where(items.c.write_due_at <= now).order_by(items.c.write_due_at)
    return [(row.id, row.business_id) for row in session.execute(query.limit(limit))]


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
        "customer_id": details.customer_id,
        "project_class": details.project_class,
        "project_class_id": details.project_class_id,
        "location": details.location,
        "location_id": details.location_id,
        "payment_method_id": details.payment_method_id,
        "approver": details.approver,
        "approver_id": details.approver_id,
        "tax_setting": details.tax_setting,
        "lines": dump_lines(details.lines),
    }


def _standing(item: Item, now: datetime) -> dict[str, Any]:
    return {
        "status": item.status.value,
        "lacks": list(item.lacks),
        "note": item.note,
        "bill_id": item.bill_id,
        "changed_at": now,
    }


def _held(item: Item) -> dict[str, Any]:
    """Return what holds for an item, and where it came from."""
    return _details(item.details) | {
        "layers": dump_layers(item.layers),
        "seen": dump_details(item.seen),
        "version": item.version,
        "uploader": item.uploader,
        "editors": list(item.editors),
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
            customer_id=row.customer_id,
            project_class=row.project_class,
            project_class_id=row.project_class_id,
            location=row.location,
            location_id=row.location_id,
            payment_method_id=row.payment_method_id,
            approver=row.approver,
            approver_id=row.approver_id,
            tax_setting=row.tax_setting,
            lines=load_lines(row.lines),
        ),
        status=ItemStatus(row.status),
        lacks=tuple(row.lacks),
        taken_in_at=row.taken_in_at,
        bill_id=row.bill_id,
        note=row.note,
        layers=load_layers(row.layers),
        seen=load_details(row.seen),
        version=row.version,
        uploader=row.uploader,
        editors=tuple(row.editors),
    )
