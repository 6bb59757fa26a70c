"""What happens in Dext beside the bot, and the server as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import httpx
import pytest

from bot.sandbox.dext import build
from bot.sandbox.wire import SandboxClock

from .driver import FIRST, HARBOR, KESTREL, Driver, code_of


def test_a_document_arrives_now_or_later(dext: Driver, token: str) -> None:
    now = dext.control("document", payee="Fjord Energy", total_amount="10.00", category="Utilities")["id"]
    later = dext.control("document", payee="Fjord Energy", ready_in=30, format="png")["id"]
    inbox = {row["id"] for row in dext.call("inbox", token)["receipts"]}
    assert now in inbox
    assert later not in inbox
    dext.advance(31)
    assert later in {row["id"] for row in dext.call("inbox", token)["receipts"]}
    elsewhere = dext.control("document", account=KESTREL, payee="X", date=None)["id"]
    assert elsewhere not in {row["id"] for row in dext.call("receipts", token)["receipts"]}


def test_a_person_changes_publishes_and_archives(dext: Driver, token: str) -> None:
    dext.control("change", id=FIRST, total_amount="1300.00", category=None)
    (row,) = dext.call("receipts", token, id=FIRST)["receipts"]
    assert float(row["total_amount"]) == 1300
    assert dext.item(FIRST)["history"][-1]["by"] == "person"
    dext.control("change", id=FIRST, category="Utilities")
    dext.control("publish", id=FIRST)
    dext.advance(6)
    account = dext.account()
    assert account["publish_calls"] == 0
    assert [entry["id"] for entry in account["published_by_dext"]] == [FIRST]
    dext.control("archive", id=FIRST + 1)
    assert dext.call("inbox", token)["size"] == 11
    dext.control("archive", id=FIRST + 1, archived=False)
    assert dext.call("inbox", token)["size"] == 12


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("document", {"account": 1}),
        ("document", {"nonsense": 1}),
        ("document", {"ready_in": -1}),
        ("document", {"format": "gif"}),
        ("change", {"id": 5}),
        ("change", {"id": FIRST, "total_amount": "x"}),
        ("revoke", {"accounts": HARBOR}),
        ("refuse", {"list": "taxes", "id": "x"}),
        ("switches", {"nonsense": True}),
        ("switches", {"rotate_refresh": 1}),
        ("switches", {"publish_seconds": True}),
    ],
)
def test_senseless_control_calls_say_so(dext: Driver, name: str, body: dict[str, Any]) -> None:
    reply = dext.send("POST", f"/_control/{name}", json=body)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_state_tells_all_but_passwords_and_is_not_recorded(dext: Driver) -> None:
    state = dext.send("GET", "/_control/state")
    assert [account["name"] for account in state.json()["accounts"]] == [
        "Harbor & Pine Interiors",
        "Kestrel Outdoor Ltd",
    ]
    assert dext.person()["password"] not in state.text
    assert dext.account()["items"][0]["total_amount"] == "1284.50"
    assert dext.sandbox.wire.requests == []


def test_an_empty_sandbox_has_people_and_no_items() -> None:
    empty = Driver(build(SandboxClock(), seed="empty"))
    assert empty.call("inbox", empty.tokens()["access_token"]) == {"size": 0, "receipts": []}
    assert empty.account()["users"]


def test_sandboxes_share_nothing(dext: Driver, token: str) -> None:
    other = Driver(build(SandboxClock()))
    assert code_of(other.call("inbox", token)) == 403
    dext.control("switches", publish_seconds=1)
    assert other.send("GET", "/_control/state").json()["switches"]["publish_seconds"] == 5


def test_it_serves_as_a_process_and_records_the_requests() -> None:
    program = (
        "from bot.sandbox.dext import build; from bot.sandbox.serve import serve; "
        "from bot.sandbox.wire import SandboxClock; "
        "s = build(SandboxClock()); serve('dext', s.app, 0, s.credentials)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            hello = json.loads(process.stdout.readline())
            with httpx.Client(base_url=hello["address"], trust_env=False) as client:
                user = hello["accounts"][0]["users"][0]
                login = {"login": user["email"], "password": user["password"]}
                session = client.post("/api/login", json=login).json()["sessionid"]
                assert client.post("/api/inbox", json={"sessionid": session}).json()["size"] == 13
                paths = [entry["path"] for entry in client.get("/_control/requests").json()]
            assert paths == ["/api/login", "/api/inbox"]
        finally:
            process.send_signal(signal.SIGTERM)
