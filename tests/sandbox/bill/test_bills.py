from __future__ import annotations

from typing import Any

import pytest

from .harness import Bench, refused

BILLS = "/v3/bills"


def test_a_bill_is_kept_with_what_follows_from_its_lines(bench: Bench) -> None:
    made = bench.made()
    assert made["amount"] == made["dueAmount"] == made["fundingAmount"] == 110
    assert (made["paidAmount"], made["paymentStatus"], made["approvalStatus"]) == (0, "UNPAID", "UNASSIGNED")
    assert all(line["id"].startswith("bli") for line in made["billLineItems"])
    assert "vendorName" not in made
    read = bench.get(f"{BILLS}/{made['id']}").json()
    assert read == {**made, "vendorName": "Acme Cloud Services"}
    assert bench.get(BILLS).json()["results"] == [read]


def test_amounts_stay_exact(bench: Bench) -> None:
    lines = [{"amount": 0.1}, {"amount": 0.2}, {"amount": 1000000.07}]
    assert bench.made(billLineItems=lines)["amount"] == 1000000.37


def test_quantity_and_price_make_an_amount_and_an_amount_wins(bench: Bench) -> None:
    lines = [{"quantity": 3, "price": 1.25}, {"quantity": 3, "price": 1, "amount": 5}]
    made = bench.made(billLineItems=lines)
    assert [line["amount"] for line in made["billLineItems"]] == [3.75, 5]
    assert made["amount"] == 8.75


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"vendorId": None}, "BDC_1143", "vendorId: must not be blank"),
        ({"dueDate": None}, "BDC_1143", "dueDate"),
        ({"dueDate": "31/05/2026"}, "BDC_1143", "dueDate"),
        ({"dueDate": "2026-02-30"}, "BDC_1143", "dueDate"),
        ({"dueDate": "20260531"}, "BDC_1143", "dueDate"),
        ({"dueDate": "2026-05-31T00:00:00Z"}, "BDC_1143", "dueDate"),
        ({"invoice": None}, "BDC_1143", "invoice"),
        ({"invoice": {"invoiceDate": "2026-05-01"}}, "BDC_1143", "invoice.invoiceNumber"),
        ({"invoice": {"invoiceNumber": "1"}}, "BDC_1143", "invoice.invoiceDate"),
        ({"invoice": {"invoiceNumber": "x" * 22, "invoiceDate": "2026-05-01"}}, "BDC_1143", "invoice.invoiceNumber"),
        ({"invoice": {"invoiceNumber": 12, "invoiceDate": "2026-05-01"}}, "BDC_1143", "invoice.invoiceNumber"),
        ({"invoice": {"invoiceNumber": " ", "invoiceDate": "2026-05-01"}}, "BDC_1143", "invoice.invoiceNumber"),
        ({"invoice": {"invoiceNumber": "1", "invoiceDate": "2026-05-01", "n": 1}}, "BDC_1119", "invoice.n"),
        ({"billLineItems": []}, "BDC_1143", "billLineItems"),
        ({"billLineItems": None}, "BDC_1143", "billLineItems"),
        ({"billLineItems": ["x"]}, "BDC_1143", "billLineItems"),
        ({"billLineItems": [{"description": "x"}]}, "BDC_1143", "billLineItems[0].amount"),
        ({"billLineItems": [{"amount": "12.50"}]}, "BDC_1143", "billLineItems[0].amount: must be a number"),
        ({"billLineItems": [{"amount": True}]}, "BDC_1143", "billLineItems[0].amount"),
        ({"billLineItems": [{"amount": 1.005}]}, "BDC_1143", "2 decimal places"),
        ({"billLineItems": [{"amount": -1}]}, "BDC_1143", "greater than or equal to 0"),
        ({"billLineItems": [{"amount": 1e30}]}, "BDC_1143", "too large"),
        ({"billLineItems": [{"amount": 1, "tax": 1}]}, "BDC_1119", "billLineItems[0].tax"),
        ({"billLineItems": [{"amount": 1, "description": "x" * 4001}]}, "BDC_1143", "description"),
        ({"description": "x" * 4001}, "BDC_1143", "description"),
        ({"currency": "USD"}, "BDC_1119", "currency"),
        ({"allowDuplicateInvoiceNumber": True}, "BDC_1119", "allowDuplicateInvoiceNumber"),
        ({"billApprovals": "yes"}, "BDC_1143", "billApprovals"),
        ({"classifications": {"customerId": "0cu1"}}, "BDC_1119", "classifications.customerId"),
        ({"classifications": {"jobId": "0jo1"}}, "BDC_1119", "classifications.jobId"),
    ],
)
def test_malformed_bills_are_400(bench: Bench, change: dict[str, Any], code: str, says: str) -> None:
    refused(bench.post(BILLS, bench.bill(**change)), 400, code, says)
    assert bench.shown()["bills"] == []


