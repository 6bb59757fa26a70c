from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import jsonschema
import pytest
import yaml
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.sandbox.slack.seed import Seed
from handlers.commands import COMMANDS
from handlers.desk import Desk
from handlers.routes import CHOICES, COMMAND, EVENTS, SHORTCUTS, register

from .slack_facts import BOT_EVENTS, BOT_SCOPES, SCOPE_OF

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "tests" / "contracts" / "slack-manifest.schema.json"
ADDRESS = "https://bot.example.com/slack/events"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "app-manifest.yml").read_text())
    return read


@pytest.fixture(scope="module")
def app() -> App:
    """Give Bolt's app with the whole routing table, and services that do nothing."""
    made = App(
        signing_secret="not a secret",
        client=WebClient(token="xoxb-none"),
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-none"
        ),
        process_before_response=True,
    )
    register(made, create_autospec(Desk, instance=True))
    return made


def _addresses(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _addresses(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _addresses(inner, name)
    elif name.endswith("url"):
        yield name, value


def _listened_for(app: App, what: str) -> list[Any]:
    """Return what Bolt's listeners wait for, by the kind of request their matcher is named after."""
    found = []
    for listener in app._listeners:
        for matcher in listener.matchers:
            function = getattr(matcher, "func", None)
            if function is not None and function.__qualname__.startswith(f"{what}."):
                found.append(function)
    return found


def test_slacks_own_schema_accepts_the_manifest(manifest: dict[str, Any]) -> None:
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text()))


def test_the_schema_would_notice_a_mistake(manifest: dict[str, Any]) -> None:
    wrong = manifest | {"display_information": {"name": "x" * 36}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json.loads(SCHEMA.read_text()))


def test_what_people_read_of_the_app_has_the_right_length(manifest: dict[str, Any]) -> None:
    shown = manifest["display_information"]
    assert shown["name"] == "Dext + Bill.com"
    assert 10 <= len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert manifest["features"]["bot_user"]["display_name"] == shown["name"]


def test_the_colour_is_dark_enough_for_white_letters(manifest: dict[str, Any]) -> None:
    colour = manifest["display_information"]["background_color"]
    assert re.fullmatch("#[0-9a-f]{6}", colour)
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    assert (299 * red + 587 * green + 114 * blue) / 1000 < 128


def test_every_address_is_https_and_the_one_the_bot_listens_on(manifest: dict[str, Any]) -> None:
    found = list(_addresses(manifest))
    assert sorted(name for name, _ in found) == ["message_menu_options_url", "request_url", "request_url", "url"]
    assert {address for _, address in found} == {ADDRESS}


def test_the_one_command_is_the_one_the_code_answers(manifest: dict[str, Any], app: App) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert command["should_escape"] is True
    assert len(_listened_for(app, "command")) == 1


def test_the_hint_names_every_word_the_command_understands(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert set(re.findall(r"\w+", command["usage_hint"])) == {*filter(None, COMMANDS), "help"}


def test_menus_that_ask_for_choices_have_an_address_to_ask(manifest: dict[str, Any], app: App) -> None:
    assert CHOICES
    assert len(_listened_for(app, "options")) == len(CHOICES)
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert "message_menu_options_url" in manifest["settings"]["interactivity"]


def test_events_and_shortcuts_are_exactly_those_the_code_handles(manifest: dict[str, Any], app: App) -> None:
    subscribed = manifest["settings"].get("event_subscriptions", {}).get("bot_events", [])
    shortcuts = manifest["features"].get("shortcuts", [])
    assert set(subscribed) <= BOT_EVENTS
    assert set(subscribed) == set(EVENTS)
    assert len(subscribed) == len(_listened_for(app, "event"))
    assert {(one["type"], one["callback_id"]) for one in shortcuts} == {("message", name) for name in SHORTCUTS}
    assert {(one["name"], one["callback_id"]) for one in shortcuts} == {
        (one.name, one.callback_id) for one in Seed().shortcuts
    }, "what the pretend Slack offers under a message"
    assert len(shortcuts) == sum(
        len(_listened_for(app, kind)) for kind in ("shortcut", "global_shortcut", "message_shortcut")
    )


def test_every_listener_is_of_a_kind_the_manifest_speaks_of(app: App) -> None:
    """A listener of a new kind needs its place in the manifest; this test makes somebody look."""
    known = ("command", "action", "view_submission", "options", "event", "message_shortcut")
    assert sum(len(_listened_for(app, kind)) for kind in known) == len(app._listeners)


def _gateway_methods() -> dict[str, set[str]]:
    """Return the Web API methods that each method of the gateway calls."""
    tree = ast.parse((ROOT / "bot" / "clients" / "slack.py").read_text())
    (gateway,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "SlackGateway")
    return {
        method.name: {
            node.attr
            for node in ast.walk(method)
            if isinstance(node, ast.Attribute) and hasattr(WebClient, node.attr) and node.attr in SCOPE_OF
        }
        for method in gateway.body
        if isinstance(method, ast.FunctionDef)
    }


def _used() -> set[str]:
    """Return the Web API methods that the product calls: by itself, or through the gateway."""
    through = _gateway_methods()
    used: set[str] = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]:
        if "sandbox" in path.parts or path.name == "slack.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Attribute):
                continue
            if node.attr in SCOPE_OF and re.fullmatch(r"_?(slack|client)", _name(node.value)):
                used.add(node.attr)
            if node.attr in through and re.fullmatch(r"_?slack", _name(node.value)):
                used |= through[node.attr]
    return used


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_every_web_api_method_in_the_code_has_a_known_scope() -> None:
    written = "\n".join(
        path.read_text() for path in [*(ROOT / "bot" / "clients").glob("slack*.py"), *(ROOT / "handlers").glob("*.py")]
    )
    named = {name for name in re.findall(r"\.([a-z]+_[a-zA-Z_]+)\(", written) if hasattr(WebClient, name)}
    assert named - {"api_call"} <= set(SCOPE_OF)
    assert {"chat_postMessage", "views_open"} <= named


def test_the_scopes_are_those_of_the_methods_in_use_and_of_the_command(manifest: dict[str, Any]) -> None:
    needed = set().union(*(SCOPE_OF[method] for method in _used())) | {"commands"}
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes) == {"bot", "bot_optional"}
    assert set(scopes["bot_optional"]) == {"files:read"}, "sending receipts is the one feature that can be left out"
    assert set(scopes["bot"]) | set(scopes["bot_optional"]) == needed
    assert not set(scopes["bot"]) & set(scopes["bot_optional"])
    assert set(scopes["bot"]) <= BOT_SCOPES
    assert len(scopes["bot"]) == len(set(scopes["bot"]))


def test_what_is_not_built_is_not_switched_on(manifest: dict[str, Any]) -> None:
    settings, home = manifest["settings"], manifest["features"]["app_home"]
    assert settings["token_rotation_enabled"] is False
    assert settings["org_deploy_enabled"] is False
    assert settings["socket_mode_enabled"] is False
    assert home["messages_tab_enabled"] is True
    assert home["messages_tab_read_only_enabled"] is False  # people may type /dext there
    assert home["home_tab_enabled"] is ("app_home_opened" in EVENTS)
    assert "redirect_urls" not in manifest["oauth_config"]
