from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest

from blocks.ids import Action, Field, Shortcut, View
from blocks.items import publish_message
from bot.domain.businesses import TaxTreatment
from bot.domain.connections import Provider
from bot.domain.inbox import Section, Wanted
from bot.domain.lists import ListName
from bot.domain.people import Right, Role
from bot.domain.suppliers import NewSupplier
from bot.errors import AmbiguousError, InputError, NotAllowedError
from bot.sandbox.slack.check import check_ack, check_message, check_view
from bot.services.approvals import Asked
from bot.services.clients import Part
from handlers.commands import COMMANDS
from handlers.routes import BUTTONS, CHOICES, FORMS
from tests.blocks import views as v
from tests.blocks.reading import assert_known_ids, buttons, walk

from .room import REPLY, TEAM, Room, typed_settings

_ROWS: dict[Action, tuple[dict[str, Any] | None, str, tuple[Any, ...]]] = {
    Action.LINK_OPEN: (None, "", ()),
    Action.BILL_OPEN: ({"r": "req1"}, "", ()),
    Action.LINK_NEW: (None, "connecting.offer", (TEAM, v.APPROVER, v.CHANNEL)),
    Action.CONNECTION_FINISH: ({"a": "att1"}, "finishing.finish", (TEAM, v.APPROVER, "att1")),
    Action.CONNECTION_DROP: ({"a": "att1"}, "finishing.drop", (TEAM, v.APPROVER, "att1")),
    Action.LISTS_REFRESH: (None, "refreshing.request", (TEAM, v.APPROVER, v.CHANNEL)),
    Action.LISTS_PAGE: (
        {"l": "suppliers", "w": "acme", "p": 2},
        "lookup.page",
        (TEAM, v.APPROVER, ListName.SUPPLIERS, "acme", 2),
    ),
    Action.ITEMS_PAGE: ({"p": 2, "w": "acme"}, "status.publish_list", (TEAM, v.APPROVER, "acme", 2)),
    Action.ITEMS_CHECK: ({"w": ""}, "intake.request", (TEAM, v.APPROVER)),
    Action.ITEM_REQUEST: ({"i": "item7"}, "approvals.request", (TEAM, v.APPROVER, ["item7"], v.CHANNEL)),
    Action.ITEM_APPROVE: ({"r": "req1"}, "approvals.approve", (TEAM, v.APPROVER, "req1")),
    Action.ITEM_REJECT: ({"r": "req1"}, "approvals.check_may_decide", (TEAM, v.APPROVER, "req1")),
    Action.PUBLISH_RETRY: ({"r": "req1"}, "approvals.retry", (TEAM, v.APPROVER, "req1")),
    Action.PUBLISH_PAUSE: ({"r": "req1"}, "holding.pause", (TEAM, v.APPROVER, "req1")),
    Action.PUBLISH_RESUME: ({"r": "req1"}, "holding.resume", (TEAM, v.APPROVER, "req1")),
    Action.BREAK_SNOOZE: ({"m": "prm1"}, "prompts.snooze", (TEAM, v.APPROVER, "prm1")),
    Action.BREAK_WAKE: ({"m": "prm1"}, "prompts.wake", (TEAM, v.APPROVER, "prm1")),
    Action.BREAK_STOPPED: ({"k": "brk1"}, "prompts.stopped", (TEAM, v.APPROVER, "brk1")),
    Action.HISTORY_PAGE: ({"p": 1}, "status.history", (TEAM, v.APPROVER, 1)),
    Action.SETTINGS_OPEN: (None, "people.settings", (TEAM, v.APPROVER)),
    Action.SETTINGS_COPY: (None, "", ()),
    Action.STATUS_SHOW: ({"b": "biz1"}, "status.standing", (TEAM, v.APPROVER, "", "biz1")),
    Action.ASK_OPEN: ({"b": "biz1", "t": "approve"}, "asking.form", (TEAM, v.APPROVER, "biz1", Right.APPROVE)),
    Action.ASK_DONE: ({"q": "ask1"}, "asking.settle", (TEAM, v.APPROVER, "ask1")),
    Action.ASK_DECLINE: ({"q": "ask1"}, "asking.settle", (TEAM, v.APPROVER, "ask1")),
    Action.ALARM_SETTLE: ({"k": "sig0"}, "watching.settle", (TEAM, v.APPROVER, "sig0")),
    Action.BUSINESS_CHOOSE: ({"b": "biz2", "w": "status"}, "status.standing", (TEAM, v.APPROVER, v.CHANNEL, "biz2")),
    Action.BUSINESS_FIND: ({"b": "biz2", "w": "refresh"}, "refreshing.request", (TEAM, v.APPROVER, v.CHANNEL, "biz2")),
    Action.CLIENTS_PAGE: ({"p": 2, "w": "pine"}, "clients.page", (TEAM, v.APPROVER, "pine", 2)),
    Action.INBOX_PAGE: (
        {"s": "ready", "p": 2, "w": "acme"},
        "inbox.list",
        (TEAM, v.APPROVER, Wanted(Section.READY, "acme", 2)),
    ),
    Action.DOCUMENT_SHOW: ({"i": "item7"}, "previews.offer", (TEAM, v.APPROVER, "item7")),
    Action.SUPPLIER_NEW: ({"i": "item7"}, "suppliers.form", (TEAM, v.APPROVER, "item7")),
    Action.DOCUMENT_OPEN: (None, "", ()),
    Action.BROWSER_CONFIRM: ({"v": "prv1"}, "previews.confirm", (TEAM, v.APPROVER, "prv1")),
    Action.ITEM_OPEN: ({"i": "item7"}, "inbox.open", (TEAM, v.APPROVER, "item7")),
    Action.ITEM_EDIT: ({"i": "item7", "b": "biz1"}, "editing.form", (TEAM, v.APPROVER, "item7", "biz1")),
    Action.RULES_PAGE: ({"b": "biz1", "p": 2}, "rules.listing", (TEAM, v.APPROVER, 2)),
    Action.RULE_NEW: ({"b": "biz1"}, "rules.form", (TEAM, v.APPROVER, "biz1")),
    Action.RULE_FROM: ({"i": "item7", "b": "biz1"}, "rules.form", (TEAM, v.APPROVER, "biz1")),
    Action.RULE_EDIT: ({"u": "rule1", "b": "biz1"}, "rules.form", (TEAM, v.APPROVER, "biz1")),
    Action.RULE_MOVE: ({"u": "rule1", "b": "biz1", "p": -1}, "rules.move", (TEAM, v.APPROVER, "biz1", "rule1", True)),
    Action.RULE_REMOVE: ({"u": "rule1", "b": "biz1"}, "rules.remove", (TEAM, v.APPROVER, "biz1", "rule1")),
    Action.RATE_NEW: ({"b": "biz1"}, "rates.check_may_add", (TEAM, v.APPROVER, "biz1")),
    Action.RATE_REMOVE: ({"t": "rate1", "b": "biz1"}, "rates.remove", (TEAM, v.APPROVER, "biz1", "rate1")),
}
"""What each button carries, and what is asked of which service for it."""

