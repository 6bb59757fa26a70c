from __future__ import annotations

from typing import Any

import pytest

from .harness import Bench, refused

ADDRESS = {"line1": "1 Elm", "city": "Bend", "stateOrProvince": "OR", "zipOrPostalCode": "97701", "country": "US"}
VENDORS = "/v3/vendors"
ACCOUNTS = "/v3/classifications/chart-of-accounts"


def vendor(**changes: Any) -> dict[str, Any]:
    return {"name": "Tidewater Tools", "address": dict(ADDRESS), **changes}


def test_a_new_vendor_is_listed_with_what_bill_adds(bench: Bench) -> None:
    made = bench.post(VENDORS, vendor(email="hi@tidewater.example"))
    assert made.status_code == 201
    row = made.json()
    assert (row["archived"], row["billCurrency"], row["networkStatus"]) == (False, "USD", "NOT_CONNECTED")
    assert row["paymentInformation"]["payeeName"] == "Tidewater Tools"
    assert "shortName" not in row
    assert bench.get(f"{VENDORS}/{row['id']}").json() == row


def test_a_vendor_needs_its_address(bench: Bench) -> None:
    refused(bench.post(VENDORS, {"name": "X"}), 400, "BDC_1143", "address: must not be null")
    refused(bench.post(VENDORS, vendor(address={})), 400, "BDC_1143", "address.line1: must not be blank")
    for name in ("line1", "city", "zipOrPostalCode", "country", "stateOrProvince"):
        lacking = {key: value for key, value in ADDRESS.items() if key != name}
        refused(bench.post(VENDORS, vendor(address=lacking)), 400, "BDC_1143", f"address.{name}")
    abroad = {"line1": "1 Weg", "city": "Bonn", "zipOrPostalCode": "53111", "country": "DE"}
    assert bench.post(VENDORS, vendor(address=abroad)).status_code == 201


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"name": ""}, "BDC_1143", "name: must not be blank"),
        ({"name": "x" * 101}, "BDC_1143", "name: size"),
        ({"name": 5}, "BDC_1143", "name: must be a text"),
        ({"shortName": "x" * 41}, "BDC_1143", "shortName"),
        ({"email": "nobody"}, "BDC_1143", "email"),
        ({"accountType": "business"}, "BDC_1143", "accountType"),
        ({"billCurrency": "dollars"}, "BDC_1143", "billCurrency"),
        ({"address": [ADDRESS]}, "BDC_1143", "address: must be an object"),
        ({"address": {**ADDRESS, "country": "USA"}}, "BDC_1143", "address.country"),
        ({"address": {**ADDRESS, "street": "x"}}, "BDC_1119", "address.street"),
        ({"taxCode": "x"}, "BDC_1119", "taxCode"),
    ],
)
def test_vendor_fields_are_checked(bench: Bench, change: dict[str, Any], code: str, says: str) -> None:
    before = len(bench.shown()["lists"]["vendors"])
    refused(bench.post(VENDORS, vendor(**change)), 400, code, says)
    assert len(bench.shown()["lists"]["vendors"]) == before


def test_all_problems_are_told_at_once(bench: Bench) -> None:
    errors = bench.post(VENDORS, {"email": "x"}).json()
    assert {error["params"][0]["name"] for error in errors} == {"name", "email", "address"}


def test_auto_pay_needs_mfa(bench: Bench) -> None:
    refused(bench.post(VENDORS, vendor(autoPay={"enabled": True})), 403, "BDC_1361")


