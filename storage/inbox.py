"""The inbox: items by status and words, counted and added up.

Every question is one statement, whatever the number of items, and is answered by index
(`ix_items_status` for pages, `ix_items_totals` for counts and sums).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.coding import normalised
from bot.domain.inbox import Tally
from bot.domain.items import DocumentKind, Item, ItemStatus
from bot.domain.money import Money
from bot.errors import NotFoundError
from storage.item_rows import item_of
from storage.tables_work import items

_DIGITS = 10
_MOST_NUMBERS = 100
_OF_A_REFERENCE = 3


def page(
    session: Session, business_id: str, statuses: Sequence[ItemStatus], words: str, *, offset: int, limit: int
) -> list[Item]:
    """Return items with any of the statuses that match the words, newest first."""
    query = select(items).where(*_matching(business_id, statuses, words)).order_by(items.c.number.desc())
    return [item_of(row) for row in session.execute(query.offset(offset).limit(limit))]


def tallies(
    session: Session, business_id: str, statuses: Sequence[ItemStatus] = tuple(ItemStatus), words: str = ""
) -> list[Tally]:
    """Count items by status, and add them up per currency; a status without items is left out.

    Credit notes count against the sum, whatever sign Dext gives them.
    """
    credit = items.c.kind == DocumentKind.CREDIT_NOTE.value
    owed = case((credit, -func.abs(items.c.total)), else_=items.c.total)
    query = (
        select(items.c.status, items.c.currency, func.count(), func.sum(owed, type_=items.c.total.type))
        .where(*_matching(business_id, statuses, words))
        .group_by(items.c.status, items.c.currency)
        .order_by(items.c.currency)
    )
    counts: dict[ItemStatus, int] = {}
    sums: dict[ItemStatus, list[Money]] = {}
    for status, currency, count, total in session.execute(query):
        counts[ItemStatus(status)] = counts.get(ItemStatus(status), 0) + count
        if currency and total is not None:
            sums.setdefault(ItemStatus(status), []).append(Money(currency, total))
    return [Tally(status, counts[status], tuple(sums.get(status, ()))) for status in ItemStatus if status in counts]


def numbered(session: Session, business_id: str, number: int) -> Item:
    """Return the item that people know by a number; raise `NotFoundError`."""
    query = select(items).where(items.c.business_id == business_id, items.c.number == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no item #{number}. Type `/dext items` to see what there is.")
    return item_of(row)


def anywhere(session: Session, item_id: str) -> Item:
    """Return an item by its id, of whichever business: the caller checks whose it is. Raise `NotFoundError`."""
    row = session.execute(select(items).where(items.c.id == item_id)).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"item {item_id}")
    return item_of(row)


def by_dext_id(session: Session, business_id: str, dext_id: str) -> Item | None:
    """Return the item of a document in Dext, if it was taken in."""
    query = select(items).where(items.c.business_id == business_id, items.c.dext_id == dext_id)
    row = session.execute(query).one_or_none()
    return item_of(row) if row is not None else None


def _matching(business_id: str, statuses: Sequence[ItemStatus], words: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [items.c.business_id == business_id]
    if len(statuses) < len(ItemStatus):
        conditions.append(items.c.status.in_([status.value for status in statuses]))
    if words.strip():
        conditions.append(_named(words))
    return conditions


def _named(words: str) -> ColumnElement[bool]:
    """Match what was typed: item numbers, else part of a supplier's name or of a document's reference.

    A number of three digits and more may be part of a reference as well; shorter ones are items alone.
    """
    typed = words.replace(",", " ").replace("#", " ").split()
    # Nine digits at most: a longer one is no item, and no integer of the database's.
    if not typed or not all(word.isdecimal() and len(word) < _DIGITS for word in typed):
        return _texts(words)
    numbers = items.c.number.in_([int(word) for word in typed[:_MOST_NUMBERS]])
    return numbers if max(map(len, typed)) < _OF_A_REFERENCE else or_(numbers, _texts(words))


def _texts(words: str) -> ColumnElement[bool]:
    """Match part of a supplier's name or of a document's reference, whatever its case."""
    reference = " ".join(words.split())
    return or_(
        items.c.supplier_key.contains(normalised(words), autoescape=True),
        items.c.reference.contains(reference, autoescape=True),
        func.lower(items.c.reference).contains(reference.lower(), autoescape=True),
    )
