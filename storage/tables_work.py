"""The tables of items, approvals, publishes and what is told to people."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.tables import metadata
from storage.types import Amount, UtcDateTime

items = Table(
    "items",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("dext_id", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("processed", Boolean, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("supplier_key", Text, nullable=False),
    Column("supplier_id", String(64), nullable=False),
    Column("reference", Text, nullable=False),
    Column("issued_on", Date),
    Column("due_on", Date),
    Column("currency", String(3), nullable=False),
    Column("total", Amount),
    Column("tax", Amount),
    Column("category", Text, nullable=False),
    Column("category_id", String(64), nullable=False),
    Column("customer", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("payment_method", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("paid", Boolean, nullable=False),
    Column("obstacle", String(16), nullable=False),
    Column("customer_id", String(64), nullable=False),
    Column("project_class", Text, nullable=False),
    Column("project_class_id", String(64), nullable=False),
    Column("location", Text, nullable=False),
    Column("location_id", String(64), nullable=False),
    Column("payment_method_id", String(64), nullable=False),
    Column("approver", Text, nullable=False),
    Column("approver_id", String(64), nullable=False),
    Column("tax_setting", String(32), nullable=False),
    Column("lines", JSON, nullable=False),
    Column("layers", JSON, nullable=False),
    Column("seen", JSON(none_as_null=True)),
    Column("version", Integer, nullable=False),
    Column("uploader", String(32), nullable=False),
    Column("editors", JSON, nullable=False),
    Column("unwritten", JSON, nullable=False),
    Column("write_due_at", UtcDateTime, index=True),
    Column("write_attempts", Integer, nullable=False),
    Column("lacks", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("bill_id", String(64), nullable=False),
    Column("taken_in_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("uq_items_dext_id", "business_id", "dext_id", unique=True),
    Index("uq_items_number", "business_id", "number", unique=True),
    Index("ix_items_status", "business_id", "status", "number"),
    Index("ix_items_totals", "business_id", "status", "currency", "kind", "total"),
    Index("ix_items_total", "business_id", "total"),
)

# What Dext published by itself is looked for after every intake.
Index(
    "ix_items_published_by_dext",
    items.c.business_id,
    sqlite_where=items.c.obstacle == "published",
    postgresql_where=items.c.obstacle == "published",
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("item_id", ForeignKey("items.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("plan", JSON, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("requested_by", String(32), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("decided_by", String(32), nullable=False),
    Column("decided_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_requests_state", "business_id", "state", "requested_at"),
)

Index(
    "uq_requests_pending",
    requests.c.item_id,
    unique=True,
    sqlite_where=requests.c.state == "pending",
    postgresql_where=requests.c.state == "pending",
)

publishes = Table(
    "publishes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    # Unique: whatever happens, there is one intent for an item, and so one bill at most.
    Column("item_id", ForeignKey("items.id"), nullable=False, unique=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("plan", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("jobs", Integer, nullable=False),
    Column("due_at", UtcDateTime, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("creating_at", UtcDateTime),
    Column("bill_id", String(64), nullable=False),
    Column("attaching_at", UtcDateTime),
    Column("document_id", String(64), nullable=False),
    Column("paying_at", UtcDateTime),
    Column("payment_id", String(64), nullable=False),
    Column("approver_set_at", UtcDateTime),
    Column("marked_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("problem", Text, nullable=False),
    Column("held_by", String(32), nullable=False, index=True),
    Column("paused_by", String(32), nullable=False),
    Column("shortfalls", JSON, nullable=False),
    Index("ix_publishes_state", "business_id", "state"),
)

# What is held is looked for every minute: the cost follows how much that is.
Index(
    "ix_publishes_held",
    publishes.c.business_id,
    sqlite_where=publishes.c.state == "held",
    postgresql_where=publishes.c.state == "held",
)

messages = Table(
    "messages",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("channel_id", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace_id", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("reply_to", LargeBinary),
    Column("text", Text, nullable=False),
    Column("blocks", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
)
