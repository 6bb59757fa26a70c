"""Taking in what lies in Dext: everything once, changes noticed, nothing lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.domain.connections import LegState, Provider
from bot.domain.items import DocumentKind, Item, ItemStatus
from bot.domain.marks import with_mark
from bot.errors import NotAllowedError
from storage import people
from tests.support.bench import APPROVER, AUDITOR, CHANNEL, STRANGER, WORKSPACE, Bench
from tests.support.slack import desk_of


def answers(bench: Bench, *receipts: dict[str, Any]) -> None:
    """Let Dext's next inbox hold exactly these, written as Dext may write them."""
    bench.dext_fails(path="/api/inbox", status=200, body={"receipts": list(receipts)})


def receipt(**changes: Any) -> dict[str, Any]:
    row = {
        "id": 1048200001, "type": "invoice", "processed": True, "payee": "Acme Cloud Services", "date": "2026-11-17",
        "due_date": "2026-12-17", "invoice_number": "A-1", "currency": "usd", "total_amount": "12.50",
        "vat_amount": "0.00", "category": "Software Subscriptions",
    }  # fmt: skip
    return row | changes


def taken_in(bench: Bench, **changes: Any) -> Item:
    answers(bench, receipt(**changes))
    bench.intake.run(bench.business_id)
    return bench.item()


def test_a_complete_document_is_ready(bench: Bench) -> None:
    item = taken_in(bench)
    assert (item.number, item.status, item.lacks) == (1, ItemStatus.READY, ())
    assert str(item.details.money) == "USD 12.50"


@pytest.mark.parametrize(
    ("sent", "read"),
    [("12.50", "12.5"), (12.5, "12.5"), (12, "12"), ("  7 ", "7"), ("-3.10", "-3.1"), ("0", "0"), (0, "0"),
     (None, None), ("", None), ("12,50", None), ("NaN", None), (True, None), ([], None)],
)  # fmt: skip
def test_money_is_read_as_text_number_or_nothing_and_never_guessed(bench: Bench, sent: Any, read: str | None) -> None:
    item = taken_in(bench, total_amount=sent, vat_amount=sent)
    expected = None if read is None else Decimal(read)
    assert (item.details.total, item.details.tax) == (expected, expected)


@pytest.mark.parametrize("blank", ["", None])
def test_blanks_are_reasons_and_not_values(bench: Bench, blank: Any) -> None:
    item = taken_in(
        bench, payee=blank, category=blank, invoice_number=blank, date=blank, due_date=blank, currency=blank,
        total_amount=blank, vat_amount=blank, description=blank, type=blank,
    )  # fmt: skip
    assert item.status is ItemStatus.TO_REVIEW
    assert len(item.lacks) == 7
    assert (item.details.kind, item.details.issued_on) == (DocumentKind.BILL, None)


@pytest.mark.parametrize(
    ("kind", "read"),
    [("receipt", DocumentKind.BILL), ("Credit_Note", DocumentKind.CREDIT_NOTE), ("sales_invoice", DocumentKind.SALE)],
)
def test_what_kind_of_document_it_is(bench: Bench, kind: str, read: DocumentKind) -> None:
    assert taken_in(bench, type=kind).details.kind is read


def test_what_dext_still_reads_is_processing_until_it_has(bench: Bench) -> None:
    assert taken_in(bench, processed=False).status is ItemStatus.PROCESSING
    assert taken_in(bench, processed="1").status is ItemStatus.READY


def test_what_was_taken_in_is_not_taken_again(bench: Bench) -> None:
    bench.document()
    assert bench.intake.run(bench.business_id) == 1
    assert bench.intake.run(bench.business_id) == 0
    assert len(bench.items()) == 1


def test_the_same_amount_written_otherwise_is_no_change(bench: Bench) -> None:
    for text in ("12.50", "12.5", 12.5, "12.500"):
        answers(bench, receipt(total_amount=text))
        bench.intake.run(bench.business_id)
    answers(bench, receipt(total_amount="12.5"))
    assert bench.intake.run(bench.business_id) == 0


def test_a_change_in_dext_is_noticed(bench: Bench) -> None:
    item = bench.ready_item()
    bench.dext_does("change", id=int(item.details.dext_id), total_amount="101.00")
    assert bench.intake.run(bench.business_id) == 1
    assert (bench.item().id, bench.item().details.total) == (item.id, Decimal("101.00"))


def test_our_own_mark_is_no_change(bench: Bench) -> None:
    item = bench.ready_item()
    bench.dext_does("change", id=int(item.details.dext_id), description=with_mark("Hosting", "00n1"))
    assert bench.intake.run(bench.business_id) == 0
    assert bench.item().details.description == "Hosting"


@pytest.mark.parametrize("ended", [ItemStatus.REJECTED, ItemStatus.FAILED])
def test_what_was_rejected_or_failed_is_judged_anew_once_it_changed(bench: Bench, ended: ItemStatus) -> None:
    if ended is ItemStatus.REJECTED:
        (request_id,) = bench.ask(bench.ready_item().id)
        bench.approvals.reject(WORKSPACE, APPROVER, request_id, "no")
    else:
        bench.approved()
        bench.bill_fails(method="POST", path="/v3/bills", status=400, body=[{"code": "BDC_1143", "message": "bad"}])
        bench.work_off("publish")
    bench.intake.run(bench.business_id)
    assert bench.item().status is ended
    bench.dext_does("change", id=int(bench.item().details.dext_id), total_amount="99.00")
    bench.intake.run(bench.business_id)
    assert bench.item().status is ItemStatus.READY


