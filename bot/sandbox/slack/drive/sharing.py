"""A person shares a file; people and the bot read it."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import unicodedata
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive.events import Events
from bot.sandbox.slack.errors import ImpossibleError, need
from bot.sandbox.slack.model import Channel, Json, Message, SharedFile
from bot.sandbox.slack.seed import made_id
from bot.sandbox.slack.shown import message_seen

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of the largest file that can be shared here (real Slack takes more)."""

NAME_LIMIT = 255
FILE_SHARED = "file_shared"


async def share(slack: Slack, events: Events, body: Json) -> Json:
    """Let a person share a file: {user, channel, name, content (base64), text?, thread_ts?}.

    Returns the `message` as the person sees it, with its `files`, and `event`: the record of the `file_shared`
    event, or None. The event is sent only if the app is subscribed to it and is in the channel.
    """
    workspace, settings = slack.workspace, slack.settings
    user = workspace.person(need(body, "user"))
    channel = workspace.room(need(body, "channel"), user)
    if user.id not in channel.members or channel.is_archived:
        raise ImpossibleError(f"{user.real_name} cannot write in #{channel.name}")
    name, content, text = _name(need(body, "name")), _content(need(body, "content")), body.get("text") or ""
    if not isinstance(text, str):
        raise ImpossibleError("the text must be a string", status=400)
    message = workspace.post(channel, user.id, text, thread_ts=body.get("thread_ts"))
    message.files = (_file(message, name, content, settings.public_url),)
    event = None
    if FILE_SHARED in settings.events and settings.bot_url and workspace.bot_user_id in channel.members:
        _, event = await events.deliver(_event(slack, message, channel))
    return {"message": message_seen(slack, message, user), "event": event}


def file_seen(slack: Slack, file_id: Any, who: Any) -> SharedFile:
    """Return a file that this person can see, or raise ImpossibleError with status 404."""
    workspace = slack.workspace
    user = workspace.person(who)
    found = workspace.find_file(file_id)
    if found is None or not workspace.can_see(user, workspace.channels[found[0].channel]):
        raise ImpossibleError(f"{user.name} sees no file {file_id!r}", status=404)
    return found[1]


def as_download(file: SharedFile) -> Response:
    """Return the bytes as something to keep, which no browser shows as a page."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(file.content, media_type=file.mimetype, headers=headers)


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LIMIT:
        raise ImpossibleError(f"the file needs a name of at most {NAME_LIMIT} characters", status=400)
    if name in (".", "..") or any(c in "/\\" or unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise ImpossibleError("the file name may have no slashes and no control characters", status=400)
    return name


def _content(content: Any) -> bytes:
    too_large = ImpossibleError(f"the file is too large: at most {FILE_LIMIT // 1024**2} MB can be shared", status=400)
    if not isinstance(content, str):
        raise ImpossibleError("the content must be base64 text", status=400)
    if len(content) > (FILE_LIMIT + 2) // 3 * 4:
        raise too_large
    try:
        raw = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ImpossibleError("the content is not base64", status=400) from None
    if len(raw) > FILE_LIMIT:
        raise too_large
    if not raw:
        raise ImpossibleError("the file is empty", status=400)
    return raw


def _file(message: Message, name: str, content: bytes, base: str) -> SharedFile:
    suffix = PurePosixPath(name).suffix.lower()
    file = SharedFile(
        id=made_id("F", f"{message.channel} {message.ts}"),
        name=name,
        mimetype=mimetypes.guess_type(f"file{suffix}")[0] or "application/octet-stream",
        filetype={"": "binary", "txt": "text"}.get(suffix[1:], suffix[1:]),
        user=message.user,
        created=int(float(message.ts)),
        url="",
        content=content,
    )
    return replace(file, url=f"{base}/files-pri/{file.id}/{quote(name, safe='')}")


def _event(slack: Slack, message: Message, channel: Channel) -> Json:
    (file,) = message.files
    return {
        "type": FILE_SHARED,
        "channel_id": channel.id,
        "file_id": file.id,
        "user_id": message.user,
        "file": {"id": file.id},
        "event_ts": slack.workspace.new_ts(),
    }