_ANSWERS = {
    Action.RULES_PAGE,
    Action.RULE_MOVE,
    Action.RULE_REMOVE,
    Action.RATE_REMOVE,
    Action.LINK_NEW,
    Action.LISTS_REFRESH,
    Action.LISTS_PAGE,
    Action.ITEMS_PAGE,
    Action.ITEM_REQUEST,
    Action.BREAK_STOPPED,
    Action.HISTORY_PAGE,
    Action.STATUS_SHOW,
    Action.BUSINESS_CHOOSE,
    Action.BUSINESS_FIND,
    Action.CLIENTS_PAGE,
    Action.INBOX_PAGE,
    Action.ITEM_OPEN,
    Action.DOCUMENT_SHOW,
}
_OPENS = {
    Action.ITEM_REJECT: View.REJECT,
    Action.SETTINGS_OPEN: View.SETTINGS,
    Action.SUPPLIER_NEW: View.SUPPLIER,
    Action.SETTINGS_COPY: View.COPY,
    Action.ASK_OPEN: View.ASK,
    Action.ITEM_EDIT: View.ITEM_EDIT,
    Action.RULE_NEW: View.RULE,
    Action.RULE_FROM: View.RULE,
    Action.RULE_EDIT: View.RULE,
    Action.RATE_NEW: View.RATE,
}
_INSIDE = {
    Action.ITEM_CHECK,
    Action.LINES_OPEN,
    Action.LINES_ADD,
    Action.LINES_SPLIT,
    Action.LINE_REMOVE,
    Action.RULE_KIND,
}
"""Actions that only stand in a form and draw it anew: see test_item_forms.py."""


