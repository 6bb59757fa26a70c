"""Every call of the contract, made as it says, answers in the shape it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from .driver import FIRST, REDIRECT, Driver, answer

CONTRACT = Path(__file__).parents[2] / "contracts" / "dext-v1.json"
CALLS: list[dict[str, Any]] = json.loads(CONTRACT.read_text())["calls"]

NOT_SERVED: frozenset[str] = frozenset()
"""Paths of the contract that the sandbox leaves out: none."""

MONEY = {"total_amount", "vat_amount", "base_total", "base_vat"}
ALWAYS_TEXT = {"type", "currency", "base_currency", "payment_method", "status", "integration_status", "user_status"}
LISTS = ("categories", "payees", "clients", "projects")


def rows_of(name: str) -> list[dict[str, Any]]:
    """Return the row shapes the contract has for a list, wherever it shows one."""
    replies = [call["reply"] for call in CALLS if isinstance(call["reply"], dict)]
    return [row for reply in replies for row in reply.get(name, []) if isinstance(row, dict)]


ITEM_FIELDS = {name: {row[name] for row in rows_of("receipts")} for name in rows_of("receipts")[0]}


def label(call: dict[str, Any]) -> str:
    names = call["request"] if isinstance(call["request"], str) else "+".join(call["request"])
    fails = "-refused" if "errorcode" in call["reply"] else ""
    return f"{call['method']} {call['path']} {names[:30]}{fails}"


@pytest.mark.parametrize("index", range(len(CALLS)), ids=[label(call) for call in CALLS])
def test_call_keeps_the_contract(dext: Driver, index: int) -> None:
    call = CALLS[index]
    assert call["path"] not in NOT_SERVED
    session = prepared(dext)
    # Twice three showings, so that every form a value takes is seen.
    for _ in range(6 if call["path"] in ("/api/inbox", "/api/receipts", "/api/update_receipt_data") else 1):
        reply = made(dext, call, session)
        assert reply.status_code == call["status"]
        if call["path"] == "/oauth/authorize":
            assert answer(reply).keys() == {"code"}
        else:
            fits(call["reply"], reply.json(), "reply")


def test_every_path_of_the_contract_is_served(dext: Driver) -> None:
    missing = set()
    for path in {call["path"] for call in CALLS if call["path"].startswith("/api/")}:
        reply = dext.send("POST", path, json={})
        if reply.status_code != 200 or reply.json().get("errormessage") == "No such call":
            missing.add(path)
    assert missing == NOT_SERVED
    assert dext.send("POST", "/api/no_such_thing", json={}).json()["errormessage"] == "No such call"


def test_the_checker_is_not_blind() -> None:
    shape = {"size": "number", "receipts": [{"total_amount": "decimal string", "paid": "boolean", "type": "string"}]}
    good = {"total_amount": None, "paid": True, "type": "receipt"}
    fits(shape, {"size": 1, "receipts": [good]}, "reply")
    for wrong in ({**good, "extra": 1}, {**good, "total_amount": "12,5"}, {**good, "type": None}, {"paid": True}):
        with pytest.raises(AssertionError):
            fits(shape, {"size": 1, "receipts": [wrong]}, "reply")


def prepared(dext: Driver) -> str:
    """Open a session in an account that has entries in every list; return its id."""
    session = dext.session()
    for name in LISTS:
        body = {"sessionid": session, name: [{"id": "ext-1", "name": "Acme Cloud Services"}]}
        assert "errorcode" not in dext.send("POST", f"/api/add_{name}", json=body).json()
    return session


def made(dext: Driver, call: dict[str, Any], session: str) -> httpx.Response:
    """Make a request from its shape in the contract."""
    match call["path"]:
        case "/oauth/authorize":
            client = {"client_id": dext.client["client_id"], "redirect_uri": REDIRECT, "response_type": "code"}
            assert dext.send("GET", call["path"], params=client).status_code == 200
            return dext.consent()
        case "/oauth/access_token":
            return dext.token("refresh_token", refresh_token=dext.tokens()["refresh_token"])
        case "/oauth/login_token":
            query = {**dext.client, "refresh_token": dext.tokens()["refresh_token"]}
            return dext.send("GET", call["path"], params=query)
        case "/api/postReceipt":
            times = 2 if "again" in call["request"] else 1
            for _ in range(times):
                options: dict[str, Any] = {"data": {"sessionid": session}, "files": {"photo": ("a.pdf", b"%PDF-1.4")}}
                reply = dext.send("POST", call["path"], **options)
            return reply
    body = {name: filled(dext, call, name, shape, session) for name, shape in call["request"].items()}
    # Recorded from a client that proves itself with a bearer token instead.
    bare = not {"sessionid", "session_id", "login"} & call["request"].keys()
    headers = {"authorization": f"Bearer {dext.tokens()['access_token']}"} if bare else {}
    return dext.send("POST", call["path"], json=body, headers=headers)


def filled(dext: Driver, call: dict[str, Any], name: str, shape: Any, session: str) -> Any:
    person = dext.person()
    values = {
        "sessionid": session,
        "session_id": session,
        "login": person["email"],
        "email": person["email"],
        "password": "wrong" if "errorcode" in call["reply"] else person["password"],
        "data": json.dumps({"description": "checked", "total_amount": "1284.50"}),
        "name": "Acme Cloud Services",
        "code": "6010",
        "receiptid": FIRST,
        "id": FIRST if shape == "number" else "ext-1",
    }
    if isinstance(shape, list):
        return [{key: filled(dext, call, key, kind, session) for key, kind in shape[0].items()}]
    return values[name]


def fits(shape: Any, value: Any, name: str) -> None:
    """Assert that a value has the shape the contract gives it."""
    match shape:
        case dict():
            assert isinstance(value, dict), name
            assert value.keys() == shape.keys(), name
            for key, kind in shape.items():
                fits(kind, value[key], key)
        case []:
            # The recording was of an empty list; rows are known from its other calls.
            assert isinstance(value, list), name
            for row in value:
                fits(rows_of(name)[0], row, name)
        case [kind]:
            assert isinstance(value, list), name
            assert value or name == "receipts", name
            for row in value:
                fits(kind, row, name)
        case str():
            assert fitting(name, shape, value), f"{name}: {value!r} is no {shape}"


def fitting(name: str, kind: str, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in MONEY:
        return value is None or number or (isinstance(value, str) and bool(decimal(value)))
    if name in ALWAYS_TEXT:
        return isinstance(value, str) and value != ""
    if name in ITEM_FIELDS and name != "id" and {"null", "empty string"} & ITEM_FIELDS[name] | {kind} & {"null"}:
        return value is None or isinstance(value, str)
    if name in ("category", "code"):
        return value is None or isinstance(value, str)
    word, _, exactly = kind.partition(": ")
    kinds = {
        "number": number,
        "number or null": number or value is None,
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "date": isinstance(value, str) and len(value) == 10,
    }
    return kinds[word] and exactly in ("", str(value))


def decimal(text: str) -> bool:
    whole, dot, part = text.removeprefix("-").partition(".")
    return whole.isdigit() and dot == "." and part.isdigit()
