"""The tables of the lists, of their refreshes, and of what Dext refused of them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables import metadata
from storage.types import SortedText, UtcDateTime

entries = Table(
    "entries",
    metadata,
    Column("business_id", ForeignKey("businesses.id"), primary_key=True),
    Column("list", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", SortedText, nullable=False),
    Column("parent_id", String(64)),
    Column("number", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("due_days", Integer),
    Column("digest", String(16), nullable=False),
    Column("pushed_digest", String(16), nullable=False),
    Column("seen_in", Integer, nullable=False),
    Column("changed_in", Integer, nullable=False),
    Column("added_in", Integer, nullable=False),
    Column("archived_in", Integer, nullable=False),
    # All that a search looks at, in the order it answers: it reads this index and no row that does not match.
    Index("ix_entries_name", "business_id", "list", "name_key", "id", "archived"),
)

list_states = Table(
    "list_states",
    metadata,
    Column("business_id", ForeignKey("businesses.id"), primary_key=True),
    Column("list", String(16), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("synced_at", UtcDateTime),
    Column("problem", Text, nullable=False),
    # When the last complete pass began, and the last that read everything: later changes are read from there.
    Column("read_at", UtcDateTime),
    Column("full_at", UtcDateTime),
    Column("push_due_at", UtcDateTime, index=True),
    Column("push_tries", Integer, nullable=False, server_default="0"),
    Column("push_problem", Text, nullable=False, server_default=""),
)

refusals = Table(
    "refusals",
    metadata,
    Column("business_id", ForeignKey("businesses.id"), primary_key=True),
    Column("list", String(16), primary_key=True),
    Column("entry_id", String(64), primary_key=True),
    Column("digest", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

refreshes = Table(
    "refreshes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("requested_by", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("first", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("due_at", UtcDateTime, index=True),
    Column("problem", Text, nullable=False),
    Index("ix_refreshes_business_id_started_at", "business_id", "started_at"),
)

Index(
    "uq_refreshes_running",
    refreshes.c.business_id,
    unique=True,
    sqlite_where=refreshes.c.state == "running",
    postgresql_where=refreshes.c.state == "running",
)

refresh_lists = Table(
    "refresh_lists",
    metadata,
    Column("refresh_id", ForeignKey("refreshes.id"), primary_key=True),
    Column("list", String(16), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("read", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("archived", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("push_problem", Text, nullable=False),
    Column("why", String(16), nullable=False, server_default="first"),
    Column("since", UtcDateTime),
)
