"""The tables of rules, tax rates and what was changed by whom."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables import metadata
from storage.types import Amount, UtcDateTime

rules = Table(
    "rules",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("subject_name", Text, nullable=False),
    Column("sets", JSON, nullable=False),
    Column("terms_days", Integer),
    Column("terms_end_of_month", Boolean, nullable=False),
    Column("auto", String(8), nullable=False),
    Column("position", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_by", String(32), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    # Never deleted: items and the log go on naming it.
    Column("removed_at", UtcDateTime),
    Index("ix_rules_position", "business_id", "removed_at", "position"),
)

rule_changes = Table(
    "rule_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("rule_id", String(32), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(32), nullable=False),
    Column("what", String(16), nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Index("ix_rule_changes_business_id_id", "business_id", "id"),
)

tax_rates = Table(
    "tax_rates",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("percent", Amount, nullable=False),
    Column("treatment", String(16), nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("made_by", String(32), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)

item_changes = Table(
    "item_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("business_id", ForeignKey("businesses.id"), nullable=False),
    Column("item_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("field", String(16), nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("by", Text, nullable=False),
    Index("ix_item_changes_item_id_id", "item_id", "id"),
)
