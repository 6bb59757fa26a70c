"""From an approval to a bill, with everything failing that can fail; the pretend Bill.com says what arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.approvals import RequestState
from bot.domain.connections import LegState, Provider
from bot.domain.items import ItemStatus
from bot.domain.lists import ListName
from bot.domain.publishing import PublishState
from bot.errors import ConflictError
from storage import lists, publishes
from tests.support.bench import APPROVER, FINANCE, WORKSPACE, Bench

CREATE = {"method": "POST", "path": "/v3/bills"}
DROPPED = [{"phase": "after", "action": "cut"}, {"phase": "after", "status": 504}, {"phase": "before", "status": 503},
           {"phase": "before", "action": "cut"}, {"phase": "after", "status": 200, "body": "<html>"}]  # fmt: skip


def documents(bench: Bench) -> list[str]:
    return [document.name for document in bench.organization.documents]


def done(bench: Bench, publish_id: str) -> None:
    publish = bench.publish(publish_id)
    assert (publish.state, publish.problem) == (PublishState.DONE, "")
    assert len(bench.bills) == 1
    assert publish.bill_id == bench.bills[0]["id"]
    assert bench.item().status is ItemStatus.PUBLISHED


def test_an_approved_item_becomes_one_bill_with_its_document_and_a_mark(both: Bench) -> None:
    publish_id = both.approved()
    both.work_off()
    done(both, publish_id)
    (bill,) = both.bills
    item = both.item()
    assert (str(bill["amount"]), bill["invoice"]["invoiceNumber"]) == ("100.00", "ACS-1")
    assert f"[dext:{item.details.dext_id}]" in bill["description"]
    assert documents(both) == [f"dext-{item.details.dext_id}.pdf"]
    assert both.organization.payments == []
    assert both.dext_state()["items"][0]["description"] == f"Hosting [in Bill.com: {bill['id']}]"
    assert both.work.told("outcome") == [both.publish(publish_id).request_id]


def test_running_it_again_does_nothing_more(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.work_off()
    before = len(bench.bill.wire.requests)
    bench.publishing.run(publish_id)
    assert len(bench.bill.wire.requests) == before


@pytest.mark.parametrize("fault", DROPPED)
def test_an_unknown_outcome_of_creating_never_makes_two_bills(both: Bench, fault: dict[str, Any]) -> None:
    publish_id = both.approved()
    both.bill_fails(**CREATE, **fault)
    both.work_off()
    done(both, publish_id)


def test_while_it_is_unknown_nothing_is_sent_again_before_bill_com_had_time_to_show_it(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.bill_fails(**CREATE, phase="before", status=503)
    bench.publishing.run(publish_id)
    assert len(bench.calls("POST", "/v3/bills")) == 1
    bench.clock.pass_by(seconds=119)
    bench.publishing.run(publish_id)
    assert len(bench.calls("POST", "/v3/bills")) == 1
    assert "checking whether the bill arrived" in bench.publish(publish_id).problem
    bench.clock.pass_by(seconds=1)
    bench.publishing.run(publish_id)
    assert len(bench.calls("POST", "/v3/bills")) == 2
    done(bench, publish_id)


@pytest.mark.parametrize("fault", DROPPED)
def test_an_unknown_outcome_of_attaching_never_attaches_twice(bench: Bench, fault: dict[str, Any]) -> None:
    publish_id = bench.approved()
    bench.bill_fails(method="POST", path="/v3/documents/bills/.*", **fault)
    bench.work_off()
    done(bench, publish_id)
    assert len(documents(bench)) == 1


@pytest.mark.parametrize("fault", DROPPED)
def test_an_unknown_outcome_of_paying_never_pays_twice(bench: Bench, fault: dict[str, Any]) -> None:
    publish_id = bench.approved(paid=True)
    bench.bill_fails(method="POST", path="/v3/bills/record-payment", **fault)
    bench.work_off()
    done(bench, publish_id)
    assert [str(payment["amount"]) for payment in bench.organization.payments] == ["100.00"]
    assert bench.bills[0]["paymentStatus"] == "PAID"


@pytest.mark.parametrize("path", ["/api/receipts", "/api/image", "/api/update_receipt_data"])
def test_dext_being_away_at_any_step_only_delays(bench: Bench, path: str) -> None:
    publish_id = bench.approved()
    bench.dext_fails(method="POST", path=path, status=503, times=8)
    bench.work_off()
    done(bench, publish_id)
    assert bench.publish(publish_id).shortfalls == ()


def test_every_attempt_is_a_job_of_its_own(bench: Bench) -> None:
    """A job id that was used before is never run again: then only the clock would go on, minutes later."""
    bench.approved()
    bench.bill_fails(**CREATE, phase="before", status=503)
    bench.dext_fails(method="POST", path="/api/image", status=503, times=8)
    bench.work_off()
    assert [job.id for job in bench.work.ignored] == []


def test_a_document_that_bill_com_does_not_take_is_told_apart_and_makes_no_second_bill(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.bill_does("switches", document_types=["png"])
    bench.work_off()
    done(bench, publish_id)
    (shortfall,) = bench.publish(publish_id).shortfalls
    assert shortfall.startswith("the document could not be attached: Bill.com refused it")


def test_a_payment_that_is_not_permitted_is_told_apart(bench: Bench) -> None:
    publish_id = bench.approved(paid=True)
    bench.bill_fails(method="POST", path="/v3/bills/record-payment", status=403, times=9,
                     body=[{"code": "BDC_1145", "message": "no"}])  # fmt: skip
    bench.work_off()
    done(bench, publish_id)
    (shortfall,) = bench.publish(publish_id).shortfalls
    assert shortfall.startswith("its payment could not be recorded: the user who connected Bill.com may not")


def test_a_bill_that_somebody_paid_meanwhile_is_not_paid_again(bench: Bench) -> None:
    publish_id = bench.approved(paid=True)
    bench.bill_fails(method="POST", path="/v3/documents/bills/.*", phase="before", status=503)
    bench.publishing.run(publish_id)
    bill = bench.bills[0]
    bill["paidAmount"], bill["paymentStatus"] = bill["amount"], "PAID"
    bench.work_off()
    done(bench, publish_id)
    assert bench.calls("POST", "/v3/bills/record-payment") == []


# Nothing is sent that was not approved.


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total_amount": "100.01"}, "total: USD 100.00 → USD 100.01"),
        ({"due_date": "2026-12-18"}, "due date: 17 Dec 2026 → 18 Dec 2026"),
        ({"paid": True}, "paid: no → yes"),
        ({"category": "Office Supplies"}, "category: Software Subscriptions → Office Supplies"),
        ({"payee": "Fjord Energy"}, "supplier: Acme Cloud Services → Fjord Energy"),
        ({"description": "Other"}, "description, class, location or customer changed"),
        ({"total_amount": None}, "total missing"),
    ],
)
def test_what_changed_in_dext_after_the_approval_is_not_sent(bench: Bench, change: dict[str, Any], said: str) -> None:
    publish_id = bench.approved()
    bench.dext_does("change", id=int(bench.item().details.dext_id), **change)
    bench.work_off()
    publish = bench.publish(publish_id)
    assert publish.state is PublishState.STOPPED
    assert said in publish.problem
    assert bench.bills == []
    # What still can be published asks again, as it is now; what lacks something has failed.
    asks_again = "missing" not in said
    assert bench.item().status is (ItemStatus.WAITING if asks_again else ItemStatus.FAILED)
    request = bench.approvals.card(publish.request_id).request
    assert request.state is (RequestState.PENDING if asks_again else RequestState.APPROVED)
    assert bench.work.named("publish") == []


def test_a_category_archived_after_the_approval_stops_it(bench: Bench) -> None:
    publish_id = bench.approved()
    with bench.database.begin() as session:
        (entry,) = lists.by_names(session, bench.business_id, ["software subscriptions"])[
            ListName.ACCOUNTS, "software subscriptions"
        ]
        lists.take_page(session, bench.business_id, ListName.ACCOUNTS, 2, [replace(entry, archived=True)])
    bench.work_off()
    assert "is archived in Bill.com" in bench.publish(publish_id).problem
    assert bench.bills == []


def test_what_bill_com_archived_unknown_to_us_is_named(bench: Bench) -> None:
    publish_id = bench.approved()
    row = next(
        row for row in bench.organization.lists["chart-of-accounts"].values() if row["name"] == "Software Subscriptions"
    )
    bench.bill_does("archive", list="chart-of-accounts", id=row["id"])
    bench.work_off()
    publish = bench.publish(publish_id)
    assert publish.state is PublishState.STOPPED
    assert publish.problem.startswith("Bill.com no longer takes category “Software Subscriptions”: archived there.")
    assert bench.bills == []


def test_an_item_that_is_gone_from_dext_stops_it(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.dext_fails(path="/api/receipts", status=200, body={"errorcode": 404, "errormessage": "Receipt not found"})
    bench.work_off()
    assert bench.publish(publish_id).problem.startswith("Dext no longer has this; restore it there")
    assert bench.bills == []


# Bills that people keyed by hand.


def keyed_by_hand(bench: Bench, number: str) -> None:
    vendor = next(
        row["id"] for row in bench.organization.lists["vendors"].values() if row["name"] == "Acme Cloud Services"
    )
    account = next(iter(bench.organization.lists["chart-of-accounts"]))
    line = {"amount": 100, "classifications": {"chartOfAccountId": account}}
    bench.bill_does("add", list="bills", vendorId=vendor, dueDate="2026-12-17", billLineItems=[line],
                    invoice={"invoiceNumber": number, "invoiceDate": "2026-11-17"})  # fmt: skip


@pytest.mark.parametrize("days", [0, 3, 40])
def test_a_bill_keyed_by_hand_is_for_a_person_to_decide(bench: Bench, days: int) -> None:
    keyed_by_hand(bench, "acs 1")
    bench.clock.pass_by(days=days)
    publish_id = bench.approved()
    bench.work_off()
    publish = bench.publish(publish_id)
    assert publish.state is PublishState.STOPPED
    assert "looks the same: acs 1" in publish.problem
    assert len(bench.bills) == 1


def test_the_same_invoice_received_twice_is_published_once(bench: Bench) -> None:
    bench.approved()
    bench.work_off()
    bench.clock.pass_by(days=2)
    again = bench.approved()
    bench.work_off()
    assert bench.publish(again).state is PublishState.STOPPED
    assert len(bench.bills) == 1


def test_bill_com_refusing_the_number_is_a_stop_with_words(bench: Bench) -> None:
    bench.bill_does("switches", duplicates="refuse")
    keyed_by_hand(bench, "ACS-1")
    bench.bills[0]["archived"] = True
    publish_id = bench.approved()
    bench.work_off()
    publish = bench.publish(publish_id)
    assert publish.state is PublishState.STOPPED
    assert "already has a bill with this number" in publish.problem
    assert publish.creating_at is None


# Held, stopped, and going on.


def test_a_refusal_of_bill_com_holds_it_until_the_reconnect(both: Bench) -> None:
    publish_id = both.approved()
    both.bill_does("revoke", organizationId=both.organization_id)
    both.work_off()
    assert both.publish(publish_id).state is PublishState.HELD
    assert both.item().status is ItemStatus.HELD
    assert both.item().note == "goes out when Bill.com is reconnected"
    assert both.leg(Provider.DEXT).state is LegState.ACTIVE
    both.bill_does("restore-access", organizationId=both.organization_id)
    assert both.holding.release_healed() == 0, "nobody has noticed the repair yet"
    both.health.recheck(both.business_id, Provider.BILL)
    assert both.holding.release_healed() == 1
    both.work_off()
    done(both, publish_id)


def test_a_refusal_of_dext_says_nothing_about_bill_com(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.dext_does("revoke", account=None)
    bench.work_off()
    assert bench.publish(publish_id).state is PublishState.HELD
    assert bench.leg(Provider.DEXT).state is LegState.EXPIRED
    assert bench.leg(Provider.BILL).state is LegState.ACTIVE
    assert bench.item().note == "goes out when Dext is reconnected"
    assert bench.bills == []


def test_an_outage_of_dext_says_nothing_about_bill_com(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.dext_fails(method="POST", path="/api/receipts", status=503, times=3)
    bench.publishing.run(publish_id)
    assert bench.leg(Provider.DEXT).state is LegState.DEGRADED
    assert bench.leg(Provider.BILL).state is LegState.ACTIVE


def test_a_repair_made_elsewhere_lets_what_was_held_go_out(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.bill_does("revoke", organizationId=bench.organization_id)
    bench.work_off()
    bench.bill_does("restore-access", organizationId=bench.organization_id)
    for _ in range(3):
        bench.clock.pass_by(minutes=20)
        bench.jobs.every_minute()
        bench.work_off()
    assert bench.leg(Provider.BILL).state is LegState.ACTIVE
    done(bench, publish_id)


def test_what_stopped_can_be_asked_for_again_when_it_is_sure_that_no_bill_exists(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.bill_fails(**CREATE, phase="before", status=503)
    bench.publishing.run(publish_id)
    bench.dext_does("change", id=int(bench.item().details.dext_id), total_amount="90.00")
    bench.work_off()
    assert bench.publish(publish_id).state is PublishState.STOPPED
    assert bench.bills == []
    asked = bench.ask(bench.item().id) or bench.work.told("card")  # it may have asked again by itself
    bench.approvals.approve(WORKSPACE, APPROVER, asked[-1])
    bench.work_off()
    done(bench, publish_id)
    assert str(bench.bills[0]["amount"]) == "90.00"


def test_a_lost_job_is_asked_for_anew_by_the_clock(both: Bench) -> None:
    publish_id = both.approved()
    both.work.waiting.clear()
    assert both.publishing.revive_due() == 0, "it may still be waiting its turn"
    both.clock.pass_by(minutes=2)
    assert both.publishing.revive_due() == 1
    assert both.publishing.revive_due() == 0
    both.work_off()
    done(both, publish_id)
    both.clock.pass_by(days=1)
    assert both.publishing.revive_due() == 0


def test_a_busy_bill_com_is_given_the_pause_it_asks_for(bench: Bench) -> None:
    bench.approved()
    bench.bill_fails(**CREATE, status=429, headers={"retry-after": "77"}, times=9,
                     body=[{"code": "BDC_1322", "message": "busy"}])  # fmt: skip
    (job,) = bench.work.named("publish")
    bench.work.waiting.remove(job)
    bench.publishing.run(*job.args)
    assert bench.leg(Provider.BILL).state is LegState.ACTIVE
    (later,) = bench.work.named("publish")
    assert later.delay >= 77


def test_an_unexpected_refusal_of_entry_does_not_lose_the_item(bench: Bench) -> None:
    """A bare 401 has no code that says what is wrong; the item must wait or stop, not hang in a raising job."""
    publish_id = bench.approved()
    bench.bill_fails(path="/v3/bills", status=401, body={}, times=1)
    bench.work_off()
    assert bench.publish(publish_id).state in (PublishState.DONE, PublishState.HELD, PublishState.STOPPED)


def asked_anew(bench: Bench) -> str:
    """Let a publish stop, the item change in Dext, and the approval be asked for anew; return the request."""
    publish_id = bench.approved()
    bench.bill_fails(**CREATE, status=422, body=[{"code": "BDC_1151", "message": "Invalid vendor."}])
    bench.work_off()
    request_id = bench.publish(publish_id).request_id
    bench.dext_does("change", id=int(bench.item().details.dext_id), total_amount="66.00")
    bench.approvals.retry(WORKSPACE, FINANCE, request_id)
    bench.work_off()
    assert bench.approvals.card(request_id).request.state is RequestState.PENDING
    return request_id


def test_trying_again_without_an_approval_in_force_sends_nothing(bench: Bench) -> None:
    request_id = asked_anew(bench)
    with pytest.raises(ConflictError, match="no longer in force"):
        bench.approvals.retry(WORKSPACE, FINANCE, request_id)
    bench.work_off()
    assert bench.bills == []


def test_trying_again_after_a_rejection_sends_nothing(bench: Bench) -> None:
    request_id = asked_anew(bench)
    bench.approvals.reject(WORKSPACE, APPROVER, request_id, "wrong figures")
    with pytest.raises(ConflictError, match="no longer in force"):
        bench.approvals.retry(WORKSPACE, FINANCE, request_id)
    bench.work_off()
    assert bench.bills == []
    assert bench.item().status is ItemStatus.REJECTED


def test_a_publish_that_is_revived_without_an_approval_in_force_stops(bench: Bench) -> None:
    """Whatever set it going: what is sent is what an approval in force was given for."""
    request_id = asked_anew(bench)
    publish = bench.publish_of(bench.item().id)
    with bench.database.begin() as session:
        publishes.change(session, publish.id, state=PublishState.RUNNING)
    bench.publishing.run(publish.id)
    assert bench.publish(publish.id).state is PublishState.STOPPED
    assert bench.bills == []
    assert bench.approvals.card(request_id).request.state is RequestState.PENDING


def test_the_new_approval_publishes_the_new_figures(bench: Bench) -> None:
    request_id = asked_anew(bench)
    bench.approvals.approve(WORKSPACE, APPROVER, request_id)
    bench.work_off()
    (bill,) = bench.bills
    assert str(bill["amount"]) in ("66.00", "66")


def test_what_is_no_longer_held_is_not_released(bench: Bench) -> None:
    publish_id = bench.approved()
    bench.work_off()
    assert bench.holding.release_held(bench.business_id) == 0
    with bench.database.begin() as session:
        assert not publishes.claim(session, publish_id, "creating_at", None, bench.clock())


def test_of_two_workers_one_may_ask_for_an_effect(both: Bench) -> None:
    publish_id = both.approved()
    now = both.clock()
    with both.database.begin() as session:
        assert publishes.claim(session, publish_id, "creating_at", None, now)
        assert not publishes.claim(session, publish_id, "creating_at", None, now)
        assert publishes.claim(session, publish_id, "creating_at", now, now + timedelta(seconds=9))
        assert not publishes.claim(session, publish_id, "creating_at", now, now)


CREDIT_NOTE: dict[str, Any] = {"type": "credit_note", "due_date": None, "total_amount": "-100.00"}


def credits(bench: Bench) -> list[dict[str, Any]]:
    return list(bench.organization.lists["vendor-credits"].values())


def credited(bench: Bench, publish_id: str) -> dict[str, Any]:
    """Check that a credit note ended as one credit and nothing else; return it."""
    publish = bench.publish(publish_id)
    assert (publish.state, publish.problem, publish.shortfalls) == (PublishState.DONE, "", ())
    (credit,) = credits(bench)
    assert publish.bill_id == credit["id"]
    assert (bench.bills, documents(bench), bench.organization.payments) == ([], [], [])
    return credit


def test_a_credit_note_becomes_one_vendor_credit_with_a_mark(both: Bench) -> None:
    publish_id = both.approved(**CREDIT_NOTE)
    both.work_off()
    credit = credited(both, publish_id)
    assert (str(credit["amount"]), credit["referenceNumber"], credit["creditDate"]) == ("100.00", "ACS-1", "2026-11-17")
    assert credit["description"].endswith(f"[dext:{both.item().details.dext_id}]")
    assert both.dext_state()["items"][0]["description"] == f"Hosting [in Bill.com: {credit['id']}]"
    card = both.approvals.card(both.publish(publish_id).request_id)
    assert card.bill_url == f"https://bill.example/vendor-credits/{credit['id']}"


@pytest.mark.parametrize("fault", DROPPED)
def test_an_unknown_outcome_never_makes_two_credits(both: Bench, fault: dict[str, Any]) -> None:
    publish_id = both.approved(**CREDIT_NOTE)
    both.bill_fails(method="POST", path="/v3/vendor-credits", **fault)
    both.work_off()
    credited(both, publish_id)


def test_a_credit_that_looks_the_same_is_for_a_person_to_decide(bench: Bench) -> None:
    first = bench.approved(**CREDIT_NOTE)
    bench.work_off()
    credited(bench, first)
    twin = bench.approved(**CREDIT_NOTE, description="the same once more")
    bench.work_off()
    assert bench.publish(twin).state is PublishState.STOPPED
    assert "has a credit from this supplier that looks the same" in bench.publish(twin).problem
    assert len(credits(bench)) == 1


def test_a_bill_and_a_credit_of_the_same_number_are_no_twins(bench: Bench) -> None:
    bill, credit = bench.approved(), bench.approved(**CREDIT_NOTE)
    bench.work_off()
    assert {bench.publish(one).state for one in (bill, credit)} == {PublishState.DONE}
    assert (len(bench.bills), len(credits(bench))) == (1, 1)
