"""What approvers decide by has to be exact: numbers, ids and the words somebody narrowed a list with."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from blocks.cards import card_message
from blocks.connection import finish_message
from blocks.items import publish_message
from blocks.kit import context, facts, foreign, section
from blocks.pickers import entry_options
from blocks.words import asked_message
from bot.domain.bills import BillDraft, BillLine
from bot.domain.items import ItemStatus
from bot.domain.lists import Entry, Found
from bot.domain.plans import LAST_TIME
from bot.domain.publishing import PublishState

from . import views as v
from .reading import assert_only_our_markup, buttons, walk
from .states import payload


def _texts(said: dict[str, object]) -> str:
    return json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize(
    ("currency", "tax", "shown"),
    [("USD", "198.07", "USD 198.07"), ("JPY", "100", "JPY 100,"), ("KWD", "1.234", "KWD 1.234")],
)
def test_tax_is_shown_with_the_digits_of_its_currency(currency: str, tax: str, shown: str) -> None:
    draft = BillDraft("v", "1", date(2026, 11, 2), date(2026, 11, 2), "x", (BillLine(Decimal("1500"), "x", "a"),))
    said = payload(card_message(v.card(v.request(plan=v.plan(draft=draft, currency=currency, tax=Decimal(tax))))))
    assert shown in _texts(said)


def test_the_id_of_a_bill_is_escaped_like_everything_foreign() -> None:
    odd = v.publish(PublishState.DONE, bill_id="<!channel>&1")
    assert_only_our_markup(payload(card_message(v.card(v.decided(), odd))))


def test_a_card_that_stopped_again_says_why_once_and_offers_to_edit() -> None:
    problem = "Bill.com has one already"
    asked = v.decided(plan=v.plan(flags=(f"{LAST_TIME}{problem}", "another remark")))
    failed, stopped = v.item(status=ItemStatus.FAILED), v.publish(PublishState.STOPPED, problem=problem)
    said = card_message(v.card(asked, stopped, item=failed))
    assert _texts(payload(said)).count(problem) == 1
    assert "another remark" in _texts(payload(said))
    assert [one["action_id"] for one in buttons(said.blocks)][-2:] == ["publish.retry", "item.edit.7"]
    perhaps = v.publish(PublishState.STOPPED, problem=problem, creating_at=v.NOW)
    assert "item.edit" not in _texts(payload(card_message(v.card(asked, perhaps, item=failed))))
    pending = v.request(plan=asked.plan)
    assert f"{LAST_TIME}{problem}" in _texts(payload(card_message(v.card(pending))))


def test_only_a_pending_card_has_approve_and_reject() -> None:
    pending = {button["action_id"] for button in buttons(card_message(v.card()).blocks)}
    assert pending == {"item.approve", "item.reject", "document.show.7"}
    for publish in (None, *(v.publish(state, bill_id=v.BILL_ID) for state in PublishState)):
        shown = {button["action_id"] for button in buttons(card_message(v.card(v.decided(), publish)).blocks)}
        assert not shown & {"item.approve", "item.reject"}


def test_only_a_sign_in_without_objection_can_be_finished() -> None:
    assert "connection.finish" in _texts(payload(finish_message(v.prompt())))
    assert "connection.finish" not in _texts(payload(finish_message(v.prompt("It is another organisation."))))


def test_finish_asks_first_whether_dexts_own_connection_is_off() -> None:
    finish = next(b for b in buttons(finish_message(v.prompt()).blocks) if b["action_id"] == "connection.finish")
    assert "auto-publish" in finish["confirm"]["text"]["text"]


def test_asking_for_a_whole_page_is_confirmed_first() -> None:
    asking = next(b for b in buttons(publish_message(v.publish_list()).blocks) if b["action_id"] == "items.request")
    assert "2 cards" in asking["confirm"]["text"]["text"]


@pytest.mark.parametrize("words", ["müller", "#101 #102 #103 #104 #105 #106 #107 #108 #109 #110 #111 #112 #113 #114"])
def test_the_next_page_is_of_the_same_words(words: str) -> None:
    """A narrowed list that is cut short would show, and ask for, other items than the words name."""
    view = v.publish_list(words=words, pages=2, ready_count=12)
    following = next(b for b in buttons(publish_message(view).blocks) if b["action_id"] == "items.page.next")
    assert json.loads(following["value"]) == {"b": "biz1", "p": 1, "w": words}


def test_an_account_is_told_from_another_by_its_number() -> None:
    shown = entry_options(Found((Entry("1", "Travel", number="6100"), Entry("2", "Travel")), more=False))
    assert [option["text"]["text"] for option in shown["options"]] == ["6100 Travel", "Travel"]


def test_all_ten_refusals_are_told_whole() -> None:
    refused = tuple((v.item(number), "category missing: choose one with Edit; " * 4) for number in range(1, 11))
    said = payload(asked_message((), refused, ""))
    for number in range(1, 11):
        assert f"#{number} " in _texts(said)


@pytest.mark.parametrize("turning", ["\u202e", "\u202d", "\u2066", "\u2067", "\u2068"])
def test_a_name_cannot_turn_around_the_amount_that_follows_it(turning: str) -> None:
    """Left open, such a character shows the rest of the line, the amount with it, in another order."""
    assert turning not in foreign(f"Acme{turning} Ltd")


def test_slack_does_not_look_for_links_and_mentions_in_our_texts() -> None:
    """By default it makes links of bare addresses and of `@channel`, also in a supplier's name."""
    said = [section("@channel acme.example"), context("@here"), facts([("Supplier", "@everyone")])]
    texts = [found for found in walk(said) if found.get("type") == "mrkdwn"]
    assert len(texts) == 3
    assert all(found.get("verbatim") is True for found in texts)
