"""Items: their forms, changes, publishing, files."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.dext import build
from bot.sandbox.wire import SandboxClock

from .driver import FIRST, KESTREL, Driver, code_of

BLANKS = (None, "")


def inbox(dext: Driver, token: str) -> list[dict[str, Any]]:
    found = dext.call("inbox", token)
    assert found["size"] == len(found["receipts"])
    return list(found["receipts"])


def update(dext: Driver, token: str, item_id: int, **data: Any) -> Any:
    return dext.call("update_receipt_data", token, id=item_id, data=json.dumps(data))


def test_the_first_item_is_ready_in_every_respect(dext: Driver, token: str) -> None:
    first = min(inbox(dext, token), key=lambda row: row["id"])
    assert (first["id"], first["payee"], first["invoice_number"]) == (FIRST, "Acme Cloud Services", "ACS-20417")
    assert (first["category"], first["paid"], first["type"]) == ("Software Subscriptions", False, "invoice")
    assert Decimal(str(first["total_amount"])) == Decimal("1284.5")
    assert Decimal(str(first["vat_amount"])) == 0
    assert first["due_date"] > first["date"]
    assert (first["status"], first["integration_status"]) == ("complete", "Ready for Export")


def test_the_seed_has_every_difficulty_once(dext: Driver, token: str) -> None:
    rows = inbox(dext, token)
    assert len(rows) == 13
    assert [len(row["invoice_number"]) for row in rows if len(row["invoice_number"] or "") > 21] == [30]
    assert sum(row["invoice_number"] in BLANKS for row in rows) == 1
    assert sum(row["category"] in BLANKS for row in rows) == 1
    assert sum(row["vat_amount"] is None for row in rows) == 1
    assert sum(row["total_amount"] is None for row in rows) == 1
    assert [row["payment_method"] for row in rows if row["paid"]] == ["Company Card"]
    assert {"invoice", "receipt", "credit_note"} == {row["type"] for row in rows}
    assert "<script>alert(1)</script> & Co" in {row["payee"] for row in rows}
    everything = dext.call("receipts", token)
    (reading,) = [row for row in everything["receipts"] if row["processed"] == 0]
    assert (reading["status"], reading["user_status"]) == ("new", "processing")
    assert reading["payee"] in BLANKS
    dext.advance(3601)
    assert dext.call("inbox", token)["size"] == 14


def test_forms_wander_between_showings_and_values_do_not(dext: Driver, token: str) -> None:
    shown: list[dict[str, Any]] = []
    for _ in range(6):
        shown += dext.call("receipts", token, id=FIRST)["receipts"]
    assert {type(row["total_amount"]) for row in shown} == {str, float}
    assert {Decimal(str(row["total_amount"])) for row in shown} == {Decimal("1284.5")}
    assert {row["client"] for row in shown} == {None, ""}
    assert {row["invoice_number"] for row in shown} == {"ACS-20417"}


def test_forms_are_the_same_in_every_sandbox(dext: Driver, token: str) -> None:
    other = Driver(build(SandboxClock()))
    theirs = other.tokens()["access_token"]
    for _ in range(3):
        assert json.dumps(inbox(dext, token)) == json.dumps(inbox(other, theirs))


def test_external_ids_show_once_the_lists_are_uploaded(dext: Driver, token: str) -> None:
    assert inbox(dext, token)[0]["category_id"] in BLANKS
    dext.call("add_categories", token, categories=[{"id": "0ca1", "name": "Software Subscriptions", "code": "6010"}])
    dext.call("add_payees", token, payees=[{"id": "009v", "name": "Acme Cloud Services"}])
    for _ in range(3):
        first = inbox(dext, token)[0]
        assert (first["category_id"], first["category_code"], first["payee_id"]) == ("0ca1", "6010", "009v")
    assert inbox(dext, token)[1]["category_id"] in BLANKS


def test_an_update_is_a_json_string_and_comes_back(dext: Driver, token: str) -> None:
    dext.call("add_categories", token, categories=[{"id": "c9", "name": "Travel"}])
    reply = update(
        dext, token, FIRST, category_id="c9", total_amount=99.5, due_date="", payment_method_ref="bill 00n01"
    )
    assert reply["size"] == 1
    item = dext.item(FIRST)
    assert (item["category"], item["total_amount"], item["due_date"]) == ("Travel", "99.50", None)
    assert item["payment_method_ref"] == "bill 00n01"
    assert item["history"][-1]["by"] == "api"


def test_blanks_empty_a_detail_and_ids_stand_for_names(dext: Driver, token: str) -> None:
    dext.call("add_payees", token, payees=[{"id": "v1", "name": "Fjord Energy"}])
    data = {"category_id": "", "payee_id": "v1", "payee": "Fjord Energy", "total_amount": "", "date": None}
    assert update(dext, token, FIRST, **data, type="receipt", paid=True, payment_method="Cash")["size"] == 1
    item = dext.item(FIRST)
    assert (item["category"], item["payee"], item["total_amount"]) == (None, "Fjord Energy", None)
    assert item["date"] == item["submitted"][:10]
    assert (item["type"], item["paid"], item["payment_method"]) == ("receipt", True, "Cash")
    update(dext, token, FIRST, payment_method="unknown")
    assert dext.item(FIRST)["payment_method"] is None


@pytest.mark.parametrize(
    "data",
    [
        {"line_items": []},
        {"tax_rate": "5"},
        {"id": 5},
        {"status": "complete"},
        {"integration_state": "published"},
        {"total_amount": "12.345"},
        {"total_amount": "1,200.00"},
        {"total_amount": True},
        {"vat_amount": "abc"},
        {"date": "31/12/2026"},
        {"due_date": "2026-02-30"},
        {"paid": "yes"},
        {"paid": 1},
        {"type": "bill"},
        {"currency": "XXX"},
        {"payee": 5},
        {"payee": "n" * 256},
        {"category_id": "unknown"},
        {"category_id": {}},
        {"category": "Other", "category_id": ""},
        {},
    ],
)
def test_wrong_updates_change_nothing(dext: Driver, token: str, data: dict[str, Any]) -> None:
    before = dext.item(FIRST)
    assert code_of(update(dext, token, FIRST, **{"description": "x", **data} if data else {})) == 400
    assert dext.item(FIRST) == before


@pytest.mark.parametrize("data", [{"paid": True}, "{", "[]", "null", None, 5])
def test_data_must_be_a_string_that_holds_an_object(dext: Driver, token: str, data: Any) -> None:
    assert code_of(dext.call("update_receipt_data", token, id=FIRST, data=data)) == 400


@pytest.mark.parametrize("path", ["receipts", "image", "publish_receipt", "update_receipt_data"])
def test_items_are_found_by_number_and_in_the_own_account_only(dext: Driver, token: str, path: str) -> None:
    foreign = dext.account(KESTREL)["items"][0]["id"]
    for wrong, code in ((foreign, 404), (1, 404), (str(FIRST), 400), (True, 400), (None, 400)):
        assert code_of(dext.call(path, token, id=wrong)) == code


def test_publishing_only_queues_and_happens_by_itself(dext: Driver, token: str) -> None:
    reply = dext.call("publish_receipt", token, id=FIRST)
    assert reply["id"] == FIRST
    assert "queued" in reply["message"]
    assert dext.call("receipts", token, id=FIRST)["receipts"][0]["integration_state"] is None
    dext.advance(6)
    (row,) = dext.call("receipts", token, id=FIRST)["receipts"]
    assert (row["integration_state"], row["integration_state_message"]) == ("published", "Published to Bill.com")
    assert FIRST not in {item["id"] for item in inbox(dext, token)}
    dext.call("publish_receipt", token, id=FIRST)
    dext.advance(6)
    account = dext.account()
    assert account["publish_calls"] == 2
    assert [entry["id"] for entry in account["published_by_dext"]] == [FIRST]
    assert dext.call("receipts", token, new=True)["size"] == 13
    assert dext.call("receipts", token, new=False)["size"] == 14


def test_publishing_an_incomplete_item_is_queued_and_fails(dext: Driver, token: str) -> None:
    (lacking,) = [row["id"] for row in inbox(dext, token) if row["total_amount"] is None]
    assert code_of(dext.call("publish_receipt", token, id=lacking)) is None
    dext.advance(6)
    (row,) = dext.call("receipts", token, id=lacking)["receipts"]
    assert row["integration_state"] == "failed"
    assert "total amount" in row["integration_state_message"]
    assert dext.account()["published_by_dext"] == []


def test_images_are_real_files_and_differ(dext: Driver, token: str) -> None:
    kinds, seen = set(), set()
    for row in inbox(dext, token):
        found = dext.call("image", token, id=row["id"])
        data = base64.b64decode(found["image"], validate=True)
        assert (found["id"], found["file_size"]) == (str(row["id"]), len(data))
        kinds.add(found["content_type"])
        seen.add(data)
        if found["content_type"] == "image/png":
            check_png(data)
        else:
            check_pdf(data)
    assert kinds == {"image/png", "application/pdf"}
    assert len(seen) == 13
    assert b"(Supplier: Acme Cloud Services)" in base64.b64decode(dext.call("image", token, id=FIRST)["image"])


def check_png(data: bytes) -> None:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, pixels, size = 8, b"", (0, 0)
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + content),)
        if kind == b"IHDR":
            size = struct.unpack(">II", content[:8])
        pixels += content if kind == b"IDAT" else b""
        at += 12 + length
    assert len(zlib.decompress(pixels)) == (size[0] + 1) * size[1]


def check_pdf(data: bytes) -> None:
    assert data.startswith(b"%PDF-1.4")
    table = int(data.split(b"startxref\n")[1].split()[0])
    lines = data[table:].split(b"\n")
    assert lines[0] == b"xref"
    for number in range(1, 6):
        place = int(lines[2 + number].split()[0])
        assert data[place:].startswith(b"%d 0 obj" % number)


def test_an_upload_is_read_after_a_while_and_never_twice(dext: Driver, token: str) -> None:
    drawn = base64.b64decode(dext.call("image", token, id=FIRST)["image"])
    assert code_of(dext.post(token, "again.pdf", drawn)) == 400
    new = dext.post(token, "r.pdf", drawn + b"% scanned anew\n")
    assert new["status"] == "new"
    asked = {"receipts": [{"receiptid": new["receiptid"]}, {"receiptid": FIRST}]}
    first = {"id": FIRST, "status": "complete", "processed": True}
    reading = {"id": new["receiptid"], "status": "new", "processed": False}
    assert dext.call("getReceiptsStatus", token, **asked) == [reading, first]
    assert code_of(update(dext, token, new["receiptid"], paid=True)) == 400
    dext.advance(9)
    assert dext.call("getReceiptsStatus", token, **asked)[0]["processed"] is True
    item = dext.item(new["receiptid"])
    assert (item["payee"], item["invoice_number"], item["total_amount"], item["category"]) == (
        "Acme Cloud Services",
        "ACS-20417",
        "1284.50",
        None,
    )


def test_a_foreign_file_is_complete_without_details(dext: Driver, token: str) -> None:
    dext.control("switches", processing_seconds=0)
    posted = dext.post(token, "photo.JPG", b"\xff\xd8\xff")
    (row,) = dext.call("receipts", token, id=posted["receiptid"])["receipts"]
    assert (row["status"], row["total_amount"]) == ("complete", None)
    assert row["payee"] in BLANKS
    other = dext.tokens(1)["access_token"]
    assert dext.post(other, "photo.jpg", b"\xff\xd8\xff")["status"] == "new"


@pytest.mark.parametrize(
    ("name", "data"), [("a.exe", b"x"), ("a.zip", b"x"), ("a.pdf", b""), ("a.pdf", b"x" * (6 * 1024 * 1024 + 1))]
)
def test_files_that_do_not_fit_are_refused(dext: Driver, token: str, name: str, data: bytes) -> None:
    assert code_of(dext.post(token, name, data)) == 400


def test_an_upload_needs_one_part_named_photo(dext: Driver, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    tries: list[dict[str, Any]] = [
        {"files": {"file": ("a.pdf", b"x")}},
        {"data": {"photo": "x"}},
        {"files": [("photo", ("a.pdf", b"x")), ("photo", ("b.pdf", b"y"))]},
        {"content": b"junk", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"junk", "headers": {"content-type": "multipart/form-data; boundary=b"}},
    ]
    for options in tries:
        options["headers"] = headers | options.get("headers", {})
        reply = dext.send("POST", "/api/postReceipt", **options)
        assert (reply.status_code, code_of(reply.json())) == (200, 400), options
    assert code_of(dext.post("stale", "a.pdf", b"x")) == 403
