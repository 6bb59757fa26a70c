"""Whatever changes and whatever fails, in any order: in the end our copy is theirs, and nothing else moved."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.errors import ConflictError
from storage.database import Database, open_engine
from storage.migrate import migrate
from tests.conftest import FakeClock
from tests.support.bench import ADMIN, APPROVER, CHANNEL, WORKSPACE, Bench, Stages

_LISTS = {
    "vendors": ("suppliers", "/v3/vendors"),
    "customers": ("customers", "/v3/customers"),
    "accounting-classes": ("classes", "/v3/classifications/accounting-classes"),
}
_kinds = st.sampled_from(sorted(_LISTS))
_changes = st.tuples(st.sampled_from(["add", "rename", "archive", "restore", "vanish"]), _kinds, st.integers(0, 999))
_faults = st.tuples(
    st.sampled_from([{"action": "cut"}, {"status": 500}, {"status": 403}, {"body": "<html>", "status": 200}]),
    _kinds,
    st.integers(0, 2),
)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("change"), _changes),
        st.tuples(st.just("fault"), _faults),
        st.tuples(st.just("refresh"), st.lists(st.tuples(st.integers(0, 6), _changes), max_size=4)),
        st.tuples(st.just("killed"), st.integers(1, 8)),
    ),
    max_size=8,
)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_steps, full=st.booleans())
def test_our_copy_becomes_theirs_and_nothing_else_moves(
    stages: Stages, tmp_path_factory: Any, steps: list[tuple[str, Any]], full: bool
) -> None:
    folder: Path = tmp_path_factory.mktemp("any-order")
    migrate(f"sqlite:///{folder / 'bot.db'}")
    database = Database(open_engine(f"sqlite:///{folder / 'bot.db'}"))
    bench = Bench(stages, database, FakeClock())
    bench.connect()
    try:
        _play(bench, steps, full)
    finally:
        bench.close()
        database.close()


def _play(bench: Bench, steps: list[tuple[str, Any]], full: bool) -> None:
    _refresh(bench, [])
    item = bench.ready_item()
    (request,) = bench.ask(item.id)
    bench.approvals.approve(WORKSPACE, APPROVER, request)
    before = _ours(bench)
    vanished = False
    for kind, what in steps:
        bench.clock.pass_by(minutes=7)
        match kind:
            case "change":
                vanished |= _change(bench, *what)
            case "fault":
                fault, where, skip = what
                bench.bill_fails(method="GET", path=_LISTS[where][1], skip=skip, times=3, **fault)
            case "refresh":
                vanished |= any(change[0] == "vanish" for _, change in what)
                _refresh(bench, what)
                bench.bill.wire.faults.clear()
            case _:
                _cut_off(bench, what)
    bench.bill.wire.faults.clear()
    bench.clock.pass_by(minutes=7)
    _refresh(bench, [])  # one that was cut off ends first: what it had read is not read again
    # What vanished without a trace is only shown by reading everything; all else by what changed.
    _refresh(bench, [], full=full or vanished)
    for theirs, (ours, _) in _LISTS.items():
        wanted = {row["id"]: (row["name"], row["archived"]) for row in bench.organization.lists[theirs].values()}
        rows = bench.rows("SELECT id, name, archived FROM entries WHERE list = :list", list=ours)
        copy = {row.id: (row.name, bool(row.archived)) for row in rows}
        assert {entry_id: copy[entry_id] for entry_id in wanted} == wanted
        assert all(archived for entry_id, (_, archived) in copy.items() if entry_id not in wanted)
    assert _ours(bench) == before


def _ours(bench: Bench) -> list[Any]:
    """Return what a refresh must not touch: items with their coding, requests, publishes."""
    items = bench.rows("SELECT id, status, supplier, supplier_id, category, category_id FROM items ORDER BY id")
    requests = bench.rows("SELECT id, state, plan, fingerprint, decided_by FROM requests ORDER BY id")
    return [items, requests, bench.rows("SELECT id, state, bill_id FROM publishes ORDER BY id")]


def _change(bench: Bench, what: str, kind: str, number: int) -> bool:
    rows = bench.organization.lists[kind]
    if what == "add":
        bench.bill_does("add", list=kind, name=f"New {number}")
        return False
    chosen = sorted(rows)[number % len(rows)]
    match what:
        case "rename":
            bench.bill_does("rename", list=kind, id=chosen, name=f"Renamed {number}")
        case "vanish":
            del rows[chosen]
        case _:
            bench.bill_does("archive", list=kind, id=chosen, archived=what == "archive")
    return what == "vanish"


def _refresh(bench: Bench, between: list[tuple[int, Any]], *, full: bool = False) -> None:
    """Refresh to the end, while others change things between two pages."""
    waiting = sorted(between, key=lambda one: one[0])
    running = bench.refreshing.run(_begun(bench, full=full))
    for place, _ in enumerate(running):
        while waiting and waiting[0][0] <= place:
            _change(bench, *waiting.pop(0)[1])


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
