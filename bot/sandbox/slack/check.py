"""Check what the bot sends against Slack's limits: pure functions from payload to problems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from bot.sandbox.slack.limits import limit
from bot.sandbox.slack.rules.blocks import check_blocks
from bot.sandbox.slack.rules.objects import OPTION, OPTION_GROUP, plain
from bot.sandbox.slack.rules.walk import (
    Problem,
    Shape,
    Walk,
    boolean,
    exactly_one,
    items,
    nothing,
    one_of,
    string,
)

AckKind = Literal["command", "action", "submission", "options"]

_TEXT_FIELDS = {
    "private_metadata": string("view.private_metadata", least=0),
    "callback_id": string("view.callback_id", least=0),
    "external_id": string("view.external_id", least=0),
}
_MODAL = Shape(
    {"type": one_of("modal"), "title": plain("view.title"), "blocks": nothing},
    {
        **_TEXT_FIELDS,
        "submit": plain("view.submit"),
        "close": plain("view.close"),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = Shape({"type": one_of("home"), "blocks": nothing}, _TEXT_FIELDS)
_OPTIONS = Shape(
    {},
    {
        "options": items("options_response.options", OPTION, least=0),
        "option_groups": items("options_response.option_groups", OPTION_GROUP, least=0),
    },
    (exactly_one("options", "option_groups"),),
)


def size(value: Any) -> int:
    """Return the bytes of `value` as compact JSON in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def check_message(payload: Mapping[str, Any], *, update: bool = False) -> list[Problem]:
    """Return what is wrong with a message: its `text`, `blocks` and `attachments`.

    `update` applies the narrower text limit of chat.update.
    """
    walk = Walk("message")
    text, blocks, attachments = payload.get("text"), payload.get("blocks"), payload.get("attachments")
    _check_text(walk, text, update=update)
    markdown = payload.get("markdown_text")
    if markdown is not None:
        string("message.markdown_text")(walk, "/markdown_text", markdown)
        if text or blocks:
            walk.breach("/markdown_text", "exactly_one", "markdown_text goes without text and blocks")
    elif not text:
        if blocks or attachments:
            walk.breach("/text", "message.text", "should be there: it is what screen readers read", hard=False)
        else:
            walk.breach("/text", "message.text", "a message needs text or blocks")
    if blocks is not None:
        check_blocks(walk, "/blocks", blocks, least=0)
        _check_size(walk, blocks)
    if attachments is not None:
        _check_attachments(walk, attachments)
    return walk.problems


def _check_text(walk: Walk, text: Any, *, update: bool) -> None:
    if text is None:
        return
    if not isinstance(text, str):
        walk.breach("/text", "type", "must be a string")
    elif update:
        walk.at_most("/text", "message.update_text", len(text), "characters")
    else:
        walk.at_most("/text", "message.text", len(text), "characters", hard=False)


def _check_size(walk: Walk, blocks: Any) -> None:
    used = size(blocks)
    if used > limit("message.blocks_bytes"):
        walk.at_most("/blocks", "message.blocks_bytes", used, "bytes")
    else:
        walk.at_most("/blocks", "message.blocks_bytes_advised", used, "bytes", hard=False)


def _check_attachments(walk: Walk, attachments: Any) -> None:
    if not isinstance(attachments, list):
        walk.breach("/attachments", "type", "must be a list")
        return
    walk.at_most("/attachments", "message.attachments", len(attachments), "attachments")
    if len(attachments) <= limit("message.attachments"):
        walk.at_most("/attachments", "message.attachments_advised", len(attachments), "attachments", hard=False)
    for index, attachment in enumerate(attachments):
        if not isinstance(attachment, dict):
            walk.breach(f"/attachments/{index}", "type", "must be an object")
        elif "blocks" in attachment:
            check_blocks(walk, f"/attachments/{index}/blocks", attachment["blocks"], least=1)


