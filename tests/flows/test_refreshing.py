"""A refresh is one, and a list that cannot be read spoils no other."""

from __future__ import annotations

import pytest

from tests.support.town import Json, Town, hold, let_go, no_errors, rows, told

pytestmark = pytest.mark.xdist_group("flows-refreshing")


def refreshes(town: Town) -> int:
    return int(rows(town, "SELECT count(*) FROM refreshes")[0][0])


def finished(town: Town, since: int) -> Json:
    """Wait for the end of the refresh that was begun after so many messages; return its message."""

    def found() -> Json | None:
        new = [one for one in town.reads("dana")[since:] if not one["ephemeral"]]
        return next((one for one in new if "Refresh of the lists" in one["plain"] and "finished" in one["plain"]), None)

    message: Json = town.wait("the end of the refresh", found, 60)
    return message


def customers(town: Town) -> list[tuple[str, str, bool]]:
    found = rows(town, "SELECT id, name, archived FROM entries WHERE list = 'customers' ORDER BY id")
    return [tuple(row) for row in found]


def test_a_refresh_that_is_asked_for_twice_is_one(shared: Town) -> None:
    town = shared
    before, since = refreshes(town), len(town.reads("dana"))
    wait_until_held = hold(town.bill, "GET", "/v3/customers", "before")
    assert "Refreshing all lists" in town.types("dana", "refresh")["shown"][-1]["plain"]
    wait_until_held(town)
    assert "you have joined it" in town.types("dana", "refresh")["shown"][-1]["plain"]
    assert refreshes(town) == before + 1
    let_go(town.bill)
    finished(town, since)
    assert refreshes(town) == before + 1
    assert sum("finished" in one["plain"] for one in town.reads("dana")[since:]) == 1
    no_errors(town)


DENIED = [{"code": "BDC_1145", "message": "No permission."}]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 403, "body": DENIED}, "not available – switched off in Bill.com, or not permitted"),
        ({"status": 500, "body": "down"}, "not read – Bill.com did not answer"),
        ({"status": 200, "body": "<html>Sorry</html>"}, "not read – Bill.com sent something we can't read"),
        ({"action": "cut"}, "not read – Bill.com did not answer"),
    ],
    ids=["403", "500", "garbage", "a broken connection"],
)
def test_a_list_that_cannot_be_read_is_named_and_the_others_complete(shared: Town, fault: Json, words: str) -> None:
    town = shared
    kept, since = customers(town), len(town.reads("dana"))
    assert kept
    town.bill.do("faults", method="GET", path="/v3/customers", times=9, **fault)
    try:
        town.types("dana", "refresh")
        said = finished(town, since)["plain"]
    finally:
        town.bill.http.delete(f"{town.bill.address}/_control/faults")
    lines = {line.split(":")[0].strip("* "): line for line in said.splitlines() if ":" in line}
    assert words in lines["Customers"], said
    for other in ("Chart of Accounts", "Suppliers", "Classes", "Locations", "Payment Methods", "Bill.com approvers"):
        assert "entries" in lines[other], said
    assert customers(town) == kept
    states = {row[0] for row in rows(town, "SELECT state FROM legs")}
    assert states == {"active"}
    no_errors(town)


def test_a_page_that_fails_in_the_middle_archives_nothing(shared: Town) -> None:
    town, since = shared, len(shared.reads("dana"))
    suppliers = rows(town, "SELECT count(*) FROM entries WHERE list = 'suppliers' AND archived = false")[0][0]
    town.bill.do("faults", method="GET", path="/v3/vendors", skip=1, times=9, status=500, body="down")
    try:
        town.types("dana", "refresh")
        finished(town, since)
    finally:
        town.bill.http.delete(f"{town.bill.address}/_control/faults")
    kept = rows(town, "SELECT count(*) FROM entries WHERE list = 'suppliers' AND archived = false")[0][0]
    assert kept == suppliers > 100


def test_when_access_ends_in_the_middle_the_refresh_stops_and_keeps_what_it_had(connected: Town) -> None:
    town = connected
    kept = customers(town)
    wait_until_held = hold(town.bill, "GET", "/v3/customers", "before")
    town.types("dana", "refresh")
    wait_until_held(town)
    town.bill.do("revoke", organizationId=town.bill.credentials["organizations"][0]["id"])
    let_go(town.bill)
    town.wait("the end", lambda: told(town, "dana", "stopped", "What was read is kept"), 60)
    assert customers(town) == kept
    no_errors(town)
