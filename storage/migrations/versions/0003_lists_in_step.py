"""Lists in step: names in an order that a search can walk through.

PostgreSQL sorts by the rules of a language unless told otherwise, and then an index does not answer what begins with
some letters. The index now carries everything a search looks at. Nothing is looked up by the pass that last saw it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_entries_seen", table_name="entries")
    op.drop_index("ix_entries_name", table_name="entries")
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("entries", "name_key", type_=sa.Text(collation="C"), existing_nullable=False)
    op.create_index("ix_entries_name", "entries", ["business_id", "list", "name_key", "id", "archived"], unique=False)
