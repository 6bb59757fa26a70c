"""Lists in step: how far each list was read and sent, and names in an order that a search can walk through.

PostgreSQL sorts by the rules of a language unless told otherwise, and then an index does not answer what begins with
some letters. The index now carries everything a search looks at. Nothing is looked up by the pass that last saw it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_entries_seen", table_name="entries")
    op.drop_index("ix_entries_name", table_name="entries")
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("entries", "name_key", type_=sa.Text(collation="C"), existing_nullable=False)
    op.create_index("ix_entries_name", "entries", ["business_id", "list", "name_key", "id", "archived"], unique=False)
    # Nobody reads it: changes are asked for by the time of the last pass.
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("updated_at")
    # Classes and locations are told apart in Dext by their names from now on: they are sent once more.
    op.execute("UPDATE entries SET pushed_digest = '-' WHERE list IN ('classes', 'locations') AND pushed_digest <> ''")

    with op.batch_alter_table("list_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_at", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("full_at", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("push_due_at", storage.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("push_tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("push_problem", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_list_states_push_due_at"), ["push_due_at"], unique=False)
    with op.batch_alter_table("refresh_lists", schema=None) as batch_op:
        batch_op.add_column(sa.Column("why", sa.String(length=16), nullable=False, server_default="first"))
        batch_op.add_column(sa.Column("since", storage.types.UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "refusals",
        sa.Column("business_id", sa.String(length=32), nullable=False),
        sa.Column("list", sa.String(length=16), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_refusals_business_id")),
        sa.PrimaryKeyConstraint("business_id", "list", "entry_id", name=op.f("pk_refusals")),
    )
