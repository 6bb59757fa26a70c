"""The chat.* methods."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.api.method import Call, Kind, Method
from bot.sandbox.slack.check import check_message
from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import limit
from bot.sandbox.slack.model import Channel, Json, Message


def reach(slack: Slack, channel_id: str, *, posting: bool, bot: str) -> Channel:
    """Return the channel as the bot may use it; a user id stands for the conversation with them.

    Raises channel_not_found, cannot_dm_bot, is_archived or not_in_channel.
    """
    workspace = slack.workspace
    if channel_id == bot:
        raise SlackError("cannot_dm_bot")
    if posting and channel_id in workspace.users:
        return workspace.dm(channel_id)
    channel = workspace.channels.get(channel_id)
    if channel is None or (channel.is_private and bot not in channel.members):
        raise SlackError("channel_not_found")
    if channel.is_archived:
        raise SlackError("is_archived")
    if bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _own(call: Call, refusal: str) -> Message:
    workspace = call.slack.workspace
    channel_id = call.args["channel"]
    if channel_id not in workspace.channels:
        raise SlackError("channel_not_found")
    channel = reach(call.slack, channel_id, posting=False, bot=workspace.bot_user_id)
    message = workspace.find_message(channel.id, call.args["ts"])
    if message is None:
        raise SlackError("message_not_found")
    if not message.by_bot:
        raise SlackError(refusal)
    return message


def _thread(call: Call, channel: Channel) -> str | None:
    thread_ts = call.args.get("thread_ts")
    if thread_ts is None:
        return None
    root = call.slack.workspace.find_message(channel.id, thread_ts)
    if root is None:
        raise SlackError("thread_not_found")
    return root.thread_ts or root.ts


def _metadata(args: Json) -> Json | None:
    metadata: Any = args.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    return dict(metadata)


def _post_message(call: Call) -> Json:
    slack, args = call.slack, call.args
    channel = reach(slack, args["channel"], posting=True, bot=slack.workspace.bot_user_id)
    problems = slack.demand(call.method, check_message(args), args)
    message = slack.workspace.post(
        channel,
        slack.workspace.bot_user_id,
        (args.get("text") or args.get("markdown_text") or "")[: limit("message.text_cut")],
        args.get("blocks"),
        thread_ts=_thread(call, channel),
        metadata=_metadata(args),
        attachments=args.get("attachments"),
    )
    message.problems = problems
    return {"channel": channel.id, "ts": message.ts, "message": slack.workspace.message_json(message)}


def _post_ephemeral(call: Call) -> Json:
    slack, args = call.slack, call.args
    if args["channel"] in slack.workspace.users:
        raise SlackError("channel_not_found")
    channel = reach(slack, args["channel"], posting=True, bot=slack.workspace.bot_user_id)
    if args["user"] not in slack.workspace.users:
        raise SlackError("user_not_found")
    if args["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    problems = slack.demand(call.method, check_message(args), args)
    message = slack.workspace.post(
        channel,
        slack.workspace.bot_user_id,
        args.get("text", ""),
        args.get("blocks"),
        thread_ts=_thread(call, channel),
        attachments=args.get("attachments"),
        ephemeral_to=args["user"],
    )
    message.problems = problems
    return {"message_ts": message.ts}


def _update(call: Call) -> Json:
    slack, args = call.slack, call.args
    message = _own(call, "cant_update_message")
    problems = slack.demand(call.method, check_message(args, update=True), args)
    metadata = _metadata(args)
    slack.workspace.update(message, args.get("text", ""), args.get("blocks"))
    message.metadata = metadata if metadata is not None else message.metadata
    message.attachments = args.get("attachments", [])
    message.problems = problems
    shown = slack.workspace.message_json(message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def _delete(call: Call) -> Json:
    message = _own(call, "cant_delete_message")
    call.slack.workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


_CONTENT: dict[str, Kind] = {
    "channel": "string",
    "text": "string",
    "blocks": "list",
    "attachments": "list",
    "thread_ts": "string",
}
_LOOKS = frozenset(
    {
        "as_user",
        "icon_emoji",
        "icon_url",
        "link_names",
        "mrkdwn",
        "parse",
        "reply_broadcast",
        "unfurl_links",
        "unfurl_media",
        "username",
    }
)

METHODS = {
    "chat.postMessage": Method(
        _post_message,
        {**_CONTENT, "metadata": "object", "markdown_text": "string"},
        ("channel",),
        "chat:write",
        tier=None,
        ignored=_LOOKS,
    ),
    "chat.postEphemeral": Method(
        _post_ephemeral, {**_CONTENT, "user": "string"}, ("channel", "user"), "chat:write", tier=4, ignored=_LOOKS
    ),
    "chat.update": Method(
        _update,
        {**_CONTENT, "ts": "string", "metadata": "object"},
        ("channel", "ts"),
        "chat:write",
        ignored=_LOOKS,
    ),
    "chat.delete": Method(
        _delete, {"channel": "string", "ts": "string"}, ("channel", "ts"), "chat:write", ignored=_LOOKS
    ),
}
"""The methods of this family."""
