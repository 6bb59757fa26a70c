from __future__ import annotations

from datetime import datetime, timedelta, timezone

import httpx
import pytest

from bot.clients.bill import BillClient, BillUser, ListPage, Organization
from bot.domain.lists import Entry, ListName
from bot.errors import GarbledReplyError, NoSuchEntryError, PermissionMissingError, RateLimitedError, UnavailableError

from .doubles import BillWorld, bdc, ok

PATHS = {
    ListName.ACCOUNTS: "/v3/classifications/chart-of-accounts",
    ListName.SUPPLIERS: "/v3/vendors",
    ListName.CUSTOMERS: "/v3/customers",
    ListName.CLASSES: "/v3/classifications/accounting-classes",
    ListName.LOCATIONS: "/v3/classifications/locations",
    ListName.APPROVERS: "/v3/users",
}
VENDORS = "GET /v3/vendors"
BANKS = "GET /v3/funding-accounts/banks"


@pytest.mark.parametrize("name", list(PATHS))
def test_each_list_is_asked_for_in_full_pages_and_a_fixed_order(world: BillWorld, name: ListName) -> None:
    world.up.on(f"GET {PATHS[name]}", ok({"results": []}))
    since = datetime(2026, 11, 1, 10, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    page = world.client().page(name, page="p 2+", archived=False, updated_since=since)
    assert page == ListPage((), None)
    query = dict(world.up.requests[0].url.params)
    assert query.pop("sort", None) == (None if name is ListName.CUSTOMERS else "createdTime:asc")
    assert query == {
        "max": "100",
        "filters": 'archived:eq:false,updatedTime:gte:"2026-11-01T08:30:00.123+00:00"',
        "page": "p 2+",
    }
    assert b"%2B" in world.up.requests[0].url.query


def test_without_wishes_there_is_no_filter(world: BillWorld) -> None:
    world.up.on(VENDORS, ok({"results": [], "nextPage": ""}))
    client = world.client()
    assert client.page(ListName.SUPPLIERS).next_page is None
    client.page(ListName.SUPPLIERS, archived=True, updated_since=datetime(2026, 1, 1))  # noqa: DTZ001
    first, second = world.up.requests
    assert dict(first.url.params) == {"max": "100", "sort": "createdTime:asc"}
    assert first.url.params.get("filters") is None
    assert second.url.params["filters"] == 'archived:eq:true,updatedTime:gte:"2026-01-01T00:00:00.000+00:00"'


@pytest.mark.parametrize(
    ("name", "row", "entry"),
    [
        (
            ListName.ACCOUNTS,
            {
                "id": "0ca1",
                "archived": False,
                "name": "Travel ",
                "parentId": "0ca0",
                "account": {"type": "EXPENSE", "number": "6100"},
                "updatedTime": "2026-11-01T10:00:00.000+0200",
                "somethingNew": {"x": 1},
            },
            Entry("0ca1", "Travel", "0ca0", "6100", "EXPENSE", False),
        ),
        (ListName.ACCOUNTS, {"id": "0ca1", "name": "T", "account": {}}, Entry("0ca1", "T")),
        (
            ListName.SUPPLIERS,
            {"id": "009A", "name": "Acme", "archived": True, "billCurrency": "EUR", "updatedTime": "soon"},
            Entry("009A", "Acme", kind="EUR", archived=True),
        ),
        (
            ListName.CLASSES,
            {"id": "cls1", "name": "North", "parentId": "00000000000000000000", "updatedTime": "2026-11-01T10:00:00"},
            Entry("cls1", "North"),
        ),
        (ListName.CUSTOMERS, {"id": "0cu1", "name": None, "updatedTime": None}, Entry("0cu1", "")),
        (ListName.LOCATIONS, {"id": "loc1", "name": "Rome"}, Entry("loc1", "Rome")),
        (ListName.APPROVERS, {"id": "0061", "firstName": "Ada", "lastName": " Byron"}, Entry("0061", "Ada Byron")),
        (ListName.APPROVERS, {"id": "0061", "lastName": "Byron"}, Entry("0061", "Byron")),
        (ListName.APPROVERS, {"id": "0061", "email": "a@x.test"}, Entry("0061", "a@x.test")),
    ],
)
def test_rows_become_entries(world: BillWorld, name: ListName, row: object, entry: Entry) -> None:
    world.up.on(f"GET {PATHS[name]}", ok({"results": [row], "nextPage": None}))
    assert world.client().page(name).entries == (entry,)


def test_pages_are_followed_one_by_one(world: BillWorld) -> None:
    world.up.on(
        VENDORS,
        ok({"results": [{"id": "0091", "name": "A"}], "nextPage": "two"}),
        ok({"results": [], "nextPage": "three"}),
        ok({"results": [{"id": "0092", "name": "B"}]}),
    )
    found = world.client().entries(ListName.SUPPLIERS, archived=False)
    assert next(found) == (Entry("0091", "A"),)
    assert len(world.up.requests) == 1
    assert list(found) == [(), (Entry("0092", "B"),)]
    assert [one.url.params.get("page") for one in world.up.requests] == [None, "two", "three"]
    assert {one.url.params["filters"] for one in world.up.requests} == {"archived:eq:false"}


def test_a_list_that_leads_in_a_circle_is_left(world: BillWorld) -> None:
    world.up.on(VENDORS, *(ok({"results": [], "nextPage": token}) for token in ("two", "three", "two")))
    with pytest.raises(GarbledReplyError):
        list(world.client().entries(ListName.SUPPLIERS))
    assert len(world.up.requests) == 3


def account(number: int, kind: str) -> Entry:
    return Entry(f"0ca{number}", f"Account {number}", kind=kind)


def test_payment_methods_are_bank_and_card_accounts_under_their_banks_names(world: BillWorld) -> None:
    kinds = ["BANK", "EXPENSE", "CREDIT_CARD", "BANK", "BANK", "BANK"]
    banks = [
        {"id": "bac1", "chartOfAccountId": "0ca1", "bankName": "First Bank", "accountNumber": "******4321"},
        {"id": "bac2", "chartOfAccountId": "0ca4", "nameOnAccount": "Ops", "archived": False},
    ]
    more = [
        {"id": "bac3", "chartOfAccountId": "0ca5", "bankName": "Old Bank", "archived": True},
        {"id": "bac4", "bankName": "Nowhere"},
        {"id": "bac5", "chartOfAccountId": "0ca6"},
    ]
    world.up.on(BANKS, ok({"results": banks, "nextPage": "b2"}), ok({"results": more}))
    found = world.client().payment_methods([account(place + 1, kind) for place, kind in enumerate(kinds)])
    assert [(entry.id, entry.name, entry.kind) for entry in found] == [
        ("0ca1", "First Bank ••4321", "BANK"),
        ("0ca3", "Account 3", "CREDIT_CARD"),
        ("0ca4", "Ops", "BANK"),
        ("0ca5", "Account 5", "BANK"),
        ("0ca6", "Account 6", "BANK"),
    ]
    assert len(world.up.sent(BANKS)) == 2


@pytest.mark.parametrize("refused", [bdc("BDC_1145", 403), bdc("BDC_1361", 403), bdc("BDC_1121", 404)])
def test_unreadable_banks_leave_the_plain_names(world: BillWorld, refused: httpx.Response) -> None:
    world.up.on(BANKS, refused)
    assert world.client().payment_methods([account(1, "BANK")]) == (account(1, "BANK"),)


def test_without_bank_accounts_nobody_asks_for_banks(world: BillWorld) -> None:
    assert len(world.client().payment_methods([account(3, "CREDIT_CARD")])) == 1


def test_a_request_to_slow_down_is_heeded_and_the_page_asked_for_again(world: BillWorld) -> None:
    slow = httpx.Response(429, headers={"retry-after": "7"}, json=[{"code": "BDC_1322"}])
    world.up.on(VENDORS, slow, slow, ok({"results": [{"id": "0091", "name": "A"}]}))
    assert list(world.client().entries(ListName.SUPPLIERS)) == [(Entry("0091", "A"),)]
    assert world.pauses == [7, 7]


def test_a_service_that_only_asks_to_slow_down_is_left(world: BillWorld) -> None:
    world.up.on(VENDORS, httpx.Response(429, headers={"retry-after": "86400"}, json=[{"code": "BDC_1322"}]))
    with pytest.raises(RateLimitedError):
        list(world.client().entries(ListName.SUPPLIERS))
    assert world.pauses == [30, 30]


def test_entries_are_asked_for_by_id_and_nothing_else_comes_into_a_filter(world: BillWorld) -> None:
    world.up.on(VENDORS, ok({"results": [{"id": "0091", "name": "A", "archived": True}]}))
    client = world.client()
    assert client.known(ListName.SUPPLIERS, ["0091", 'x",archived:eq:false', "0092"]) == (
        Entry("0091", "A", archived=True),
    )
    assert world.up.requests[0].url.params["filters"] == 'id:in:"0091,0092"'
    assert client.known(ListName.SUPPLIERS, ['"']) == ()
    assert len(world.up.requests) == 1


def test_what_no_database_keeps_is_taken_out_of_names(world: BillWorld) -> None:
    raw = b'{"results": [{"id": "0091", "name": "A\\u0000B \\ud800 \\u05d0"}]}'
    world.up.on(VENDORS, httpx.Response(200, content=raw))
    (entry,) = world.client().page(ListName.SUPPLIERS).entries
    assert entry.name == "AB ? \u05d0"


def test_an_id_that_is_none_spoils_the_page_and_is_never_cut(world: BillWorld) -> None:
    world.up.on(VENDORS, ok({"results": [{"id": "9" * 65, "name": "A"}]}))
    with pytest.raises(GarbledReplyError):
        world.client().page(ListName.SUPPLIERS)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (bdc("BDC_1145", 403), PermissionMissingError),
        (bdc("BDC_1322", 422), RateLimitedError),
        (ok({"rows": []}), GarbledReplyError),
        (ok({"results": [{"name": "no id"}]}), GarbledReplyError),
        (httpx.Response(200, text="<html>"), GarbledReplyError),
        (httpx.Response(404, text="<html>"), GarbledReplyError),
        (httpx.Response(302, headers={"location": "https://login.test"}), GarbledReplyError),
        (httpx.Response(500, text="<html>"), UnavailableError),
    ],
)
def test_what_a_list_may_end_in(world: BillWorld, answer: httpx.Response, error: type[Exception]) -> None:
    world.up.on(VENDORS, answer)
    with pytest.raises(error):
        world.client().page(ListName.SUPPLIERS)
    assert len(world.up.requests) == 1


