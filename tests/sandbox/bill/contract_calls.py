"""One request for each call of the contract that the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from .harness import Bench

ADDRESS = {"line1": "1 Elm", "city": "Bend", "stateOrProvince": "OR", "zipOrPostalCode": "97701", "country": "US"}
VENDOR = {
    "name": "Tidewater Tools",
    "accountType": "BUSINESS",
    "email": "hello@tidewater.example",
    "phone": "5035550199",
    "address": ADDRESS,
    "paymentInformation": {
        "payeeName": "Tidewater",
        "bankAccount": {"nameOnAccount": "Tidewater", "accountNumber": "12345678", "routingNumber": "000000000"},
    },
    "billCurrency": "USD",
}
CUSTOMER = {
    "name": "Ferry Inn",
    "companyName": "Ferry Inn",
    "contact": {"firstName": "Ada", "lastName": "Quist"},
    "email": "ada@ferry.example",
    "accountType": "BUSINESS",
    "phone": "5035550188",
    "billingAddress": ADDRESS,
}


def first(bench: Bench, kind: str) -> str:
    return str(bench.shown()["lists"][kind][0]["id"])


def bill(bench: Bench) -> dict[str, Any]:
    lists = {kind: first(bench, kind) for kind in ("chart-of-accounts", "accounting-classes", "locations", "customers")}
    coding = {
        "chartOfAccountId": lists["chart-of-accounts"],
        "accountingClassId": lists["accounting-classes"],
        "locationId": lists["locations"],
    }
    line = {"amount": 12.5, "quantity": 1, "price": 12.5, "description": "x"}
    return bench.bill(
        description="All of it",
        classifications=coding,
        payFromChartOfAccountId=bench.named("chart-of-accounts", "Operating Checking"),
        purchaseOrderNumber="PO-1",
        billLineItems=[{**line, "classifications": {**coding, "customerId": lists["customers"]}}],
        billApprovals=True,
    )


def a_bill(bench: Bench) -> dict[str, Any]:
    reply = bench.post("/v3/bills", bill(bench))
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def credit(bench: Bench) -> dict[str, Any]:
    account = bench.named("chart-of-accounts", "Cost of Materials")
    return {
        "vendorId": bench.named("vendors", "Cedar & Sons Joinery"),
        "referenceNumber": "CN-7",
        "creditDate": "2026-04-01",
        "description": "Returned boards",
        "applyToChartOfAccountId": account,
        "vendorCreditLineItems": [
            {"amount": 40, "description": "Boards", "classifications": {"chartOfAccountId": account}}
        ],
    }


def pay(bench: Bench) -> httpx.Response:
    made = a_bill(bench)
    payments = [{"billId": made["id"], "amount": 5}]
    body = {"vendorId": made["vendorId"], "processDate": "2026-05-02", "toPrintCheck": False, "payments": payments}
    return bench.post("/v3/bills/record-payment", body)


def log_in(bench: Bench) -> httpx.Response:
    return bench.login()


def upload(bench: Bench, bill_id: str) -> httpx.Response:
    return bench.call("POST", f"/v3/documents/bills/{bill_id}", params={"name": "receipt.pdf"}, content=b"%PDF-1.7")


def with_document(bench: Bench) -> tuple[str, str, str]:
    bill_id = a_bill(bench)["id"]
    upload_id = upload(bench, bill_id).json()["id"]
    bench.clock.advance(2)
    (document,) = bench.get(f"/v3/documents/bills/{bill_id}").json()["results"]
    return bill_id, upload_id, document["id"]


def listed(path: str, size: int = 2) -> Callable[[Bench], httpx.Response]:
    """Ask for a page in the middle, so that both links are there where the list is long enough."""

    def ask(bench: Bench) -> httpx.Response:
        reply = bench.get(path, max=size)
        page = reply.json().get("nextPage")
        return bench.get(path, max=size, page=page) if page else reply

    return ask


def listed_after(make: Callable[[Bench], object], path: str) -> Callable[[Bench], httpx.Response]:
    def ask(bench: Bench) -> httpx.Response:
        for _ in range(3):
            make(bench)
        return listed(path, 1)(bench)

    return ask


def one(path: str, kind: str) -> Callable[[Bench], httpx.Response]:
    return lambda bench: bench.get(f"{path}/{first(bench, kind)}")


def created(path: str, body: dict[str, Any]) -> Callable[[Bench], httpx.Response]:
    return lambda bench: bench.post(path, body)


def patched(path: str, kind: str, body: dict[str, Any]) -> Callable[[Bench], httpx.Response]:
    return lambda bench: bench.call("PATCH", f"{path}/{first(bench, kind)}", json=body)


def patch_bill(bench: Bench) -> httpx.Response:
    made = a_bill(bench)
    lines = [{"id": made["billLineItems"][0]["id"], "amount": 20}]
    return bench.call("PATCH", f"/v3/bills/{made['id']}", json={"billLineItems": lines, "billApprovals": True})


def approved(bench: Bench) -> str:
    """Return the id of a bill with an approver set."""
    made = a_bill(bench)
    row = bench.sandbox.state.organizations[bench.organization].lists["bills"][made["id"]]
    user = first(bench, "users")
    row["approvers"] = [
        {"userId": user, "status": "WAITING", "approverOrder": 1, "statusChangedTime": made["createdTime"]}
    ]
    return str(made["id"])


def get_credit(bench: Bench) -> httpx.Response:
    made = bench.post("/v3/vendor-credits", credit(bench)).json()
    used = [{"id": made["id"], "amount": 4}]
    assert bench.post("/v3/bills", bench.bill(vendorId=made["vendorId"], vendorCredits=used)).status_code == 201
    return bench.get(f"/v3/vendor-credits/{made['id']}")


def writable(path: str, kind: str, body: dict[str, Any], id_name: str) -> dict[tuple[str, str], Any]:
    return {
        ("GET", path): listed(path),
        ("POST", path): created(path, body),
        ("GET", f"{path}/:{id_name}"): one(path, kind),
        ("PATCH", f"{path}/:{id_name}"): patched(path, kind, {"name": "Another name"}),
    }


ACCOUNT = {"name": "Postage", "description": "Stamps", "account": {"type": "EXPENSE", "number": "6050"}}
CLASS = {"name": "Events", "description": "Fairs", "shortName": "EV"}
SERVED: dict[tuple[str, str], Callable[[Bench], httpx.Response]] = {
    ("POST", "/v3/login"): log_in,
    ("GET", "/v3/login/session"): lambda bench: bench.get("/v3/login/session"),
    ("POST", "/v3/logout"): lambda bench: bench.call("POST", "/v3/logout"),
    ("GET", "/v3/organizations/:organizationId"): lambda bench: bench.get(f"/v3/organizations/{bench.organization}"),
    ("GET", "/v3/bills"): listed_after(approved, "/v3/bills"),
    ("POST", "/v3/bills"): lambda bench: bench.post("/v3/bills", bill(bench)),
    ("POST", "/v3/bills/bulk"): lambda bench: bench.post("/v3/bills/bulk", [bill(bench), bench.bill()]),
    ("POST", "/v3/bills/record-payment"): pay,
    ("GET", "/v3/bills/:billId"): lambda bench: bench.get(f"/v3/bills/{approved(bench)}"),
    ("PUT", "/v3/bills/:billId"): lambda bench: bench.call(
        "PUT", f"/v3/bills/{a_bill(bench)['id']}", json=bench.bill(billApprovals=True)
    ),
    ("PATCH", "/v3/bills/:billId"): patch_bill,
    ("GET", "/v3/documents/bills/:billId"): lambda bench: bench.get(f"/v3/documents/bills/{with_document(bench)[0]}"),
    ("POST", "/v3/documents/bills/:billId"): lambda bench: upload(bench, a_bill(bench)["id"]),
    ("GET", "/v3/documents/upload-status"): lambda bench: bench.get(
        "/v3/documents/upload-status", ids=with_document(bench)[1]
    ),
    ("GET", "/v3/documents/:documentId"): lambda bench: bench.get(f"/v3/documents/{with_document(bench)[2]}"),
    **writable("/v3/classifications/chart-of-accounts", "chart-of-accounts", ACCOUNT, "id"),
    **writable("/v3/classifications/accounting-classes", "accounting-classes", CLASS, "id"),
    **writable("/v3/classifications/locations", "locations", CLASS, "id"),
    **writable("/v3/customers", "customers", CUSTOMER, "customerId"),
    **writable("/v3/vendors", "vendors", VENDOR, "vendorId"),
    ("GET", "/v3/users"): listed("/v3/users"),
    ("GET", "/v3/users/:userId"): one("/v3/users", "users"),
    ("GET", "/v3/roles"): listed("/v3/roles"),
    ("GET", "/v3/roles/:roleId"): one("/v3/roles", "roles"),
    ("GET", "/v3/funding-accounts/banks"): listed("/v3/funding-accounts/banks", 1),
    ("GET", "/v3/funding-accounts/banks/:bankAccountId"): one("/v3/funding-accounts/banks", "banks"),
    ("GET", "/v3/vendor-credits"): listed_after(get_credit, "/v3/vendor-credits"),
    ("POST", "/v3/vendor-credits"): lambda bench: bench.post("/v3/vendor-credits", credit(bench)),
    ("GET", "/v3/vendor-credits/:vendorCreditId"): get_credit,
}