def test_limits_are_included(bench: Bench) -> None:
    number = {"invoiceNumber": "x" * 21, "invoiceDate": "2024-02-29"}
    assert bench.made(invoice=number, description="x" * 4000)["invoice"] == number


def line(**classifications: str) -> dict[str, Any]:
    return {"billLineItems": [{"amount": 5, "classifications": classifications}]}


def test_references_must_be_of_the_right_kind_known_and_not_archived(bench: Bench) -> None:
    account = bench.named("chart-of-accounts", "Utilities")
    archived_class = bench.named("accounting-classes", "Catalogue (old)")
    for change, code, says in (
        ({"vendorId": account}, "BDC_1151", "vendorId"),
        ({"vendorId": "00900000000000000000"}, "BDC_1151", "vendorId"),
        ({"vendorId": bench.named("vendors", "Linden Media")}, "BDC_1152", "archived"),
        (line(chartOfAccountId="0ca00000000000000000"), "BDC_1151", "billLineItems[0].classifications.chartOfAcc"),
        (line(accountingClassId=account), "BDC_1151", "accountingClassId"),
        (line(accountingClassId=archived_class), "BDC_1152", "archived"),
        (line(departmentId="0de00000000000000000"), "BDC_1151", "departmentId"),
        ({"classifications": {"locationId": account}}, "BDC_1151", "classifications.locationId"),
        ({"payFromChartOfAccountId": account}, "BDC_1152", "payFromChartOfAccountId"),
        ({"paymentTermId": "00p00000000000000000"}, "BDC_1151", "paymentTermId"),
        ({"billLineItems": [{"amount": 0}]}, "BDC_1152", "greater than 0"),
    ):
        refused(bench.post(BILLS, bench.bill(**change)), 422, code, says)
    assert bench.shown()["bills"] == []


def test_references_of_another_organization_are_unknown(bench: Bench) -> None:
    body = bench.bill()
    bench.login(organization=bench.other_organization)
    refused(bench.post(BILLS, body), 422, "BDC_1151", "vendorId")


def test_everything_a_bill_can_refer_to(bench: Bench) -> None:
    coding = {
        "chartOfAccountId": bench.named("chart-of-accounts", "Utilities"),
        "accountingClassId": bench.named("accounting-classes", "Retail"),
        "locationId": bench.named("locations", "Portland"),
    }
    with_customer = {**coding, "customerId": bench.named("customers", "Cascade Hotel")}
    card = bench.named("chart-of-accounts", "Company Card")
    lines = [{"amount": 5, "classifications": with_customer}]
    made = bench.made(billLineItems=lines, classifications=coding, payFromChartOfAccountId=card)
    assert made["billLineItems"][0]["classifications"] == with_customer
    assert (made["classifications"], made["payFromChartOfAccountId"]) == (coding, card)


def test_paying_accounts_can_be_refused(bench: Bench) -> None:
    bench.control("switches", pay_from="refuse")
    card = bench.named("chart-of-accounts", "Company Card")
    refused(bench.post(BILLS, bench.bill(payFromChartOfAccountId=card)), 403, "BDC_1145")


def test_decimals_follow_the_vendors_currency(bench: Bench) -> None:
    yen = next(row["id"] for row in bench.shown()["lists"]["vendors"] if row["billCurrency"] == "JPY")
    cents = bench.bill(vendorId=yen, billLineItems=[{"amount": 10.5}])
    refused(bench.post(BILLS, cents), 400, "BDC_1143", "0 decimal places")
    made = bench.made(vendorId=yen, billLineItems=[{"amount": 1000}])
    assert (made["amount"], made["exchangeRate"], made["fundingAmount"]) == (1000, 0.007, 7)


def test_repeated_numbers_are_taken_by_default(bench: Bench) -> None:
    assert bench.made()["id"] != bench.made()["id"]


def test_repeated_numbers_of_one_vendor_can_be_refused(bench: Bench) -> None:
    bench.control("switches", duplicates="refuse")
    first = bench.made()
    refused(bench.post(BILLS, bench.bill()), 422, "BDC_1171", "duplicate")
    bench.call("POST", f"{BILLS}/{first['id']}/archive")
    refused(bench.post(BILLS, bench.bill()), 422, "BDC_1171", "duplicate")
    assert bench.made(vendorId=bench.named("vendors", "Fjord Energy"))
    other = bench.made(invoice={"invoiceNumber": "INV-2", "invoiceDate": "2026-05-01"})
    number = {"invoice": {"invoiceNumber": "INV-1"}}
    refused(bench.call("PATCH", f"{BILLS}/{other['id']}", json=number), 422, "BDC_1171")
    bench.control("switches", duplicate_field="allow")
    assert bench.made(allowDuplicateInvoiceNumber=True)


