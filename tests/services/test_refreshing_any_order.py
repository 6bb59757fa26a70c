"""Whatever changes and whatever fails, in any order: in the end our copy is theirs, and nothing else moved."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.errors import ConflictError
from storage.database import Database, open_engine
from tests.conftest import FakeClock, fresh_postgres
from tests.services.test_editing import again, lines, save, save_lines
from tests.services.test_rules import add, software
from tests.support.bench import ADMIN, APPROVER, CHANNEL, WORKSPACE, Bench, Stages

_LISTS = {
    "vendors": ("suppliers", "/v3/vendors"),
    "customers": ("customers", "/v3/customers"),
    "accounting-classes": ("classes", "/v3/classifications/accounting-classes"),
}
_OURS = ("items", "item_changes", "rules", "rule_changes", "requests", "publishes")
"""Tables that a refresh must not touch."""

_EMPTY: dict[str, Any] = {"body": {"results": []}, "status": 200}
"""A page without rows and without a next one: as rows that slip between two pages, or a mistake."""

_kinds = st.sampled_from(sorted(_LISTS))
_changes = st.tuples(st.sampled_from(["add", "rename", "archive", "restore", "vanish"]), _kinds, st.integers(0, 999))
_faults = st.tuples(
    st.sampled_from(
        [
            {"action": "cut"},
            {"action": "cut", "phase": "after"},  # in the middle of a page
            _EMPTY,
            {"status": 500},
            {"status": 403},
            {"status": 429},
            {"body": "<html>", "status": 200},
            {"body": '{"results": [{"id": "009HALF", "na', "status": 200},
        ]
    ),
    _kinds,
    st.integers(0, 4),
    st.integers(1, 3),
)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("change"), _changes),
        st.tuples(st.just("fault"), _faults),
        st.tuples(
            st.just("refresh"),
            st.tuples(st.booleans(), st.lists(st.tuples(st.integers(1, 6), _changes), max_size=4)),
        ),
        st.tuples(st.just("killed"), st.integers(1, 8)),
    ),
    max_size=8,
)
_generated = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Remote:
    """Be the pretend Bill.com with small pages, in which others change things, also between two pages."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.inner = bench, bench.bill.app
        self.pages: Counter[str] = Counter()
        self.waiting: list[tuple[int, Any]] = []
        self.touched: set[str] = set()
        self.hidden = False
        bench.stages.bill.app = self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = scope.get("query_string", b"")
        if b"max=100" in query and b"id%3A" not in query:
            scope = {**scope, "query_string": query.replace(b"max=100", b"max=25")}
            self.pages[scope["path"]] += 1
            due = [one for one in self.waiting if self.pages[_LISTS[one[1][1]][1]] >= one[0]]
            self.waiting = [one for one in self.waiting if one not in due]
            for _, change in due:
                await asyncio.to_thread(self.change, *change)
        await self.inner(scope, receive, send)

    def change(self, what: str, kind: str, number: int) -> None:
        """Change one entry, or add one."""
        rows = self.bench.organization.lists[kind]
        if what == "add":
            self.bench.bill_does("add", list=kind, name=f"New {number}")
            return
        chosen = sorted(rows)[number % len(rows)]
        if what == "rename":
            self.bench.bill_does("rename", list=kind, id=chosen, name=f"Renamed {number}")
            return
        self.touched.add(chosen)
        if what == "vanish":
            del rows[chosen]
            self.hidden = True
        else:
            self.bench.bill_does("archive", list=kind, id=chosen, archived=what == "archive")

    def refresh(self, changes: list[tuple[int, Any]], *, full: bool = False) -> None:
        """Refresh to the end; before the page of a list with such a number comes, somebody changes something in it."""
        self.pages.clear()
        self.waiting = list(changes)
        for _ in self.bench.refreshing.run(_begun(self.bench, full=full)):
            pass
        left, self.waiting = self.waiting, []
        for _, change in left:
            self.change(*change)
        self.check_nothing_is_taken_for_gone()

    def check_nothing_is_taken_for_gone(self) -> None:
        """Check that we mark as archived only what somebody archived, restored or removed."""
        archived = {row.id for row in self.bench.rows("SELECT id FROM entries WHERE archived = true")}
        for kind in _LISTS:
            for row in self.bench.organization.lists[kind].values():
                assert row["archived"] or row["id"] in self.touched or row["id"] not in archived, row["name"]


