"""The tables of people, businesses and connections; `tables_lists.py` and `tables_work.py` have the rest.

Names are plural nouns. Times are aware UTC; a column that ends in `_at` is a time, one that
ends in `due_at` is read by the clock, by index, so that costs follow what is due.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from storage.types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("bot_user_id", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

businesses = Table(
    "businesses",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("tax_treatment", String(16), nullable=False),
    Column("tax_account_id", String(64), nullable=False),
    Column("admin_channel_id", String(32), nullable=False),
    Column("fallback_channel_id", String(32), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("closing_on", Date),
    Column("outage_hours", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("taken_in_at", UtcDateTime),
    Column("intake_due_at", UtcDateTime, index=True),
    Column("refresh_due_at", UtcDateTime, index=True),
    Column("watched_until", UtcDateTime),
    Column("watch_due_at", UtcDateTime, index=True),
    Column("created_at", UtcDateTime, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    Column("business_id", ForeignKey("businesses.id"), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("given_by", String(32), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
)

legs = Table(
    "legs",
    metadata,
    Column("business_id", ForeignKey("businesses.id"), primary_key=True),
    Column("provider", String(8), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("organization_id", String(64), nullable=False),
    Column("organization_name", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("connected_by", String(32), nullable=False),
    Column("connected_at", UtcDateTime),
    Column("checked_at", UtcDateTime),
    Column("due_at", UtcDateTime, index=True),
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("warn_at", UtcDateTime, index=True),
    Column("locked_until", UtcDateTime),
)

# One organisation, or Dext account, belongs to one business of this deployment at most:
# two writers on one organisation could both create the same bill.
Index(
    "uq_legs_provider_organization_id",
    legs.c.provider,
    legs.c.organization_id,
    unique=True,
    sqlite_where=legs.c.organization_id != "",
    postgresql_where=legs.c.organization_id != "",
)

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("was", String(16), nullable=False),
    Column("now", String(16), nullable=False),
    Column("signal", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Index("ix_turns_business_id_id", "business_id", "id"),
)

prompts = Table(
    "prompts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, index=True),
    Column("nudged_at", UtcDateTime),
    Column("moved_at", UtcDateTime),
    Column("moved_from", String(32), nullable=False),
    Column("snoozed_by", String(32), nullable=False),
    Column("snoozed_until", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Index("ix_prompts_cause", "workspace_id", "provider", "cause", "opened_at"),
)

breaks = Table(
    "breaks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("prompt_id", ForeignKey("prompts.id"), nullable=False, index=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("broken_at", UtcDateTime, nullable=False),
    Column("repairing_by", String(32), nullable=False),
    Column("repairing_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String(32), nullable=False),
    Column("closing", String(16)),
)

# One break of a leg is open at a time, and so one prompt is alive.
Index(
    "uq_breaks_open",
    breaks.c.business_id,
    breaks.c.provider,
    unique=True,
    sqlite_where=breaks.c.closed_at.is_(None),
    postgresql_where=breaks.c.closed_at.is_(None),
)

homes = Table(
    "homes",
    metadata,
    Column("workspace_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("field", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("workspace_id", String(32), nullable=False),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("spent_at", UtcDateTime),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workspace_id", String(32), nullable=False),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("cookie_digest", String(64), nullable=False, unique=True),
    Column("state_digest", String(64), nullable=False, index=True),
    Column("stage", String(16), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("organization_id", String(64), nullable=False),
    Column("organization_name", Text, nullable=False),
    Column("bill_user", Text, nullable=False),
    Column("dext_account_id", String(64), nullable=False),
    Column("dext_users", Text, nullable=False),
    Column("begun_at", UtcDateTime),
    Column("signed_in_at", UtcDateTime),
    Column("overtaken_by", String(32), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Index("ix_attempts_business_id_stage", "business_id", "stage"),
)
