"""The tables of what concerns admins: what they are asked for, and signs of a second writer."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from storage.tables import metadata
from storage.types import UtcDateTime

asks = Table(
    "asks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("right", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("settled_by", String(32), nullable=False),
    Column("settled_at", UtcDateTime),
)

# A person asks for one right once, until it is settled.
Index(
    "uq_asks_open",
    asks.c.business_id,
    asks.c.user_id,
    asks.c.right,
    unique=True,
    sqlite_where=asks.c.state == "open",
    postgresql_where=asks.c.state == "open",
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("remote_id", String(64), nullable=False),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("alarm_id", String(32), nullable=False, index=True),
    Column("settled_by", String(32), nullable=False),
    Column("settled_at", UtcDateTime),
    # Each is told once, however often it is seen.
    Index("uq_sightings_remote", "business_id", "kind", "remote_id", unique=True),
    Index("ix_sightings_open", "business_id", "settled_at"),
)
