from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.bill.lists import LONG

from .harness import Bench, refused


def walk(bench: Bench, path: str, **query: Any) -> list[dict[str, Any]]:
    """Follow nextPage to the end."""
    rows: list[dict[str, Any]] = []
    page = bench.get(path, **query).json()
    rows += page["results"]
    while "nextPage" in page:
        page = bench.get(path, **query, page=page["nextPage"]).json()
        rows += page["results"]
    return rows


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


@pytest.mark.parametrize("size", [1, 7, 50, 100])
def test_pages_join_to_the_whole_list_without_repeats(bench: Bench, size: int) -> None:
    rows = walk(bench, "/v3/vendors", max=size)
    assert len(rows) == 120
    assert len({row["id"] for row in rows}) == 120
    assert rows == walk(bench, "/v3/vendors", max=100)


def test_links_are_absent_at_the_ends(bench: Bench) -> None:
    first = bench.get("/v3/vendors", max=100).json()
    assert "prevPage" not in first
    last = bench.get("/v3/vendors", max=100, page=first["nextPage"]).json()
    assert "nextPage" not in last
    assert len(last["results"]) == 20
    assert bench.get("/v3/vendors", max=100, page=last["prevPage"]).json() == first


def test_the_default_page_has_20_rows_oldest_first(bench: Bench) -> None:
    rows = bench.get("/v3/vendors").json()["results"]
    assert len(rows) == 20
    assert rows[0]["name"] == "Acme Cloud Services"
    assert [row["createdTime"] for row in rows] == sorted(row["createdTime"] for row in rows)


@pytest.mark.parametrize("size", ["0", "101", "-1", "ten", "", "1.5"])
def test_max_must_be_1_to_100(bench: Bench, size: str) -> None:
    refused(bench.get("/v3/vendors", max=size), 400, "BDC_1143", "max")


@pytest.mark.parametrize("sort", ["createdTime:asc", "name:desc", "archived:asc,name:asc", "updatedTime:desc"])
def test_pages_stay_in_step_when_rows_come_and_go(bench: Bench, sort: str) -> None:
    before = walk(bench, "/v3/vendors", max=100, sort=sort)
    page = bench.get("/v3/vendors", max=50, sort=sort).json()
    rows = page["results"]
    organization = bench.sandbox.state.organizations[bench.organization]
    for gone in (before[0], before[49]):
        del organization.lists["vendors"][gone["id"]]
    bench.control("add", list="vendors", name="AAA first of all")
    while "nextPage" in page:
        page = bench.get("/v3/vendors", max=50, sort=sort, page=page["nextPage"]).json()
        rows += page["results"]
    old = [row["id"] for row in rows if row["name"] != "AAA first of all"]
    assert old == [row["id"] for row in before]


def test_a_page_belongs_to_its_question(bench: Bench) -> None:
    page = bench.get("/v3/vendors", max=5, sort="name:asc").json()["nextPage"]
    refused(bench.get("/v3/vendors", max=5, page=page), 400, "BDC_1131")
    refused(bench.get("/v3/vendors", max=5, page="rubbish"), 400, "BDC_1131")
    refused(bench.get("/v3/vendors", max=5, page="W10"), 400, "BDC_1131")
    refused(bench.get("/v3/vendors", limit=5), 400, "BDC_1131")


def test_sort_goes_field_by_field(bench: Bench) -> None:
    rows = walk(bench, "/v3/vendors", max=100, sort="archived:desc,name:desc")
    assert names(rows)[:3] == ["Linden Partners", "Linden Media", "Linden Upholstery"]
    refused(bench.get("/v3/vendors", sort="balance:asc"), 400, "BDC_1131")
    refused(bench.get("/v3/vendors", sort="name"), 400, "BDC_1131")
    refused(bench.get("/v3/users", sort="email:asc"), 400, "BDC_1131")