def test_an_item_that_waits_for_approval_stays_waiting_though_it_changed(bench: Bench) -> None:
    item = bench.ready_item()
    bench.ask(item.id)
    bench.dext_does("change", id=int(item.details.dext_id), total_amount="99.00")
    bench.intake.run(bench.business_id)
    assert bench.item().status is ItemStatus.WAITING
    assert bench.item().details.total == Decimal("99.00")


def test_what_left_the_inbox_by_other_hands_is_not_ours_to_publish_until_it_is_back(bench: Bench) -> None:
    item = bench.ready_item()
    bench.dext_does("archive", id=int(item.details.dext_id))
    bench.intake.run(bench.business_id)
    assert bench.item().status is ItemStatus.TO_REVIEW
    assert bench.item().lacks[0].startswith("no longer in Dext's inbox")
    bench.dext_does("archive", id=int(item.details.dext_id), archived=False)
    bench.intake.run(bench.business_id)
    assert bench.item().status is ItemStatus.READY


def test_what_dext_published_by_itself_is_named(bench: Bench) -> None:
    assert taken_in(bench, integration_state="Published").lacks[0].startswith("Dext published it by itself")


def test_many_items_are_taken_in_and_judged_whole(both: Bench) -> None:
    rows = [receipt(id=1048200000 + number, invoice_number=f"N-{number}") for number in range(450)]
    answers(both, *rows)
    assert both.intake.run(both.business_id) == 450
    found = both.items()
    assert [item.number for item in found] == list(range(1, 451))
    assert {item.status for item in found} == {ItemStatus.READY}


@pytest.mark.parametrize(
    "odd",
    [
        {"total_amount": "1.23456"},
        {"total_amount": "99999999999999999999"},
        {"payee": "Acme\u0000Cloud"},
        {"payee_id": "x" * 200},
        {"currency": "US DOLLARS"},
        {"id": "1" * 60},
    ],
)
def test_one_document_that_is_out_of_the_ordinary_keeps_no_other_out(both: Bench, odd: dict[str, Any]) -> None:
    answers(both, receipt(**({"id": 7} | odd)), receipt(id=1048200002))
    both.intake.run(both.business_id)
    good = [item for item in both.items() if item.details.dext_id == "1048200002"]
    assert [item.status for item in good] == [ItemStatus.READY]


@pytest.mark.parametrize("total", ["1.23456", "99999999999999999999"])
def test_an_amount_that_cannot_be_kept_is_a_reason_and_never_rounded(bench: Bench, total: str) -> None:
    item = taken_in(bench, total_amount=total)
    assert item.status is ItemStatus.TO_REVIEW
    assert item.details.total in (None, Decimal(total))


# When it is done, and for whom.


def test_an_outage_of_dext_is_learned_and_not_raised(bench: Bench) -> None:
    bench.dext_fails(path="/api/inbox", status=503, times=3)
    assert bench.intake.run(bench.business_id) is None
    assert bench.leg(Provider.DEXT).state is LegState.DEGRADED


def test_nothing_is_asked_of_dext_while_it_is_not_connected(bare: Bench) -> None:
    assert bare.intake.run(bare.business_id) is None
    assert bare.dext.wire.requests == []


def test_the_clock_asks_for_an_intake_once_when_it_is_due(bench: Bench) -> None:
    with bench.database.begin() as session:
        people.set_intake(session, bench.business_id, taken_in_at=None, due_at=bench.clock())
    assert bench.intake.start_due() == 1
    assert bench.intake.start_due() == 0
    bench.clock.pass_by(minutes=5)
    assert bench.intake.start_due() == 1


def test_whoever_may_see_may_ask_for_an_intake(bench: Bench) -> None:
    bench.intake.request(WORKSPACE, AUDITOR, CHANNEL)
    (job,) = bench.work.named("intake")
    assert job.args == (bench.business_id, AUDITOR, CHANNEL)
    with pytest.raises(NotAllowedError):
        bench.intake.request(WORKSPACE, STRANGER)


def test_what_a_look_into_dext_brought_is_told_where_it_was_asked_for(bench: Bench) -> None:
    desk = desk_of(bench)
    bench.document()
    for place, closed in ((CHANNEL, False), (CHANNEL, True), ("", False)):
        desk.slack.closed = {CHANNEL} if closed else set()
        bench.intake.request(WORKSPACE, AUDITOR, place)
        bench.work_off("intake")
        desk.catch_up()
    (whispered,) = desk.slack.whispered
    assert whispered[:2] == (CHANNEL, AUDITOR)
    assert [told.channel for told in desk.slack.standing()] == [f"D{AUDITOR}"] * 2


# Looking again.


def test_items_are_judged_anew_when_the_lists_change(bare: Bench) -> None:
    bare.connect()
    item = bare.ready_item()
    assert item.status is ItemStatus.TO_REVIEW
    bare.copy_lists()
    bare.intake.look_again(bare.business_id)
    assert (bare.item().status, bare.item().lacks) == (ItemStatus.READY, ())


def test_looking_again_writes_only_what_changed(bench: Bench) -> None:
    bench.ready_item()
    changed = bench.rows("SELECT changed_at FROM items")
    bench.clock.pass_by(hours=1)
    bench.intake.look_again(bench.business_id)
    assert bench.rows("SELECT changed_at FROM items") == changed
