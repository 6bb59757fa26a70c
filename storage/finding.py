"""Searching our copies of the lists, by the index of their names and nothing else.

No table of words is kept: it would cost every refresh several rows an entry. Names that begin with what was typed
are a range of the index; names that have it further in are found by walking through the index of that one list,
which ends as soon as enough are found (docs/benchmarks.md has what that takes).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, and_, func, not_, select
from sqlalchemy.orm import Session

from bot.domain.coding import normalised
from bot.domain.lists import Entry, ListName
from storage.lists import NAME_KEY_LENGTH, entry_of
from storage.tables_lists import entries

_LAST_CHARACTER = "\U0010ffff"


def search(
    session: Session, business_id: str, name: ListName, words: str, *, archived: bool, limit: int, offset: int = 0
) -> list[Entry]:
    """Return entries of a list: the exact name, then those that begin so, then those that have every word.

    Words count wherever they stand in the first 200 characters of a name, in any order. Archived entries are
    among them only if asked for. Three statements at most, whatever the size of the list.
    """
    key = normalised(words.replace("\0", ""))[:NAME_KEY_LENGTH]
    begins = and_(entries.c.name_key >= key, entries.c.name_key <= key + _LAST_CHARACTER)
    query = _ids(business_id, name, archived=archived)
    ids = list(session.execute(query.where(begins).limit(offset + limit)).scalars())
    wanted = ids[offset:]
    if key and len(wanted) < limit:
        # A word that many names have is met within a few steps, one that none has after the whole walk.
        rest = query.where(not_(begins), *(_has(session, word) for word in key.split()))
        further = rest.offset(max(0, offset - len(ids))).limit(limit - len(wanted))
        wanted += session.execute(further).scalars()
    return _in_order(session, business_id, name, wanted)


def names(session: Session, business_id: str, name: ListName, ids: Collection[str]) -> Mapping[str, str]:
    """Return names by id, in one statement."""
    if not ids:
        return {}
    query = select(entries.c.id, entries.c.name).where(
        entries.c.business_id == business_id, entries.c.list == name.value, entries.c.id.in_(sorted(ids))
    )
    return {row.id: row.name for row in session.execute(query)}


def _ids(business_id: str, name: ListName, *, archived: bool) -> Select[str]:
    query = select(entries.c.id).where(entries.c.business_id == business_id, entries.c.list == name.value)
    if not archived:
        query = query.where(entries.c.archived.is_(False))
    return query.order_by(entries.c.name_key, entries.c.id)


def _has(session: Session, word: str) -> ColumnElement[bool]:
    # PostgreSQL guesses from its statistics how many names a pattern fits, and walks or sorts accordingly;
    # SQLite always walks, and finds a piece of text faster than a pattern.
    if session.get_bind().dialect.name == "postgresql":
        return entries.c.name_key.contains(word, autoescape=True)
    return func.instr(entries.c.name_key, word) > 0


def _in_order(session: Session, business_id: str, name: ListName, ids: list[str]) -> list[Entry]:
    if not ids:
        return []
    query = select(entries).where(
        entries.c.business_id == business_id, entries.c.list == name.value, entries.c.id.in_(ids)
    )
    found = {row.id: entry_of(row) for row in session.execute(query)}
    return [found[entry_id] for entry_id in ids]
