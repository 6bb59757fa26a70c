"""A refresh is one, and a list that cannot be read spoils no other."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest

from tests.support.town import Json, Town, hold, join, let_go, no_errors, rows, told

pytestmark = pytest.mark.xdist_group("flows-refreshing")


def refreshes(town: Town) -> int:
    return int(rows(town, "SELECT count(*) FROM refreshes")[0][0])


def finished(town: Town, since: int) -> Json:
    """Wait for the end of the refresh that was begun after so many messages; return its message."""

    def found() -> Json | None:
        new = [one for one in town.reads("dana")[since:] if not one["ephemeral"]]
        return next((one for one in new if "Refresh of the lists" in one["plain"] and "finished" in one["plain"]), None)

    message: Json = town.wait("the end of the refresh", found, 60)
    notice_after(town, message)  # so that the next one's is not taken for it
    return message


def lines_of(said: str) -> dict[str, str]:
    """Return what a message says of each list."""
    return {line.split(":")[0].strip("* "): line for line in said.splitlines() if ":" in line}


def notice_after(town: Town, finished: Json) -> Json:
    """Wait for the notice of what a refresh brought; return it. It stands below the refresh's own message."""

    def found() -> Json | None:
        said = town.reads("dana")
        place = next(index for index, one in enumerate(said) if one["ts"] == finished["ts"])
        return next((one for one in said[place + 1 :] if "up to date" in one["plain"] and not one["ephemeral"]), None)

    notice: Json = town.wait("the notice", found)
    return notice


def customers(town: Town) -> list[tuple[str, str, bool]]:
    found = rows(town, "SELECT id, name, archived FROM entries WHERE list = 'customers' ORDER BY id")
    return [tuple(row) for row in found]


def test_a_refresh_that_is_asked_for_twice_is_one(shared: Town) -> None:
    town = shared
    before, since = refreshes(town), len(town.reads("dana"))
    wait_until_held = hold(town.bill, "GET", "/v3/customers", "before")
    assert "Reading what changed in the lists" in town.types("dana", "refresh")["shown"][-1]["plain"]
    wait_until_held(town)
    assert "you have joined it" in town.types("dana", "refresh")["shown"][-1]["plain"]
    assert refreshes(town) == before + 1
    let_go(town.bill)
    finished(town, since)
    assert refreshes(town) == before + 1
    assert sum("finished" in one["plain"] for one in town.reads("dana")[since:]) == 1
    no_errors(town)


DENIED = [{"code": "BDC_1145", "message": "No permission."}]
BUSY = [{"code": "BDC_1322", "message": "Maximum number of concurrent requests was reached."}]
HALF = '{"results": [{"id": "0cu01HALF", "archived": false, "name": "Half a'
AGAIN = "the next refresh tries again"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            {"status": 403, "body": DENIED},
            "not available – switched off in Bill.com, or not permitted to the user who signed in; an administrator "
            "of Bill.com can change that",
        ),
        (
            {"status": 429, "body": BUSY, "headers": {"Retry-After": "1"}},
            f"not read – Bill.com asked us to slow down; {AGAIN}",
        ),
        ({"status": 500, "body": "down"}, f"not read – Bill.com did not answer; {AGAIN}"),
        (
            {"status": 200, "body": "<html>Sorry</html>"},
            f"not read – Bill.com sent something we can't read; {AGAIN}",
        ),
        ({"status": 200, "body": HALF}, f"not read – Bill.com sent something we can't read; {AGAIN}"),
        ({"action": "cut"}, f"not read – Bill.com did not answer; {AGAIN}"),
        ({"action": "delay", "delay": 2.5}, f"not read – Bill.com did not answer; {AGAIN}"),
        ({"action": "drip"}, f"not read – Bill.com did not answer; {AGAIN}"),
    ],
    ids=["403", "429", "500", "garbage", "half a page", "a broken connection", "silence", "a byte now and then"],
)
def test_a_list_that_cannot_be_read_is_named_and_the_others_complete(shared: Town, fault: Json, words: str) -> None:
    town = shared
    kept, since = customers(town), len(town.reads("dana"))
    assert kept
    town.bill.do("faults", method="GET", path="/v3/customers", times=9, **fault)
    try:
        town.types("dana", "refresh")
        message = finished(town, since)
    finally:
        town.bill.http.delete(f"{town.bill.address}/_control/faults")
    said = message["plain"]
    lines = lines_of(said)
    assert f"*Customers*: {words}" in join(said)
    for other in ("Chart of Accounts", "Suppliers", "Classes", "Locations", "Payment Methods", "Bill.com approvers"):
        assert "entries" in lines[other], said
    assert customers(town) == kept
    states = {row[0] for row in rows(town, "SELECT state FROM legs")}
    assert states == {"active"}
    notice = notice_after(town, message)
    assert f"*Customers*: {words}" in join(notice["plain"])
    assert ("Refresh Again" in str(notice["blocks"])) == ("not read" in words)
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
    town.wait("the end", lambda: told(town, "dana", "stopped", "What was read is kept", "Reconnect"), 60)
    town.wait("the prompt", lambda: told(town, "dana", "Bill.com no longer lets us in"), 60)
    assert customers(town) == kept
    assert "Reconnect first" in town.types("dana", "refresh")["shown"][-1]["plain"]
    said = [one["plain"] for one in town.reads("dana")]
    assert sum("Bill.com no longer lets us in" in one for one in said) == 1
    assert sum("stopped" in one for one in said) == 1
    assert not [one for one in said if "up to date" in one and "First" not in one][1:]
    no_errors(town)


