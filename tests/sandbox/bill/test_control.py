from __future__ import annotations

import json
import os
import subprocess
import sys

import httpx
import pytest

from bot.sandbox.bill.switches import Switches

from .harness import Bench, refused


def test_sessions_can_be_ended(bench: Bench) -> None:
    assert bench.control("expire-sessions") == {"ended": 1}
    refused(bench.get("/v3/vendors"), 401, "BDC_1109")
    assert bench.login().status_code == 200


def test_expiring_ends_access_tokens_but_no_grants(bench: Bench) -> None:
    tokens = bench.connect()
    bench.control("expire-sessions", bearers=False)
    assert bench.get("/v3/vendors").status_code == 200
    bench.control("expire-sessions")
    refused(bench.get("/v3/vendors"), 401, "BDC_1109")
    assert bench.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 200


def test_a_revoked_sync_token_is_dead_until_it_is_restored(bench: Bench) -> None:
    bench.login_with_token()
    bench.control("revoke", organizationId=bench.organization)
    refused(bench.get("/v3/vendors"), 401, "BDC_1109")
    refused(bench.login_with_token(), 401, "BDC_1101")
    assert bench.login_with_token(1).status_code == 200
    assert bench.login().status_code == 200
    bench.control("restore-access", organizationId=bench.organization)
    assert bench.login_with_token().status_code == 200


def test_permissions_are_denied_by_path_and_method(bench: Bench) -> None:
    bench.control("permissions", organizationId=bench.organization, deny=["/v3/users", "POST /v3/vendors"])
    user = bench.shown()["lists"]["users"][0]["id"]
    refused(bench.get("/v3/users"), 403, "BDC_1145")
    refused(bench.get(f"/v3/users/{user}"), 403, "BDC_1145")
    refused(bench.post("/v3/vendors", {}), 403, "BDC_1145")
    assert bench.get("/v3/vendors").status_code == 200
    assert bench.get("/v3/roles").status_code == 200
    bench.control("permissions", untrusted=["/v3/bills/record-payment"])
    assert bench.get("/v3/users").status_code == 200
    refused(bench.post("/v3/bills/record-payment", {}), 403, "BDC_1361")
    bench.login(organization=bench.other_organization)
    refused(bench.post("/v3/bills/record-payment", {}), 400, "BDC_1143")


def test_a_lock_out_ends_by_itself(bench: Bench) -> None:
    bench.control("lock-out", minutes=10)
    refused(bench.get("/v3/vendors"), 423, "BDC_1107")
    refused(bench.login(), 423, "BDC_1107")
    bench.clock.advance(601)
    assert bench.get("/v3/vendors").status_code == 200
    bench.control("lock-out", minutes=10, organizationId=bench.other_organization)
    assert bench.get("/v3/vendors").status_code == 200
    bench.control("lock-out", minutes=0)
    assert bench.login(organization=bench.other_organization).status_code == 200


def test_things_are_done_by_hand(bench: Bench) -> None:
    account = bench.named("chart-of-accounts", "Utilities")
    assert bench.control("archive", list="chart-of-accounts", id=account)["archived"] is True
    assert bench.control("archive", list="chart-of-accounts", id=account, archived=False)["archived"] is False
    assert bench.control("rename", list="chart-of-accounts", id=account, name="Power")["name"] == "Power"
    assert bench.get(f"/v3/classifications/chart-of-accounts/{account}").json()["name"] == "Power"
    vendor = bench.control("add", list="vendors", name="Walk-in", billCurrency="EUR")
    assert bench.get(f"/v3/vendors/{vendor['id']}").json()["billCurrency"] == "EUR"
    user = bench.control("add", list="users", firstName="Zoe", lastName="Lund", email="z@x.example", role="APPROVER")
    assert user["role"]["type"] == "APPROVER"
    other = bench.control("add", list="locations", name="Vancouver 2", organizationId=bench.other_organization)
    refused(bench.get(f"/v3/classifications/locations/{other['id']}"), 404, "BDC_1120")
    assert bench.control("change", list="vendors", id=vendor["id"], email="new@x.example")["email"] == "new@x.example"


def test_bills_are_keyed_and_changed_by_hand(bench: Bench) -> None:
    made = bench.control("add", list="bills", **bench.bill())
    assert bench.get(f"/v3/bills/{made['id']}").json()["amount"] == 110
    line = made["billLineItems"][0]["id"]
    bench.control("change", list="bills", id=made["id"], billLineItems=[{"id": line, "amount": 5.5}])
    bench.control("archive", list="bills", id=made["id"])
    read = bench.get(f"/v3/bills/{made['id']}").json()
    assert (read["amount"], read["archived"]) == (15.25, True)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("switches", {"duplicate": "refuse"}),
        ("switches", {"duplicates": "perhaps"}),
        ("switches", {"limit_status": "429"}),
        ("archive", {"list": "vendors", "id": "nothing"}),
        ("archive", {"list": "jobs", "id": "x"}),
        ("add", {"list": "bills", "vendorId": "x"}),
        ("revoke", {"organizationId": "x"}),
        ("revoke", {}),
        ("rename", {"list": "users", "id": "x", "name": "y"}),
    ],
)
def test_what_makes_no_sense_is_refused(bench: Bench, name: str, body: dict[str, str]) -> None:
    reply = bench.post(f"/_control/{name}", body)
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert bench.sandbox.state.switches == Switches()


def test_a_refused_change_of_switches_changes_none(bench: Bench) -> None:
    reply = bench.post("/_control/switches", {"concurrency": 9, "nonsense": 1})
    assert reply.status_code == 400
    assert bench.sandbox.state.switches.concurrency == 3


def test_switches_and_credentials_can_be_given_when_built() -> None:
    bench = Bench.new(dev_key="01MINE", client_id="me", client_secret="mine", duplicates="refuse", document_seconds=0)
    assert bench.credentials["devKey"] == "01MINE"
    assert bench.credentials["oauth"] == {"clientId": "me", "clientSecret": "mine"}
    assert bench.login().status_code == 200
    assert bench.sandbox.state.switches.duplicates == "refuse"
    with pytest.raises(ValueError, match="no such switch"):
        Bench.new(nonsense=1)


def test_the_record_keeps_v3_calls_and_no_control_calls(bench: Bench) -> None:
    bench.made()
    paths = [(entry.method, entry.path, entry.status) for entry in bench.sandbox.wire.requests]
    assert paths == [("POST", "/v3/login", 200), ("POST", "/v3/bills", 201)]


def test_a_cut_after_the_work_leaves_the_bill(bench: Bench) -> None:
    bench.control("faults", method="POST", path="/v3/bills", phase="after", action="reply", status=503)
    assert bench.post("/v3/bills", bench.bill()).status_code == 503
    assert len(bench.shown()["bills"]) == 1


def test_it_is_served_as_a_process_of_its_own() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot.sandbox.bill", "--seed", "empty"],
        stdout=subprocess.PIPE,
        env=dict(os.environ),
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert told["sandbox"] == "bill"
            assert httpx.get(told["address"] + "/_control/state").status_code == 200
            user = told["users"][0]
            body = {"username": user["email"], "password": user["password"], "devKey": told["devKey"]}
            body["organizationId"] = told["organizations"][0]["id"]
            assert httpx.post(told["address"] + "/v3/login", json=body).status_code == 200
        finally:
            process.terminate()
