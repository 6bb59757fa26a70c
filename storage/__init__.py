"""The database: tables, one narrow store a noun, the vault for secrets, migrations."""
