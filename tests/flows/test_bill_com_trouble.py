"""Whatever Bill.com does while a bill is made, there is one bill in the end."""

from __future__ import annotations

import pytest

from tests.support.town import (
    Json,
    Town,
    arrive,
    ask,
    asked_and_approved,
    bills,
    card_says,
    check_published_once,
    join,
    new_number,
    no_errors,
    organization,
    take_in,
    told_in_private,
)

pytestmark = pytest.mark.xdist_group("flows-trouble")

CREATE: Json = {"method": "POST", "path": "/v3/bills"}
TROUBLE: dict[str, Json] = {
    "answers 500": {"status": 500, "body": "Internal Server Error"},
    "answers 503": {"status": 503, "body": [{"message": "unavailable"}]},
    "answers too late": {"action": "delay", "delay": 2.2},
    "answers garbage": {"status": 200, "body": "<html>Sorry</html>"},
    "breaks the connection": {"action": "cut"},
}


@pytest.fixture
def number(shared: Town) -> str:
    """Give the invoice number of a document that is ready."""
    found = new_number()
    arrive(shared, found)
    take_in(shared)
    return found


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
def test_there_is_one_bill_in_the_end(shared: Town, number: str, trouble: Json, phase: str) -> None:
    shared.bill.do("faults", **CREATE, **trouble, phase=phase)
    card = asked_and_approved(shared, number)
    check_published_once(shared, number, card)


def test_a_limit_is_waited_for(shared: Town, number: str) -> None:
    refusal = [{"code": "BDC_1144", "message": "Too many requests"}]
    shared.bill.do("faults", **CREATE, status=429, body=refusal, headers={"Retry-After": "1"})
    card = asked_and_approved(shared, number)
    check_published_once(shared, number, card)


def test_while_it_is_not_sure_the_card_says_so(shared: Town, number: str) -> None:
    shared.bill.do("faults", **CREATE, phase="after", action="cut")
    shared.bill.do("faults", method="GET", path="/v3/bills", skip=1, times=3, status=503, body="down")
    card = asked_and_approved(shared, number)
    card_says(shared, card, "did not confirm")
    check_published_once(shared, number, card)


def test_a_bill_keyed_by_hand_stops_the_publish(shared: Town, number: str) -> None:
    lists = organization(shared)["lists"]
    vendor = next(row for row in lists["vendors"] if row["name"] == "Acme Cloud Services")
    by_hand = shared.bill.do(
        "add",
        list="bills",
        vendorId=vendor["id"],
        dueDate="2026-11-30",
        invoice={"invoiceNumber": number.lower(), "invoiceDate": "2026-11-01"},
        billLineItems=[{"amount": 120}],
    )
    card = asked_and_approved(shared, number)
    stopped = join(card_says(shared, card, "looks the same")["plain"])
    assert by_hand["id"] in stopped
    assert "Not published" in stopped
    shared.wait("the requester is told", lambda: told_in_private(shared, "femi", "looks the same", by_hand["id"]))
    assert not bills(shared, number)
    no_errors(shared)

    shared.clicks("femi", card_says(shared, card, "Try Again"), "publish.retry")
    card_says(shared, card, "looks the same")
    assert not bills(shared, number)


def test_a_bill_keyed_by_hand_between_looking_and_sending_is_not_doubled(shared: Town, number: str) -> None:
    """Bill.com can be set to refuse repeated numbers: then its refusal is a reason to look, not an error."""
    lists = organization(shared)["lists"]
    vendor = next(row for row in lists["vendors"] if row["name"] == "Acme Cloud Services")
    shared.bill.do("switches", duplicates="refuse")
    shared.bill.do("faults", **CREATE, action="hold")
    try:
        card = asked_and_approved(shared, number)
        shared.wait("the bill is held", lambda: shared.bill.look("holding")["holding"])
        shared.bill.do(
            "add",
            list="bills",
            vendorId=vendor["id"],
            dueDate="2026-11-30",
            invoice={"invoiceNumber": number, "invoiceDate": "2026-11-01"},
            billLineItems=[{"amount": 120}],
        )
        shared.bill.do("release")
        card_says(shared, card, "looks the same")
    finally:
        shared.bill.do("switches", duplicates="allow")
    assert len(bills(shared, number)) == 1
    no_errors(shared)


def test_a_refused_document_leaves_the_bill_and_says_so(shared: Town, number: str) -> None:
    refusal = [{"code": "BDC_9001", "message": "File type not supported."}]
    shared.bill.do("faults", method="POST", path="/v3/documents/bills/[^/]+", status=422, body=refusal)
    card = ask(shared, number)
    shared.clicks("ama", card, "item.approve")
    published = join(card_says(shared, card, "the document could not be attached")["plain"])
    assert "Published" in published
    assert len(bills(shared, number)) == 1
    no_errors(shared)
