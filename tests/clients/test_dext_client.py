from __future__ import annotations

import base64
import json
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import httpx
import pytest

import bot.clients.dext as dext_module
from bot.clients.dext import DextAccount, DextClient, DextEntry, DextImage, DextReceipt, Kind
from bot.errors import (
    DuplicateError,
    GarbledReplyError,
    NoSuchEntryError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
    UpstreamError,
)

from .doubles import DextWorld, body, ok

INBOX = "POST /api/inbox"
RECEIPTS = "POST /api/receipts"
UPDATE = "POST /api/update_receipt_data"
EMPTY = {"size": 0, "receipts": []}

ROW: dict[str, Any] = {
    "id": 1234567890,
    "type": "receipt",
    "date": "2026-11-02",
    "invoice_number": None,
    "due_date": "",
    "paid": True,
    "payee": " Acme ",
    "payee_id": 77,
    "client": None,
    "project": None,
    "category": "Travel",
    "category_id": "0ca1",
    "category_code": None,
    "currency": "usd",
    "total_amount": "234.0",
    "vat_amount": 0.1,
    "payment_method": "unknown",
    "payment_method_ref": None,
    "description": None,
    "status": "inputted",
    "integration_state": None,
    "integration_state_message": "",
    "processed": 1,
    "base_total": 0.0,
}
RECEIPT = DextReceipt(
    id="1234567890",
    type="receipt",
    date=date(2026, 11, 2),
    invoice_number="",
    due_date=None,
    paid=True,
    supplier="Acme",
    supplier_id="77",
    customer="",
    project="",
    category="Travel",
    category_id="0ca1",
    category_code="",
    currency="USD",
    total=Decimal("234.0"),
    tax=Decimal("0.1"),
    payment_method="",
    payment_method_ref="",
    description="",
    status="inputted",
    integration_state="",
    integration_message="",
    processed=True,
)


def no(code: object, message: str = "no") -> httpx.Response:
    return ok({"errorcode": code, "errormessage": message})


def test_there_is_no_call_that_publishes() -> None:
    assert not [name for name in dir(DextClient) if "publish" in name.lower()]
    paths = [value.path for value in vars(dext_module).values() if hasattr(value, "path") and hasattr(value, "repeat")]
    assert len(paths) >= 5
    assert not [path for path in paths if "publish" in path]


def test_the_inbox_is_read_with_the_grant(dext: DextWorld) -> None:
    dext.up.on(INBOX, ok({"size": 1, "receipts": [ROW]}))
    assert dext.client.inbox() == [RECEIPT]
    sent = dext.up.requests[0]
    assert sent.headers["authorization"] == "Bearer dat-1"
    assert sent.headers["content-type"] == "application/json"
    assert body(sent) == {}
    assert sent.url.query == b""


@pytest.mark.parametrize(
    ("field", "value", "attribute", "expected"),
    [
        ("total_amount", None, "total", None),
        ("total_amount", "", "total", None),
        ("total_amount", " 12.30 ", "total", Decimal("12.30")),
        ("total_amount", 12.30, "total", Decimal("12.3")),
        ("total_amount", 12, "total", Decimal(12)),
        ("total_amount", "-5.0", "total", Decimal("-5.0")),
        ("total_amount", "1,234.50", "total", None),
        ("total_amount", "NaN", "total", None),
        ("total_amount", True, "total", None),
        ("total_amount", [], "total", None),
        ("date", None, "date", None),
        ("date", "", "date", None),
        ("date", "31/12/2026", "date", None),
        ("date", 20261102, "date", None),
        ("date", "0026-11-02", "date", date(26, 11, 2)),
        ("date", "1926-11-02T00:00:00", "date", date(1926, 11, 2)),
        ("due_date", "2026-12-02", "due_date", date(2026, 12, 2)),
        ("paid", None, "paid", False),
        ("paid", "true", "paid", True),
        ("paid", "0", "paid", False),
        ("processed", 0, "processed", False),
        ("payment_method", "Unknown", "payment_method", ""),
        ("payment_method", "Visa", "payment_method", "Visa"),
        ("category_code", 6100, "category_code", "6100"),
        ("integration_state_message", "Connection expired", "integration_message", "Connection expired"),
    ],
)
def test_blanks_money_and_dates_are_read_tolerantly(
    dext: DextWorld, field: str, value: object, attribute: str, expected: object
) -> None:
    dext.up.on(INBOX, ok({"receipts": [ROW | {field: value}]}))
    assert getattr(dext.client.inbox()[0], attribute) == expected


