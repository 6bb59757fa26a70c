"""However a handler ends, the person gets an answer and Slack its 200."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from slack_bolt import BoltResponse
from structlog.testing import capture_logs
from syrupy.assertion import SnapshotAssertion

from blocks.ids import Action, Field, View
from bot.errors import BotError, ConflictError, InputError, NotAllowedError, NotFoundError
from bot.sandbox.slack.check import AckKind, check_ack, check_message
from tests.blocks.reading import assert_only_our_markup

from .room import Room, refused_by_slack, typed_settings

_REASON = {Field.REASON: {Field.REASON: {"value": "Wrong category"}}}
_REFERENCE = re.compile(r"reference `([0-9a-f]{8})`")
_TRIGGERS = ["trigger_expired", "trigger_exchanged", "expired_trigger_id", "invalid_trigger_id"]


def _command(room: Room, error: Exception) -> BoltResponse:
    room.desk.status.standing.side_effect = error  # type: ignore[attr-defined]
    return room.type("")


def _button(room: Room, error: Exception) -> BoltResponse:
    room.desk.approvals.approve.side_effect = error  # type: ignore[attr-defined]
    return room.click(Action.ITEM_APPROVE, {"r": "req1"})


def _form(room: Room, error: Exception) -> BoltResponse:
    room.desk.approvals.reject.side_effect = error  # type: ignore[attr-defined]
    return room.submit(View.REJECT, _REASON, {"r": "req1"})


def _options(room: Room, error: Exception) -> BoltResponse:
    room.desk.lookup.find.side_effect = error  # type: ignore[attr-defined]
    return room.look_for(Action.TAX_ACCOUNT, "tax")


Route = Callable[[Room, Exception], BoltResponse]
routes = pytest.mark.parametrize("route", [_command, _button, _form, _options])
speaking = pytest.mark.parametrize("route", [_command, _button, _form])


def _read(room: Room, answer: BoltResponse) -> str:
    """Return what the person reads, from wherever it came; Slack must accept it."""
    body: dict[str, Any] = json.loads(answer.body) if answer.body else {}
    if room.told:
        (told,) = room.told
        assert body == {}
        said = {"text": told["text"], "blocks": list(told["blocks"])}
        assert check_message(said) == []
        assert_only_our_markup(said)
        return str(told["text"])
    if "view" in body:
        assert check_ack(body, "submission") == []
        return str(body["view"]["blocks"][0]["text"]["text"])
    assert check_ack(body, "command") == []
    return str(body["text"])


@routes
@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("division"),
        KeyError("x"),
        ConflictError("That is done already."),
        NotAllowedError("You can't."),
        NotFoundError(),
        InputError("Say why.", field="reason"),
        refused_by_slack("internal_error"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_slack_always_gets_its_200(room: Room, route: Route, error: Exception) -> None:
    assert route(room, error).status == 200


@speaking
def test_an_unexpected_error_gets_a_reference_that_the_log_knows(room: Room, route: Route) -> None:
    with capture_logs() as logs:
        text = _read(room, route(room, ZeroDivisionError("secret detail")))
    (logged,) = [entry for entry in logs if entry["log_level"] == "error"]
    found = _REFERENCE.search(text)
    assert found is not None
    assert logged["reference"] == found.group(1)
    assert logged["error"] == "ZeroDivisionError"
    assert isinstance(logged["exc_info"], ZeroDivisionError)
    assert "secret detail" not in text
    assert "nothing was changed" in text


def test_an_unexpected_error_behind_a_menu_is_logged_and_offers_nothing(room: Room) -> None:
    """A menu has no place for a sentence: an empty one is all that Slack can show."""
    with capture_logs() as logs:
        answer = _options(room, ZeroDivisionError())
    assert check_ack(json.loads(answer.body), "options") == []
    assert [entry["error"] for entry in logs if entry["log_level"] == "error"] == ["ZeroDivisionError"]


def test_an_event_that_cannot_be_handled_is_logged_and_not_asked_for_again(room: Room) -> None:
    room.desk.messages.draw_home.side_effect = ZeroDivisionError()  # type: ignore[attr-defined]
    with capture_logs() as logs:
        answer = room.happens({"type": "app_home_opened", "user": "U0FINANCE", "tab": "home"})
    assert (answer.status, answer.body) == (200, "")
    assert [entry["error"] for entry in logs if entry["log_level"] == "error"] == ["ZeroDivisionError"]


@pytest.mark.parametrize(
    "error",
    [ConflictError("That is done already."), ConflictError("Type `/dext connect`."), ZeroDivisionError()],
    ids=["refused", "to reconnect", "unexpected"],
)
@speaking
def test_an_error_reads_as_it_did(
    room: Room, route: Route, error: Exception, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.failures.uuid.uuid4", lambda: UUID(int=0x0123456789ABCDEF << 64))
    answer = route(room, error)
    told = [{"text": told["text"], "blocks": list(told["blocks"])} for told in room.told]
    assert json.loads(json.dumps(told[0] if told else json.loads(answer.body))) == snapshot


def test_every_reference_is_another_one(room: Room) -> None:
    texts = [str(json.loads(_command(room, ZeroDivisionError()).body)["text"]) for _ in range(5)]
    assert len(set(texts)) == 5


@speaking
def test_an_error_raised_on_purpose_says_what_to_do_and_is_no_alarm(room: Room, route: Route) -> None:
    with capture_logs() as logs:
        text = _read(room, route(room, ConflictError("That is done already. Type `/dext`.", detail="request 7")))
    assert text == "That is done already. Type `/dext`."
    assert [(entry["log_level"], entry["detail"]) for entry in logs if entry["event"] == "refused"] == [
        ("info", "request 7")
    ]
    assert not [entry for entry in logs if entry["log_level"] == "error"]


@pytest.mark.parametrize("route", [_command, _button])
def test_an_error_that_a_reconnect_mends_brings_the_button(room: Room, route: Route) -> None:
    answer = route(room, ConflictError("The connection has to be renewed. An admin types `/dext connect`."))
    shown = room.told[0]["blocks"] if room.told else json.loads(answer.body)["blocks"]
    assert shown[1]["elements"][0]["action_id"] == Action.LINK_NEW


def test_what_was_typed_wrong_is_said_beside_its_field(room: Room) -> None:
    answer = _form(room, InputError("Say why, so that it can be put right.", field="reason"))
    body = json.loads(answer.body)
    assert body == {"response_action": "errors", "errors": {"reason": "Say why, so that it can be put right."}}
    shown = {"blocks": [{"type": "input", "block_id": "reason"}]}
    assert check_ack(body, "submission", view=shown) == []
    assert room.told == []


@pytest.mark.parametrize("field", [Field.ADMIN, Field.TAX_ACCOUNT])
def test_what_was_chosen_wrong_in_the_settings_is_said_beside_its_field(room: Room, field: Field) -> None:
    room.desk.people.change_settings.side_effect = InputError("No.", field=field)  # type: ignore[attr-defined]
    answer = room.submit(View.SETTINGS, typed_settings())
    assert json.loads(answer.body) == {"response_action": "errors", "errors": {field.value: "No."}}
    assert room.told == []


def test_input_without_a_field_is_said_in_the_form(room: Room) -> None:
    assert _read(room, _form(room, InputError("No."))) == "No."


@pytest.mark.parametrize(
    "error",
    [*map(refused_by_slack, _TRIGGERS), refused_by_slack("invalid_arguments", "[ERROR] invalid trigger_id")],
    ids=[*_TRIGGERS, "invalid_arguments"],
)
@pytest.mark.parametrize("how", ["command", "button"])
def test_a_click_too_old_to_open_a_form_is_explained(room: Room, how: str, error: Exception) -> None:
    """Slack has several words for it; all of them mean: do it again."""
    room.fails_to_open = error
    with capture_logs() as logs:
        answer = room.type("settings") if how == "command" else room.click(Action.ITEM_REJECT, {"r": "req1"})
    text = _read(room, answer)
    assert "too long" in text
    assert "again" in text
    assert _REFERENCE.search(text) is None
    assert not [entry for entry in logs if entry["log_level"] == "error"]


def test_another_refusal_by_slack_is_an_unexpected_error(room: Room) -> None:
    room.fails_to_open = refused_by_slack("invalid_blocks")
    assert _REFERENCE.search(_read(room, room.type("settings")))


@speaking
@pytest.mark.parametrize("error", [BotError("x" * 9_000), BotError("& < > " * 2_000)], ids=["long", "markup"])
def test_an_error_of_any_length_is_accepted_by_slack(room: Room, route: Route, error: BotError) -> None:
    answer = route(room, error)
    assert answer.status == 200
    if room.told:
        said = {"text": room.told[0]["text"], "blocks": list(room.told[0]["blocks"])}
        assert [problem for problem in check_message(said) if problem.hard] == []
    else:
        kind: AckKind = "submission" if route is _form else "command"
        assert [p for p in check_ack(json.loads(answer.body), kind) if p.hard] == []


def test_an_error_that_names_a_supplier_mentions_nobody(room: Room) -> None:
    """What changed since a card was written is told in the words of the documents, which anybody may write."""
    changed = "Nothing was approved: the item changed (supplier: Acme → <!channel> & Sons)."
    _read(room, _button(room, ConflictError(changed)))
