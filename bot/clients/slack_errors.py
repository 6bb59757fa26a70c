"""Slack's refusals, turned into our errors: by status where it is 429 or 5xx, otherwise by Slack's word.

Source: docs/slack.md, limits.
"""

from __future__ import annotations

from enum import Enum

from slack_sdk.errors import SlackApiError

from bot.clients.http import retry_after
from bot.errors import (
    GarbledReplyError,
    OutcomeUnknownError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    TokenRevokedError,
    UnavailableError,
    UpstreamError,
)

SERVICE = "Slack"
"""What people call it."""

_TARGET = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "is_inactive",
        "user_not_found",
        "user_not_in_channel",
        "user_disabled",
        "users_not_found",
        "cannot_dm_bot",
        "messages_tab_disabled",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
    }
)
_TRIGGER = frozenset({"trigger_expired", "trigger_exchanged", "expired_trigger_id", "invalid_trigger_id"})
_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "org_login_required"}
)
_PERMISSION = frozenset({"missing_scope", "no_permission", "ekm_access_denied", "team_access_not_granted"})
# Slack says of these that part of the work may have been done.
_LOST = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


class After(Enum):
    """Say what a lost answer means for a call."""

    UNKNOWN = "unknown"
    """It may have been done, and doing it again would show."""
    HARMLESS = "harmless"
    """It may have been done, and doing it again changes nothing."""
    NOTHING = "nothing"
    """It only reads."""


class SlackTargetError(UpstreamError):
    """The channel, person or message is gone or closed to the bot; `reason` is Slack's word for it."""

    code = "slack_target"
    user_message = "I can't write there in Slack. Invite me to the channel, or choose another one."

    def __init__(self, reason: str, *, detail: str = "") -> None:
        self.reason = reason
        super().__init__(service=SERVICE, detail=detail or reason)


class TriggerExpiredError(UpstreamError):
    """The click is too old or was used already for opening a modal (docs/slack.md, time limits)."""

    code = "trigger_expired"
    user_message = "That took too long for Slack to open the window. Please do it again."


def refusal(error: SlackApiError, after: After) -> UpstreamError:
    """Make the error for Slack's refusal; the status decides before the word, which is not always there."""
    status = _status(error)
    body = _body(error)
    word = str(body.get("error") or "")
    if status == 429 or word in ("ratelimited", "rate_limited"):
        return RateLimitedError(
            "Slack asks me to slow down. Please try again in a moment.",
            service=SERVICE,
            detail=f"HTTP {status}",
            retry_after=retry_after(_headers(error), 5.0),
        )
    if status >= 500 or word in _LOST:
        return unanswered(after, f"HTTP {status} {word if word in _LOST else ''}".rstrip())
    if not word or " " in word:
        # The SDK puts a sentence of its own where an answer was not JSON.
        return garbled(after, f"HTTP {status} without Slack's word")
    if word in _TARGET:
        return SlackTargetError(word)
    if word in _TRIGGER or (word == "invalid_arguments" and "trigger_id" in str(_hints(body))):
        return TriggerExpiredError(service=SERVICE, detail=word)
    if word in _TOKEN:
        return TokenRevokedError(
            "Slack doesn't accept the app's token any more. An admin has to install the app again.",
            service=SERVICE,
            detail=word,
        )
    if word in _PERMISSION:
        return PermissionMissingError(
            "The app isn't permitted to do this in Slack. An admin has to install it again with all its scopes.",
            service=SERVICE,
            detail=" ".join(filter(None, (word, str(body.get("needed") or "")))),
        )
    return RefusedError(
        f"Slack refused this ({word}).", service=SERVICE, detail=f"{word} {_hints(body) or ''}".strip(), reason=word
    )


def unreachable(detail: str) -> UnavailableError:
    """Make the error for a request that never left."""
    return UnavailableError(
        "Slack can't be reached right now. Please try again in a few minutes.", service=SERVICE, detail=detail
    )


def unanswered(after: After, detail: str) -> UpstreamError:
    """Make the error for a request that brought no answer, or an answer of 5xx."""
    if after is After.UNKNOWN:
        return OutcomeUnknownError(
            "Slack didn't confirm in time, so the message may or may not be there.", service=SERVICE, detail=detail
        )
    return UnavailableError(
        "Slack isn't answering right now. Please try again in a few minutes.", service=SERVICE, detail=detail
    )


def garbled(after: After, detail: str) -> UpstreamError:
    """Make the error for an answer that cannot be read."""
    if after is not After.NOTHING:
        return unanswered(after, detail)
    return GarbledReplyError("Slack sent an answer I can't read. Please try again.", service=SERVICE, detail=detail)


def _status(error: SlackApiError) -> int:
    status = getattr(error.response, "status_code", 0)
    return status if isinstance(status, int) else 0


def _headers(error: SlackApiError) -> dict[str, str]:
    headers = getattr(error.response, "headers", {})
    return {str(name): str(value) for name, value in dict(headers).items()}


def _body(error: SlackApiError) -> dict[str, object]:
    data = getattr(error.response, "data", error.response)
    return data if isinstance(data, dict) else {}


def _hints(body: dict[str, object]) -> list[object]:
    metadata = body.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return messages if isinstance(messages, list) else []
