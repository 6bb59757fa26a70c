"""The table of suppliers that are to be created in Bill.com."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables import metadata
from storage.types import UtcDateTime

supplier_orders = Table(
    "supplier_orders",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("name_key", String(200), nullable=False),
    Column("supplier", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("jobs", Integer, nullable=False),
    Column("due_at", UtcDateTime, index=True),
    Column("creating_at", UtcDateTime),
    Column("vendor_id", String(64), nullable=False),
    Column("found", Boolean, nullable=False),
    Column("problem", Text, nullable=False),
)

# Of two who create one supplier at the same moment, one does.
Index(
    "uq_supplier_orders_waiting",
    supplier_orders.c.business_id,
    supplier_orders.c.name_key,
    unique=True,
    sqlite_where=supplier_orders.c.state == "waiting",
    postgresql_where=supplier_orders.c.state == "waiting",
)
