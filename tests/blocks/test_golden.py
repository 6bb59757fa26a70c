from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from blocks.ids import Action, Field
from bot.sandbox import slack as pretend_slack

from .reading import (
    action_ids,
    assert_buttons_are_answered,
    assert_known_ids,
    assert_only_our_markup,
    assert_values_hold_ids_only,
    buttons,
    problems_of,
    walk,
)
from .states import MESSAGES, MODALS

messages = pytest.mark.parametrize("said", list(MESSAGES.values()), ids=list(MESSAGES))
forms = pytest.mark.parametrize("form", list(MODALS.values()), ids=list(MODALS))


@messages
def test_a_message_reads_as_it_did(said: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert said == snapshot


@messages
def test_slack_has_nothing_to_say_against_a_message(said: dict[str, Any]) -> None:
    assert problems_of(said) == []


@messages
def test_the_text_of_a_message_makes_sense_alone(said: dict[str, Any]) -> None:
    """It is what notifications and screen readers say: a phrase, without blank or unresolved parts."""
    text = said["text"]
    assert len(text.split()) >= 2
    assert text == text.strip()
    assert text[0].isupper() or text[0].isdigit() or text.startswith("<@")
    for trace in ("None", "{", "}", "Decimal(", "datetime", "<enum", "  "):
        assert trace not in text
    assert not text.endswith((":", ",", "–"))


@pytest.mark.parametrize("shown", [*MESSAGES.values(), *MODALS.values()], ids=[*MESSAGES, *MODALS])
def test_days_are_written_in_one_way(shown: dict[str, Any]) -> None:
    for text in (one["text"] for one in walk(shown) if one.get("type") in ("mrkdwn", "plain_text")):
        # What stands behind the bar is only shown where Slack cannot tell the reader's own time.
        said = re.sub(r"<!date[^>]*>", "", text)
        assert not re.search(r"\b0\d [A-Z][a-z]{2} \d{4}\b|\b\d{4}-\d\d-\d\d\b", said), said


@messages
def test_the_ids_of_a_message_are_known_and_used_once(said: dict[str, Any]) -> None:
    assert_known_ids(said)
    assert_buttons_are_answered(said["blocks"])


@messages
def test_the_buttons_of_a_message_carry_ids_only(said: dict[str, Any]) -> None:
    assert_values_hold_ids_only(said["blocks"])


@messages
def test_nothing_foreign_in_a_message_is_markup(said: dict[str, Any]) -> None:
    assert_only_our_markup(said)


@messages
def test_a_message_has_one_primary_button_at_most(said: dict[str, Any]) -> None:
    assert sum(button.get("style") == "primary" for button in buttons(said["blocks"])) <= 1


@messages
def test_labels_have_no_emoji_codes(said: dict[str, Any]) -> None:
    for found in walk(said["blocks"]):
        if found.get("type") == "plain_text":
            assert found["emoji"] is False


@forms
def test_a_form_looks_as_it_did(form: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert form == snapshot


@forms
def test_slack_has_nothing_to_say_against_a_form(form: dict[str, Any]) -> None:
    assert problems_of(form) == []


@forms
def test_the_ids_of_a_form_are_known_and_used_once(form: dict[str, Any]) -> None:
    assert_known_ids(form)
    assert_only_our_markup(form)
    block_ids = [block["block_id"] for block in form["blocks"] if "block_id" in block]
    assert len(block_ids) == len(set(block_ids))


def test_the_golden_files_show_every_action() -> None:
    """An action no message offers is dead, or a state is missing here."""
    shown = [action for said in [*MESSAGES.values(), *MODALS.values()] for action in action_ids(said["blocks"])]
    named = {action for action in shown if "." in action and not action.rpartition(".")[2].isdecimal()}
    named |= {action for action in shown if action.partition(".")[0] not in list(Field) and "." in action}
    offered = {".".join(action.split(".")[:2]) for action in named}
    assert offered == {action.value for action in Action}


def test_the_pretend_slack_shows_every_emoji_of_the_bot() -> None:
    page = (Path(pretend_slack.__file__).parent / "page/assets/emoji.js").read_text()
    used = set(re.findall(r":([a-z_]{3,}):", json.dumps([*MESSAGES.values(), *MODALS.values()])))
    assert len(used) > 5
    assert [name for name in sorted(used) if f"{name}: " not in page] == []
