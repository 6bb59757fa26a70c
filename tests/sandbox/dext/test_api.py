"""Callers, people and lists."""

from __future__ import annotations

from typing import Any

import pytest

from .driver import FIRST, HARBOR, Driver, code_of


def test_a_session_opens_calls_and_ends(dext: Driver) -> None:
    session = {"sessionid": dext.session()}
    assert dext.send("POST", "/api/inbox", json=session).json()["size"] == 13
    assert dext.send("POST", "/api/logout", json=session).json() == {}
    reply = dext.send("POST", "/api/inbox", json=session)
    assert reply.status_code == 200
    assert reply.json().keys() == {"errorcode", "errormessage"}
    assert reply.json()["errorcode"] == 403


@pytest.mark.parametrize("path", ["inbox", "receipts", "image", "categories", "add_payees", "list_users", "logout"])
def test_without_a_valid_caller_nothing_opens(dext: Driver, path: str) -> None:
    assert code_of(dext.call(path, "stale")) == 403
    assert code_of(dext.send("POST", f"/api/{path}").json()) == 403
    assert code_of(dext.send("POST", f"/api/{path}", json={"sessionid": 7}).json()) == 403


@pytest.mark.parametrize("body", [{"login": "maya@harborandpine.example", "password": "x"}, {}, {"login": 1}])
def test_a_wrong_login_is_an_errorcode(dext: Driver, body: dict[str, Any]) -> None:
    reply = dext.send("POST", "/api/login", json=body)
    assert (reply.status_code, code_of(reply.json())) == (200, 401)


@pytest.mark.parametrize(
    "options",
    [
        {"content": b"{", "headers": {"content-type": "application/json"}},
        {"content": b"[1]", "headers": {"content-type": "application/json"}},
        {"content": b"a=b", "headers": {"content-type": "text/plain"}},
        {"content": b'{"login": "\\ud800"}', "headers": {"content-type": "application/json"}},
    ],
)
def test_unreadable_bodies_are_bad_requests(dext: Driver, options: dict[str, Any]) -> None:
    reply = dext.send("POST", "/api/login", **options)
    assert (reply.status_code, code_of(reply.json())) == (200, 400)


def test_unknown_parameters_are_refused(dext: Driver, token: str) -> None:
    assert code_of(dext.call("receipts", token, since="2026-01-01")) == 400
    assert code_of(dext.call("inbox", token, page=2)) == 400


def test_people_of_the_account_only(dext: Driver, token: str) -> None:
    people = dext.call("list_users", token)
    assert people["size"] == 3
    assert {user["account_id"] for user in people["users"]} == {HARBOR}
    one = dext.call("list_users", token, email="OWEN@harborandpine.example")
    assert [user["first_name"] for user in one["users"]] == ["Owen"]
    assert dext.call("list_users", token, email="lena@kestreloutdoor.example") == {"size": 0, "users": []}


def test_entries_are_upserted_by_the_callers_id(dext: Driver, token: str) -> None:
    rows = [{"id": "a1", "name": "Office Supplies", "code": "6100"}, {"id": "a2", "name": "Utilities"}]
    assert dext.call("add_categories", token, categories=rows)["size"] == 2
    dext.call("add_categories", token, categories=[{"id": "a1", "name": "Office", "code": "6101"}])
    kept = [{"id": "a1", "name": "Office", "code": "6101"}, {"id": "a2", "name": "Utilities", "code": None}]
    assert dext.call("categories", token) == {"size": 2, "categories": kept}
    assert dext.account()["lists"]["categories"] == kept
    assert dext.call("categories", token, id="a2")["categories"] == kept[1:]
    assert dext.call("categories", token, id="zz") == {"size": 0, "categories": []}
    assert dext.call("delete_categories", token, categories=[{"id": "a1"}]) == {"size": 0, "categories": []}
    assert dext.call("categories", token)["categories"] == kept[1:]
    other = dext.tokens(1)["access_token"]
    assert dext.call("categories", other)["size"] == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "", "name": "n"},
        {"id": "x", "name": ""},
        {"id": "x", "name": " "},
        {"id": "x", "name": "n" * 256},
        {"id": 7, "name": "n"},
        {"id": "x"},
        {"id": "x", "name": "n", "code": "1"},
        "x",
    ],
)
def test_one_bad_entry_refuses_the_whole_batch(dext: Driver, token: str, bad: Any) -> None:
    reply = dext.call("add_payees", token, payees=[{"id": "ok", "name": "Fine"}, bad])
    assert code_of(reply) == 400
    assert dext.call("payees", token)["size"] == 0
    assert dext.call("add_payees", token, payees=[{"id": "ok", "name": "n" * 255}])["size"] == 1


def test_refused_entries_stop_their_batch_until_let_in(dext: Driver, token: str) -> None:
    dext.control("refuse", list="projects", id="p2")
    rows = [{"id": "p1", "name": "One"}, {"id": "p2", "name": "Two"}]
    assert code_of(dext.call("add_projects", token, projects=rows)) == 400
    assert dext.account()["lists"]["projects"] == []
    dext.control("refuse", list="projects", id="p2", refused=False)
    assert dext.call("add_projects", token, projects=rows)["size"] == 2


def test_items_follow_a_renamed_entry_and_lose_a_deleted_supplier(dext: Driver, token: str) -> None:
    dext.call("add_payees", token, payees=[{"id": "v1", "name": "Acme Cloud Services"}])
    dext.call("add_payees", token, payees=[{"id": "v1", "name": "Acme Cloud"}])
    assert dext.item(FIRST)["payee"] == "Acme Cloud"
    dext.call("delete_payees", token, payees=[{"id": "v1"}])
    assert dext.item(FIRST)["payee"] is None


def test_malformed_bodies_of_calls_are_bad_requests(dext: Driver, token: str) -> None:
    bad: list[tuple[str, dict[str, Any]]] = [
        ("categories", {"id": 7}),
        ("add_categories", {"categories": []}),
        ("add_categories", {"categories": [{"id": "x", "name": "n", "code": 5}]}),
        ("delete_payees", {"payees": [{"name": "n"}]}),
        ("list_users", {"email": 5}),
        ("receipts", {"new": 1}),
        ("getReceiptsStatus", {"receipts": FIRST}),
        ("getReceiptsStatus", {"receipts": [{"id": FIRST}]}),
    ]
    for path, body in bad:
        assert code_of(dext.call(path, token, **body)) == 400, (path, body)


def test_a_shared_name_keeps_items_when_one_of_its_entries_goes(dext: Driver, token: str) -> None:
    dext.call("add_payees", token, payees=[{"id": i, "name": "Acme Cloud Services"} for i in ("v1", "v2")])
    dext.call("delete_payees", token, payees=[{"id": "v1"}])
    assert dext.item(FIRST)["payee"] == "Acme Cloud Services"


def test_unknown_calls_and_methods_are_errorcodes(dext: Driver) -> None:
    for method, path in (("POST", "/api/line_items"), ("GET", "/api/inbox")):
        reply = dext.send(method, path)
        assert (reply.status_code, code_of(reply.json())) == (200, 404)
