"""What does not come from Slack is refused and does nothing; what is not understood is answered."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlencode

import pytest

from tests.support.town import Town, clicks_by_hand, join, no_errors, post, rows, signed

pytestmark = pytest.mark.xdist_group("flows-requests")

TABLES = ("links", "attempts", "answers", "messages", "roles", "requests", "refreshes", "workspaces", "businesses")


def repr_short(stamp: str) -> str:
    return repr(stamp) if len(stamp) < 10 else f"{len(stamp)} digits"


def command(town: Town, text: str = "connect", **changed: str) -> bytes:
    fields = {
        "command": "/dext",
        "text": text,
        "team_id": town.slack.credentials["team_id"],
        "user_id": town.people["dana"],
        "channel_id": town.channels["finance"],
        "trigger_id": "1.2.none",
        "response_url": f"{town.slack.address}/commands/none",
        "api_app_id": town.slack.credentials["app_id"],
    }
    return urlencode(fields | changed).encode()


def traces(town: Town) -> tuple[int, ...]:
    """Count all that a request could leave behind."""
    counts = [rows(town, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]
    return (*counts, len(town.slack.requests()))


def check_refused(town: Town, body: bytes, headers: dict[str, str]) -> None:
    before, since = traces(town), len(town.log())
    reply = post(town, body, headers)
    assert reply.status_code == 401, (reply.status_code, reply.text)
    assert "/connect/" not in reply.text
    assert traces(town) == before
    no_errors(town, since)


def test_a_properly_signed_command_is_answered(shared_unconnected: Town) -> None:
    body = command(shared_unconnected)
    reply = post(shared_unconnected, body, signed(shared_unconnected, body))
    assert reply.status_code == 200
    assert "/connect/" in reply.text


def test_a_forged_signature_is_refused(shared_unconnected: Town) -> None:
    body = command(shared_unconnected)
    check_refused(shared_unconnected, body, signed(shared_unconnected, body, secret="not the secret"))


def test_the_signature_of_another_body_is_refused(shared_unconnected: Town) -> None:
    headers = signed(shared_unconnected, command(shared_unconnected, "help"))
    check_refused(shared_unconnected, command(shared_unconnected), headers)


# 305: what lies ahead comes nearer while the request is on its way.
@pytest.mark.parametrize("seconds", [-301, 305], ids=["old", "ahead"])
def test_a_time_five_minutes_off_is_refused(shared_unconnected: Town, seconds: int) -> None:
    body = command(shared_unconnected)
    check_refused(shared_unconnected, body, signed(shared_unconnected, body, at=time.time() + seconds))


@pytest.mark.parametrize("missing", ["X-Slack-Request-Timestamp", "X-Slack-Signature"])
def test_a_missing_header_is_refused(shared_unconnected: Town, missing: str) -> None:
    body = command(shared_unconnected)
    headers = signed(shared_unconnected, body)
    del headers[missing]
    check_refused(shared_unconnected, body, headers)


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "1e9", "12.5", "9" * 400, "9" * 5000], ids=repr_short)
def test_a_time_that_is_none_is_refused(shared_unconnected: Town, stamp: str) -> None:
    body = command(shared_unconnected)
    headers = signed(shared_unconnected, body) | {"X-Slack-Request-Timestamp": stamp}
    check_refused(shared_unconnected, body, headers)


def test_an_unsigned_check_of_the_certificate_carries_no_command_in(shared_unconnected: Town) -> None:
    body = b"ssl_check=1&" + command(shared_unconnected)
    check_refused(shared_unconnected, body, {"Content-Type": "application/x-www-form-urlencoded"})


def test_an_unknown_word_is_named_and_answered_with_help(shared_unconnected: Town) -> None:
    shown = shared_unconnected.types("dana", "frobnicate <now>")["shown"][-1]
    assert "I don't know" in shown["plain"]
    assert "frobnicate" in shown["plain"]
    assert "/dext publish" in shown["plain"]


def test_help_lists_every_word(shared_unconnected: Town) -> None:
    shown = shared_unconnected.types("gil", "help")["shown"][-1]
    assert "I don't know" not in shown["plain"]
    for word in ("publish", "status", "refresh", "connect", "settings", "help"):
        assert f"/dext {word}" in shown["plain"]


def test_a_command_from_a_workspace_without_the_app_is_answered_politely(shared_unconnected: Town) -> None:
    town, since = shared_unconnected, len(shared_unconnected.log())
    town.types("gil", "help")
    somewhere = parse_qs(town.slack.look("deliveries")[-1]["request"])["response_url"][0]
    before = traces(town)
    body = command(town, "connect", team_id="T0ELSEWHERE", response_url=somewhere)
    reply = post(town, body, signed(town, body))
    assert reply.status_code == 200
    said = [entry["body"] for entry in town.slack.requests("POST", "/commands/")]
    assert "install" in f"{reply.text} {said}".lower()
    assert "/connect/" not in f"{reply.text} {said}"
    assert traces(town)[:-1] == before[:-1]
    no_errors(town, since)


def test_a_click_from_a_workspace_without_the_app_changes_nothing(shared_unconnected: Town) -> None:
    town, since = shared_unconnected, len(shared_unconnected.log())
    before = traces(town)
    reply = clicks_by_hand(town, "dana", "link.new", {}, team={"id": "T0ELSEWHERE", "domain": "elsewhere"})
    assert reply.status_code < 500
    assert traces(town) == before
    no_errors(town, since)


def test_a_body_that_is_not_a_form_does_nothing(shared_unconnected: Town) -> None:
    town, since = shared_unconnected, len(shared_unconnected.log())
    before = traces(town)
    body = b"\xff\xfe{not a form"
    reply = post(town, body, signed(town, body))
    assert reply.status_code < 500, reply.text
    assert traces(town) == before
    no_errors(town, since)


def test_somebody_without_a_role_learns_who_can_help(shared_unconnected: Town) -> None:
    shown = shared_unconnected.types("gil", "connect")["shown"][-1]
    assert "Dana Whitfield" in join(shown["plain"])
