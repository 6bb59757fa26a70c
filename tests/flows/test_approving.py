"""Who may decide, and that an approval is for exactly what was shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.town import (
    Json,
    Town,
    arrive,
    ask,
    asked_and_approved,
    bills,
    card_says,
    check_published_once,
    clicks_by_hand,
    give_roles,
    item_id,
    join,
    new_number,
    no_errors,
    number_of,
    only_bill,
    rows,
    take_in,
    whispered,
)

pytestmark = pytest.mark.xdist_group("flows-approving")


@pytest.fixture
def number(shared: Town) -> str:
    """Give the invoice number of a document that is ready."""
    found = new_number()
    arrive(shared, found)
    take_in(shared)
    return found


def requests_of(town: Town, number: str) -> int:
    count = rows(
        town,
        "SELECT count(*) FROM requests JOIN items ON items.id = requests.item_id WHERE items.reference = :number",
        number=number,
    )
    return int(count[0][0])


@pytest.mark.parametrize(
    ("number", "missing"),
    [("DPW-1180", "category missing: choose one with Edit"), ("ACS-20431", "tax setting missing")],
    ids=["category", "tax"],
)
def test_an_item_that_lacks_something_cannot_be_asked_for(shared: Town, number: str, missing: str) -> None:
    reply = clicks_by_hand(shared, "femi", "item.request", {"i": item_id(shared, number)})
    assert reply.status_code == 200
    refused = whispered(shared, "femi", "Not asked for", number_of(shared, number))
    assert missing in join(refused["plain"])
    assert requests_of(shared, number) == 0
    no_errors(shared)


def test_an_item_that_is_not_there_cannot_be_asked_for(shared: Town) -> None:
    before = len(shared.reads("femi"))
    assert clicks_by_hand(shared, "femi", "item.request", {"i": "madeup"}).status_code == 200
    shared.wait("an answer", lambda: len(shared.reads("femi")) > before)
    no_errors(shared)


def test_nobody_approves_their_own_request(shared: Town, number: str) -> None:
    card = ask(shared, number, who="dana")
    shared.clicks("dana", card, "item.approve")
    refused = whispered(shared, "dana", "somebody else has to decide")
    assert "Ama Lindqvist" in refused["plain"]
    assert requests_of(shared, number) == 1
    assert not bills(shared, number)
    card_says(shared, card, "Approve for publishing?")


@pytest.mark.parametrize("who", ["gil", "rui", "femi"], ids=["no role", "an auditor", "finance"])
def test_somebody_without_the_right_cannot_approve(shared: Town, number: str, who: str) -> None:
    card = ask(shared, number, who="dana")
    shared.clicks(who, card, "item.approve")
    refused = whispered(shared, who, "can't approve")
    assert "Dana Whitfield" in refused["plain"]
    assert not bills(shared, number)
    card_says(shared, card, "Approve for publishing?")


def test_a_second_approver_learns_who_was_first(shared: Town, number: str) -> None:
    card = asked_and_approved(shared, number)
    card_says(shared, card, "Approved by")
    shared.clicks("dana", card, "item.approve", stale=True)
    refused = whispered(shared, "dana", "approved already by")
    assert "Ama Lindqvist" in refused["plain"]
    check_published_once(shared, number, card)


def test_two_who_approve_at_once_publish_once(shared: Town, number: str) -> None:
    card = ask(shared, number)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda who: shared.clicks(who, card, "item.approve", stale=True), ("ama", "dana")))
    check_published_once(shared, number, card)
    assert requests_of(shared, number) == 1


def test_an_approver_who_lost_the_role_cannot_approve(shared: Town, number: str) -> None:
    card = ask(shared, number)
    try:
        give_roles(shared, approver=["rui"])
        shared.clicks("ama", card, "item.approve")
        whispered(shared, "ama", "can't approve")
    finally:
        give_roles(shared)
    assert not bills(shared, number)


def test_asking_twice_makes_one_request(shared: Town, number: str) -> None:
    ask(shared, number)
    clicks_by_hand(shared, "femi", "item.request", {"i": item_id(shared, number)})
    whispered(shared, "femi", "Not asked for", number_of(shared, number))
    assert requests_of(shared, number) == 1


CHANGES: dict[str, tuple[Json, tuple[str, str]]] = {
    "total": ({"total_amount": "130.50"}, ("total:", "130.50")),
    "category": ({"category": "Freight & Shipping"}, ("category: Software Subscriptions", "Freight")),
}


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_that_was_seen_is_shown_and_asked_about_again(
    shared: Town, number: str, change: Json, words: tuple[str, str]
) -> None:
    dext_id = rows(shared, "SELECT dext_id FROM items WHERE reference = :number", number=number)[0][0]
    card = ask(shared, number)
    shared.dext.do("change", id=int(dext_id), **change)
    take_in(shared)
    shared.clicks("ama", card, "item.approve")
    whispered(shared, "ama", "Nothing was approved", words[0])
    shown = join(card_says(shared, card, "Changed since it was asked for")["plain"])
    assert all(word in shown for word in words), shown
    assert "Approve for publishing?" in shown
    assert not bills(shared, number)

    shared.clicks("ama", card, "item.approve")
    bill = check_published_once(shared, number, card)
    if "total_amount" in change:
        assert bill["amount"] == 130.5
    else:
        account = bill["billLineItems"][0]["classifications"]["chartOfAccountId"]
        named = rows(shared, "SELECT name FROM entries WHERE list = 'accounts' AND id = :id", id=account)
        assert named[0][0] == change["category"]


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_nobody_saw_yet_is_noticed_before_anything_is_sent(
    shared: Town, number: str, change: Json, words: tuple[str, str]
) -> None:
    dext_id = rows(shared, "SELECT dext_id FROM items WHERE reference = :number", number=number)[0][0]
    card = ask(shared, number)
    shared.dext.do("change", id=int(dext_id), **change)
    shared.clicks("ama", card, "item.approve")
    shown = join(card_says(shared, card, "Changed since it was asked for")["plain"])
    assert all(word in shown for word in words), shown
    assert "Approve for publishing?" in shown
    assert not bills(shared, number)

    shared.clicks("ama", card, "item.approve")
    bill = check_published_once(shared, number, card)
    assert ("total_amount" not in change) or bill["amount"] == 130.5


def test_an_item_that_lost_its_category_after_asking_is_not_published(shared: Town, number: str) -> None:
    dext_id = rows(shared, "SELECT dext_id FROM items WHERE reference = :number", number=number)[0][0]
    card = ask(shared, number)
    shared.dext.do("change", id=int(dext_id), category=None)
    take_in(shared)
    shared.clicks("ama", card, "item.approve")
    whispered(shared, "ama", "Nothing was approved", "category missing")
    assert not bills(shared, number)


def test_a_mark_in_dext_does_not_bring_an_item_back(shared: Town, number: str) -> None:
    card = asked_and_approved(shared, number)
    check_published_once(shared, number, card)
    take_in(shared)
    assert rows(shared, "SELECT status FROM items WHERE reference = :number", number=number)[0][0] == "published"
    assert only_bill(shared, number)
