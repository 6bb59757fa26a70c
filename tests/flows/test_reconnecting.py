"""When the connection ends or is renewed: nothing is lost, and nothing is joined that does not belong together."""

from __future__ import annotations

import pytest

from tests.support.town import (
    Town,
    ask,
    asked_and_approved,
    bills,
    card_says,
    check_published_once,
    clicks_by_hand,
    finish_prompt,
    join,
    no_errors,
    rows,
    told_in_private,
    walk_through,
    whispered,
)

NUMBER = "ACS-20417"


def test_another_organisation_than_before_is_not_joined(connected: Town) -> None:
    town = connected
    before = [tuple(row) for row in rows(town, "SELECT provider, state, organization_id, connected_at FROM legs")]
    first, second = town.bill.credentials["organizations"][:2]
    walk_through(town, organization=1)
    prompt = finish_prompt(town, words="This can't be connected")
    said = join(prompt["plain"])
    assert f"You signed in to {second['name']} ({second['id']})" in said
    assert f"this connection is {first['name']} ({first['id']})" in said
    assert "Nothing was changed" in said
    assert "Finish" not in said
    assert "connection.finish" not in str(prompt["blocks"])

    attempt = rows(town, "SELECT id FROM attempts WHERE stage = 'signed_in'")[0][0]
    clicks_by_hand(town, "dana", "connection.finish", {"a": attempt})
    whispered(town, "dana", "Nothing was changed")
    after = [tuple(row) for row in rows(town, "SELECT provider, state, organization_id, connected_at FROM legs")]
    assert after == before
    check_published_once(town, NUMBER, asked_and_approved(town, NUMBER))
    assert not town.bill.look("state")["organizations"][second["id"]]["bills"] or not [
        bill
        for bill in town.bill.look("state")["organizations"][second["id"]]["bills"]
        if bill["invoice"]["invoiceNumber"] == NUMBER
    ]


def revoke_bill(town: Town) -> None:
    town.bill.do("revoke", organizationId=town.bill.credentials["organizations"][0]["id"])


def revoke_dext(town: Town) -> None:
    town.dext.do("revoke", account=town.dext.look("state")["accounts"][0]["id"])


@pytest.mark.parametrize("service", ["Bill.com", "Dext"])
def test_what_was_approved_while_access_was_gone_goes_out_after_reconnecting(connected: Town, service: str) -> None:
    town = connected
    card = ask(town, NUMBER)
    if service == "Bill.com":
        revoke_bill(town)
    else:
        revoke_dext(town)
    town.clicks("ama", card, "item.approve")
    card_says(town, card, f"goes out when {service} is reconnected")
    town.wait("the requester is told", lambda: told_in_private(town, "femi", "Held", "is reconnected"))
    assert "what is approved is held" in town.types("femi", "publish")["shown"][-1]["plain"]
    assert not bills(town, NUMBER)

    if service == "Dext":
        town.dext.do("restore-access", account=town.dext.look("state")["accounts"][0]["id"])
    walk_through(town)
    town.clicks("dana", finish_prompt(town), "connection.finish")
    check_published_once(town, NUMBER, card)
    no_errors(town)


def test_a_session_that_idled_out_is_renewed_without_a_word(connected: Town) -> None:
    town = connected
    card = ask(town, NUMBER)
    private = [one["plain"] for one in town.reads_dm("dana")]
    public = {one["ts"] for one in town.reads("dana")}
    town.bill.do("expire-sessions", v2=True)
    town.clicks("ama", card, "item.approve")
    check_published_once(town, NUMBER, card)
    assert [one["plain"] for one in town.reads_dm("dana")] == private
    assert {one["ts"] for one in town.reads("dana")} == public
    assert {row[0] for row in rows(town, "SELECT state FROM legs")} == {"active"}


def test_dexts_token_that_ended_is_renewed_without_a_word(connected: Town) -> None:
    town = connected
    card = ask(town, NUMBER)
    town.dext.do("expire-tokens")
    town.clicks("ama", card, "item.approve")
    check_published_once(town, NUMBER, card)
    assert {row[0] for row in rows(town, "SELECT state FROM legs")} == {"active"}
