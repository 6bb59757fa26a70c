from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bot.clients.bill import BillClient, VendorAddress
from bot.domain.bills import Bill, BillDraft, BillLine, Document
from bot.domain.lists import Entry
from bot.errors import (
    DuplicateError,
    GarbledReplyError,
    InvalidFieldError,
    NoSuchEntryError,
    OutcomeUnknownError,
    PermissionMissingError,
    RefusedError,
    UnavailableError,
    UpstreamError,
)

from .doubles import BillWorld, bdc, body, ok

CREATE = "POST /v3/bills"
LIST = "GET /v3/bills"
RECORD = "POST /v3/bills/record-payment"
ATTACH = "POST /v3/documents/bills/00nB"
VENDOR = "POST /v3/vendors"
STATUS = "GET /v3/documents/upload-status"

DRAFT = BillDraft(
    vendor_id="009V",
    invoice_number="INV-1",
    invoice_date=date(2026, 11, 2),
    due_date=date(2026, 12, 2),
    description="Lunch \u2013 team",
    lines=(
        BillLine(Decimal("1284.50"), "Food", "0ca1", "cls1", "loc1", "0cu1"),
        BillLine(Decimal("0.10"), "Tip", "0ca2"),
    ),
)
ROW: dict[str, Any] = {
    "id": "00nB",
    "vendorId": "009V",
    "amount": 1284.6,
    "invoice": {"invoiceNumber": "INV-1", "invoiceDate": "2026-11-02"},
    "paymentStatus": "unpaid",
    "createdTime": "2026-11-22T10:00:00.000+00:00",
    "approvalStatus": "SOMETHING_NEW",
}
BILL = Bill(
    id="00nB",
    vendor_id="009V",
    invoice_number="INV-1",
    invoice_date=date(2026, 11, 2),
    amount=Decimal("1284.6"),
    description="",
    payment_status="UNPAID",
    paid_amount=Decimal(0),
    archived=False,
    created_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
)
ADDRESS = VendorAddress("1 Main St", "Springfield", "12345", "US", state="IL")


def create(client: BillClient) -> object:
    return client.create_bill(DRAFT)


def pay(client: BillClient) -> object:
    return client.record_payment(vendor_id="009V", bill_id="00nB", amount=Decimal("10.10"), on=date(2026, 11, 3))


def attach(client: BillClient) -> object:
    return client.attach_document("00nB", "dext-7 1.pdf", b"%PDF\x00", "application/pdf")


def add_vendor(client: BillClient) -> object:
    return client.create_vendor(name="Acme", address=ADDRESS, email="a@x.test")


def test_a_bill_is_created_with_every_digit(world: BillWorld) -> None:
    world.up.on(CREATE, ok(ROW, 201))
    assert world.client().create_bill(DRAFT) == BILL
    sent = world.up.requests[0]
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["sessionId"] == "sess-1"
    assert b'"amount":1284.50,' in sent.content
    assert b'"amount":0.10,' in sent.content
    assert body(sent) == {
        "vendorId": "009V",
        "dueDate": "2026-12-02",
        "description": "Lunch \u2013 team",
        "invoice": {"invoiceNumber": "INV-1", "invoiceDate": "2026-11-02"},
        "billLineItems": [
            {
                "amount": 1284.5,
                "description": "Food",
                "classifications": {
                    "chartOfAccountId": "0ca1",
                    "accountingClassId": "cls1",
                    "locationId": "loc1",
                    "customerId": "0cu1",
                },
            },
            {"amount": 0.1, "description": "Tip", "classifications": {"chartOfAccountId": "0ca2"}},
        ],
    }


def test_a_bill_may_name_the_account_it_is_paid_from(world: BillWorld) -> None:
    world.up.on(CREATE, ok(ROW, 201))
    world.client().create_bill(BillDraft(**{**vars(DRAFT), "pay_from_account_id": "0ca9"}))
    assert body(world.up.requests[0])["payFromChartOfAccountId"] == "0ca9"