def test_unset_fields_are_blank(dext: DextWorld) -> None:
    dext.up.on(INBOX, ok({"receipts": [{"id": "5"}]}))
    found = dext.client.inbox()[0]
    assert (found.id, found.supplier, found.total, found.paid) == ("5", "", None, False)


def test_one_receipt(dext: DextWorld) -> None:
    dext.up.on(RECEIPTS, ok({"size": 2, "receipts": [ROW | {"id": 1}, ROW]}))
    assert dext.client.receipt("1234567890") == RECEIPT
    assert body(dext.up.requests[0]) == {"id": 1234567890}
    with pytest.raises(NoSuchEntryError):
        dext.client.receipt("42")
    with pytest.raises(NoSuchEntryError):
        dext.client.receipt("4 2")
    assert len(dext.up.requests) == 2


def test_changes_go_as_json_inside_json(dext: DextWorld) -> None:
    dext.up.on(UPDATE, ok({"size": 1, "receipts": [ROW]}))
    assert dext.client.update_receipt("1234567890", {"category_id": "0ca1", "description": "Größe"}) == RECEIPT
    sent = body(dext.up.requests[0])
    assert set(sent) == {"id", "data"}
    assert json.loads(sent["data"]) == {"category_id": "0ca1", "description": "Größe"}


def test_an_image_is_decoded(dext: DextWorld) -> None:
    text = base64.encodebytes(b"\x89PNG" * 40).decode()
    dext.up.on(
        "POST /api/image",
        ok({"id": "5", "image": text, "content_type": "image/png", "file_name": "a.png", "file_size": 160}),
        ok({"id": "5", "image": "eA=="}),
        ok({"id": "5", "image": "not base64!"}),
        ok({"id": "5", "image": ""}),
    )
    assert dext.client.image("5") == DextImage(b"\x89PNG" * 40, "image/png", "a.png")
    assert dext.client.image("5") == DextImage(b"x", "application/octet-stream", "")
    for _ in range(2):
        with pytest.raises(GarbledReplyError):
            dext.client.image("5")


POST = "POST /api/postReceipt"


def test_a_file_goes_as_a_form_part_named_photo(dext: DextWorld) -> None:
    dext.up.on(POST, ok({"receiptid": 1234567890, "status": "new"}))
    assert dext.client.post_receipt("bill.pdf", b"%PDF \r\n--x", "application/pdf") == "1234567890"
    sent = dext.up.requests[0]
    assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="photo"; filename="bill.pdf"' in sent.content
    assert b"%PDF \r\n--x" in sent.content


@pytest.mark.parametrize(
    "words", ["The same file is already in this account", "Duplicate receipt", "This document already exists"]
)
def test_a_file_that_is_there_already_is_a_duplicate(dext: DextWorld, words: str) -> None:
    dext.up.on(POST, no(400, words))
    with pytest.raises(DuplicateError):
        dext.client.post_receipt("bill.pdf", b"x")


def test_any_other_refusal_of_a_file_is_none(dext: DextWorld) -> None:
    dext.up.on(POST, no(400, "Files of this type are not accepted"))
    with pytest.raises(RefusedError) as raised:
        dext.client.post_receipt("bill.pdf", b"x")
    assert not isinstance(raised.value, DuplicateError)


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(200, text="<html>")])
def test_a_lost_answer_to_a_file_is_unknown_and_never_sent_again_by_itself(dext: DextWorld, answer: Any) -> None:
    dext.up.on(POST, answer)
    with pytest.raises(OutcomeUnknownError):
        dext.client.post_receipt("bill.pdf", b"x")
    assert len(dext.up.requests) == 1


def test_how_far_dext_is_with_a_document(dext: DextWorld) -> None:
    rows = [{"id": 5, "status": "new", "processed": False}]
    dext.up.on("POST /api/getReceiptsStatus", ok(rows), ok([{"id": "5", "processed": 1}]), ok([]), ok({"size": 0}))
    assert [dext.client.is_read("5"), dext.client.is_read("5")] == [False, True]
    assert body(dext.up.requests[0]) == {"receipts": [{"receiptid": 5}]}
    with pytest.raises(NoSuchEntryError):
        dext.client.is_read("5")
    with pytest.raises(GarbledReplyError):
        dext.client.is_read("5")