def _service(room: Room, name: str) -> Mock:
    service, method = name.split(".")
    found: Mock = getattr(getattr(room.desk, service), method)
    return found


def _asked(room: Room, name: str, many: int) -> tuple[Any, ...]:
    """Return the first arguments of the one call of a service's method; what follows says which business."""
    (call,) = _service(room, name).call_args_list
    found: tuple[Any, ...] = call.args[:many]
    return found


def _said(text: str | None) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(text or "{}")
    return said


def test_every_action_is_answered_by_exactly_one_table() -> None:
    assert set(BUTTONS) | set(CHOICES) == set(Action)
    assert set(BUTTONS) & set(CHOICES) == {Action.BUSINESS_FIND}, "a menu in a message looks up, and then acts"
    assert Action.TAX_ACCOUNT in CHOICES
    assert set(FORMS) == set(View)


def test_the_rows_below_are_all_there_are() -> None:
    assert set(_ROWS) | {Action.ITEMS_REQUEST, Action.RECEIPT_BUSINESS} | _INSIDE == set(BUTTONS)


@pytest.mark.parametrize("action", _ROWS, ids=str)
@pytest.mark.parametrize("suffix", ["", ".7"])
def test_a_click_asks_one_service_and_is_acknowledged(room: Room, action: Action, suffix: str) -> None:
    value, service, arguments = _ROWS[action]
    answer = room.click(action + suffix, value)
    assert (answer.status, answer.body) == (200, "")
    if service:
        assert _asked(room, service, len(arguments)) == arguments
    assert bool(room.told) is (action in _ANSWERS)
    expected = [_OPENS[action]] if action in _OPENS else []
    assert [opened["view"]["callback_id"] for opened in room.opened] == expected


@pytest.mark.parametrize("action", [*_ROWS, "items.pages", "item", "xitem.approve"], ids=str)
def test_an_action_id_that_only_begins_alike_is_nobodys(room: Room, action: str) -> None:
    assert room.click(f"{action}x", {"r": "req1", "i": "i", "a": "a"}).status == 404
    assert room.told == []


def test_an_answer_says_who_gets_it_and_where(room: Room) -> None:
    room.click(Action.LINK_NEW)
    (told,) = room.told
    assert (told["workspace_id"], told["user_id"], told["channel_id"]) == (TEAM, v.APPROVER, v.CHANNEL)
    assert check_message({"text": told["text"], "blocks": list(told["blocks"])}) == []


@pytest.mark.parametrize("action", [Action.LINK_NEW, Action.ITEMS_PAGE])
def test_only_a_message_that_one_person_sees_is_replaced(room: Room, action: Action) -> None:
    """A list or a link of one person's must not take the place of what the whole channel reads."""
    room.click(action, {"p": 0, "w": ""})
    room.click(action, {"p": 0, "w": ""}, whispered=True)
    assert [told["reply_to"] for told in room.told] == ["", REPLY]


def test_asking_for_a_page_asks_for_the_items_that_were_on_it(room: Room) -> None:
    """Between the list and the click another item may have become ready: nobody has seen that one."""
    shown = v.publish_list()
    asking = next(b for b in buttons(publish_message(shown).blocks) if b["action_id"] == Action.ITEMS_REQUEST)
    now = v.publish_list(ready=(v.item(5), *shown.ready), ready_count=3)
    room.desk.status.publish_list.return_value = now  # type: ignore[attr-defined]
    room.click(Action.ITEMS_REQUEST, json.loads(asking["value"]))
    asked = _service(room, "approvals.request").call_args.args[2]
    assert list(asked) == [item.id for item in shown.ready]


def test_asking_for_a_page_tells_how_many_were_asked_for(room: Room) -> None:
    room.desk.approvals.request.return_value = Asked(  # type: ignore[attr-defined]
        v.BUSINESS, (v.item(7), v.item(8)), ((v.item(9), "it is waiting for approval already"),)
    )
    shown = buttons(publish_message(v.publish_list()).blocks)
    value = json.loads(next(b for b in shown if b["action_id"] == Action.ITEMS_REQUEST)["value"])
    assert room.click(Action.ITEMS_REQUEST, value, whispered=True).status == 200
    first, second = room.told
    assert first["text"].startswith("Asked for approval of 2 items")
    assert "#9" in str(first["blocks"])
    assert second["reply_to"] == REPLY, "the list itself is brought up to date"


