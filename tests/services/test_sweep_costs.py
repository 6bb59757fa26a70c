"""What a sweep costs follows how much is due, never how much there is."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, event, insert, select, update

from bot.errors import TokenRevokedError, UnavailableError
from storage.tables import breaks, businesses, legs, metadata, prompts, roles
from storage.tables_work import items, publishes, requests
from tests.services.breaking import answer, refuse
from tests.support.bench import Bench

FEW, MANY = 100, 10_000
DUE = 12
"""Of so many connections something is due, however many there are."""

TABLES = (businesses, roles, legs, prompts, breaks, items, requests, publishes)

ALIKE = 60
"""From each so many on it is the same ones that are refused, that get no answer, and that are broken already."""

Statement = tuple[str, Any]
Pattern = dict[Table, list[dict[str, Any]]]


class Wire:
    """Stand where Bill.com is: every third connection is refused, every fourth gets no answer, the others work."""

    def __init__(self, access: Any) -> None:
        self._number = int(access._owner.split(":")[1].removeprefix("b"))

    def ping(self) -> None:
        if self._number % 3 == 0:
            raise TokenRevokedError(service="Bill.com")
        if self._number % 4 == 0:
            raise UnavailableError(service="Bill.com")


def pattern_of(bench: Bench) -> Pattern:
    """Return the rows of one business with a past: a bill in Bill.com, and a break that was mended."""
    publish_id = bench.approved()
    bench.work_off("publish")
    assert bench.publish(publish_id).done_at
    refuse(bench)
    answer(bench)
    with bench.database.begin() as session:
        return {table: [dict(row._mapping) for row in session.execute(select(table))] for table in TABLES}


def fill(bench: Bench, pattern: Pattern, numbers: range, channel_id: str) -> None:
    """Let connections exist beside the bench's own, each with the past that it has, and nothing due."""

    def later(_number: int) -> Any:
        return bench.clock() + timedelta(days=7)

    def b(number: int) -> str:
        return f"b{number}"

    def o(number: int) -> str:
        return f"o{number}"

    def nothing(_number: int) -> None:
        return None

    def there(_number: int) -> str:
        return channel_id

    def repeat(table: Table, those: range, **changed: Callable[[int], Any]) -> None:
        rows = [row | {name: value(one) for name, value in changed.items()} for row in pattern[table] for one in those]
        with bench.database.begin() as session:
            for start in range(0, len(rows), 1000):
                session.execute(insert(table), rows[start : start + 1000])

    repeat(businesses, numbers, id=b, intake_due_at=later, refresh_due_at=later, admin_channel_id=there)
    repeat(roles, numbers, business_id=b)
    repeat(legs, numbers, business_id=b, organization_id=b, due_at=later)
    repeat(prompts, numbers, id=b)
    repeat(breaks, numbers, id=b, business_id=b, prompt_id=b)
    # Every tenth is broken at present, Dext's leg of it, and its prompt has its turn later.
    broken = {"provider": lambda _: "dext", "closed_at": nothing, "closing": nothing}
    repeat(prompts, numbers[::10], id=o, closed_at=nothing, due_at=later)
    repeat(breaks, numbers[::10], id=o, business_id=b, prompt_id=o, **broken)
    repeat(items, numbers, id=b, business_id=b)
    repeat(requests, numbers, id=b, business_id=b, item_id=b)
    repeat(publishes, numbers, id=b, business_id=b, item_id=b, request_id=b)


def make_due(bench: Bench, first: int) -> None:
    """Let the same things be due of so many connections from a number on."""
    now = bench.clock()
    few = [f"b{number}" for number in range(first, first + DUE)]
    bill, dext = legs.c.provider == "bill", legs.c.provider == "dext"
    with bench.database.begin() as session:
        session.execute(update(legs).where(bill, legs.c.business_id.in_(few)).values(due_at=now))
        ends = {"warn_at": now, "expires_at": now + timedelta(days=7)}
        session.execute(update(legs).where(dext, legs.c.business_id.in_(few[10:])).values(ends))
        broken = f"o{first}"
        session.execute(update(prompts).where(prompts.c.id == broken).values(due_at=now))
        held = {"state": "held", "done_at": None, "held_by": broken}
        session.execute(update(publishes).where(publishes.c.id.in_(few[1:6:4])).values(held))


@contextmanager
def statements(bench: Bench) -> Iterator[list[Statement]]:
    """Collect what reaches the database."""
    seen: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT")):
            seen.append((statement, parameters))

    event.listen(bench.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(bench.database.engine, "before_cursor_execute", note)


def sweep(bench: Bench) -> list[Statement]:
    """Let the clock tick once and do all that it asks for."""
    bench.work.waiting.clear()
    bench.work.asked.clear()
    with statements(bench) as seen:
        bench.jobs.every_minute()
        bench.work_off("check")
    return seen


def test_a_sweep_takes_as_many_statements_with_many_connections_as_with_few(
    both: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same is due each time: checks, refusals, outages, warnings, prompts, held items."""
    pattern, costs = pattern_of(both), []
    for numbers, channel_id in ((range(FEW), "CFEW"), (range(FEW, MANY), "CMANY")):
        fill(both, pattern, numbers, channel_id)
        quiet = sweep(both)
        first = -(-numbers[0] // ALIKE) * ALIKE
        make_due(both, first)
        monkeypatch.setattr(both.base.bill, "client", Wire)
        busy = sweep(both)
        assert states(both, first) == {"active": 6, "degraded": 2, "expired": 4}
        costs.append((len(quiet), len(busy)))
        if both.database.engine.dialect.name == "sqlite":
            assert scans(both, [*quiet, *busy]) == set()
    dialect = both.database.engine.dialect.name
    with capsys.disabled():
        sys.stdout.write(
            f"\nStatements of a sweep on {dialect}, with nothing due and with {DUE} connections due: "
            f"{costs[0]} where {FEW} connections exist, {costs[1]} where {MANY:,} do\n"
        )
    assert costs[0] == costs[1]


def states(bench: Bench, first: int) -> dict[str, int]:
    few = [f"b{number}" for number in range(first, first + DUE)]
    with bench.database.begin() as session:
        found = session.scalars(select(legs.c.state).where(legs.c.business_id.in_(few), legs.c.provider == "bill"))
        return dict(Counter(found))


def scans(bench: Bench, seen: list[Statement]) -> set[str]:
    """Return the steps of SQLite's plans that read a whole table, or a whole index."""
    found: set[str] = set()
    names = {table.name for table in metadata.tables.values()}
    with bench.database.engine.connect() as connection:
        for statement, parameters in seen:
            if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            one = parameters[0] if isinstance(parameters, list) else parameters
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", one).all()
            whole = [row.detail for row in plan if row.detail.split()[0] == "SCAN" and row.detail.split()[1] in names]
            # That index has what is held and nothing else.
            found |= {f"{detail}: {statement}" for detail in whole if "ix_publishes_held" not in detail}
    return found
