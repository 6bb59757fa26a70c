from __future__ import annotations

import json
from typing import Any

import pytest

from .harness import Bench


@pytest.fixture
def v2(bench: Bench) -> V2:
    v2 = V2(bench)
    v2.log_in()
    return v2


class V2:
    """The form-style calls of one signed-in client."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.session = ""

    def form(self, call: str, headers: dict[str, str] | None = None, **form: str) -> dict[str, Any]:
        reply = self.bench.call("POST", f"/api/v2/{call}.json", headers or {}, data=form)
        assert reply.status_code == 200
        return dict(reply.json())

    def log_in(self, **changes: str) -> dict[str, Any]:
        maya = self.bench.user("maya")
        form = {"userName": maya["email"], "password": maya["password"], "orgId": self.bench.organization}
        form["devKey"] = self.bench.credentials["devKey"]
        reply = self.form("Login", **{**form, **changes})
        self.session = reply["response_data"].get("sessionId", self.session)
        return reply

    def do(self, call: str, **data: Any) -> dict[str, Any]:
        key = self.bench.credentials["devKey"]
        return self.form(call, devKey=key, sessionId=self.session, data=json.dumps(data))

    def user(self, name: str) -> str:
        rows = self.bench.shown()["lists"]["users"]
        return str(next(row["id"] for row in rows if row["firstName"] == name))


def failed(reply: dict[str, Any], code: str) -> None:
    assert reply["response_status"] == 1, reply
    assert reply["response_data"]["error_code"] == code
    assert reply["response_data"]["error_message"]


def test_approvers_are_set_in_order_and_show_in_v3(v2: V2) -> None:
    bill = v2.bench.made()
    wanted = [v2.user("Priya"), v2.user("Luis")]
    reply = v2.do("SetApprovers", objectId=bill["id"], entity="Bill", approvers=wanted)
    assert (reply["response_status"], reply["response_message"]) == (0, "Success")
    read = v2.bench.get(f"/v3/bills/{bill['id']}").json()
    assert [(entry["userId"], entry["approverOrder"]) for entry in read["approvers"]] == [
        (wanted[0], 1),
        (wanted[1], 2),
    ]
    assert read["approvalStatus"] == "ASSIGNED"
    rows = v2.do("ListApprovers", objectId=bill["id"], entity="Bill")["response_data"]
    assert [row["usersId"] for row in rows] == wanted
    assert [entry["approvers"] for entry in v2.bench.shown()["approversSet"]] == [wanted]


def test_setting_again_replaces_and_clearing_takes_away(v2: V2) -> None:
    bill = v2.bench.made()
    for name in ("Priya", "Luis"):
        v2.do("SetApprovers", objectId=bill["id"], entity="Bill", approvers=[v2.user(name)])
    rows = v2.do("ListApprovers", objectId=bill["id"])["response_data"]
    assert [row["usersId"] for row in rows] == [v2.user("Luis")]
    v2.do("ClearApprovers", objectId=bill["id"], entity="Bill")
    assert v2.do("ListApprovers", objectId=bill["id"])["response_data"] == []
    assert v2.bench.get(f"/v3/bills/{bill['id']}").json()["approvalStatus"] == "UNASSIGNED"


def test_who_may_not_approve_is_refused(v2: V2) -> None:
    bill = v2.bench.made()["id"]
    priya = v2.user("Priya")
    for approvers, code in (
        ([v2.user("Grace")], "BDC_1145"),
        ([v2.user("Tom")], "BDC_1152"),
        (["00600000000000000000"], "BDC_1151"),
        ([priya, {"id": 1}], "BDC_1151"),
        ([priya, priya], "BDC_1143"),
        ([], "BDC_1117"),
        (priya, "BDC_1117"),
    ):
        failed(v2.do("SetApprovers", objectId=bill, entity="Bill", approvers=approvers), code)
    assert v2.bench.shown()["approversSet"] == []


def test_what_is_sent_is_checked(v2: V2) -> None:
    bill = v2.bench.made()["id"]
    failed(v2.do("SetApprovers", objectId="00n1", entity="Bill", approvers=["x"]), "BDC_1120")
    failed(v2.do("SetApprovers", objectId=bill, entity="VendorCredit", approvers=["x"]), "BDC_1119")
    key = v2.bench.credentials["devKey"]
    failed(v2.form("SetApprovers", devKey=key, sessionId=v2.session, data="{"), "BDC_1122")
    failed(v2.form("SetApprovers", devKey=key, sessionId=v2.session), "BDC_1117")
    failed(v2.form("SetApprovers", sessionId=v2.session), "BDC_1117")
    assert v2.bench.post("/api/v2/Login.json", {}).json()["response_data"]["error_code"] == "BDC_1122"


def test_signing_in_fails_inside_the_envelope(v2: V2) -> None:
    failed(v2.log_in(password="wrong"), "BDC_1101")
    failed(v2.log_in(devKey="wrong"), "BDC_1102")
    failed(v2.log_in(orgId="00800000000000000000"), "BDC_1123")
    token = v2.bench.credentials["organizations"][0]["syncToken"]
    assert v2.log_in(userName=token["name"], password=token["value"])["response_status"] == 0


def test_v2_and_v3_sessions_are_apart(v2: V2) -> None:
    bench = v2.bench
    both = {"devKey": bench.credentials["devKey"], "sessionId": v2.session}
    assert bench.call("GET", "/v3/vendors", both).status_code == 401
    bill = bench.made()["id"]
    v2.session = bench.session["sessionId"]
    failed(v2.do("ListApprovers", objectId=bill), "BDC_1109")


def test_v2_sessions_idle_out_too(v2: V2) -> None:
    bill = v2.bench.made()["id"]
    v2.bench.clock.advance(36 * 60)
    failed(v2.do("ListApprovers", objectId=bill), "BDC_1109")


def test_permissions_and_lock_out_hold_for_v2(v2: V2) -> None:
    bill = v2.bench.made()["id"]
    v2.bench.control("permissions", deny=["/api/v2/SetApprovers.json"])
    failed(v2.do("SetApprovers", objectId=bill, approvers=[v2.user("Priya")]), "BDC_1145")
    v2.bench.control("lock-out", minutes=5)
    failed(v2.do("ListApprovers", objectId=bill), "BDC_1107")


def test_an_access_token_is_taken_only_where_switched(bench: Bench) -> None:
    bench.connect()
    v2, bill = V2(bench), bench.made()["id"]
    data = json.dumps({"objectId": bill, "entity": "Bill", "approvers": [v2.user("Priya")]})
    failed(v2.form("SetApprovers", bench.session, data=data), "BDC_1117")
    bench.control("switches", v2_bearer="allow")
    assert v2.form("SetApprovers", bench.session, data=data)["response_status"] == 0
