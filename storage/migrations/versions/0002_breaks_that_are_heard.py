"""Breaks that are heard: prompts, history of legs, pauses.

A default of the database's own fills the new columns of rows that are there already. The breaks of the first
version told of nothing but a refusal; they are let go, and the next look at a leg that is still refused opens its
break anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "homes",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name=op.f("pk_homes")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("until", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "prompts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("nudged_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("moved_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("moved_from", sa.String(length=32), nullable=False),
        sa.Column("snoozed_by", sa.String(length=32), nullable=False),
        sa.Column("snoozed_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_prompts_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
    )
    with op.batch_alter_table("prompts", schema=None) as batch_op:
        batch_op.create_index("ix_prompts_cause", ["workspace_id", "provider", "cause", "opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_prompts_due_at"), ["due_at"], unique=False)

    op.create_table(
        "turns",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("business_id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("was", sa.String(length=16), nullable=False),
        sa.Column("now", sa.String(length=16), nullable=False),
        sa.Column("signal", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_turns_business_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.create_index("ix_turns_business_id_id", ["business_id", "id"], unique=False)

    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("begun_at", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("overtaken_by", sa.String(length=32), nullable=False, server_default=""))
        batch_op.create_index("ix_attempts_business_id_stage", ["business_id", "stage"], unique=False)

    op.drop_table("breaks")
    op.create_table(
        "breaks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("prompt_id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("opened_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("broken_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("repairing_by", sa.String(length=32), nullable=False),
        sa.Column("repairing_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=False),
        sa.Column("closing", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_breaks_business_id")),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=op.f("fk_breaks_prompt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaks")),
    )
    with op.batch_alter_table("breaks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_breaks_prompt_id"), ["prompt_id"], unique=False)
        batch_op.create_index(
            "uq_breaks_open",
            ["business_id", "provider"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
    op.execute("UPDATE publishes SET held_by = ''")

    with op.batch_alter_table("businesses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("admin_channel_id", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("fallback_channel_id", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("zone", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("closing_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("outage_hours", sa.Integer(), nullable=False, server_default="4"))

    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("since", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("expires_at", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("warn_at", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("locked_until", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_legs_warn_at"), ["warn_at"], unique=False)

    with op.batch_alter_table("publishes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_by", sa.String(length=32), nullable=False, server_default=""))
        batch_op.create_index(
            "ix_publishes_held",
            ["business_id"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
