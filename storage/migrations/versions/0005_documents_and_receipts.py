"""Documents and receipts: the inbox's sums by index."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_items_totals", "items", ["business_id", "status", "currency", "total"], unique=False)
