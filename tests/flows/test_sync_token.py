"""A sync token is tested by a real sign-in; what does not work is not kept, and the page says which value."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.browser import Browser
from tests.support.town import (
    Town,
    begin,
    finish_prompt,
    no_errors,
    rows,
    running,
    sign_in_to_dext,
    synchronised,
)

LOOK_AT_TOKEN = "Check token name and token"
LOOK_AT_ORGANIZATION = "The organization ID is not right for this token"


def values(town: Town, **changed: str) -> dict[str, str]:
    first = town.bill.credentials["organizations"][0]
    token = first["syncToken"]
    return {"token_name": token["name"], "token": token["value"], "organization_id": first["id"]} | changed


def check_nothing_kept(town: Town) -> None:
    assert not rows(town, "SELECT owner, field FROM secrets")
    assert rows(town, "SELECT stage FROM attempts")[0][0] == "bill"
    no_errors(town)


def check_goes_on(town: Town, browser: Browser) -> None:
    browser.submit(values(town), form=1)
    assert browser.status == 200
    assert "Step 2 of 2" in browser.text, browser.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"token_name": "Another name"}, LOOK_AT_TOKEN),
        ({"token": "n0tth3t0k3n"}, LOOK_AT_TOKEN),
        ({"organization_id": "008NOSUCHORGANIZATION"}, LOOK_AT_ORGANIZATION),
        ({"organization_id": "the other one"}, LOOK_AT_ORGANIZATION),
        ({"token": " "}, "Fill in all three fields"),
    ],
    ids=["token name", "token", "organization", "somebody else's organization", "nothing"],
)
def test_a_wrong_value_is_named_and_nothing_is_kept(unconnected: Town, wrong: dict[str, str], words: str) -> None:
    town = unconnected
    if wrong.get("organization_id") == "the other one":
        wrong = {"organization_id": town.bill.credentials["organizations"][1]["id"]}
    browser = begin(town)
    browser.submit(values(town, **wrong), form=1)
    assert browser.status == 422
    assert words in browser.text
    assert values(town)["token"] not in browser.text
    assert browser.forms[1].fields["token"] == ""
    check_nothing_kept(town)
    check_goes_on(town, browser)
    browser.close()


def test_a_wrong_developer_key_is_for_whoever_runs_the_bot(tmp_path: Path) -> None:
    with running(tmp_path, BILL_DEVELOPER_KEY="wrong") as town:
        browser = begin(town)
        browser.submit(values(town), form=1)
        assert browser.status == 422, browser.text
        assert "does not accept this bot's developer key" in browser.text
        check_nothing_kept(town)
        browser.close()


def test_with_bill_com_down_nothing_is_kept(unconnected: Town) -> None:
    town = unconnected
    town.bill.do("faults", path="/v3/login", status=503, body="down", times=9)
    browser = begin(town)
    browser.submit(values(town), form=1)
    assert browser.status == 502
    assert "not answering" in browser.text
    check_nothing_kept(town)
    town.bill.http.delete(f"{town.bill.address}/_control/faults")
    check_goes_on(town, browser)
    browser.close()


def test_a_business_can_be_connected_by_sync_token(tmp_path: Path) -> None:
    with running(tmp_path) as town:
        browser = begin(town)
        check_goes_on(town, browser)
        sign_in_to_dext(town, browser)
        browser.close()
        town.clicks("dana", finish_prompt(town), "connection.finish")
        synchronised(town)
        assert rows(town, "SELECT mode FROM legs WHERE provider = 'bill'")[0][0] == "sync_token"
        assert values(town)["token"] not in town.log()
        no_errors(town)