def test_archived_rows_are_there_unless_filtered(bench: Bench) -> None:
    path = "/v3/classifications/accounting-classes"
    assert "Catalogue (old)" in names(walk(bench, path))
    assert "Catalogue (old)" not in names(walk(bench, path, filters="archived:eq:false"))
    assert names(walk(bench, path, filters="archived:ne:false")) == ["Catalogue (old)"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("name:eq:Fjord Energy", 1),
        ('name:sw:"Amber "', 4),
        ('billCurrency:in:"EUR,GBP"', 2),
        ('billCurrency:nin:"USD"', 4),
        ("billCurrency:ne:USD", 4),
        ("address.country:eq:US,archived:eq:true", 2),
        ("name:eq:Nobody", 0),
    ],
)
def test_vendor_filters(bench: Bench, filters: str, count: int) -> None:
    assert len(walk(bench, "/v3/vendors", max=100, filters=filters)) == count


def test_incremental_reads_by_updated_time(bench: Bench) -> None:
    since = bench.clock.now().isoformat()
    fjord = bench.named("vendors", "Fjord Energy")
    bench.clock.advance(5)
    bench.control("rename", list="vendors", id=fjord, name="Fjord Power")
    rows = walk(bench, "/v3/vendors", filters=f'updatedTime:gte:"{since}"')
    assert names(rows) == ["Fjord Power"]
    exact = rows[0]["updatedTime"]
    for op, count in {"eq": 1, "gte": 1, "lte": 120, "gt": 0, "lt": 119, "ne": 119}.items():
        assert len(walk(bench, "/v3/vendors", max=100, filters=f'updatedTime:{op}:"{exact}"')) == count, op


@pytest.mark.parametrize("precision", ["2000-01-01", "2000-01-01T10", "2000-01-01T10:00", "2000-01-01T10:00:00Z"])
def test_moments_in_several_precisions(bench: Bench, precision: str) -> None:
    assert bench.get("/v3/users", filters=f'createdTime:gte:"{precision}"').json()["results"]


@pytest.mark.parametrize(
    ("path", "filters", "code"),
    [
        ("/v3/bills", "invoice.invoiceNumber:eq:INV-1", "BDC_1130"),
        ("/v3/vendors", "email:eq:x", "BDC_1130"),
        ("/v3/users", "role.type:eq:APPROVER", "BDC_1130"),
        ("/v3/vendors", "name:gte:x", "BDC_1131"),
        ("/v3/vendors", "name:like:x", "BDC_1131"),
        ("/v3/vendors", "name:sw:Amber", "BDC_1131"),
        ("/v3/vendors", "updatedTime:gte:2026-01-01", "BDC_1131"),
        ("/v3/vendors", 'updatedTime:gte:"yesterday"', "BDC_1131"),
        ("/v3/vendors", 'updatedTime:gte:"2026-01-01T00:00:00 00:00"', "BDC_1131"),
        ("/v3/vendors", "archived:eq:maybe", "BDC_1131"),
        ("/v3/vendors", "archived", "BDC_1131"),
        ("/v3/vendors", "archived:eq:", "BDC_1131"),
        ("/v3/vendors", "archived:eq:true,", "BDC_1131"),
        ("/v3/vendors", 'name:eq:"half', "BDC_1131"),
        ("/v3/vendors", "name:eq:Cedar, Sons", "BDC_1131"),
    ],
)
def test_filters_that_do_not_fit_are_refused(bench: Bench, path: str, filters: str, code: str) -> None:
    refused(bench.get(path, filters=filters), 400, code, "filters")


def test_bill_filters(bench: Bench) -> None:
    made = bench.made()
    other = bench.made(vendorId=bench.named("vendors", "Fjord Energy"), dueDate="2026-07-01")
    both = f'vendorId:in:"{made["vendorId"]},{other["vendorId"]}"'
    for filters, found in {
        f"vendorId:eq:{made['vendorId']}": [made],
        both: [made, other],
        both + ",dueDate:gt:2026-06-01": [other],
        "paymentStatus:eq:UNPAID": [made, other],
        "paymentStatus:eq:PAID": [],
        f'vendorId:eq:{made["vendorId"]},createdTime:gte:"{made["createdTime"]}"': [made],
    }.items():
        rows = walk(bench, "/v3/bills", max=1, filters=filters)
        assert [row["id"] for row in rows] == [bill["id"] for bill in found], filters


