"""What admins are asked for, and signs of a second writer.

Businesses that were connected before are looked through for the first time at their next refresh.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("right", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("settled_by", sa.String(length=32), nullable=False),
        sa.Column("settled_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_asks_business_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asks")),
    )
    with op.batch_alter_table("asks", schema=None) as batch_op:
        batch_op.create_index(
            "uq_asks_open",
            ["business_id", "user_id", "right"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "sightings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("remote_id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("alarm_id", sa.String(length=32), nullable=False),
        sa.Column("settled_by", sa.String(length=32), nullable=False),
        sa.Column("settled_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sightings_business_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_sightings_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
    )
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sightings_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index("ix_sightings_open", ["business_id", "settled_at"], unique=False)
        batch_op.create_index("uq_sightings_remote", ["business_id", "kind", "remote_id"], unique=True)

    with op.batch_alter_table("businesses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watched_until", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("watch_due_at", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_businesses_watch_due_at"), ["watch_due_at"], unique=False)

    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.create_index(
            "ix_items_published_by_dext",
            ["business_id"],
            unique=False,
            sqlite_where=sa.text("obstacle = 'published'"),
            postgresql_where=sa.text("obstacle = 'published'"),
        )
        batch_op.create_index("ix_items_total", ["business_id", "total"], unique=False)
    op.execute("UPDATE businesses SET watch_due_at = refresh_due_at")