_SLIPPED: list[tuple[str, Any]] = [("fault", (_EMPTY, "vendors", 1, 1)), ("refresh", (True, []))]
_BETWEEN: list[tuple[str, Any]] = [
    ("change", ("archive", "vendors", 7)),
    (
        "refresh",
        (True, [(3, ("vanish", "vendors", 0)), (3, ("restore", "vendors", 7)), (3, ("archive", "vendors", 50))]),
    ),
]
_MID_PAGE: list[tuple[str, Any]] = [
    ("change", ("rename", "vendors", 9)),
    ("fault", ({"action": "cut", "phase": "after"}, "vendors", 3, 3)),
    ("refresh", (True, [(2, ("add", "customers", 1))])),
    ("killed", 3),
]


@settings(_generated, max_examples=12)
@example(steps=_SLIPPED, full=False)
@example(steps=_BETWEEN, full=False)
@example(steps=_MID_PAGE, full=False)
@given(steps=_steps, full=st.booleans())
def test_our_copy_becomes_theirs_and_nothing_else_moves(
    stages: Stages, migrated: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]], full: bool
) -> None:
    path = shutil.copy(migrated, tmp_path_factory.mktemp("any-order") / "bot.db")
    _check_all(stages, f"sqlite:///{path}", steps, full)


@settings(_generated, max_examples=5)
@example(steps=_SLIPPED, full=False)
@example(steps=_BETWEEN, full=False)
@example(steps=_MID_PAGE, full=False)
@given(steps=_steps, full=st.booleans())
def test_on_postgresql_as_well(stages: Stages, postgres: str, steps: list[tuple[str, Any]], full: bool) -> None:
    with fresh_postgres(postgres) as url:
        _check_all(stages, url, steps, full)


def _check_all(stages: Stages, url: str, steps: list[tuple[str, Any]], full: bool) -> None:
    with ExitStack() as opened:
        database = Database(open_engine(url))
        opened.callback(database.close)
        bench = Bench(stages, database, FakeClock())
        opened.callback(bench.close)
        bench.connect()
        _play(bench, Remote(bench), steps, full)


def _coded(bench: Bench) -> None:
    """Make what a refresh must not touch: rules, edits, lines, an approved item and one that waits."""
    add(bench, sets={"CATEGORY": software(bench)})
    item, other = bench.ready_item(), bench.ready_item(invoice_number="ACS-2")
    save(bench, other, DESCRIPTION="Pallets")
    save_lines(bench, again(bench, other), lines(bench, "60.00", "40.00"))
    request, _ = bench.ask(item.id, other.id)
    bench.approvals.approve(WORKSPACE, APPROVER, request)


def _play(bench: Bench, remote: Remote, steps: list[tuple[str, Any]], full: bool) -> None:
    remote.refresh([])
    _coded(bench)
    before = _ours(bench)
    for kind, what in steps:
        bench.clock.pass_by(minutes=7)
        match kind:
            case "change":
                remote.change(*what)
            case "fault":
                fault, where, skip, times = what
                remote.hidden |= fault == _EMPTY
                bench.bill_fails(method="GET", path=_LISTS[where][1], skip=skip, times=times, **fault)
            case "refresh":
                everything, changes = what
                remote.refresh(changes, full=everything)
                bench.bill.wire.faults.clear()
            case _:
                _cut_off(bench, what)
    bench.bill.wire.faults.clear()
    bench.clock.pass_by(minutes=7)
    remote.refresh([])  # one that was cut off ends first: what it had read is not read again
    # What vanished, or was left out, is only shown by reading everything; all else by what changed.
    remote.refresh([], full=full or remote.hidden)
    for theirs, (ours, _) in _LISTS.items():
        wanted = {row["id"]: (row["name"], row["archived"]) for row in bench.organization.lists[theirs].values()}
        rows = bench.rows("SELECT id, name, archived FROM entries WHERE list = :list", list=ours)
        copy = {row.id: (row.name, bool(row.archived)) for row in rows}
        assert {entry_id: copy[entry_id] for entry_id in wanted} == wanted
        assert all(archived for entry_id, (_, archived) in copy.items() if entry_id not in wanted)
    assert _ours(bench) == before


def _ours(bench: Bench) -> dict[str, list[Any]]:
    """Return what a refresh must not touch, with every column."""
    return {table: bench.rows(f"SELECT * FROM {table} ORDER BY id") for table in _OURS}


def _cut_off(bench: Bench, steps: int) -> None:
    """Begin a refresh and stop in the middle, as a killed process does; the next one takes it up."""
    running = cast("Generator[None, None, None]", bench.refreshing.run(_begun(bench)))
    for _ in range(steps):
        next(running, None)
    running.close()


def _begun(bench: Bench, *, full: bool = False) -> str:
    try:
        refresh, _ = bench.refreshing.request(WORKSPACE, ADMIN, CHANNEL, full=full)
    except ConflictError:
        raise AssertionError("the connection was not refused in this test") from None
    return refresh.id
