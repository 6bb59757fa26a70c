"""Alembic's entry: runs on the connection that `storage.migrate` gives it."""

from alembic import context

from storage import (  # noqa: F401 - they register themselves
    tables_admins,
    tables_documents,
    tables_lists,
    tables_rules,
    tables_suppliers,
    tables_work,
)
from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