def test_one_row_by_id(bench: Bench) -> None:
    fjord = bench.named("vendors", "Fjord Energy")
    assert bench.get(f"/v3/vendors/{fjord}").json()["name"] == "Fjord Energy"
    refused(bench.get("/v3/vendors/00900000000000000000"), 404, "BDC_1120")


def test_ids_have_their_kinds_prefix(bench: Bench) -> None:
    begins = {"vendors": "009", "customers": "0cu", "users": "006", "roles": "0po", "funding-accounts/banks": "bac"}
    begins |= {"classifications/chart-of-accounts": "0ca", "classifications/locations": "loc"}
    begins["classifications/accounting-classes"] = "cls"
    for path, begin in begins.items():
        rows = bench.get(f"/v3/{path}").json()["results"]
        assert rows
        assert all(row["id"].startswith(begin) and len(row["id"]) == 20 for row in rows)


def test_the_seed_has_what_other_parts_rely_on(bench: Bench) -> None:
    lists = bench.shown()["lists"]
    vendors = {row["name"]: row["billCurrency"] for row in lists["vendors"]}
    for name in ("Acme Cloud Services", "Blue Harbor Logistics", "Cedar & Sons Joinery", "Delphi Print Works"):
        assert vendors[name] == "USD"
    assert vendors["Evergreen Office Supply"] == vendors["Fjord Energy"] == "USD"
    types = {row["name"]: row["account"]["type"] for row in lists["chart-of-accounts"]}
    wanted = {"Software Subscriptions", "Freight & Shipping", "Cost of Materials", "Printing & Stationery"}
    assert wanted | {"Office Supplies", "Utilities", "Sales Tax Paid"} <= set(types)
    assert (types["Operating Checking"], types["Company Card"]) == ("BANK", "CREDIT_CARD")
    assert {"Retail", "Projects"} <= set(names(lists["accounting-classes"]))
    assert {"Portland", "Seattle"} <= set(names(lists["locations"]))
    accounts = {row["id"]: row["name"] for row in lists["chart-of-accounts"]}
    assert [accounts[row["chartOfAccountId"]] for row in lists["banks"]] == ["Operating Checking", "Reserve Savings"]


def test_the_seed_is_the_same_in_every_run_and_new_ids_never_are(bench: Bench) -> None:
    again = Bench.new()
    again.login()
    assert again.credentials == bench.credentials
    assert again.named("vendors", "Fjord Energy") == bench.named("vendors", "Fjord Energy")
    assert again.made()["id"] != bench.made()["id"]
    assert again.session != bench.session


def test_the_empty_seed_has_people_and_no_lists() -> None:
    bench = Bench.new(seed="empty")
    bench.login()
    assert bench.get("/v3/vendors").json() == {"results": []}
    assert len(bench.get("/v3/users").json()["results"]) == 6


def test_a_long_list_is_whole_and_follows_what_is_written(bench: Bench) -> None:
    assert bench.control("crowd", list="locations", names=[f"Store {index:05d}" for index in range(LONG)]) == {
        "added": LONG
    }
    path, query = "/v3/classifications/locations", {"max": 100, "sort": "name:asc", "filters": 'name:sw:"Store"'}
    page = bench.get(path, **query).json()
    assert names(page["results"])[:2] == ["Store 00000", "Store 00001"]
    assert names(bench.get(path, **query, page=page["nextPage"]).json()["results"])[0] == "Store 00100"
    bench.control("rename", list="locations", id=page["results"][1]["id"], name="Store 99999")
    assert names(bench.get(path, **query).json()["results"])[:2] == ["Store 00000", "Store 00002"]
    assert len(walk(bench, path, max=100, filters='name:sw:"Store"')) == LONG
