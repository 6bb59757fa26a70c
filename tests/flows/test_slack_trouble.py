"""When Slack asks for a pause, messages arrive afterwards, once."""

from __future__ import annotations

import pytest

from tests.support.town import (
    Town,
    arrive,
    ask,
    card_says,
    check_published_once,
    clicks_by_hand,
    item_id,
    new_number,
    no_errors,
    take_in,
    told_in_private,
)

pytestmark = pytest.mark.xdist_group("flows-slack")

PAUSE = {"status": 429, "headers": {"Retry-After": "1"}, "body": {"ok": False, "error": "ratelimited"}}


@pytest.fixture
def number(shared: Town) -> str:
    """Give the invoice number of a document that is ready."""
    found = new_number()
    arrive(shared, found)
    take_in(shared)
    return found


def cards(town: Town, number: str) -> int:
    return sum(number in one["plain"] and not one["ephemeral"] for one in town.reads("ama"))


@pytest.mark.parametrize("trouble", ["429", "503"])
def test_a_card_arrives_once_after_the_pause(shared: Town, number: str, trouble: str) -> None:
    fault = PAUSE if trouble == "429" else {"status": 503, "body": "down"}
    shared.slack.do("faults", path="/api/chat.postMessage", times=2, **fault)
    card = ask(shared, number)
    shared.clicks("ama", card, "item.approve")
    check_published_once(shared, number, card)
    assert cards(shared, number) == 1


def test_a_card_is_rewritten_after_the_pause(shared: Town, number: str) -> None:
    card = ask(shared, number)
    shared.slack.do("faults", path="/api/chat.update", times=3, **PAUSE)
    shared.clicks("ama", card, "item.approve")
    check_published_once(shared, number, card)
    assert cards(shared, number) == 1


def test_an_answer_for_one_person_arrives_once_after_the_pause(shared: Town, number: str) -> None:
    def refusals() -> int:
        # Only these: the answer to having asked may come after the card.
        return sum("can't approve" in one["plain"] for one in shared.reads("femi"))

    card, before = ask(shared, number), refusals()
    shared.slack.do("faults", path="/api/chat.postEphemeral", times=2, **PAUSE)
    shared.clicks("femi", card, "item.approve")
    shared.wait("the answer", lambda: refusals() > before)
    assert refusals() == before + 1
    no_errors(shared)


def test_the_requester_is_told_once_after_the_pause(shared: Town, number: str) -> None:
    card = ask(shared, number)
    shared.slack.do("faults", path="/api/chat.postMessage", times=2, **PAUSE)
    shared.clicks("ama", card, "item.approve")
    check_published_once(shared, number, card)
    published = [one for one in shared.reads_dm("femi") if "Published" in one["plain"]]
    assert len([one for one in published if one["plain"] == published[-1]["plain"]]) == 1
    assert told_in_private(shared, "femi", "Published")


def test_a_card_that_somebody_deleted_is_no_end(shared: Town, number: str) -> None:
    card = ask(shared, number)
    gone = {"ok": False, "error": "message_not_found"}
    shared.slack.do("faults", path="/api/chat.update", status=200, body=gone)
    shared.clicks("ama", card, "item.approve")
    shared.wait("a new card", lambda: cards(shared, number) == 2)
    newest = next(one for one in reversed(shared.reads("ama")) if number in one["plain"])
    card_says(shared, newest, "is in Bill.com, with its document")
    no_errors(shared)


def test_where_the_bot_is_no_member_the_requester_gets_the_card(shared: Town, number: str) -> None:
    button = item_id(shared, number)
    shared.slack.do("kick", channel="finance")
    try:
        clicks_by_hand(shared, "femi", "item.request", {"i": button})
        card = shared.wait("the card", lambda: told_in_private(shared, "femi", number, "Approve for publishing?"))
        assert "/invite" in card["plain"]
    finally:
        shared.slack.do("join", channel="finance")
    no_errors(shared)
