"""The one place where errors become answers: it knows where the person is, and answers there."""

from __future__ import annotations

import uuid
from typing import Any

from slack_bolt import BoltResponse
from slack_sdk.errors import SlackApiError

from blocks.asks import refused_message
from blocks.clients import which_message
from blocks.kit import Message, section
from blocks.words import plain_answer, reconnect_answer
from bot.domain.people import Right
from bot.errors import AmbiguousError, BotError, FormError, InputError, NotAllowedError
from bot.log import get_logger
from handlers.desk import Desk, Who, clicked, ephemeral, typed

_TRIGGERS = frozenset({"trigger_expired", "trigger_exchanged", "expired_trigger_id", "invalid_trigger_id"})
_LOG = get_logger(__name__)


def answer_error(desk: Desk, error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Turn an error into the answer to whatever was typed, clicked or submitted.

    An error that was raised on purpose says what to do; any other is logged with a reference that
    the person can quote.
    """
    told = _words(error)
    match body.get("type"):
        case "view_submission":
            return BoltResponse(status=200, body=_form(error, told, body))
        case "block_actions":
            who = clicked(body)
            desk.answer(who, told)
            return BoltResponse(status=200, body="")
        case "message_action":
            desk.answer(clicked(body), told)
            return BoltResponse(status=200, body="")
        case "event_callback":
            _tell_sender(desk, body, told)
            # Slack would only repeat it; what is missing is drawn when the person looks again.
            return BoltResponse(status=200, body="")
        case "block_suggestion":
            return BoltResponse(status=200, body={"options": []})
        case _:
            if isinstance(error, AmbiguousError):
                who = typed(body)
                told = which_message(desk.clients.mine(who.workspace_id, who.user_id), body.get("text") or "")
            return BoltResponse(status=200, body=ephemeral(told))


def _words(error: Exception) -> Message:
    if isinstance(error, BotError):
        _LOG.info("refused", code=error.code, detail=error.detail)
        if isinstance(error, NotAllowedError) and error.business_id:
            return refused_message(error.user_message, error.business_id, Right(error.right))
        mends = "/dext connect" in error.user_message
        return (reconnect_answer if mends else plain_answer)(error.user_message)
    if isinstance(error, SlackApiError) and _is_late(error):
        return plain_answer("Slack gave up on opening the form because it took too long. Please click again.")
    reference = uuid.uuid4().hex[:8]
    _LOG.error("unexpected error", reference=reference, error=type(error).__name__, exc_info=error)
    return plain_answer(
        f"Something went wrong on our side and nothing was changed. Please try again; if it happens again, tell "
        f"whoever runs this bot the reference `{reference}`."
    )


def _tell_sender(desk: Desk, body: dict[str, Any], told: Message) -> None:
    """Answer somebody who sent a file; whoever only looks at their Home asked for nothing."""
    event = body.get("event") or {}
    if event.get("type") == "file_shared":
        desk.answer(Who(body["team_id"], event["user_id"], ""), told)


def _is_late(error: SlackApiError) -> bool:
    """Say whether Slack gave up on a trigger; it names that in several ways."""
    named = error.response.get("error")
    told = str(error.response.get("response_metadata") or "")
    return named in _TRIGGERS or (named == "invalid_arguments" and "trigger_id" in told)


def _form(error: Exception, told: Message, body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(error, FormError):
        return {
            "response_action": "errors",
            "errors": {_block(body, name): said for name, said in error.errors.items()},
        }
    if isinstance(error, InputError) and error.field:
        return {"response_action": "errors", "errors": {_block(body, error.field): error.user_message}}
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Not done"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(told.blocks[:1]) or [section(told.text)],
    }
    return {"response_action": "update", "view": view}


def _block(body: dict[str, Any], field: str) -> str:
    """Return the id of the input that a field stands in: its own, or one that begins with it."""
    ids = [str(block.get("block_id", "")) for block in (body.get("view") or {}).get("blocks") or []]
    return next((one for one in ids if one == field or one.startswith(f"{field}.")), field)
