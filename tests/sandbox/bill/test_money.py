"""Recorded payments and vendor credits."""

from __future__ import annotations

from typing import Any

import httpx

from .harness import Bench, refused


def pay(bench: Bench, vendor: str, *payments: tuple[str, float], **more: Any) -> httpx.Response:
    entries = [{"billId": bill_id, "amount": amount} for bill_id, amount in payments]
    body = {"vendorId": vendor, "processDate": "2026-05-03", "toPrintCheck": False, "payments": entries, **more}
    return bench.post("/v3/bills/record-payment", body)


def money(bench: Bench, bill_id: str) -> tuple[Any, ...]:
    bill = bench.get(f"/v3/bills/{bill_id}").json()
    return bill["paidAmount"], bill["dueAmount"], bill["paymentStatus"]


def test_payments_are_taken_off_what_is_due(bench: Bench) -> None:
    made = bench.made()
    reply = pay(bench, made["vendorId"], (made["id"], 10.25))
    assert reply.status_code == 200
    payment = reply.json()
    assert payment["id"].startswith("stp")
    assert (payment["billId"], payment["amount"], payment["onlinePayment"]) == (made["id"], 10.25, False)
    assert money(bench, made["id"]) == (10.25, 99.75, "PARTIALLY_PAID")
    pay(bench, made["vendorId"], (made["id"], 99.75))
    assert money(bench, made["id"]) == (110, 0, "PAID")
    assert [entry["amount"] for entry in bench.shown()["payments"]] == [10.25, 99.75]


def test_overpaying_is_refused_and_changes_nothing(bench: Bench) -> None:
    one, two = bench.made(), bench.made()
    vendor = one["vendorId"]
    refused(pay(bench, vendor, (one["id"], 110.01)), 422, "BDC_1152", "more than is due")
    refused(pay(bench, vendor, (two["id"], 5), (one["id"], 60), (one["id"], 60)), 422, "BDC_1152", "payments[2]")
    assert money(bench, one["id"]) == money(bench, two["id"]) == (0, 110, "UNPAID")
    assert bench.shown()["payments"] == []


def test_one_payment_for_two_bills(bench: Bench) -> None:
    one, two = bench.made(), bench.made()
    payment = pay(bench, one["vendorId"], (one["id"], 110), (two["id"], 30)).json()
    assert payment["amount"] == 140
    assert "billId" not in payment
    assert money(bench, two["id"]) == (30, 80, "PARTIALLY_PAID")


def test_payments_are_checked(bench: Bench) -> None:
    made = bench.made()
    vendor, other = made["vendorId"], bench.named("vendors", "Fjord Energy")
    refused(pay(bench, other, (made["id"], 5)), 422, "BDC_1152", "another vendor")
    refused(pay(bench, vendor, ("00n00000000000000000", 5)), 422, "BDC_1151")
    refused(pay(bench, vendor, (made["id"], 0)), 400, "BDC_1143", "greater than 0")
    refused(pay(bench, vendor), 400, "BDC_1143", "payments")
    refused(pay(bench, vendor, (made["id"], 5), processDate="May"), 400, "BDC_1143", "processDate")
    refused(pay(bench, vendor, (made["id"], 5), description="x"), 400, "BDC_1119", "description")
    bench.call("POST", f"/v3/bills/{made['id']}/archive")
    refused(pay(bench, vendor, (made["id"], 5)), 422, "BDC_1152", "archived")


def test_extras_of_a_payment_where_switched(bench: Bench) -> None:
    bench.control("switches", payment_extras="allow", partial_status="PARTIAL")
    made = bench.made()
    card = {"chartOfAccountId": bench.named("chart-of-accounts", "Company Card")}
    payment = pay(bench, made["vendorId"], (made["id"], 5), classifications=card, description="Card").json()
    assert (payment["classifications"], payment["description"]) == (card, "Card")
    assert money(bench, made["id"])[2] == "PARTIAL"


def test_a_bill_cannot_shrink_below_what_was_paid(bench: Bench) -> None:
    made = bench.made()
    pay(bench, made["vendorId"], (made["id"], 105))
    line = {"billLineItems": [{"id": made["billLineItems"][1]["id"], "amount": 1}]}
    refused(bench.call("PATCH", f"/v3/bills/{made['id']}", json=line), 422, "BDC_1152", "paid already")
    bench.call("PATCH", f"/v3/bills/{made['id']}", json={"description": "x"})
    assert money(bench, made["id"]) == (105, 5, "PARTIALLY_PAID")


def credit(bench: Bench, **changes: Any) -> httpx.Response:
    body = {
        "vendorId": bench.named("vendors", "Acme Cloud Services"),
        "referenceNumber": "CN-1",
        "creditDate": "2026-05-01",
        "vendorCreditLineItems": [{"amount": 30}, {"amount": 10.5, "description": "Back"}],
        **changes,
    }
    return bench.post("/v3/vendor-credits", body)


def test_a_vendor_credit_is_kept_and_listed(bench: Bench) -> None:
    reply = credit(bench)
    assert reply.status_code == 201
    made = reply.json()
    assert (made["amount"], made["appliedAmount"], made["status"]) == (40.5, 0, "NOT_APPLIED")
    assert made["id"].startswith("vcr")
    assert bench.get("/v3/vendor-credits").json()["results"] == [made]
    assert bench.get(f"/v3/vendor-credits/{made['id']}").json() == made


def test_vendor_credits_are_checked(bench: Bench) -> None:
    refused(credit(bench, referenceNumber=None), 400, "BDC_1143", "referenceNumber")
    refused(credit(bench, creditDate="x"), 400, "BDC_1143", "creditDate")
    refused(credit(bench, vendorCreditLineItems=[]), 400, "BDC_1143", "vendorCreditLineItems")
    refused(credit(bench, vendorCreditLineItems=[{"amount": -3}]), 400, "BDC_1143", "amount")
    refused(credit(bench, invoiceNumber="1"), 400, "BDC_1119")
    refused(credit(bench, vendorId="00900000000000000000"), 422, "BDC_1151")
    assert bench.shown()["vendorCredits"] == []


def test_a_credit_is_applied_to_a_new_bill(bench: Bench) -> None:
    made = credit(bench).json()
    bill = bench.made(vendorCredits=[{"id": made["id"], "amount": 30}])
    assert (bill["creditAmount"], bill["dueAmount"], bill["paymentStatus"]) == (30, 80, "PARTIALLY_PAID")
    used = bench.get(f"/v3/vendor-credits/{made['id']}").json()
    assert (used["appliedAmount"], used["status"]) == (30, "PARTIALLY_APPLIED")
    assert used["usage"] == [{"billId": bill["id"], "amount": 30}]
    over = bench.bill(vendorCredits=[{"id": made["id"], "amount": 11}])
    refused(bench.post("/v3/bills", over), 422, "BDC_1152", "left of the credit")
    other = bench.bill(vendorId=bench.named("vendors", "Fjord Energy"), vendorCredits=[{"id": made["id"], "amount": 1}])
    refused(bench.post("/v3/bills", other), 422, "BDC_1152", "another vendor")
    small = bench.bill(billLineItems=[{"amount": 1}], vendorCredits=[{"id": made["id"], "amount": 2}])
    refused(bench.post("/v3/bills", small), 422, "BDC_1152", "more than the bill")
    refused(bench.post("/v3/bills/bulk", [small]), 400, "BDC_1143", "vendorCredits")
    assert len(bench.shown()["bills"]) == 1
