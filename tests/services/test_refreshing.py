"""Refreshing the lists: resumable anywhere, complete for what works, quiet about what did not change."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any, cast

import pytest

from bot.domain.connections import LegState, Provider
from bot.domain.lists import ListName
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState, Why
from bot.errors import ConflictError, NotAllowedError
from storage import lists, refreshes
from tests.support.bench import ADMIN, CHANNEL, FINANCE, WORKSPACE, Bench, at_once

PAGES = 12


@pytest.fixture
def connected(bare: Bench) -> Bench:
    bare.connect()
    return bare


def begin(bench: Bench, *, full: bool = False) -> str:
    return bench.refreshing.request(WORKSPACE, ADMIN, CHANNEL, full=full)[0].id


def result(bench: Bench, refresh_id: str) -> Refresh:
    return bench.refreshing.progress(refresh_id).refresh


def refreshed(bench: Bench, *, full: bool = False) -> Refresh:
    refresh_id = begin(bench, full=full)
    for _ in bench.refreshing.run(refresh_id):
        pass
    bench.work.waiting.clear()
    return result(bench, refresh_id)


def line(refresh: Refresh, name: ListName) -> ListResult:
    return next(row for row in refresh.lists if row.name is name)


def theirs(bench: Bench, kind: str) -> set[str]:
    return {row["id"] for row in bench.organization.lists[kind].values() if not row["archived"]}


def copy(bench: Bench) -> list[Any]:
    return bench.rows("SELECT list, id, name, archived FROM entries ORDER BY list, id")


def pushes(bench: Bench) -> list[Any]:
    return [entry for entry in bench.dext.wire.requests if entry.path.startswith(("/api/add_", "/api/delete_"))]


def check_complete(bench: Bench) -> None:
    with bench.database.begin() as session:
        ours = {age.name: age.total for age in lists.ages(session, bench.business_id)}
    assert ours[ListName.SUPPLIERS] == len(theirs(bench, "vendors"))
    assert ours[ListName.ACCOUNTS] == len(theirs(bench, "chart-of-accounts"))
    at_dext = bench.dext_state()["lists"]
    assert {row["id"] for row in at_dext["payees"]} == theirs(bench, "vendors")
    assert {row["id"] for row in at_dext["projects"]} == theirs(bench, "accounting-classes") | theirs(
        bench, "locations"
    )


def test_the_first_refresh_reads_everything_and_passes_it_on(connected: Bench) -> None:
    refresh = refreshed(connected)
    assert (refresh.state, refresh.first, refresh.problem) == (RefreshState.DONE, True, "")
    assert {row.state for row in refresh.lists} == {ListState.DONE}
    suppliers = line(refresh, ListName.SUPPLIERS)
    assert (suppliers.added, suppliers.changed, suppliers.archived) == (suppliers.total, 0, 0)
    check_complete(connected)


def test_a_second_refresh_finds_nothing_new_and_sends_nothing(connected: Bench) -> None:
    refreshed(connected)
    before = len(pushes(connected))
    refresh = refreshed(connected)
    assert (refresh.state, refresh.first, refresh.changed) == (RefreshState.DONE, False, False)
    assert len(pushes(connected)) == before


def test_only_what_changed_is_counted_and_sent(connected: Bench) -> None:
    refreshed(connected)
    vendors = list(connected.organization.lists["vendors"].values())
    renamed, archived = [row for row in vendors if not row["archived"]][:2]
    connected.bill_does("rename", list="vendors", id=renamed["id"], name="New name")
    connected.bill_does("archive", list="vendors", id=archived["id"])
    added = connected.bill_does("add", list="vendors", name="Brand new")["id"]
    before = len(pushes(connected))
    row = line(refreshed(connected), ListName.SUPPLIERS)
    assert (row.added, row.changed, row.archived) == (1, 1, 1)
    added_call, deleted_call = pushes(connected)[before:]
    assert {entry["id"] for entry in added_call.body["payees"]} == {renamed["id"], added}
    assert [entry["id"] for entry in deleted_call.body["payees"]] == [archived["id"]]


def test_what_vanished_is_marked_and_never_deleted(connected: Bench) -> None:
    refreshed(connected)
    gone = min(theirs(connected, "locations"))
    del connected.organization.lists["locations"][gone]
    assert line(refreshed(connected, full=True), ListName.LOCATIONS).archived == 1
    with connected.database.begin() as session:
        assert lists.by_ids(session, connected.business_id, [gone])[ListName.LOCATIONS, gone].archived


@pytest.mark.parametrize("steps", range(1, PAGES))
def test_a_refresh_cut_off_at_any_page_is_done_completely_the_next_time(connected: Bench, steps: int) -> None:
    refresh_id = begin(connected)
    cut_off = cast("Generator[None, None, None]", connected.refreshing.run(refresh_id))
    for _ in range(steps):
        next(cut_off, None)
    cut_off.close()
    for _ in connected.refreshing.run(refresh_id):
        pass
    refresh = result(connected, refresh_id)
    assert refresh.state is RefreshState.DONE
    assert all(row.added == row.total for row in refresh.lists)
    check_complete(connected)


def test_an_interrupted_refresh_is_revived_by_the_clock_and_a_living_one_is_not(connected: Bench) -> None:
    refresh_id = begin(connected)
    connected.work.waiting.clear()
    living = cast("Generator[None, None, None]", connected.refreshing.run(refresh_id))
    next(living)
    next(living)
    connected.clock.pass_by(minutes=4)
    assert connected.refreshing.start_due() == 0
    living.close()
    connected.clock.pass_by(minutes=6)
    assert connected.refreshing.start_due() == 1
    assert connected.work_off("refresh") == 1
    assert result(connected, refresh_id).state is RefreshState.DONE


def test_a_refresh_that_fails_on_our_side_again_and_again_is_ended_in_words(
    connected: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    refresh_id = begin(connected)
    monkeypatch.setattr(lists, "take_page", broken)
    for _ in range(11):
        with pytest.raises(RuntimeError):
            connected.work_off("refresh")
        connected.clock.pass_by(minutes=6)
        assert connected.refreshing.start_due() == 1
    connected.work_off("refresh")
    refresh = result(connected, refresh_id)
    assert (refresh.state, "on our side" in refresh.problem) == (RefreshState.STOPPED, True)


@pytest.mark.parametrize(
    ("status", "code", "state", "said"),
    [
        (403, "BDC_1145", ListState.UNAVAILABLE, "not permitted"),
        (403, "BDC_1361", ListState.UNAVAILABLE, "second factor"),
        (429, "BDC_1322", ListState.FAILED, "slow down"),
        (400, "BDC_1143", ListState.FAILED, "refused it"),
        (503, "", ListState.FAILED, "did not answer"),
    ],
)
def test_a_list_that_fails_keeps_its_last_good_copy_and_the_others_complete(
    connected: Bench, status: int, code: str, state: ListState, said: str
) -> None:
    total = line(refreshed(connected), ListName.LOCATIONS).total
    body = [{"code": code, "message": "no"}] if code else {}
    connected.bill_fails(path="/v3/classifications/locations", status=status, body=body, times=20)
    refresh = refreshed(connected)
    failed = line(refresh, ListName.LOCATIONS)
    assert failed.state is state
    assert said in failed.problem
    assert refresh.state is RefreshState.DONE
    assert {row.state for row in refresh.lists if row is not failed} == {ListState.DONE}
    with connected.database.begin() as session:
        age = next(age for age in lists.ages(session, connected.business_id) if age.name is ListName.LOCATIONS)
    assert (age.total, age.problem) == (total, failed.problem)
    assert age.synced_at is not None


def test_an_expiry_in_the_middle_stops_and_keeps_what_was_read(connected: Bench) -> None:
    before = refreshed(connected)
    names = copy(connected)
    connected.bill_fails(path="/v3/vendors", skip=1, times=99, status=401, body=[{"code": "BDC_1109"}])
    refresh_id = begin(connected, full=True)
    for _ in connected.refreshing.run(refresh_id):
        pass
    refresh = result(connected, refresh_id)
    assert (refresh.state, refresh.problem) == (
        RefreshState.STOPPED,
        "the connection to Bill.com expired while the lists were read",
    )
    assert line(refresh, ListName.SUPPLIERS).state is not ListState.DONE
    assert copy(connected) == names
    assert connected.leg(Provider.BILL).state is LegState.EXPIRED
    assert connected.work.told("refresh") == [before.id, refresh_id]
    assert len(set(connected.work.told("prompt"))) == 1
    assert not connected.consequences.outcome(refresh_id).worth_telling
    with pytest.raises(ConflictError):
        begin(connected)


def test_what_vanished_after_a_stopped_refresh_is_noticed_by_the_next_that_reads_all(connected: Bench) -> None:
    refreshed(connected)
    connected.bill_fails(path="/v3/vendors", skip=2, times=99, status=401, body=[{"code": "BDC_1109"}])
    for _ in connected.refreshing.run(begin(connected, full=True)):
        pass
    connected.bill.wire.faults.clear()
    seen = min(theirs(connected, "vendors"))
    del connected.organization.lists["vendors"][seen]
    connected.health.recheck(connected.business_id, Provider.BILL)
    refreshed(connected, full=True)
    with connected.database.begin() as session:
        assert lists.by_ids(session, connected.business_id, [seen])[ListName.SUPPLIERS, seen].archived


# How much is read.


def asked_for(bench: Bench) -> dict[str, list[str]]:
    """Return the filters of every call for a list, by path, and forget them."""
    found: dict[str, list[str]] = {}
    for entry in bench.bill.wire.requests:
        if entry.method == "GET" and "max" in entry.query:
            found.setdefault(entry.path, []).append(entry.query.get("filters", ""))
    bench.bill.wire.requests.clear()
    return found


def test_later_refreshes_ask_for_changes_only_two_requests_a_list(connected: Bench) -> None:
    first = refreshed(connected)
    assert {row.why for row in first.lists} == {Why.FIRST}
    assert all("updatedTime" not in one for filters in asked_for(connected).values() for one in filters)
    connected.clock.pass_by(hours=1)
    second = refreshed(connected)
    assert {row.why for row in second.lists} == {Why.CHANGES}
    since = '"2026-11-23T08:45:00.000+00:00"'  # a quarter of an hour before the first one began
    calls = asked_for(connected)
    assert calls.pop("/v3/funding-accounts/banks") == [""]
    assert len(calls) == 6
    assert all(
        sorted(filters) == [f"archived:eq:{flag},updatedTime:gte:{since}" for flag in ("false", "true")]
        for filters in calls.values()
    )


def test_everything_is_read_when_it_is_asked_for_and_once_a_week(connected: Bench) -> None:
    refreshed(connected)
    assert {row.why for row in refreshed(connected, full=True).lists} == {Why.ASKED}
    connected.clock.pass_by(days=4)
    assert {row.why for row in refreshed(connected).lists} == {Why.CHANGES}
    connected.clock.pass_by(days=2)
    assert {row.why for row in refreshed(connected).lists} == {Why.DUE}


def test_what_changed_while_a_list_could_not_be_read_is_found_by_the_next(connected: Bench) -> None:
    refreshed(connected)
    connected.clock.pass_by(hours=2)
    renamed = min(theirs(connected, "vendors"))
    connected.bill_does("rename", list="vendors", id=renamed, name="Renamed meanwhile")
    connected.bill_fails(path="/v3/vendors", times=9, status=500)
    assert line(refreshed(connected), ListName.SUPPLIERS).state is ListState.FAILED
    connected.bill.wire.faults.clear()
    connected.clock.pass_by(hours=2)
    assert line(refreshed(connected), ListName.SUPPLIERS).changed == 1


def test_an_entry_that_slipped_between_two_pages_is_asked_for_by_id_and_stays(connected: Bench) -> None:
    refreshed(connected)
    names = copy(connected)
    connected.bill_fails(path="/v3/vendors", skip=1, status=200, body={"results": []})
    row = line(refreshed(connected, full=True), ListName.SUPPLIERS)
    assert (row.state, row.archived) == (ListState.DONE, 0)
    assert copy(connected) == names


def test_lists_are_read_three_at_once_and_no_more(connected: Bench) -> None:
    inner, under_way, most = connected.bill.app, 0, 0

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        await inner(scope, receive, send)
        under_way -= 1

    connected.stages.bill.app = counted
    refreshed(connected)
    assert most == 3


# Passing on to Dext.


def test_a_failure_at_dext_is_noted_and_made_good_by_itself(connected: Bench) -> None:
    connected.dext_fails(path="/api/add_payees", status=503, times=3)
    refresh = refreshed(connected)
    suppliers = line(refresh, ListName.SUPPLIERS)
    said = "Dext did not answer; it is tried again by itself"
    assert (suppliers.state, suppliers.push_problem) == (ListState.DONE, said)
    assert connected.leg(Provider.BILL).state is LegState.ACTIVE
    assert connected.pushing.start_due() == 0
    connected.clock.pass_by(minutes=1)
    assert connected.pushing.start_due() == 1
    assert connected.pushing.start_due() == 0
    assert connected.work_off("push") == 1
    assert not line(result(connected, refresh.id), ListName.SUPPLIERS).push_problem
    check_complete(connected)
    connected.clock.pass_by(days=1)
    assert connected.pushing.start_due() == 0


def test_pushes_that_keep_failing_are_tried_less_and_less_often(connected: Bench) -> None:
    connected.dext_fails(path="/api/add_payees", status=503, times=3 * 4)
    refreshed(connected)
    for minutes in (1, 5, 30):
        connected.clock.pass_by(minutes=minutes - 0.5)
        assert connected.pushing.start_due() == 0
        connected.clock.pass_by(minutes=0.5)
        assert connected.pushing.start_due() == 1
        connected.work_off("push")
    connected.clock.pass_by(hours=2)
    assert connected.pushing.start_due() == 1
    connected.work_off("push")
    check_complete(connected)


def test_one_entry_that_dext_refuses_is_named_and_the_rest_goes_on(connected: Bench) -> None:
    vendors = sorted(theirs(connected, "vendors"))
    refused = vendors[57]
    name = connected.organization.lists["vendors"][refused]["name"]
    connected.dext_does("refuse", list="payees", id=refused)
    row = line(refreshed(connected), ListName.SUPPLIERS)
    assert row.state is ListState.DONE
    assert row.push_problem.startswith(f"Dext refused “{name}” (")
    at_dext = {entry["id"] for entry in connected.dext_state()["lists"]["payees"]}
    assert at_dext == set(vendors) - {refused}
    before = len(pushes(connected))
    assert line(refreshed(connected), ListName.SUPPLIERS).push_problem == row.push_problem
    assert len(pushes(connected)) == before
    connected.dext_does("refuse", list="payees", id=refused, refused=False)
    connected.bill_does("rename", list="vendors", id=refused, name="Better name")
    assert not line(refreshed(connected), ListName.SUPPLIERS).push_problem
    check_complete(connected)


def test_classes_and_locations_are_told_apart_in_dext(connected: Bench) -> None:
    for kind in ("accounting-classes", "locations"):
        connected.bill_does("add", list=kind, name="Twin")
    refreshed(connected)
    names = [entry["name"] for entry in connected.dext_state()["lists"]["projects"]]
    assert {"Twin (class)", "Twin (location)"} <= set(names)
    assert all(name.endswith((" (class)", " (location)")) for name in names)


def test_ten_thousand_entries_of_one_name_stay_apart(bench: Bench) -> None:
    vendors = bench.organization.lists["vendors"]
    model = next(iter(vendors.values()))
    for number in range(10_000):
        vendors[f"009twin{number:05}"] = {**model, "id": f"009twin{number:05}", "name": "Twin", "archived": False}
    refresh = refreshed(bench, full=True)
    suppliers = line(refresh, ListName.SUPPLIERS)
    assert (suppliers.state, suppliers.push_problem, suppliers.total) == (
        ListState.DONE, "", len(theirs(bench, "vendors")),
    )  # fmt: skip
    (ours,) = bench.rows("SELECT count(*) FROM entries WHERE list = 'suppliers' AND name = 'Twin'")
    assert ours[0] == 10_000
    assert {row["id"] for row in bench.dext_state()["lists"]["payees"]} == theirs(bench, "vendors")
    # Where Dext does not say which one a document means, nothing guesses.
    assert bench.ready_item(payee="TWIN").lacks == (
        "10000 entries in Bill.com are called “TWIN”: choose the supplier with Edit",
    )
    found = bench.lookup.find(WORKSPACE, FINANCE, ListName.SUPPLIERS, "twin")
    assert (len(found.entries), found.more) == (100, True)


# Who hears of it; what it means for items and rules is in test_consequences.py.


@pytest.mark.parametrize("full", [True, False])
def test_the_channel_hears_of_what_was_asked_for_and_of_what_changed(connected: Bench, full: bool) -> None:
    refreshed(connected)
    assert connected.consequences.outcome(refreshed(connected, full=full).id).worth_telling

    def scheduled() -> bool:
        connected.clock.pass_by(hours=48)
        assert connected.refreshing.start_due() == 1
        (job,) = connected.work.named("refresh")
        connected.work_off("refresh")
        return connected.consequences.outcome(job.args[0]).worth_telling

    assert not scheduled()
    connected.bill_does("rename", list="vendors", id=min(theirs(connected, "vendors")), name="New name")
    assert scheduled()
    connected.bill_fails(path="/v3/customers", times=9, status=500)
    assert scheduled()


# Asking for one.


def test_a_second_request_joins_the_first(connected: Bench) -> None:
    refresh_id = begin(connected)
    again, joined = connected.refreshing.request(WORKSPACE, ADMIN, "C777")
    assert (again.id, joined) == (refresh_id, True)
    assert len(connected.work.named("refresh")) == 1


def test_who_joins_the_clocks_own_refresh_is_shown_it(connected: Bench) -> None:
    refreshed(connected)
    connected.clock.pass_by(hours=48)
    connected.refreshing.start_due()
    refresh, joined = connected.refreshing.request(WORKSPACE, ADMIN, CHANNEL)
    assert (joined, refresh.requested_by, refresh.channel_id) == (True, ADMIN, CHANNEL)
    assert result(connected, refresh.id).requested_by == ADMIN


def test_two_requests_at_the_same_moment_are_one_refresh(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = lambda: begin(both)  # noqa: E731 - shorter than a function, and called by two threads
    assert at_once(monkeypatch, refreshes, "add", ask, ask) == ["done", "done"]
    assert len(both.rows("SELECT id FROM refreshes")) == 1


def test_only_an_admin_asks_and_only_over_a_working_connection(bare: Bench) -> None:
    with pytest.raises(NotAllowedError):
        bare.refreshing.request(WORKSPACE, FINANCE, CHANNEL)
    with pytest.raises(ConflictError) as refused:
        bare.refreshing.request(WORKSPACE, ADMIN, CHANNEL)
    assert "Reconnect first" in refused.value.user_message


def test_the_clock_begins_what_it_owes_and_no_more(connected: Bench) -> None:
    refreshed(connected)
    assert connected.refreshing.start_due() == 0
    connected.clock.pass_by(hours=48)
    assert connected.refreshing.start_due() == 1
    assert connected.refreshing.start_due() == 0
    (job,) = connected.work.named("refresh")
    assert result(connected, job.args[0]).requested_by == ""


def test_after_a_refresh_items_are_looked_at_again(connected: Bench) -> None:
    connected.ready_item()
    begin(connected)
    connected.work_off()
    assert connected.item().lacks == ()
