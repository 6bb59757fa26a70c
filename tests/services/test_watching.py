"""A second writer shows: what Dext published by itself, and bills that this bot did not make."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.connections import LegState, Provider
from bot.domain.items import ItemStatus
from bot.domain.sightings import SightingKind
from bot.errors import ConflictError, NotAllowedError, NotFoundError
from storage import sightings
from tests.support.bench import ADMIN, APPROVER, FINANCE, WORKSPACE, Bench


def by_hand(bench: Bench, **changes: Any) -> str:
    """Let somebody key a bill like the document of the bench into Bill.com."""
    vendor = next(row for row in bench.organization.lists["vendors"].values() if row["name"] == "Acme Cloud Services")
    with bench.health.bill(bench.business_id) as client:
        return client.create_bill(draft(vendor["id"], bench, **changes)).id


def draft(vendor_id: str, bench: Bench, number: str = "ACS-1", amount: str = "100.00") -> Any:
    from datetime import date
    from decimal import Decimal

    from bot.domain.bills import BillDraft, BillLine

    account = next(row["id"] for row in bench.organization.lists["chart-of-accounts"].values() if not row["archived"])
    line = BillLine(Decimal(amount), "keyed by hand", account)
    return BillDraft(vendor_id, number, date(2026, 11, 17), date(2026, 12, 17), "keyed by hand", (line,))


def by_dext(bench: Bench, number: str = "ACS-1") -> None:
    """Let a document arrive that Dext publishes by itself."""
    item = bench.ready_item(invoice_number=number)
    bench.dext_does("publish", id=int(item.details.dext_id))
    bench.clock.pass_by(minutes=5)
    bench.intake.run(bench.business_id)


def alarms(bench: Bench) -> list[str]:
    return list(dict.fromkeys(bench.work.told("alarm")))


def look(bench: Bench) -> int:
    return bench.watching.look_at_bills(bench.business_id)


@pytest.fixture
def watched(bench: Bench) -> Bench:
    with bench.database.begin() as session:
        sightings.set_watch(session, bench.business_id, due_at=bench.clock(), until=bench.clock())
    return bench


def test_a_bill_that_looks_like_an_item_of_ours_is_told_once(watched: Bench) -> None:
    item, bill = watched.ready_item(), by_hand(watched)
    assert [look(watched), look(watched)] == [1, 0]
    (alarm_id,) = alarms(watched)
    (row,) = watched.watching.view(alarm_id).rows
    assert (row.sighting.kind, row.sighting.remote_id, row.item.id) == (SightingKind.BILL, bill, item.id)
    assert row.url == f"https://bill.example/bills/{bill}"


def test_what_this_bot_made_is_no_sign(watched: Bench) -> None:
    watched.approved()
    watched.work_off("publish")
    assert watched.items(ItemStatus.PUBLISHED)
    assert look(watched) == 0


def test_a_second_bill_beside_ours_is_a_sign(watched: Bench) -> None:
    watched.approved()
    watched.work_off("publish")
    by_hand(watched, number="acs 1")
    assert look(watched) == 1


@pytest.mark.parametrize("other", [{"number": "ACS-2"}, {"amount": "100.01"}])
def test_other_bills_are_nobodys_business(watched: Bench, other: dict[str, str]) -> None:
    watched.ready_item()
    by_hand(watched, **other)
    assert look(watched) == 0


def test_what_dext_published_by_itself_is_told_once(watched: Bench) -> None:
    by_dext(watched)
    for expected in (1, 0):
        assert watched.watching.look_at_dext(watched.business_id) == expected
    (alarm_id,) = alarms(watched)
    assert watched.watching.view(alarm_id).rows[0].sighting.kind is SightingKind.DEXT


def test_what_is_seen_before_it_is_settled_joins_the_alarm_and_later_a_new_one_is_raised(watched: Bench) -> None:
    watched.ready_item()
    by_hand(watched)
    look(watched)
    by_dext(watched, "ACS-7")
    watched.watching.look_at_dext(watched.business_id)
    (alarm_id,) = alarms(watched)
    assert len(watched.watching.view(alarm_id).rows) == 2
    watched.watching.settle(WORKSPACE, ADMIN, alarm_id)
    assert {row.sighting.settled_by for row in watched.watching.view(alarm_id).rows} == {ADMIN}
    with pytest.raises(ConflictError):
        watched.watching.settle(WORKSPACE, ADMIN, alarm_id)
    by_hand(watched, number="ACS-7")
    look(watched)
    assert len(alarms(watched)) == 2


def test_only_an_admin_settles_it(watched: Bench) -> None:
    watched.ready_item()
    by_hand(watched)
    look(watched)
    (alarm_id,) = alarms(watched)
    for user in (FINANCE, APPROVER):
        with pytest.raises(NotAllowedError):
            watched.watching.settle(WORKSPACE, user, alarm_id)
    watched.people.install("T002", "Others", "UBOT2", "Others", ADMIN)
    with pytest.raises(NotFoundError):
        watched.watching.settle("T002", ADMIN, alarm_id)


def test_an_outage_is_no_gap_the_next_look_begins_where_this_one_did(watched: Bench) -> None:
    watched.ready_item()
    by_hand(watched)
    watched.bill_fails(method="GET", path="/v3/bills", action="status", status=503, times=20)
    assert look(watched) == 0
    watched.bill.wire.faults.clear()
    watched.clock.pass_by(days=2)
    assert look(watched) == 1


def test_an_expired_leg_is_left_alone(watched: Bench) -> None:
    from dataclasses import replace

    watched.keep_leg(replace(watched.leg(Provider.BILL), state=LegState.EXPIRED))
    assert look(watched) == 0
    assert watched.calls("GET", "/v3/bills") == []


def test_the_clock_asks_for_each_business_once_a_day(watched: Bench) -> None:
    assert watched.watching.start_due() == 1
    assert watched.watching.start_due() == 0
    assert [job.args for job in watched.work.named("watch")] == [(watched.business_id,)]
    watched.work_off("watch")
    watched.clock.pass_by(hours=23)
    assert watched.watching.start_due() == 0
    watched.clock.pass_by(hours=1)
    assert watched.watching.start_due() == 1


def test_a_look_goes_on_where_the_last_one_ended(watched: Bench) -> None:
    look(watched)
    with watched.database.begin() as session:
        assert sightings.watched_until(session, watched.business_id) == watched.clock()
    watched.clock.pass_by(hours=5)
    look(watched)
    asked = watched.calls("GET", "/v3/bills")[-1].query["filters"]
    begins = watched.clock() - timedelta(hours=6)
    assert begins.isoformat(timespec="milliseconds") in str(asked)