def test_put_replaces_and_wipes_what_is_left_out(bench: Bench) -> None:
    made = bench.made(description="Old", purchaseOrderNumber="PO-1")
    kept = made["billLineItems"][1]["id"]
    body = bench.bill(billLineItems=[{"id": kept, "amount": 7}, {"amount": 1}])
    bench.clock.advance(1)
    replaced = bench.call("PUT", f"{BILLS}/{made['id']}", json=body).json()
    assert (replaced["id"], replaced["createdTime"], replaced["amount"]) == (made["id"], made["createdTime"], 8)
    assert replaced["updatedTime"] > made["updatedTime"]
    assert [item["id"] == kept for item in replaced["billLineItems"]] == [True, False]
    assert not {"description", "purchaseOrderNumber"} & set(replaced)
    refused(bench.call("PUT", f"{BILLS}/{made['id']}", json={"dueDate": "2026-06-01"}), 400, "BDC_1143", "vendorId")


def test_patch_edits_lines_by_id_and_keeps_the_rest(bench: Bench) -> None:
    made = bench.made(description="Old")
    one, two = made["billLineItems"]
    lines = [{"id": two["id"], "amount": 20}, {"amount": 1, "description": "More"}]
    changed = bench.call("PATCH", f"{BILLS}/{made['id']}", json={"billLineItems": lines}).json()
    assert [item["amount"] for item in changed["billLineItems"]] == [100.25, 20, 1]
    assert changed["billLineItems"][0] == one
    assert (changed["amount"], changed["description"]) == (121.25, "Old")
    stranger = {"billLineItems": [{"id": "bli00000000000000000", "amount": 1}]}
    refused(bench.call("PATCH", f"{BILLS}/{made['id']}", json=stranger), 422, "BDC_1151")
    assert bench.get(f"{BILLS}/{made['id']}").json()["amount"] == 121.25


def test_a_refused_patch_changes_nothing(bench: Bench) -> None:
    made = bench.made()
    first = made["billLineItems"][0]["id"]
    lines = [{"id": first, "amount": 50}, {"amount": -1}]
    refused(bench.call("PATCH", f"{BILLS}/{made['id']}", json={"billLineItems": lines}), 400, "BDC_1143")
    read = bench.get(f"{BILLS}/{made['id']}").json()
    del read["vendorName"]
    assert read == made


def test_bill_approvals_must_be_repeated(bench: Bench) -> None:
    made = bench.made(billApprovals=True)
    assert made["approvers"] == []
    path = f"{BILLS}/{made['id']}"
    refused(bench.call("PATCH", path, json={"description": "x"}), 400, "BDC_1143", "billApprovals")
    assert bench.call("PATCH", path, json={"description": "x", "billApprovals": True}).status_code == 200
    assert "approvers" not in bench.made()


def test_archived_bills_cannot_be_changed(bench: Bench) -> None:
    made = bench.made()
    path = f"{BILLS}/{made['id']}"
    assert bench.call("POST", f"{path}/archive").json()["archived"] is True
    refused(bench.call("PATCH", path, json={"description": "x"}), 422, "BDC_1152")
    assert bench.call("POST", f"{path}/restore").json()["archived"] is False
    assert bench.call("PATCH", path, json={"description": "x"}).json()["description"] == "x"
    refused(bench.call("DELETE", path), 404, "BDC_1121")


def test_bulk_is_all_or_nothing(bench: Bench) -> None:
    good = bench.bill()
    refused(bench.post(f"{BILLS}/bulk", [good, bench.bill(dueDate="x")]), 400, "BDC_1143", "[1].dueDate")
    assert bench.shown()["bills"] == []
    reply = bench.post(f"{BILLS}/bulk", [good, good])
    assert reply.status_code == 201
    assert len({bill["id"] for bill in reply.json()}) == 2
    assert len(bench.shown()["bills"]) == 2
    refused(bench.post(f"{BILLS}/bulk", [good] * 101), 400, "BDC_1143")
    refused(bench.post(f"{BILLS}/bulk", []), 400, "BDC_1143")
    refused(bench.post(f"{BILLS}/bulk", good), 400, "BDC_1122")
    assert len(bench.post(f"{BILLS}/bulk", [good] * 100).json()) == 100


def test_bulk_sees_duplicates_among_its_own(bench: Bench) -> None:
    bench.control("switches", duplicates="refuse")
    refused(bench.post(f"{BILLS}/bulk", [bench.bill(), bench.bill()]), 422, "BDC_1171", "[1].invoice")
    assert bench.shown()["bills"] == []