@pytest.mark.parametrize(
    ("typed", "service"),
    [
        ("", "status.standing"),
        ("status", "status.standing"),
        ("STATUS ", "status.standing"),
        ("connect", "connecting.offer"),
        ("reconnect", "connecting.offer"),
        ("refresh", "refreshing.request"),
        ("refresh full", "refreshing.request"),
        ("lists", "status.standing"),
        ("lists zebras", "status.standing"),
        ("lists suppliers", "lookup.page"),
        ("lists Payment Methods first bank", "lookup.page"),
        ("publish", "status.publish_list"),
        ("clients pine", "clients.page"),
        ("  publish   acme  ltd ", "status.publish_list"),
        ("items", "inbox.list"),
        ("items review acme ltd", "inbox.list"),
        ("item #7", "inbox.item"),
        ("rules", "rules.listing"),
        ("rules try #7", "rules.trial"),
        ("tax", "rates.listing"),
    ],
)
def test_a_command_is_answered_to_the_person_alone(room: Room, typed: str, service: str) -> None:
    answer = room.type(typed)
    said = _said(answer.body)
    assert answer.status == 200
    assert said["response_type"] == "ephemeral"
    assert check_ack(said, "command") == []
    assert_known_ids(said)
    _service(room, service).assert_called_once()
    assert room.told == [], "a command is answered in the response itself"


def test_every_word_of_the_command_is_tried_here_or_opens_a_form(room: Room) -> None:
    typed_here = {"", "status", "connect", "reconnect", "refresh", "publish", "clients", "lists", "items", "item"}
    assert set(COMMANDS) == typed_here | {"rules", "tax", "settings", "disconnect", "edit"}
    for place, word in enumerate(("settings", "disconnect", "edit 7")):
        answer = room.type(word)
        assert (answer.status, answer.body) == (200, "")
        assert check_view(room.opened[place]["view"]) == []
        assert room.opened[place]["trigger_id"] == "1.2.three"


def test_a_menu_of_businesses_goes_on_with_what_was_typed(room: Room) -> None:
    room.desk.status.standing.side_effect = AmbiguousError  # type: ignore[attr-defined]
    many = [replace(v.BUSINESS, id=f"biz{n}", name=f"Client {n}") for n in range(9)]
    room.desk.clients.mine.return_value = many  # type: ignore[attr-defined]
    asked = _said(room.type("status").body)
    assert check_ack(asked, "command") == []
    (menu,) = [block for block in asked["blocks"] if block["type"] == "actions"]
    room.desk.status.standing.side_effect = None  # type: ignore[attr-defined]
    room.choose(Action.BUSINESS_FIND, "biz5", menu["block_id"])
    assert _service(room, "status.standing").call_args.args == (TEAM, v.APPROVER, v.CHANNEL, "biz5")


WORDS = {  # a command that needs to know the business, and what is asked with it
    "status": "status.standing",
    "connect": "connecting.offer",
    "refresh": "refreshing.request",
    "lists suppliers": "lookup.page",
    "publish": "status.publish_list",
    "edit 7": "editing.id_of",
    "rules": "rules.listing",
    "rules try 7": "rules.trial",
    "tax": "rates.listing",
    "settings": "people.settings",
    "disconnect": "disconnecting.form",
    "items review": "inbox.list",
    "item 7": "inbox.item",
}


def test_every_word_that_needs_a_business_is_among_those_that_go_on(room: Room) -> None:
    assert {word.split()[0] for word in WORDS} == set(COMMANDS) - {"", "reconnect", "clients"}


@pytest.mark.parametrize("typed", WORDS)
def test_the_business_that_was_chosen_is_the_one_that_is_meant(room: Room, typed: str) -> None:
    room.choose(Action.BUSINESS_FIND, "biz5", f"which:{typed}")
    asked = _service(room, WORDS[typed]).call_args
    assert "biz5" in [*asked.args, *asked.kwargs.values()]


def test_a_document_is_chosen_from_the_menu_of_a_list(room: Room) -> None:
    (menu,) = [one for one in walk(publish_message(v.publish_list()).blocks) if one.get("type") == "static_select"]
    room.choose(menu["action_id"], menu["options"][0]["value"])
    assert _asked(room, "previews.offer", 3) == (TEAM, v.APPROVER, v.publish_list().ready[0].id)


