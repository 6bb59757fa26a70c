"""The one insert-or-update statement that both databases share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Executable, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def upsert(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
    computed: Mapping[str, ColumnElement[Any]] | None = None,
) -> sqlite.Insert | postgresql.Insert:
    """Return a statement to execute with `rows` as a list of dicts: that is the fast way.

    On a conflict of `key` all other columns of the rows are overwritten, except those in `keep`;
    those in `computed` become the expression given there.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    overwritten = [name for name in rows[0] if name not in key and name not in keep]
    changed: dict[str, ColumnElement[Any]] = {name: literal_column(f"excluded.{name}") for name in overwritten}
    changed |= computed or {}
    if not changed:
        return insert.on_conflict_do_nothing(index_elements=list(key))
    return insert.on_conflict_do_update(index_elements=list(key), set_=changed)


def affected(session: Session, statement: Executable, rows: Mapping[str, Any] | None = None) -> int:
    """Execute a statement and return how many rows it changed."""
    result = cast("CursorResult[Any]", session.execute(statement, rows))
    return int(result.rowcount)
