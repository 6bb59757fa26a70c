"""Refreshing the lists: resumable anywhere, complete for what works, quiet about what did not change."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

import pytest

from bot.domain.connections import LegState, Provider
from bot.domain.lists import ListName
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState
from bot.errors import ConflictError, NotAllowedError
from storage import finding, lists, refreshes
from tests.support.bench import ADMIN, CHANNEL, FINANCE, WORKSPACE, Bench, at_once

PAGES = 12


@pytest.fixture
def connected(bare: Bench) -> Bench:
    bare.connect()
    return bare


def begin(bench: Bench) -> str:
    return bench.refreshing.request(WORKSPACE, ADMIN, CHANNEL)[0].id


def result(bench: Bench, refresh_id: str) -> Refresh:
    return bench.refreshing.progress(refresh_id).refresh


def refreshed(bench: Bench) -> Refresh:
    refresh_id = begin(bench)
    for _ in bench.refreshing.run(refresh_id):
        pass
    bench.work.waiting.clear()
    return result(bench, refresh_id)


def line(refresh: Refresh, name: ListName) -> ListResult:
    return next(row for row in refresh.lists if row.name is name)


def theirs(bench: Bench, kind: str) -> set[str]:
    return {row["id"] for row in bench.organization.lists[kind].values() if not row["archived"]}


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
    assert line(refreshed(connected), ListName.LOCATIONS).archived == 1
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
    connected.clock.pass_by(seconds=90)
    assert connected.refreshing.start_due() == 0
    living.close()
    connected.clock.pass_by(seconds=60)
    assert connected.refreshing.start_due() == 1
    assert connected.work_off("refresh") == 1
    assert result(connected, refresh_id).state is RefreshState.DONE


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
    refresh_id = begin(connected)
    running = connected.refreshing.run(refresh_id)
    for _ in range(4):
        next(running)
    connected.bill_does("revoke", organizationId=connected.organization_id)
    for _ in running:
        pass
    refresh = result(connected, refresh_id)
    assert (refresh.state, refresh.problem) == (
        RefreshState.STOPPED,
        "the connection to Bill.com expired while the lists were read",
    )
    assert line(refresh, ListName.ACCOUNTS).state is ListState.DONE
    assert connected.leg(Provider.BILL).state is LegState.EXPIRED
    assert connected.work.told("refresh") == [refresh_id]
    with pytest.raises(ConflictError):
        begin(connected)


def test_what_vanished_after_a_stopped_refresh_is_noticed_by_the_next(connected: Bench) -> None:
    refresh_id = begin(connected)
    running = connected.refreshing.run(refresh_id)
    for _ in range(30):
        next(running)
        if line(result(connected, refresh_id), ListName.SUPPLIERS).read:
            break
    connected.bill_does("revoke", organizationId=connected.organization_id)
    for _ in running:
        pass
    with connected.database.begin() as session:
        (first,) = finding.search(session, connected.business_id, ListName.SUPPLIERS, "", archived=False, limit=1)
        seen = first.id
    del connected.organization.lists["vendors"][seen]
    connected.bill_does("restore-access", organizationId=connected.organization_id)
    connected.health.recheck(connected.business_id, Provider.BILL)
    refreshed(connected)
    with connected.database.begin() as session:
        assert lists.by_ids(session, connected.business_id, [seen])[ListName.SUPPLIERS, seen].archived


def test_a_failure_at_dext_is_noted_and_made_good_by_the_next_refresh(connected: Bench) -> None:
    connected.dext_fails(path="/api/add_payees", status=503, times=3)
    refresh = refreshed(connected)
    suppliers = line(refresh, ListName.SUPPLIERS)
    assert (suppliers.state, suppliers.push_problem) == (
        ListState.DONE,
        "Dext did not answer; the next refresh tries again",
    )
    assert connected.leg(Provider.BILL).state is LegState.ACTIVE
    assert not line(refreshed(connected), ListName.SUPPLIERS).push_problem
    check_complete(connected)


# Asking for one.


def test_a_second_request_joins_the_first(connected: Bench) -> None:
    refresh_id = begin(connected)
    again, joined = connected.refreshing.request(WORKSPACE, ADMIN, "C777")
    assert (again.id, joined) == (refresh_id, True)
    assert len(connected.work.named("refresh")) == 1


def test_two_requests_at_the_same_moment_are_one_refresh(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = lambda: begin(both)  # noqa: E731
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