def test_what_is_not_archived_comes_newest_first(dext: DextWorld) -> None:
    dext.up.on(RECEIPTS, ok({"size": 3, "receipts": [ROW | {"id": number} for number in (9, 11, 10)]}))
    assert [receipt.id for receipt in dext.client.unarchived()] == ["11", "10", "9"]
    assert body(dext.up.requests[0]) == {"new": True}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_lists_are_pushed_deleted_and_read(dext: DextWorld, kind: Kind) -> None:
    dext.up.on(f"POST /api/add_{kind}", ok({"size": 0, kind: []}))
    dext.up.on(f"POST /api/delete_{kind}", ok({"size": 0, kind: []}))
    dext.up.on(f"POST /api/{kind}", ok({"size": 1, kind: [{"id": "a", "name": "A", "code": None}]}), ok({"size": 0}))
    dext.client.push(kind, [("a", "A", ""), ("b", "B", "6100")])
    dext.client.delete(kind, ["a"])
    assert dext.client.entries(kind) == [DextEntry("a", "A", "")]
    assert [body(one) for one in dext.up.requests] == [
        {kind: [{"id": "a", "name": "A"}, {"id": "b", "name": "B", "code": "6100"}]},
        {kind: [{"id": "a"}]},
        {},
    ]
    with pytest.raises(GarbledReplyError):
        dext.client.entries(kind)


def test_long_lists_go_in_parts_and_empty_ones_not_at_all(dext: DextWorld) -> None:
    dext.up.on("POST /api/add_payees", ok({"payees": []}))
    dext.client.push("payees", [(str(number), "N", "") for number in range(1001)])
    assert [len(body(one)["payees"]) for one in dext.up.requests] == [500, 500, 1]
    dext.client.push("payees", [])
    dext.client.delete("payees", [])
    assert len(dext.up.requests) == 3


def test_the_account_comes_from_its_users(dext: DextWorld) -> None:
    users = [
        {"id": 1, "email": "a@x.test", "account_id": 9, "suspended": False},
        {"id": 2, "email": "b@x.test", "account_id": 9, "suspended": True},
        {"id": 3, "email": None, "account_id": 9},
    ]
    dext.up.on(
        "POST /api/list_users", ok({"users": users}), ok({"users": []}), ok({"users": [*users, {"account_id": 8}]})
    )
    assert dext.client.account() == DextAccount("9", ("a@x.test",))
    for _ in range(2):
        with pytest.raises(GarbledReplyError):
            dext.client.account()


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        (no(400, "Bad  value"), RefusedError, "Bad value"),
        (no("400", "Bad value"), RefusedError, "Bad value"),
        (no(400, ""), RefusedError, "Dext gave no reason."),
        (no(404, "Gone"), NoSuchEntryError, "Gone"),
        (no(429), RateLimitedError, None),
        (no(500), UnavailableError, None),
        (ok({"status": "Error", "errors": ["a", {"b": "c"}, 7]}, 400), RefusedError, "a b: c"),
        (no(0, "x" * 400), RefusedError, "x" * 299 + "…"),
        (httpx.Response(404, text="<html>"), GarbledReplyError, None),
        (httpx.Response(200, text="<html>"), GarbledReplyError, None),
        (httpx.Response(302), GarbledReplyError, None),
        (ok([]), GarbledReplyError, None),
        (ok({"receipts": [{"id": "x1"}]}), GarbledReplyError, None),
        (httpx.Response(500, text="<html>"), UnavailableError, None),
        (httpx.Response(429, headers={"retry-after": "4"}), RateLimitedError, None),
        (httpx.ConnectError("refused"), UnavailableError, None),
        (httpx.ReadTimeout("slow"), UnavailableError, None),
    ],
)
def test_refusals_come_with_any_status(
    dext: DextWorld, answer: Any, error: type[UpstreamError], reason: str | None
) -> None:
    dext.up.on(INBOX, answer)
    with pytest.raises(error) as caught:
        dext.client.inbox()
    assert type(caught.value) is error
    assert caught.value.service == "Dext"
    assert getattr(caught.value, "reason", None) == reason


def test_no_error_code_is_no_error(dext: DextWorld) -> None:
    dext.up.on(INBOX, ok(EMPTY | {"errorcode": 0}), ok(EMPTY | {"errorcode": None, "errormessage": None}))
    assert dext.client.inbox() == []
    assert dext.client.inbox() == []


def test_reads_and_repeatable_writes_are_repeated(dext: DextWorld) -> None:
    dext.up.on(UPDATE, httpx.Response(503), httpx.RemoteProtocolError("cut"), ok({"receipts": [ROW]}))
    dext.client.update_receipt("1234567890", {"paid": "1"})
    assert len(dext.up.requests) == 3
    assert len(dext.pauses) == 2
