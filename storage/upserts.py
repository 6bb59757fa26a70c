"""The one insert-or-update statement that both databases share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import ClauseElement, ColumnElement, CursorResult, Executable, Table, literal_column
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


@dataclass(frozen=True)
class Compiled:
    """Be a statement in the database's own words; `order` names its parameters where they go by place."""

    sql: str
    order: tuple[str, ...] | None

    def execute(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for each row, straight by the driver: SQLAlchemy would go through every value once more.

        Values have to be what the driver takes as it is: text, whole numbers, truth values, nothing.
        """
        given = list(rows) if self.order is None else list(map(itemgetter(*self.order), rows))
        session.connection().exec_driver_sql(self.sql, given)


def compiled(session: Session, statement: Executable, names: Sequence[str]) -> Compiled:
    """Compile a statement for rows with these names."""
    made = cast("ClauseElement", statement).compile(dialect=session.get_bind().dialect, column_keys=list(names))
    order = getattr(made, "positiontup", None)
    return Compiled(str(made), tuple(order) if order is not None else None)