PAUSE = {"status": 429, "headers": {"Retry-After": "3"}, "body": {"ok": False, "error": "ratelimited"}}


def test_a_pause_that_slack_asks_for_is_kept_and_the_end_is_written(shared: Town) -> None:
    town, since = shared, len(shared.reads("dana"))
    wait_until_held = hold(town.bill, "GET", "/v3/customers", "before")
    town.types("dana", "refresh")
    wait_until_held(town)
    seen = len(edits(town))
    town.slack.do("faults", path="/api/chat.update", times=1, **PAUSE)
    town.wait("an edit is refused", lambda: any(one["status"] == 429 for one in edits(town)[seen:]))
    let_go(town.bill)
    finished(town, since)
    refused, following = edits(town)[seen:][-2:]
    assert (refused["status"], following["status"]) == (429, 200)
    assert seconds_between(refused, following) >= 3
    no_errors(town)


def test_progress_is_edited_every_three_seconds_at_most(shared: Town) -> None:
    town, since, seen = shared, len(shared.reads("dana")), len(edits(shared))
    town.bill.do("faults", method="GET", path="/v3/.*", times=8, action="delay", delay=1)
    town.types("dana", "refresh")
    finished(town, since)
    *progress, _end = edits(town)[seen:]
    assert progress
    assert all(seconds_between(one, other) >= 3 for one, other in pairwise(progress))


def edits(town: Town) -> list[Json]:
    """Return the calls that edited a message of a refresh."""
    calls = town.slack.requests("POST", "/api/chat.update")
    return [one for one in calls if "efresh" in str(one["body"])]


def seconds_between(one: Json, other: Json) -> float:
    return (datetime.fromisoformat(other["at"]) - datetime.fromisoformat(one["at"])).total_seconds()


LONG = "Ü" * 1000
HOSTILE = (
    LONG,
    "<!channel> *bold* <https://evil.example|link> & Söhne",
    "\u202eشركة الاختبار",
    "👩‍👩‍👧‍👦 Fam 🎉",
    "ﷺ" * 300,
)


def test_names_of_every_kind_are_read_searched_and_passed_on_to_dext(shared: Town) -> None:
    town, since = shared, len(shared.reads("dana"))
    added = [town.bill.do("add", list="vendors", name=name)["id"] for name in HOSTILE]
    twins = {town.bill.do("add", list="vendors", name="Twin & Twin")["id"] for _ in range(120)}
    town.types("dana", "refresh")
    lines = lines_of(finished(town, since)["plain"])
    assert f"({len(added) + 120} added)" in lines["Suppliers"]
    assert "Dext did not take" not in lines["Suppliers"], lines
    known = dict(rows(town, "SELECT id, name FROM entries WHERE list = 'suppliers'"))
    assert [known[one] for one in added] == list(HOSTILE)
    assert twins <= {one for one, name in known.items() if name == "Twin & Twin"}
    at_dext = {row["id"]: row["name"] for row in town.dext.look("state")["accounts"][0]["lists"]["payees"]}
    assert twins | set(added) <= set(at_dext)
    assert at_dext[added[0]] == LONG[:255]
    shown = town.types("dana", "lists suppliers Twin & Twin")["shown"][-1]
    assert shown["plain"].count("Twin & Twin") >= 10
    for words in ("<!channel>", "شركة", "Fam"):
        assert "Nothing" not in town.types("dana", f"lists suppliers {words}")["shown"][-1]["plain"]
    hard = [problem for problem in town.slack.look("problems") if problem["hard"]]
    assert not hard, hard
    no_errors(town)


def test_one_entry_that_dext_refuses_is_named_and_the_others_go(shared: Town) -> None:
    town, since = shared, len(shared.reads("dana"))
    refused, taken = (town.bill.do("add", list="vendors", name=name)["id"] for name in ("Refused <b> & Co", "Taken"))
    town.dext.do("refuse", list="payees", id=refused)
    town.types("dana", "refresh")
    message = finished(town, since)
    assert "Dext refused “Refused <b> & Co”" in message["plain"]
    at_dext = {row["id"] for row in town.dext.look("state")["accounts"][0]["lists"]["payees"]}
    assert taken in at_dext
    assert refused not in at_dext
    assert "Dext refused “Refused <b> & Co”" in notice_after(town, message)["plain"]
    no_errors(town)
