"""Migrations, run at start under a lock."""
