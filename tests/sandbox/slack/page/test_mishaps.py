"""The drawer: mishaps over the neighbours' control APIs, what they hold, records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from slack_sdk.errors import SlackApiError

from bot.sandbox import bill, dext
from bot.sandbox.bill.state import Grant, Session
from bot.sandbox.dext import tokens as dext_tokens
from bot.sandbox.wire import SandboxClock

from ..support import Served, button, section
from .desk import Desk


@pytest.fixture
def neighbours(desk: Desk) -> Iterator[dict[str, Any]]:
    """Give pretend Bill.com and Dext, known to the page."""
    servers = {"bill": Served(), "dext": Served()}
    built: dict[str, Any] = {"bill": bill.build(SandboxClock()), "dext": dext.build(SandboxClock())}
    for name, server in servers.items():
        server.app = built[name].app
    desk.stage.do("neighbours", bill=servers["bill"].address, dext=servers["dext"].address)
    yield built
    desk.page.close()
    for server in servers.values():
        server.stop()


def opened(desk: Desk) -> Locator:
    desk.open()
    desk.page.get_by_role("button", name="Mishaps").click()
    return desk.page.get_by_role("log", name="What was done")


def test_without_neighbours_it_says_so(desk: Desk) -> None:
    opened(desk)
    expect(desk.page.get_by_text("Bill.com and Dext are not there")).to_be_visible()
    expect(desk.button("Let it arrive")).to_be_disabled()
    expect(desk.button("Slack limits the rate")).to_be_enabled()
    desk.page.get_by_role("tab", name="Bill.com").click()
    expect(desk.page.get_by_role("tabpanel")).to_have_text("The pretend Bill.com is not there.")


def test_documents_arrive_in_dext(desk: Desk, neighbours: dict[str, Any]) -> None:
    log = opened(desk)
    choice = desk.page.get_by_role("combobox", name="Document")
    names = choice.locator("option").all_inner_texts()
    for number, name in enumerate(names, 1):
        choice.select_option(label=name)
        desk.button("Let it arrive").click()
        expect(log.get_by_role("listitem")).to_have_count(number)
        expect(log.get_by_role("listitem").first).to_contain_text(f": {name}.")
    desk.page.get_by_role("tab", name="Dext").click()
    panel = desk.page.get_by_role("tabpanel")
    expect(panel).to_contain_text("<img src=x onerror=alert(1)> *bold* <!channel> & Sons")
    panel.get_by_text("Foxglove Signs").click()
    expect(panel.locator("details[open]")).to_contain_text("Advertising")


@pytest.mark.parametrize(
    ("name", "line", "faults"),
    [
        ("Fails (500)", "fails with HTTP 500", [("before", "reply")]),
        ("Is slow (8 s)", "8 seconds longer", [("before", "delay")]),
        ("Works, but its answer is lost", "breaks before the answer", [("after", "cut")]),
        ("Lists answer 500", "until faults are cleared", [("before", "reply")]),
        ("Session idles out", "ended 0 sessions", []),
        ("Revoke access", "took back", []),
        ("Restore access", "works again", []),
        ("Revoke Dext access", "took back", []),
        ("Restore Dext access", "lets the bot in again", []),
    ],
)
def test_each_click_says_what_was_done(
    desk: Desk, neighbours: dict[str, Any], name: str, line: str, faults: list[tuple[str, str]]
) -> None:
    log = opened(desk)
    desk.button(name).click()
    expect(log).to_contain_text(line)
    wire = neighbours["bill"].wire
    assert [(rule.phase, rule.action) for rule in wire.faults] == faults
    desk.button("Clear faults").click()
    expect(log).to_contain_text("All faults that were set are gone")
    assert wire.faults == []


def test_a_category_is_archived_and_comes_back(desk: Desk, neighbours: dict[str, Any]) -> None:
    log = opened(desk)
    choice = desk.page.get_by_role("combobox", name="Category")
    choice.select_option(label="Utilities")
    desk.button("Archive or restore it").click()
    expect(log).to_contain_text("The category Utilities is archived in Bill.com.")
    expect(choice.locator("option:checked")).to_have_text("Utilities (archived)")
    desk.button("Archive or restore it").click()
    expect(log).to_contain_text("The category Utilities is back in Bill.com.")


def test_mishaps_meet_the_business_that_was_chosen(desk: Desk, neighbours: dict[str, Any]) -> None:
    log = opened(desk)
    desk.page.get_by_role("combobox", name="Business").select_option(label="Kestrel Outdoor Ltd")
    categories = desk.page.get_by_role("combobox", name="Category").locator("option")
    expect(categories).to_have_count(1)
    world, tokens = neighbours["dext"].state
    harbor, kestrel = world.accounts.values()
    for account in (harbor, kestrel):
        tokens.grant(dext_tokens.Grant(account.id, account.users[0].email, ""))
    before = len(harbor.items), len(kestrel.items)
    for number, name in enumerate(("Let it arrive", "Revoke Dext access", "Revoke access"), 1):
        desk.button(name).click()
        expect(log.get_by_role("listitem")).to_have_count(number)
    assert (len(harbor.items), len(kestrel.items)) == (before[0], before[1] + 1)
    assert [tokens.live(account)["access_tokens"] for account in (harbor, kestrel)] == [1, 0]
    desk.page.get_by_role("tab", name="Dext").click()
    expect(desk.page.get_by_role("tabpanel")).to_contain_text("the bot has access")
    expect(desk.page.get_by_role("tabpanel")).to_contain_text("the bot has no access")
    first, second = neighbours["bill"].state.organizations.values()
    assert (first.sync_token.revoked, second.sync_token.revoked) == (False, True)


def test_a_session_idles_out_for_the_chosen_business_only(desk: Desk, neighbours: dict[str, Any]) -> None:
    state = neighbours["bill"].state
    first, second = state.organizations
    for name, organization in (("a", first), ("b", second)):
        session = Session(name, "key", organization, "user", "user", state.now())
        state.sessions[name], state.v2_sessions[name] = session, session
        state.grants.append(Grant(organization, "user", "client", access_expires=state.now() + timedelta(hours=1)))
    log = opened(desk)
    desk.page.get_by_role("combobox", name="Business").select_option(label="Kestrel Outdoor Ltd")
    expect(desk.page.get_by_role("combobox", name="Category").locator("option")).to_have_count(1)
    desk.button("Session idles out").click()
    expect(log).to_contain_text("ended 1 session and the access tokens of Kestrel Outdoor Ltd")
    assert (list(state.sessions), list(state.v2_sessions)) == (["a"], ["a"])
    assert [grant.access_expires <= state.now() for grant in state.grants] == [False, True]


def test_access_is_restored_only_where_that_helps(desk: Desk, neighbours: dict[str, Any]) -> None:
    state = neighbours["bill"].state
    state.grants.append(Grant(next(iter(state.organizations)), "user", "client"))
    log = opened(desk)
    expect(desk.page.get_by_text("is given anew by /dext reconnect")).to_be_visible()
    expect(desk.button("Restore access")).to_be_hidden()
    desk.button("Revoke access").click()
    expect(log).to_contain_text("typing /dext reconnect")
    desk.page.get_by_role("combobox", name="Business").select_option(label="Kestrel Outdoor Ltd")
    expect(desk.button("Restore access")).to_be_visible()
    expect(desk.page.get_by_text("is given anew by /dext reconnect")).to_be_hidden()


def test_slack_limits_the_rate_and_clocks_jump(desk: Desk, neighbours: dict[str, Any]) -> None:
    log = opened(desk)
    desk.button("Slack limits the rate").click()
    expect(log).to_contain_text("429")
    limited = desk.stage.http.post("/api/chat.postMessage")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "2")
    before = neighbours["dext"].wire.clock.now()
    desk.button("A day passes").click()
    expect(log).to_contain_text("The clocks of Slack, Bill.com, Dext jumped ahead by a day")
    assert (neighbours["dext"].wire.clock.now() - before).days == 1
    assert (desk.stage.sandbox.slack.clock.now() - before).days == 1


def test_a_bot_that_follows_jumps_too(desk: Desk, neighbours: dict[str, Any], tmp_path: Path) -> None:
    desk.stage.sandbox.slack.clock.tell(tmp_path / "clock")
    log = opened(desk)
    desk.button("A day passes").click()
    expect(log).to_contain_text("The bot's clock too")
    expect(log).to_contain_text("between nine and five of their own time")
    tomorrow = desk.stage.sandbox.slack.clock.now()
    expect(log).to_contain_text(f"{tomorrow:%a}, {tomorrow.day} {tomorrow:%b %Y}")
    expect(desk.page.get_by_text("UTC for the pretend services and the bot")).to_contain_text(f"{tomorrow:%b %Y}")
    desk.button("A year passes").click()
    expect(log).to_contain_text("by a year")
    assert float((tmp_path / "clock").read_text()) == 366 * 86_400


def test_what_bill_holds_is_readable(desk: Desk, neighbours: dict[str, Any]) -> None:
    state = neighbours["bill"].state
    organization = next(iter(state.organizations.values()))
    vendor = next(row for row in organization.lists["vendors"].values() if row["name"] == "Fjord Energy")
    account = next(row for row in organization.lists["chart-of-accounts"].values() if row["name"] == "Utilities")
    made = {
        "list": "bills",
        "vendorId": vendor["id"],
        "dueDate": "2026-12-24",
        "invoice": {"invoiceNumber": "F-1", "invoiceDate": "2026-11-24"},
        "billLineItems": [{"amount": 12.5, "classifications": {"chartOfAccountId": account["id"]}}],
    }
    assert desk.stage.http.post("/_neighbours/bill/add", json=made).status_code == 200
    opened(desk)
    desk.page.get_by_role("tab", name="Bill.com").click()
    panel = desk.page.get_by_role("tabpanel")
    panel.get_by_text("Fjord Energy – 12.50").click()
    expect(panel.locator("details[open]")).to_contain_text("12.50 to Utilities")
    expect(panel.locator("details[open]")).to_contain_text("F-1")


def test_credits_and_payments_are_shown_and_lists_named_in_words(desk: Desk, neighbours: dict[str, Any]) -> None:
    state = neighbours["bill"].state
    organization = next(iter(state.organizations.values()))
    vendor = next(row for row in organization.lists["vendors"].values() if row["name"] == "Fjord Energy")
    account = next(row for row in organization.lists["chart-of-accounts"].values() if row["name"] == "Utilities")
    coded = {"classifications": {"chartOfAccountId": account["id"]}}
    credit = {"vendorId": vendor["id"], "referenceNumber": "CN-7", "creditDate": "2026-11-24", "amount": 30}
    line = {"amount": 30, "description": "Returned", **coded}
    state.add(organization, "vendor-credits", {**credit, "appliedAmount": 0, "vendorCreditLineItems": [line]})
    payment = {
        "id": "p1",
        "vendorId": vendor["id"],
        "processDate": "2026-11-25",
        "amount": 9,
        "billPayments": [],
        **coded,
    }
    organization.payments.append(payment)
    opened(desk)
    desk.page.get_by_role("tab", name="Bill.com").click()
    panel = desk.page.get_by_role("tabpanel")
    expect(panel.locator(".hint").first).to_contain_text(re.compile(r"Chart of accounts \d+, 1 archived"))
    expect(panel.locator(".hint").first).to_contain_text("1 vendor credit · 1 payment")
    panel.get_by_text("Fjord Energy – credit of 30.00").click()
    expect(panel.locator("details[open]")).to_contain_text("30.00 to Utilities Returned")
    expect(panel.locator("details[open]")).to_contain_text("CN-7")
    panel.get_by_text("Fjord Energy – paid 9.00").click()
    expect(panel.locator("details[open]").last).to_contain_text("2026-11-25")


def test_a_refused_payload_is_shown_as_itself(desk: Desk) -> None:
    with pytest.raises(SlackApiError):
        desk.stage.post(
            [section("x"), {"type": "section", "text": {"type": "mrkdwn", "text": ""}}], text="Nobody read it"
        )
    opened(desk)
    desk.page.get_by_role("tab", name="Records").click()
    panel = desk.page.get_by_role("tabpanel")
    panel.get_by_text("Slack refused this payload").click()
    expect(panel.locator("pre")).to_contain_text('"text": "Nobody read it"')


def test_records_show_limits_and_requests(desk: Desk) -> None:
    twice = [{"type": "actions", "elements": [button("same")]}, {"type": "actions", "elements": [button("same")]}]
    desk.stage.post([section("x"), *twice])
    opened(desk)
    desk.page.get_by_role("tab", name="Mishaps").press("ArrowLeft")
    panel = desk.page.get_by_role("tabpanel")
    expect(desk.page.get_by_role("tab", name="Records")).to_be_focused()
    expect(panel.locator(".problem")).to_contain_text("is used in two blocks")
    desk.types("/dext")
    expect(panel).to_contain_text("1 request to the bot")
