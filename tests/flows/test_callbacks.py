"""What comes back from a sign-in counts once, in the browser it was begun in, with the state it was begun with."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.browser import Browser
from tests.support.town import Town, begin, no_errors, rows, sign_in_to_bill

pytestmark = pytest.mark.xdist_group("flows-callbacks")


def begun(town: Town) -> tuple[Browser, str]:
    """Begin a sign-in at Bill.com; return the browser, and the state that is expected back."""
    browser = begin(town).submit(form=0)
    state: str = town.bill.requests("GET", "/authx/authorize")[-1]["query"]["state"]
    return browser, state


def comes_back(town: Town, browser: Browser, service: str = "bill", **query: str) -> Browser:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return browser.open(f"{town.address}/oauth/{service}/callback?{words}")


def all_attempts(town: Town) -> list[Any]:
    return sorted(tuple(row) for row in rows(town, "SELECT id, stage, organization_id FROM attempts"))


def check_unchanged(town: Town, before: list[Any]) -> None:
    assert all_attempts(town) == before
    assert not rows(town, "SELECT count(*) FROM legs WHERE state NOT IN ('not_connected', 'linking')")[0][0]
    no_errors(town)


@pytest.mark.parametrize("query", [{"state": "forged", "code": "c"}, {"code": "c"}, {}], ids=["forged", "none", "bare"])
def test_a_state_nobody_gave_is_refused(shared_unconnected: Town, query: dict[str, str]) -> None:
    town = shared_unconnected
    browser, _ = begun(town)
    before = all_attempts(town)
    comes_back(town, browser, **query)
    assert browser.status == 409
    assert "another browser" in browser.text
    check_unchanged(town, before)
    browser.close()


def test_a_state_counts_once(shared_unconnected: Town) -> None:
    town = shared_unconnected
    browser, state = begun(town)
    before = all_attempts(town)
    comes_back(town, browser, state=state, error="access_denied")
    assert "cancelled" in browser.text
    comes_back(town, browser, state=state, code="late")
    assert browser.status == 409
    assert "another browser" in browser.text
    check_unchanged(town, before)
    browser.close()


def test_a_sign_in_that_is_over_is_not_repeated(shared_unconnected: Town) -> None:
    town = shared_unconnected
    browser = begin(town)
    sign_in_to_bill(town, browser, 0)
    assert "Step 2 of 2" in browser.text
    before, asked = all_attempts(town), len(town.bill.requests("POST", "/authx/token"))
    state = town.bill.requests("GET", "/authx/authorize")[-1]["query"]["state"]
    comes_back(town, browser, state=state, code="again")
    assert browser.status == 409
    assert "done already" in browser.text
    assert len(town.bill.requests("POST", "/authx/token")) == asked
    check_unchanged(town, before)
    browser.close()


def test_somebody_who_cancels_can_try_again(shared_unconnected: Town) -> None:
    town = shared_unconnected
    browser, _ = begun(town)
    before = all_attempts(town)
    browser.submit({"decision": "deny"})
    assert browser.status == 409
    assert "cancelled" in browser.text
    assert "Nothing was changed" in browser.text
    check_unchanged(town, before)
    sign_in_to_bill(town, browser, 0)
    assert "Step 2 of 2" in browser.text
    browser.close()


def test_a_browser_without_the_cookie_is_refused_and_spends_nothing(shared_unconnected: Town) -> None:
    town = shared_unconnected
    browser, state = begun(town)
    before = all_attempts(town)
    stranger = comes_back(town, town.browser(), state=state, code="c")
    assert stranger.status == 409
    assert "another browser" in stranger.text
    check_unchanged(town, before)
    person = town.bill.credentials["users"][0]
    browser.submit({"email": person["email"], "password": person["password"], "decision": "allow"})
    browser.submit({"organizationId": town.bill.credentials["organizations"][0]["id"], "decision": "allow"})
    assert "Step 2 of 2" in browser.text
    for one in (browser, stranger):
        one.close()


def test_a_state_of_another_attempt_is_refused(shared_unconnected: Town) -> None:
    town = shared_unconnected
    victim, _ = begun(town)
    attacker, state = begun(town)
    before = all_attempts(town)
    comes_back(town, victim, state=state, code="attacker's")
    assert victim.status == 409
    check_unchanged(town, before)
    for one in (victim, attacker):
        one.close()


def test_a_code_bill_com_does_not_know_changes_nothing(shared_unconnected: Town) -> None:
    town = shared_unconnected
    browser, state = begun(town)
    before = all_attempts(town)
    comes_back(town, browser, state=state, code="madeup")
    assert browser.status in (409, 422, 502)
    assert "kept" in browser.text
    check_unchanged(town, before)
    browser.close()


def test_dexts_callback_does_not_count_before_its_step(shared_unconnected: Town) -> None:
    town = shared_unconnected
    browser, state = begun(town)
    before = all_attempts(town)
    comes_back(town, browser, service="dext", state=state, code="c")
    assert browser.status == 409
    check_unchanged(town, before)
    browser.close()