def test_patch_changes_what_is_sent(bench: Bench) -> None:
    made = bench.post(VENDORS, vendor(phone="1")).json()
    bench.clock.advance(2)
    changed = bench.call("PATCH", f"{VENDORS}/{made['id']}", json={"name": "New", "address": {"line2": "Rear"}}).json()
    assert (changed["name"], changed["phone"]) == ("New", "1")
    assert changed["address"] == {**made["address"], "line2": "Rear"}
    assert changed["updatedTime"] > made["updatedTime"]
    assert changed["createdTime"] == made["createdTime"]
    refused(bench.call("PATCH", f"{VENDORS}/{made['id']}", json={"name": ""}), 400, "BDC_1143")
    refused(bench.call("PATCH", f"{VENDORS}/{made['id']}", json={"archived": True}), 400, "BDC_1119")
    refused(bench.call("PATCH", f"{VENDORS}/009nothing", json={"name": "x"}), 404, "BDC_1120")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ACCOUNTS, {"name": "Postage", "account": {"type": "EXPENSE", "number": "6050"}}),
        ("/v3/classifications/accounting-classes", {"name": "Events"}),
        ("/v3/classifications/locations", {"name": "Salem"}),
        ("/v3/customers", {"name": "Ferry Inn"}),
        (VENDORS, vendor()),
    ],
)
def test_archive_and_restore(bench: Bench, path: str, body: dict[str, Any]) -> None:
    made = bench.post(path, body).json()
    bench.clock.advance(1)
    archived = bench.call("POST", f"{path}/{made['id']}/archive").json()
    assert (archived["archived"], archived["name"]) == (True, body["name"])
    assert archived["updatedTime"] > made["updatedTime"]
    assert bench.call("POST", f"{path}/{made['id']}/restore").json()["archived"] is False


def test_archiving_a_parent_takes_its_children_and_restoring_does_not_bring_them_back(bench: Bench) -> None:
    parent, child = (bench.named("chart-of-accounts", name) for name in ("Office Costs", "Office Supplies"))
    bench.call("POST", f"{ACCOUNTS}/{parent}/archive")
    assert bench.get(f"{ACCOUNTS}/{child}").json()["archived"] is True
    bench.call("POST", f"{ACCOUNTS}/{parent}/restore")
    assert bench.get(f"{ACCOUNTS}/{parent}").json()["archived"] is False
    assert bench.get(f"{ACCOUNTS}/{child}").json()["archived"] is True


def test_accounts_need_a_type_and_a_real_parent(bench: Bench) -> None:
    account = {"name": "Postage", "account": {"type": "EXPENSE"}}
    refused(bench.post(ACCOUNTS, {"name": "Postage"}), 400, "BDC_1143", "account")
    refused(bench.post(ACCOUNTS, {**account, "account": {"type": "COST"}}), 400, "BDC_1143", "account.type")
    refused(bench.post(ACCOUNTS, {**account, "parentId": "0ca00000000000000000"}), 422, "BDC_1151", "parentId")
    parent = bench.named("chart-of-accounts", "Office Costs")
    assert bench.post(ACCOUNTS, {**account, "parentId": parent}).json()["parentId"] == parent


def test_a_name_may_be_taken_twice_unless_switched(bench: Bench) -> None:
    assert bench.post(VENDORS, vendor(name="Fjord Energy")).status_code == 201
    bench.control("switches", names="refuse")
    refused(bench.post(VENDORS, vendor(name="fjord energy")), 422, "BDC_1171", "duplicate")
    refused(bench.post(VENDORS, vendor(name="Linden Media")), 422, "BDC_1171", "duplicate")
    made = bench.post(VENDORS, vendor()).json()
    assert bench.call("PATCH", f"{VENDORS}/{made['id']}", json={"name": made["name"]}).status_code == 200


def test_customers_need_no_address_but_one_they_have_is_checked(bench: Bench) -> None:
    refused(bench.post("/v3/customers", {"name": "F", "billingAddress": {"line1": "1"}}), 400, "BDC_1143", "city")
    assert bench.post("/v3/customers", {"name": "F", "billingAddress": ADDRESS}).status_code == 201


def test_a_body_must_be_json_and_say_so(bench: Bench) -> None:
    text = {**bench.session, "content-type": "text/plain"}
    refused(bench.call("POST", VENDORS, text, content=b'{"name": "x"}'), 400, "BDC_1122", "content-type")