@pytest.mark.parametrize(
    "change",
    [
        {"invoice_number": "x" * 22},
        {"lines": (BillLine(Decimal("NaN"), "", "0ca1"),)},
    ],
)
def test_what_is_sure_to_be_refused_is_not_sent(world: BillWorld, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidFieldError):
        world.client().create_bill(BillDraft(**{**vars(DRAFT), **change}))
    assert world.up.requests == []


@pytest.mark.parametrize(
    ("call", "path", "answer"),
    [
        (create, CREATE, {"id": "00nB"}),
        (pay, RECORD, {"billPayments": [{"amount": 1}]}),
        (attach, ATTACH, {"name": "x"}),
        (add_vendor, VENDOR, {"name": "Acme"}),
    ],
)
def test_creating_is_never_repeated_and_doubt_is_said(
    world: BillWorld, call: Callable[[BillClient], object], path: str, answer: dict[str, Any]
) -> None:
    doubtful: list[Any] = [
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(500, text="oops"),
        httpx.Response(503),
        bdc("BDC_1001", 500),
        httpx.Response(201, text="<html>"),
        httpx.Response(200),
        ok(answer, 201),
    ]
    for one in doubtful:
        world.up.requests.clear()
        world.up.on(path, one)
        with pytest.raises(OutcomeUnknownError):
            call(world.client())
        assert len(world.up.requests) == 1
    refusals: list[tuple[Any, type[UpstreamError]]] = [
        (httpx.ConnectError("refused"), UnavailableError),
        (httpx.ConnectTimeout("slow"), UnavailableError),
        (httpx.PoolTimeout("full"), UnavailableError),
        (bdc("BDC_1171", 422), DuplicateError),
        (bdc("BDC_1143", 400), InvalidFieldError),
        (bdc("BDC_1145", 403), PermissionMissingError),
    ]
    for one, error in refusals:
        world.up.requests.clear()
        world.up.on(path, one)
        with pytest.raises(error):
            call(world.client())
        assert len(world.up.requests) == 1
    assert world.pauses == []


def test_a_vendors_bills_are_found_oldest_first(world: BillWorld) -> None:
    draft = {"id": "00nD", "recordStatus": "DRAFT", "vendorId": "009V"}
    paid = ROW | {"id": "00nP", "paidAmount": 1284.6, "archived": True, "paymentStatus": None, "createdTime": None}
    world.up.on(LIST, ok({"results": [ROW, draft], "nextPage": "two"}), ok({"results": [paid]}))
    found = list(world.client().bills(vendor_id="009V", created_since=datetime(2026, 11, 22, 9, tzinfo=UTC)))
    assert found[0] == BILL
    assert (found[1].id, found[1].paid_amount, found[1].archived) == ("00nP", Decimal("1284.6"), True)
    assert (found[1].payment_status, found[1].created_at) == ("UNDEFINED", None)
    assert len(found) == 2
    first = dict(world.up.requests[0].url.params)
    assert first == {
        "max": "100",
        "sort": "createdTime:asc",
        "filters": 'vendorId:eq:009V,createdTime:gte:"2026-11-22T09:00:00.000+00:00"',
    }
    assert dict(world.up.requests[1].url.params) == first | {"page": "two"}


def test_bills_in_a_circle_are_left(world: BillWorld) -> None:
    world.up.on(LIST, ok({"results": [], "nextPage": "same"}))
    with pytest.raises(GarbledReplyError):
        list(world.client().bills(vendor_id="009V", created_since=datetime(2026, 11, 22, tzinfo=UTC)))
    assert len(world.up.requests) == 2


def test_only_an_id_comes_into_a_filter(world: BillWorld) -> None:
    with pytest.raises(NoSuchEntryError):
        list(world.client().bills(vendor_id="009V,archived:eq:true", created_since=datetime(2026, 1, 1, tzinfo=UTC)))
    assert world.up.requests == []


@pytest.mark.parametrize("missing", ["vendorId", "amount", "invoice"])
def test_an_incomplete_bill_is_not_guessed(world: BillWorld, missing: str) -> None:
    row = {name: value for name, value in ROW.items() if name != missing}
    world.up.on("GET /v3/bills/00nB", ok(row))
    world.up.on(LIST, ok({"results": [row]}))
    with pytest.raises(GarbledReplyError):
        world.client().bill("00nB")
    with pytest.raises(GarbledReplyError):
        list(world.client().bills(vendor_id="009V", created_since=datetime(2026, 1, 1, tzinfo=UTC)))


