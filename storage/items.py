"""Items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.coding import normalised
from bot.domain.items import Item, ItemStatus
from bot.domain.money import Money
from bot.errors import NotFoundError
from storage.item_rows import held_of, item_of, standing_of
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
        | standing_of(item, item.taken_in_at)
        | held_of(item)
        for item, digest in many
    ]
    if rows:
        session.execute(insert(items), rows)


def keep(session: Session, item: Item, now: datetime, digest: str | None = None) -> None:
    """Store what holds for an item and where it stands; the digest of Dext's data only when it is given."""
    values = standing_of(item, now) | held_of(item)
    if digest is not None:
        values["digest"] = digest
    session.execute(update(items).where(items.c.id == item.id).values(values))


def keep_many(session: Session, many: Sequence[tuple[Item, str]], now: datetime) -> None:
    """Store what holds for items, each with the digest of Dext's data, in one statement."""
    rows = [{"item": item.id, "digest": digest} | standing_of(item, now) | held_of(item) for item, digest in many]
    if rows:
        session.execute(update(items).where(items.c.id == bindparam("item")), rows)


def keep_held(session: Session, many: Sequence[Item], now: datetime) -> None:
    """Store what holds for items and where they stand, in one statement; Dext's data stay as they were seen."""
    rows = [{"item": item.id} | standing_of(item, now) | held_of(item) for item in many]
    if rows:
        session.execute(update(items).where(items.c.id == bindparam("item")), rows)


def keep_standings(session: Session, many: Sequence[Item], now: datetime) -> None:
    """Store where items stand and nothing else, in one statement."""
    rows = [{"item": item.id} | standing_of(item, now) for item in many]
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
    after: int = 0,
) -> list[Item]:
    """Return items with any of the statuses, oldest first; `words` are item numbers or part of a supplier.

    Those `after` a number stay in their place while items before them come and go.
    """
    query = select(items).where(*_matching(business_id, statuses, words)).order_by(items.c.number)
    if after:
        query = query.where(items.c.number > after)
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