@pytest.mark.parametrize("passing", [502, 503, 504])
def test_reads_are_repeated_when_something_passes(world: BillWorld, passing: int) -> None:
    world.up.on(VENDORS, httpx.Response(passing), httpx.ReadTimeout("slow"), ok({"results": []}))
    world.client().page(ListName.SUPPLIERS)
    assert len(world.up.requests) == 3
    assert len(world.pauses) == 2


def test_organization_and_user(world: BillWorld) -> None:
    world.up.on("GET /v3/organizations/008ORG", ok({"id": "008ORG", "name": "Acme Ltd"}))
    world.up.on("GET /v3/users/0061", ok({"id": "0061", "firstName": "Ada", "email": "a@x.test"}))
    world.up.on("GET /v3/users/0062", bdc("BDC_1145", 403))
    world.up.on("GET /v3/users/0063", bdc("BDC_1120", 404))
    client = world.client()
    assert client.organization() == Organization("008ORG", "Acme Ltd")
    assert client.user("0061") == BillUser("0061", "Ada", "a@x.test")
    with pytest.raises(PermissionMissingError):
        client.user("0062")
    with pytest.raises(NoSuchEntryError):
        client.user("0063")


TERMS = "GET /v3/organizations/008ORG/payment-terms"


def vendors(*terms: str | None) -> httpx.Response:
    rows = [
        {"id": f"009{place}", "name": "A", "additionalInfo": {"paymentTermId": one} if one else None}
        for place, one in enumerate(terms)
    ]
    return ok({"results": rows})


