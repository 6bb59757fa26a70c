"""Slack's Web API for the rest of the bot: what is posted, opened and looked up, with our errors."""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler
from slack_sdk.web import SlackResponse

from bot.clients.slack_errors import (
    After,
    SlackTargetError,
    TriggerExpiredError,
    garbled,
    refusal,
    unanswered,
    unreachable,
)
from bot.clients.slack_files import SlackFile, SlackFiles

__all__ = [
    "PostedMessage",
    "SlackFile",
    "SlackGateway",
    "SlackTargetError",
    "SlackUser",
    "TeamIdentity",
    "TriggerExpiredError",
]

TIMEOUT = 15
"""Seconds for a call of background work."""

TRIGGER_TIMEOUT = 3
"""Seconds for opening a view: its trigger lives no longer (docs/slack.md, time limits)."""

Blocks = Sequence[Mapping[str, Any]]
View = Mapping[str, Any]


@dataclass(frozen=True)
class PostedMessage:
    """Be where a message stands; for a person it is the channel of the direct message."""

    channel: str
    ts: str


@dataclass(frozen=True)
class TeamIdentity:
    """Be the workspace a token belongs to and the bot's own user in it."""

    team_id: str
    team_name: str
    bot_user_id: str


@dataclass(frozen=True)
class SlackUser:
    """Be a person; `name` is what others see, `time_zone` an IANA name, "UTC" where Slack gives none."""

    id: str
    name: str
    time_zone: str