def test_the_menu_of_businesses_offers_ones_own_and_in_a_form_those_one_is_admin_of(room: Room) -> None:
    said = _said(room.look_for(Action.BUSINESS_FIND, "harb").body)
    assert [one["value"] for one in said["options"]] == ["biz1"]
    assert check_ack(said, "options") == []


def test_a_refusal_for_lack_of_a_role_offers_to_ask_an_admin(room: Room) -> None:
    refused = NotAllowedError("You can't. These people can.", business_id="biz1", right="connect")
    room.desk.connecting.offer.side_effect = refused  # type: ignore[attr-defined]
    said = _said(room.type("connect").body)
    (ask,) = buttons(said["blocks"])
    assert (ask["action_id"], json.loads(ask["value"])) == (Action.ASK_OPEN, {"b": "biz1", "t": "connect"})
    room.submit(View.ASK, {Field.WANT: {Field.WANT: {"value": "Please"}}}, {"b": "biz1", "t": "connect"})
    assert _asked(room, "asking.ask", 5) == (TEAM, v.APPROVER, "biz1", Right.CONNECT, "Please")


def test_copying_settings_hands_over_both_ends_and_what(room: Room) -> None:
    def end(name: str, business_id: str) -> dict[str, Any]:
        return {f"{Action.BUSINESS_FIND}.{name}": {"selected_option": {"value": business_id}}}

    values = {
        Field.COPY_FROM: end("from", "biz1"),
        Field.COPY_TO: end("to", "biz2"),
        Field.COPY_WHAT: {Field.COPY_WHAT: {"selected_options": [{"value": "roles"}, {"value": "tax"}]}},
    }
    room.submit(View.COPY, values)
    assert _asked(room, "clients.copy_settings", 5) == (TEAM, v.APPROVER, "biz1", "biz2", [Part.ROLES, Part.TAX])
    assert "From Harbour" in room.told[0]["text"]


def test_disconnecting_hands_over_the_business_and_says_so(room: Room) -> None:
    answer = room.submit(View.DISCONNECT, {}, {"b": "biz1"})
    assert (answer.status, answer.body) == (200, "")
    assert _asked(room, "disconnecting.disconnect", 3) == (TEAM, v.APPROVER, "biz1")
    assert "is disconnected" in room.told[0]["text"]


def test_the_menu_of_time_zones_offers_what_matches(room: Room) -> None:
    answer = room.look_for(Action.ZONE, "new york")
    assert [option["value"] for option in _said(answer.body)["options"]] == ["America/New_York"]
    assert check_ack(_said(room.look_for(Action.ZONE, "").body), "options") == []


@pytest.mark.parametrize(("typed", "words"), [("publish", ""), ("publish all", ""), ("publish #7 8", "#7 8")])
def test_publish_narrows_by_what_follows_it(room: Room, typed: str, words: str) -> None:
    room.type(typed, user=v.FINANCE)
    assert _asked(room, "status.publish_list", 4) == (TEAM, v.FINANCE, words, 0)


@pytest.mark.parametrize("typed", ["help", "Help", "pubish", "<@U0EVIL|eve>", "<!channel>", "x" * 9_000])
def test_help_and_any_unknown_word_get_the_list_of_commands(room: Room, typed: str) -> None:
    said = _said(room.type(typed).body)
    assert check_ack(said, "command") == []
    assert "/dext publish" in said["blocks"][0]["text"]["text"]
    assert "<@" not in str(said)
    assert "<!" not in str(said)


@pytest.mark.parametrize("gap", ["\t", "\n", "\u00a0"])
def test_any_blank_parts_a_word_from_what_follows(room: Room, gap: str) -> None:
    room.type(f"publish{gap}acme")
    assert _asked(room, "status.publish_list", 4) == (TEAM, v.ADMIN, "acme", 0)


@pytest.mark.parametrize("joined", [False, True])
def test_refresh_says_whether_it_was_begun_or_joined(room: Room, joined: bool) -> None:
    room.desk.refreshing.request.return_value = (v.refresh(), joined)  # type: ignore[attr-defined]
    said = _said(room.type("refresh").body)
    assert ("joined" in said["text"]) is joined
    assert f"<#{v.CHANNEL}>" in said["text"]


