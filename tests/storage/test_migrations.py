"""The migrations and the tables say the same."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from bot.domain.connections import LegState, Provider
from storage import breaks, legs, people, sightings, tables_lists, tables_rules, tables_work
from storage.database import Database, open_engine
from storage.migrate import is_current, migrate
from storage.tables import metadata


def test_migrations_equal_the_tables(database: Database) -> None:
    assert tables_work.items.metadata is tables_lists.entries.metadata is tables_rules.rules.metadata is metadata
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert is_current(connection)


def test_migrating_twice_changes_nothing(database_url: str, database: Database) -> None:
    migrate(database_url)
    with database.engine.connect() as connection:
        assert is_current(connection)


def test_four_processes_migrate_one_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    code = f"from storage.migrate import migrate; migrate({url!r})"
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    errors = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], errors


def test_a_database_of_the_first_version_keeps_what_it_has(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    migrate(url, "0001")
    now = "2026-11-23 09:00:00.000000"
    with create_engine(url).begin() as connection:
        for statement in (
            f"INSERT INTO workspaces VALUES ('T1', 'Harbor', 'UBOT', '{now}')",
            "INSERT INTO businesses (id, workspace_id, name, channel_id, tax_treatment, tax_account_id, last_number, "
            f"refresh_due_at, created_at) VALUES ('b1', 'T1', 'Harbor', 'C1', 'inside', '', 0, '{now}', '{now}')",
            "INSERT INTO legs (business_id, provider, state, mode, organization_id, organization_name, user_name, "
            "connected_by, failures, reason) VALUES ('b1', 'bill', 'expired', 'token', '008', 'H', 'u', 'U1', 2, '')",
            "INSERT INTO breaks (id, business_id, provider, opened_at, repairing_by, closed_by) "
            f"VALUES ('k1', 'b1', 'bill', '{now}', '', '')",
        ):
            connection.execute(text(statement))
    migrate(url)
    database = Database(open_engine(url))
    with database.begin() as session:
        kept = people.business(session, "b1")
        leg = legs.find(session, "b1", Provider.BILL)
        assert (kept.name, kept.zone, kept.outage_hours) == ("Harbor", "", 4)
        assert (leg.state, leg.failures) == (LegState.EXPIRED, 2)
        assert breaks.open_ones(session, "b1") == [], "the next look at the leg opens it anew"
        assert sightings.due(session, datetime(2026, 11, 24, tzinfo=UTC), 9) == ["b1"]
    database.close()
