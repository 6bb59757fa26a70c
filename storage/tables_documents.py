"""The tables of previews of documents, and of documents sent from Slack."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables import metadata
from storage.types import UtcDateTime

previews = Table(
    "previews",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("workspace_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("browser", String(64), nullable=False),
    Column("code", String(8), nullable=False),
    Column("spent_at", UtcDateTime),
    Column("confirmed_at", UtcDateTime),
    Index("uq_previews_digest", "digest", unique=True),
)

browsers = Table(
    "browsers",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("workspace_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("business_id", ForeignKey("businesses.id")),
    Column("user_id", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("thread_ts", String(32), nullable=False),
    Column("file_id", String(32), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("dext_id", String(32), nullable=False),
    Column("sent_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("jobs", Integer, nullable=False),
    Column("due_at", UtcDateTime, index=True),
    Column("problem", Text, nullable=False),
    Column("same_as", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # A person who sends the same file of Slack's twice has sent it once.
    Index("uq_uploads_file", "workspace_id", "file_id", "user_id", unique=True),
    Index("ix_uploads_dext_id", "business_id", "dext_id"),
)

# Whatever happens, one file goes to a business's Dext once.
Index(
    "uq_uploads_sent",
    uploads.c.business_id,
    uploads.c.digest,
    unique=True,
    sqlite_where=uploads.c.sent_at.is_not(None),
    postgresql_where=uploads.c.sent_at.is_not(None),
)
