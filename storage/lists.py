"""Our copies of Bill.com's lists."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Row, String, and_, case, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.coding import normalised
from bot.domain.lists import Entry, ListName
from storage.tables_lists import entries, list_states, refresh_lists, refreshes
from storage.upserts import Compiled, compiled, upsert

NAME_KEY_LENGTH = 200
"""Characters of a normalised name that are indexed; longer names are compared whole afterwards."""


_MOST_KEPT = 100
_TAKING: dict[tuple[str, int], Compiled] = {}

Listed = tuple[ListName, Entry]


@dataclass(frozen=True)
class Counts:
    """Be what one generation of a list brought."""

    added: int
    changed: int
    archived: int
    total: int


@dataclass(frozen=True)
class ListAge:
    """Be how our copy of a list stands; `total` counts active entries."""

    name: ListName
    total: int
    synced_at: datetime | None
    problem: str


def digest(entry: Entry) -> str:
    """Return a short digest of what people and Dext can see of an entry."""
    seen = "\x1f".join((entry.name, entry.parent_id or "", entry.number, entry.kind, str(entry.archived)))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def take_page(session: Session, business_id: str, name: ListName, generation: int, page: Sequence[Entry]) -> None:
    """Store one page as Bill.com gave it, in one statement, without reading what is there."""
    if not page:
        return
    rows = [
        {
            "business_id": business_id,
            "list": name.value,
            "id": entry.id,
            "name": entry.name,
            "name_key": normalised(entry.name)[:NAME_KEY_LENGTH],
            "parent_id": entry.parent_id,
            "number": entry.number,
            "kind": entry.kind,
            "archived": entry.archived,
            "due_days": entry.due_days,
            "digest": digest(entry),
            "pushed_digest": "",
            "archived_in": 0,
        }
        for entry in page
    ]
    _taking(session, generation, rows).execute(session, rows)


def _taking(session: Session, generation: int, rows: Sequence[Mapping[str, Any]]) -> Compiled:
    """Return the statement that takes a page; compiled once a pass, since a pass has hundreds."""
    key = (session.get_bind().dialect.name, generation)
    found = _TAKING.get(key)
    if found is not None:
        return found
    # What is the same for all stands in the statement: a value less to carry for every row.
    this: ColumnElement[int] = literal_column(str(int(generation)))
    new_digest = literal_column("excluded.digest", String)
    new_archived = literal_column("excluded.archived", Boolean)
    newly_archived = and_(entries.c.archived.is_(False), new_archived.is_(True))
    statement = upsert(
        session,
        entries,
        rows,
        key=("business_id", "list", "id"),
        keep=("pushed_digest",),
        computed={
            "seen_in": this,
            "changed_in": case((entries.c.digest != new_digest, this), else_=entries.c.changed_in),
            "archived_in": case((newly_archived, this), else_=entries.c.archived_in),
        },
    )
    whole = statement.values(seen_in=this, changed_in=this, added_in=this)
    if len(_TAKING) > _MOST_KEPT:
        _TAKING.clear()
    return _TAKING.setdefault(key, compiled(session, whole, [*rows[0]]))


def archive_unseen(session: Session, business_id: str, name: ListName, generation: int) -> None:
    """Mark as archived what a complete pass did not see any more; nothing is ever deleted."""
    session.execute(
        update(entries)
        .where(
            *_of(business_id, name),
            entries.c.seen_in < generation,
            entries.c.archived.is_(False),
        )
        .values(archived=True, archived_in=generation, changed_in=generation, digest="")
    )


def unseen(session: Session, business_id: str, name: ListName, generation: int, after: str, limit: int) -> list[str]:
    """Return ids of active entries that a pass has not seen, in their order, those behind `after`."""
    query = select(entries.c.id).where(
        *_of(business_id, name),
        entries.c.id > after,
        entries.c.seen_in < generation,
        entries.c.archived.is_(False),
    )
    return list(session.execute(query.order_by(entries.c.id).limit(limit)).scalars())


def count(session: Session, business_id: str, name: ListName, generation: int) -> Counts:
    """Count what a generation brought; the same answer however often the pass was interrupted."""

    def number_of(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

    active = entries.c.archived.is_(False)
    is_new = entries.c.added_in == generation
    query = select(
        number_of(is_new, active),
        number_of(entries.c.changed_in == generation, entries.c.added_in != generation, active),
        number_of(entries.c.archived_in == generation),
        number_of(active),
    ).where(*_of(business_id, name))
    added, changed, archived, total = session.execute(query).one()
    return Counts(int(added), int(changed), int(archived), int(total))


def next_generation(session: Session, business_id: str, name: ListName) -> int:
    """Return the number that the next pass over a list is to carry: above those of all passes ever begun."""
    query = (
        select(func.max(refresh_lists.c.generation))
        .join(refreshes, refreshes.c.id == refresh_lists.c.refresh_id)
        .where(refreshes.c.business_id == business_id, refresh_lists.c.list == name.value)
    )
    return (session.scalar(query) or 0) + 1


def keep_age(
    session: Session, business_id: str, name: ListName, generation: int, total: int, now: datetime | None, problem: str
) -> None:
    """Note how our copy of a list stands; without `now` the last good copy keeps its age."""
    row = {
        "business_id": business_id,
        "list": name.value,
        "generation": generation,
        "total": total,
        "synced_at": now,
        "problem": problem,
    }
    keep = () if now is not None else ("synced_at", "total")
    session.execute(upsert(session, list_states, [row], key=("business_id", "list"), keep=keep), [row])


def note_pass(session: Session, business_id: str, name: ListName, began: datetime, *, full: bool) -> None:
    """Note when a complete pass over a list began: what changed later is read from there."""
    began_at = {"read_at": began, "full_at": began} if full else {"read_at": began}
    session.execute(
        update(list_states)
        .where(list_states.c.business_id == business_id, list_states.c.list == name.value)
        .values(began_at)
    )


def passes(session: Session, business_id: str) -> dict[ListName, tuple[datetime | None, datetime | None]]:
    """Return when the last complete pass over each list began, and the last that read everything."""
    query = select(list_states.c.list, list_states.c.read_at, list_states.c.full_at)
    rows = session.execute(query.where(list_states.c.business_id == business_id))
    return {ListName(row.list): (row.read_at, row.full_at) for row in rows}


def ages(session: Session, business_id: str) -> list[ListAge]:
    """Return how our copies stand, in the order people know the lists."""
    rows = session.execute(select(list_states).where(list_states.c.business_id == business_id)).all()
    found = {row.list: ListAge(ListName(row.list), row.total, row.synced_at, row.problem) for row in rows}
    return [found[name.value] for name in ListName if name.value in found]


def synced(session: Session, business_ids: Iterable[str]) -> set[str]:
    """Return which of the businesses have at least one list that was read completely."""
    query = select(list_states.c.business_id).where(
        list_states.c.business_id.in_(list(business_ids)), list_states.c.synced_at.is_not(None)
    )
    return set(session.scalars(query.distinct()))


def by_ids(session: Session, business_id: str, ids: Sequence[str]) -> dict[tuple[ListName, str], Entry]:
    """Return the entries with any of these ids, by list and id, in one statement."""
    if not ids:
        return {}
    query = select(entries).where(entries.c.business_id == business_id, entries.c.id.in_(ids))
    return {(ListName(row.list), row.id): entry_of(row) for row in session.execute(query)}


def of_kinds(session: Session, business_id: str, name: ListName, kinds: Collection[str]) -> list[Entry]:
    """Return the entries of some kinds, archived ones included, in the order of their ids."""
    query = select(entries).where(*_of(business_id, name), entries.c.kind.in_(sorted(kinds)))
    return [entry_of(row) for row in session.execute(query.order_by(entries.c.id))]


def archived_in(session: Session, business_id: str, generations: dict[ListName, int], limit: int) -> list[Listed]:
    """Return the entries that these passes archived, the first so many, in one statement."""
    query = select(entries).where(
        entries.c.business_id == business_id,
        entries.c.archived.is_(True),
        or_(
            *(
                and_(entries.c.list == name.value, entries.c.archived_in == generation)
                for name, generation in generations.items()
            )
        ),
    )
    rows = session.execute(query.order_by(entries.c.list, entries.c.name_key, entries.c.id).limit(limit))
    return [(ListName(row.list), entry_of(row)) for row in rows]


def by_names(session: Session, business_id: str, keys: Sequence[str]) -> dict[tuple[ListName, str], tuple[Entry, ...]]:
    """Return the entries with any of these normalised names, by list and name, in one statement."""
    if not keys:
        return {}
    cut = [key[:NAME_KEY_LENGTH] for key in keys]
    query = select(entries).where(
        entries.c.business_id == business_id,
        entries.c.list.in_([name.value for name in ListName]),
        entries.c.name_key.in_(cut),
    )
    found: dict[tuple[ListName, str], list[Entry]] = {}
    for row in session.execute(query.order_by(entries.c.id)):
        # Ten thousand may be called the same.
        found.setdefault((ListName(row.list), normalised(row.name)), []).append(entry_of(row))
    return {place: tuple(same) for place, same in found.items()}


def _of(business_id: str, name: ListName) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (entries.c.business_id == business_id, entries.c.list == name.value)


def entry_of(row: Row[Any]) -> Entry:
    """Return the entry that a whole row of the table stands for."""
    return Entry(row.id, row.name, row.parent_id, row.number, row.kind, row.archived, row.due_days)