class SlackGateway:
    """Speak to one workspace; thread-safe.

    Every method raises RateLimitedError, TokenRevokedError, PermissionMissingError, SlackTargetError,
    RefusedError and UnavailableError; nothing that writes is repeated here.
    """

    def __init__(self, token: SecretStr, base_url: str = WebClient.BASE_URL) -> None:
        # The SDK writes whole messages to its log at DEBUG, and an error that is raised here as well.
        logger = logging.getLogger("bot.clients.slack.sdk")
        logger.setLevel(logging.CRITICAL)

        def client(timeout: int, *, repeats: bool = False) -> WebClient:
            return WebClient(
                token=token.get_secret_value(),
                base_url=base_url,
                timeout=timeout,
                logger=logger,
                retry_handlers=[ConnectionErrorRetryHandler(max_retry_count=1)] if repeats else [],
            )

        self._reader = client(TIMEOUT, repeats=True)
        self._writer = client(TIMEOUT)
        self._files = SlackFiles(token, base_url)
        self._opener = client(TRIGGER_TIMEOUT)

    def post(self, channel: str, text: str, blocks: Blocks, *, thread_ts: str | None = None) -> PostedMessage:
        """Post to a channel, or to a person by user id; raises OutcomeUnknownError when it may be there."""
        reply = _call(
            After.UNKNOWN,
            lambda: self._writer.chat_postMessage(
                channel=channel,
                text=text,
                blocks=_plain(blocks),
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return PostedMessage(_text(reply, After.UNKNOWN, "channel"), _text(reply, After.UNKNOWN, "ts"))

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> None:
        """Rewrite a message of the bot's; may be done again after UnavailableError."""
        _call(
            After.HARMLESS,
            lambda: self._writer.chat_update(channel=channel, ts=ts, text=text, blocks=_plain(blocks)),
        )

    def ephemeral(self, channel: str, user: str, text: str, blocks: Blocks) -> None:
        """Show one person a message in a channel; raises OutcomeUnknownError when it may have been shown."""
        _call(
            After.UNKNOWN,
            lambda: self._writer.chat_postEphemeral(channel=channel, user=user, text=text, blocks=_plain(blocks)),
        )

    def open_view(self, trigger_id: str, view: View) -> str:
        """Open a modal and return its id; raises TriggerExpiredError, OutcomeUnknownError."""
        reply = _call(After.UNKNOWN, lambda: self._opener.views_open(trigger_id=trigger_id, view=dict(view)))
        return _text(reply, After.UNKNOWN, "view", "id")

    def update_view(self, view_id: str, view: View, hash: str | None = None) -> None:
        """Rewrite an open modal, with `hash` only if it is unchanged; may be done again after UnavailableError."""
        _call(After.HARMLESS, lambda: self._writer.views_update(view_id=view_id, view=dict(view), hash=hash))

    def publish_home(self, user: str, view: View) -> None:
        """Rewrite a person's Home; may be done again after UnavailableError."""
        _call(After.HARMLESS, lambda: self._writer.views_publish(user_id=user, view=dict(view)))

    def team(self) -> TeamIdentity:
        """Return whose token this is."""
        reply = _call(After.NOTHING, self._reader.auth_test)
        return TeamIdentity(
            _text(reply, After.NOTHING, "team_id"),
            _text(reply, After.NOTHING, "team", missing=""),
            _text(reply, After.NOTHING, "user_id"),
        )

    def user(self, user_id: str) -> SlackUser:
        """Return a person; raises SlackTargetError when there is none."""
        reply = _call(After.NOTHING, lambda: self._reader.users_info(user=user_id))
        names = (("user", "profile", "display_name"), ("user", "real_name"), ("user", "name"))
        name = next(filter(None, (_text(reply, After.NOTHING, *path, missing="") for path in names)), user_id)
        zone = _text(reply, After.NOTHING, "user", "tz", missing="") or "UTC"
        return SlackUser(_text(reply, After.NOTHING, "user", "id"), name, zone)

    def file(self, file_id: str) -> SlackFile:
        """Return a file that was shared where the bot is; raises RefusedError for one it does not see."""
        reply = _call(After.NOTHING, lambda: self._reader.files_info(file=file_id))
        found = reply.get("file")
        size = found.get("size") if isinstance(found, dict) else None
        return SlackFile(
            id=_text(reply, After.NOTHING, "file", "id"),
            name=_text(reply, After.NOTHING, "file", "name", missing="") or file_id,
            kind=_text(reply, After.NOTHING, "file", "filetype", missing=""),
            size=size if isinstance(size, int) else 0,
            address=_text(reply, After.NOTHING, "file", "url_private", missing=""),
        )

    def content(self, file: SlackFile, limit: int) -> bytes:
        """Return the bytes of a file; raises InvalidFieldError for more than `limit`, NoSuchEntryError."""
        return self._files.content(file, limit)

    def in_channel(self, channel: str) -> bool:
        """Say whether the bot can post there as a member; a channel it cannot see counts as no."""
        try:
            reply = _call(After.NOTHING, lambda: self._reader.conversations_info(channel=channel))
        except SlackTargetError:
            return False
        found = reply.get("channel")
        if not isinstance(found, dict):
            raise garbled(After.NOTHING, "no channel in the answer")
        if found.get("is_archived"):
            return False
        return bool(found.get("is_member") or found.get("is_im"))


def _call(after: After, send: Callable[[], SlackResponse]) -> SlackResponse:
    try:
        return send()
    except SlackApiError as error:
        raise refusal(error, after) from None
    except SlackRequestError as error:
        raise unreachable(type(error).__name__) from None
    except URLError as error:
        # Only these are sure to have happened before the request left.
        if isinstance(error.reason, ConnectionRefusedError | socket.gaierror):
            raise unreachable(type(error.reason).__name__) from None
        raise unanswered(after, type(error.reason).__name__) from None
    except (OSError, http.client.HTTPException) as error:
        raise unanswered(after, type(error).__name__) from None
    except ValueError as error:
        # The SDK lets an error of decoding through where an answer only looks like JSON.
        raise garbled(after, type(error).__name__) from None


def _plain(blocks: Blocks) -> list[dict[str, Any]]:
    return [dict(block) for block in blocks]


def _text(reply: SlackResponse, after: After, *path: str, missing: str | None = None) -> str:
    value: object = reply.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value
    if missing is None:
        raise garbled(after, f"no {'.'.join(path)} in the answer")
    return missing