def test_a_rejection_hands_over_the_reason(room: Room) -> None:
    values = {Field.REASON: {Field.REASON: {"type": "plain_text_input", "value": "Wrong category"}}}
    answer = room.submit(View.REJECT, values, {"r": "req1"})
    assert (answer.status, answer.body) == (200, "")
    assert _asked(room, "approvals.reject", 4) == (TEAM, v.APPROVER, "req1", "Wrong category")


def test_settings_hand_over_what_was_chosen_and_say_so(room: Room) -> None:
    chosen = {Action.TAX_ACCOUNT: {"selected_option": {"value": "0ca01TAX"}}}
    own_line = {Field.TAX: {"selected_option": {"value": "own_line"}}}
    answer = room.submit(View.SETTINGS, typed_settings(**{Field.TAX_ACCOUNT: chosen, Field.TAX: own_line}))
    assert (answer.status, answer.body) == (200, "")
    assert _asked(room, "people.change_settings", 2) == (TEAM, v.APPROVER)
    handed = _service(room, "people.change_settings").call_args.kwargs
    assert handed["wanted"].channel_id == v.CHANNEL
    assert handed["roles"] == {
        Role.ADMIN: {v.ADMIN},
        Role.FINANCE: {v.FINANCE},
        Role.APPROVER: {v.APPROVER},
        Role.AUDITOR: set(),
    }
    assert handed["wanted"].treatment is TaxTreatment.OWN_LINE
    assert handed["wanted"].tax_account_id == "0ca01TAX"
    assert handed["wanted"].zone == "Europe/London"
    assert handed["wanted"].closing_on == date(2026, 11, 30)
    assert handed["wanted"].outage_hours == 8
    assert handed["wanted"].ends_on == {Provider.BILL: date(2027, 3, 1), Provider.DEXT: None}
    assert f"<#{v.CHANNEL}>" in room.told[0]["text"]


def test_settings_without_channel_people_or_account_hand_over_nothing(room: Room) -> None:
    nobody: dict[str, Any] = {
        field: {field: {"selected_users": []}} for field in (Field.FINANCE, Field.APPROVER, Field.AUDITOR)
    }
    empty: dict[str, Any] = {Field.CHANNEL: {Field.CHANNEL: {"selected_conversation": None}}, **nobody}
    assert room.submit(View.SETTINGS, typed_settings(**empty)).status == 200
    handed = _service(room, "people.change_settings").call_args.kwargs
    assert handed["wanted"].channel_id == ""
    assert handed["wanted"].tax_account_id == ""
    assert handed["roles"][Role.FINANCE] == set()


def test_the_menu_of_accounts_offers_what_matches(room: Room) -> None:
    answer = room.look_for(Action.TAX_ACCOUNT, "tax")
    assert _asked(room, "lookup.find", 4) == (TEAM, v.APPROVER, ListName.ACCOUNTS, "tax")
    assert check_ack(_said(answer.body), "options") == []
    assert _said(answer.body)["options"][0]["value"] == "0ca01TAX"


def test_a_choice_in_the_menu_is_acknowledged(room: Room) -> None:
    assert room.click(Action.TAX_ACCOUNT).status == 200


def test_a_request_that_slack_did_not_sign_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.handlers.room.SECRET", "somebody else's secret")
    assert room.type("connect").status == 401
    _service(room, "connecting.offer").assert_not_called()


def test_home_is_drawn_when_somebody_looks_at_it(room: Room) -> None:
    answer = room.happens({"type": "app_home_opened", "user": v.FINANCE, "tab": "home"}, "Ev42")
    assert (answer.status, answer.body) == (200, "")
    assert _asked(room, "messages.draw_home", 3) == (TEAM, v.FINANCE, "Ev42")


def test_looking_at_the_messages_tab_draws_nothing(room: Room) -> None:
    assert room.happens({"type": "app_home_opened", "user": v.FINANCE, "tab": "messages"}).status == 200
    _service(room, "messages.draw_home").assert_not_called()


@pytest.mark.parametrize("action", [Action.LINK_NEW, Action.LISTS_REFRESH, Action.ITEMS_PAGE + ".todo"])
def test_a_click_at_home_is_answered_to_the_person(room: Room, action: str) -> None:
    assert room.click_at_home(action, {"p": 0, "w": ""}).status == 200
    (told,) = room.told
    assert (told["user_id"], told["channel_id"], told["reply_to"]) == (v.APPROVER, "", "")


