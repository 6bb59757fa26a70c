"""Apply what the bot answers: command acknowledgements and posts to response URLs."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.check import check_ack, check_message
from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive.outgoing import Delivery
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Channel, Json, Message, User
from bot.sandbox.slack.tickets import ResponseUrl

_KNOWN = frozenset(
    {
        "text",
        "blocks",
        "attachments",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "metadata",
        "mrkdwn",
        "unfurl_links",
        "unfurl_media",
        "link_names",
        "parse",
    }
)


def apply_command_ack(slack: Slack, user: User, channel: Channel, typed: str, delivery: Delivery) -> None:
    """Show what a slash command was answered with, or that it failed."""
    workspace, name = slack.workspace, typed.split(" ")[0]
    if not delivery.accepted:
        why = "operation_timeout" if delivery.timed_out else "dispatch_failed"
        workspace.notify(user.id, f'{name} failed with the error "{why}"', channel.id)
        return
    problems = check_ack(delivery.body, "command")
    found = slack.record(f"ack of {name}", problems, delivery.body)
    if any(problem.hard for problem in problems):
        workspace.notify(user.id, f'{name} failed with the error "invalid_command_response"', channel.id)
        return
    payload = {"text": delivery.body} if isinstance(delivery.body, str) else delivery.body or {}
    public = payload.get("response_type") == "in_channel"
    if public:
        workspace.post(channel, user.id, typed)
    if any(payload.get(key) for key in ("text", "blocks", "attachments")):
        _say(slack, channel, payload, None if public else user.id).problems = found


def answer(slack: Slack, key: str, payload: Any) -> None:
    """Do what a post to a response URL asks, or raise SlackError."""
    ticket = slack.tickets.find_response_url(key)
    if not isinstance(payload, dict):
        raise SlackError("invalid_payload", status=400)
    for unknown in payload.keys() - _KNOWN:
        slack.warn("response_url", f"unknown argument {unknown!r}", value=payload[unknown])
    channel = slack.workspace.channels[ticket.channel]
    if _yes(payload.get("delete_original")):
        slack.workspace.delete(_original(slack, ticket))
        ticket.uses += 1
        return
    try:
        found = slack.demand("response_url", check_message(payload), payload)
    except SlackError as refused:
        refused.status = 400
        raise
    if _yes(payload.get("replace_original")):
        if ticket.from_command:
            slack.warn("response_url", "replace_original does nothing on the response URL of a command")
        else:
            original = _original(slack, ticket)
            ticket.uses += 1
            slack.workspace.update(original, payload.get("text", ""), payload.get("blocks"))
            original.problems = found
            return
    kind = payload.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_payload", status=400)
    ticket.uses += 1
    _say(slack, channel, payload, ticket.user if kind == "ephemeral" else None).problems = found


def _original(slack: Slack, ticket: ResponseUrl) -> Message:
    message = None
    if ticket.message_ts is not None:
        message = slack.workspace.find_message(ticket.channel, ticket.message_ts, ephemeral=True)
    if message is None:
        raise SlackError("message_not_found", status=404)
    return message


def _say(slack: Slack, channel: Channel, payload: Json, ephemeral_to: str | None) -> Message:
    return slack.workspace.post(
        channel,
        slack.workspace.bot_user_id,
        payload.get("text") or "",
        payload.get("blocks"),
        thread_ts=payload.get("thread_ts"),
        attachments=payload.get("attachments"),
        metadata=payload.get("metadata"),
        ephemeral_to=ephemeral_to,
    )


def _yes(value: Any) -> bool:
    return value is True or value == "true"
