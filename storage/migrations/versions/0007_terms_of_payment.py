"""Terms of payment: after how many days a supplier's bills are due; the next complete pass fills them in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("due_days", sa.Integer(), nullable=True))