def due_days(client: BillClient) -> list[int | None]:
    return [entry.due_days for entry in client.page(ListName.SUPPLIERS).entries]


def test_terms_of_payment_are_asked_for_once_and_only_where_a_vendor_has_some(world: BillWorld) -> None:
    client = world.client()
    world.up.on(VENDORS, vendors(None), vendors("00p1", "00p2", "00p9", None), vendors("00p1"))
    terms = [{"id": "00p1", "daysDue": 30}, {"id": "00p2", "daysDue": 0}, {"id": "00p3", "daysDue": 1000}]
    world.up.on(TERMS, ok({"results": terms}))
    assert due_days(client) == [None]
    assert world.up.sent(TERMS) == []
    assert due_days(client) == [30, 0, None, None]
    assert due_days(client) == [30]
    assert len(world.up.sent(TERMS)) == 1


@pytest.mark.parametrize(
    "answer", [bdc("BDC_1145", 403), httpx.Response(404), ok({"rows": []}), ok({"results": [{"id": "00p1"}]})]
)
def test_terms_that_cannot_be_read_are_as_if_unset(world: BillWorld, answer: httpx.Response) -> None:
    world.up.on(VENDORS, vendors("00p1"))
    world.up.on(TERMS, answer)
    assert due_days(world.client()) == [None]