def check_view(view: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a modal, or with a Home view if its type says so."""
    if view.get("type") == "home":
        return check_home(view)
    walk = Walk("modal")
    _MODAL.check(walk, "", view)
    check_blocks(walk, "/blocks", view.get("blocks", []), least=1)
    if walk.inputs and "submit" not in view:
        walk.breach("", "view.submit_required", "a modal with an input block needs submit")
    if "submit_disabled" in view:
        walk.breach("/submit_disabled", "view.submit_disabled", "works in configuration modals only")
    walk.at_most("", "view.bytes", size(view), "bytes")
    return walk.problems


def check_home(view: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a Home view."""
    walk = Walk("home")
    _HOME.check(walk, "", view)
    check_blocks(walk, "/blocks", view.get("blocks", []), least=1)
    walk.at_most("", "view.bytes", size(view), "bytes")
    return walk.problems


def check_options(payload: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the answer to an options request."""
    walk = Walk("message")
    _OPTIONS.check(walk, "", payload)
    return walk.problems


def check_ack(payload: Any, kind: AckKind, *, view: Mapping[str, Any] | None = None) -> list[Problem]:
    """Return what is wrong with the body of an acknowledgement; `None` and `""` are empty bodies.

    `view` is the submitted view, against which the block ids of `errors` are checked.
    """
    if payload in (None, "", {}):
        if kind == "options":
            return [Problem("", "options_response", "must answer with options or option_groups")]
        return []
    if kind == "command" and isinstance(payload, str):
        return check_message({"text": payload})
    if not isinstance(payload, dict):
        return [Problem("", "type", "must be a JSON object")]
    match kind:
        case "command":
            return _check_command_ack(payload)
        case "action":
            return [Problem("", "ack.body", "the body of this answer is ignored; send none", hard=False)]
        case "submission":
            return _check_submission_ack(payload, view)
        case "options":
            return check_options(payload)


def _check_command_ack(payload: Mapping[str, Any]) -> list[Problem]:
    said = {"text", "blocks", "attachments"} & payload.keys()
    problems = check_message(payload) if said or set(payload) != {"response_type"} else []
    if payload.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        problems.append(Problem("/response_type", "value", "must be ephemeral or in_channel"))
    if "response_type" not in payload:
        problems.append(Problem("/response_type", "ack.response_type", "should be explicit", hard=False))
    return problems


def _check_submission_ack(payload: Mapping[str, Any], view: Mapping[str, Any] | None) -> list[Problem]:
    walk = Walk("modal")
    match payload.get("response_action"):
        case "errors":
            _check_errors(walk, payload, view)
        case "update" | "push":
            Shape({"response_action": nothing, "view": nothing}).check(walk, "", payload)
            shown = payload.get("view")
            if not isinstance(shown, dict):
                walk.breach("/view", "type", "must be a view")
            else:
                found = check_view(shown)
                walk.problems.extend(Problem(f"/view{p.path}", p.limit, p.message, p.hard) for p in found)
        case "clear":
            Shape({"response_action": nothing}).check(walk, "", payload)
        case _:
            walk.breach("/response_action", "value", "must be one of errors, update, push, clear")
    return walk.problems


def _check_errors(walk: Walk, payload: Mapping[str, Any], view: Mapping[str, Any] | None) -> None:
    Shape({"response_action": nothing, "errors": nothing}).check(walk, "", payload)
    errors = payload.get("errors")
    if not isinstance(errors, dict) or not errors:
        walk.breach("/errors", "ack.errors", "must be an object with a message for each wrong block")
        return
    inputs = None if view is None else {b.get("block_id") for b in view.get("blocks", []) if b.get("type") == "input"}
    for block_id, message in errors.items():
        if not isinstance(message, str) or not message:
            walk.breach(f"/errors/{block_id}", "type", "must be a string that is not empty")
        if inputs is not None and block_id not in inputs:
            walk.breach(f"/errors/{block_id}", "ack.errors", "is not an input block of the view")