def test_the_shortcut_sends_the_files_of_a_message_and_answers_the_person(room: Room) -> None:
    message = {"ts": "7.7", "files": [{"id": "F1", "name": "bill.pdf"}, {"id": "F2", "mode": "tombstone"}]}
    assert (room.use(Shortcut.SEND_RECEIPT, message).status, room.opened) == (200, [])
    assert _asked(room, "receipts.take", 5) == (TEAM, v.APPROVER, v.CHANNEL, "7.7", ["F1", "F2"])
    (told,) = room.told
    assert (told["user_id"], told["channel_id"], told["reply_to"]) == (v.APPROVER, v.CHANNEL, "")
    assert "I report back in the thread" in told["text"]


def test_in_a_thread_it_is_reported_in_that_thread(room: Room) -> None:
    room.use(Shortcut.SEND_RECEIPT, {"ts": "7.7", "thread_ts": "5.5", "files": [{"id": "F1"}]})
    assert _asked(room, "receipts.take", 4)[3] == "5.5"


@pytest.mark.parametrize("message", [{}, {"ts": "7.7"}, {"ts": "7.7", "files": []}])
def test_a_message_without_files_is_the_services_to_refuse(room: Room, message: dict[str, Any]) -> None:
    room.desk.receipts.take.side_effect = InputError("There is no file in this message.")  # type: ignore[attr-defined]
    assert room.use(Shortcut.SEND_RECEIPT, message).status == 200
    assert room.told[0]["text"].startswith("There is no file")


FILE = {"type": "file_shared", "file_id": "F1", "user_id": v.FINANCE, "file": {"id": "F1"}}


def test_a_file_sent_to_the_bot_itself_goes_to_dext(room: Room) -> None:
    assert room.happens(FILE | {"channel_id": "D0DM"}).status == 200
    assert _asked(room, "receipts.take", 5) == (TEAM, v.FINANCE, "D0DM", "", ["F1"])
    assert room.told == []


def test_a_file_in_a_channel_is_nobodys_business(room: Room) -> None:
    assert room.happens(FILE | {"channel_id": v.CHANNEL}).status == 200
    _service(room, "receipts.take").assert_not_called()


def test_whoever_sends_a_file_and_may_not_is_told_so(room: Room) -> None:
    room.desk.receipts.take.side_effect = NotAllowedError("You can't send documents.")  # type: ignore[attr-defined]
    assert room.happens(FILE | {"channel_id": "D0DM"}).status == 200
    (told,) = room.told
    assert (told["user_id"], told["text"]) == (v.FINANCE, "You can't send documents.")


def test_the_menu_of_businesses_says_which_is_meant(room: Room) -> None:
    assert room.choose(Action.RECEIPT_BUSINESS, "upl1:biz2").status == 200
    assert _asked(room, "receipts.choose", 4) == (TEAM, v.APPROVER, "upl1", "biz2")


SUPPLIER = {
    Field.SUPPLIER_NAME: "Juniper Street Cafe",
    Field.LINE1: "1 Juniper Street",
    Field.CITY: "Oakland",
    Field.STATE: "CA",
    Field.POSTAL_CODE: "94601",
    Field.CURRENCY: "USD",
}


def test_the_form_for_a_supplier_hands_over_what_was_typed(room: Room) -> None:
    values: dict[Any, Any] = {field: {field: {"value": value}} for field, value in SUPPLIER.items()}
    values |= {field: {field: {"value": None}} for field in (Field.LINE2, Field.EMAIL)}
    values[Field.COUNTRY] = {Action.COUNTRY: {"selected_option": {"value": "US"}}}
    assert room.submit(View.SUPPLIER, values, {"i": "item7", "b": "biz1"}).status == 200
    wanted = NewSupplier("Juniper Street Cafe", "1 Juniper Street", "Oakland", "94601", "US", "USD", state="CA")
    assert _asked(room, "suppliers.order", 4) == (TEAM, v.APPROVER, "item7", wanted)
    assert "You hear from me" in room.told[0]["text"]


@pytest.mark.parametrize(("typed", "first"), [("united st", "US"), ("de", "DE"), ("ger", "DE"), ("", "AF")])
def test_the_menu_of_countries_offers_what_matches(room: Room, typed: str, first: str) -> None:
    offered = _said(room.look_for(Action.COUNTRY, typed).body)
    assert offered["options"][0]["value"] == first
    assert check_ack(offered, "options") == []