def test_one_bill(world: BillWorld) -> None:
    world.up.on("GET /v3/bills/00nB", ok(ROW))
    world.up.on("GET /v3/bills/00nX", bdc("BDC_1120", 404))
    assert world.client().bill("00nB") == BILL
    with pytest.raises(NoSuchEntryError):
        world.client().bill("00nX")


def test_a_document_goes_as_raw_bytes(world: BillWorld) -> None:
    world.up.on(ATTACH, ok({"id": "0du1"}))
    assert attach(world.client()) == Document("0du1", "dext-7 1.pdf", ready=False)
    sent = world.up.requests[0]
    assert sent.content == b"%PDF\x00"
    assert sent.headers["content-type"] == "application/pdf"
    assert dict(sent.url.params) == {"name": "dext-7 1.pdf"}


def test_too_large_a_document_is_not_sent(world: BillWorld) -> None:
    with pytest.raises(InvalidFieldError):
        world.client().attach_document("00nB", "x.pdf", b"x" * (6 * 1024 * 1024 + 1), "application/pdf")
    assert world.up.requests == []


def test_documents_are_listed_over_all_pages(world: BillWorld) -> None:
    world.up.on(
        "GET /v3/documents/bills/00nB",
        ok({"results": [{"id": "00h1", "name": "a.pdf"}], "nextPage": "two"}),
        ok({"results": [{"id": "0du2"}]}),
    )
    assert world.client().documents("00nB") == [Document("00h1", "a.pdf", True), Document("0du2", "", False)]
    assert dict(world.up.requests[1].url.params) == {"max": "100", "page": "two"}


def test_an_upload_is_ready_when_it_has_become_a_document(world: BillWorld) -> None:
    def states(**state: str) -> httpx.Response:
        return ok([{"uploadId": "0du0", "status": "UPLOADED"}, {"uploadId": "0du1", **state}])

    world.up.on("GET /v3/documents/00h1", ok({"id": "00h1", "name": "a.pdf"}))
    client = world.client()
    for pending in ({"status": "IN_PROGRESS"}, {"status": "IN_PROGRESS", "documentId": "00h1"}, {"status": "UPLOADED"}):
        world.up.on(STATUS, states(**pending))
        assert client.upload_ready("0du1") is None
    world.up.on(STATUS, states(status="IVA_PROCESSING", documentId="00h1"))
    assert client.upload_ready("0du1") == Document("00h1", "a.pdf", ready=True)
    assert dict(world.up.requests[0].url.params) == {"ids": "0du1"}
    world.up.on(STATUS, states(status="UPLOAD_FAILED"))
    with pytest.raises(RefusedError):
        client.upload_ready("0du1")
    with pytest.raises(NoSuchEntryError):
        client.upload_ready("0du9")


@pytest.mark.parametrize("answer", [{"id": "stp1"}, {"id": None, "billPayments": [{}, {"id": "stp1"}]}])
def test_a_payment_is_noted(world: BillWorld, answer: dict[str, Any]) -> None:
    world.up.on(RECORD, ok(answer))
    assert pay(world.client()) == "stp1"
    assert b'"amount":10.10}' in world.up.requests[0].content
    assert body(world.up.requests[0]) == {
        "vendorId": "009V",
        "processDate": "2026-11-03",
        "toPrintCheck": False,
        "payments": [{"billId": "00nB", "amount": 10.1}],
    }


def test_a_vendor_is_created_with_its_address(world: BillWorld) -> None:
    world.up.on(VENDOR, ok({"id": "009N", "name": "Acme", "billCurrency": "USD"}, 201))
    assert add_vendor(world.client()) == Entry("009N", "Acme", kind="USD")
    assert body(world.up.requests[0]) == {
        "name": "Acme",
        "accountType": "BUSINESS",
        "email": "a@x.test",
        "address": {
            "line1": "1 Main St",
            "city": "Springfield",
            "stateOrProvince": "IL",
            "zipOrPostalCode": "12345",
            "country": "US",
        },
        "billCurrency": "USD",
    }
