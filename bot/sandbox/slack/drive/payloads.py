"""The parts of payloads that Slack sends."""

from __future__ import annotations

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.model import Channel, Json, Message, User, View


def basis(slack: Slack, kind: str, user: User) -> Json:
    """Return what every interaction payload begins with."""
    seed = slack.seed
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": seed.team_id},
        "team": {"id": seed.team_id, "domain": seed.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": seed.app_id,
        "token": slack.verification_token,
    }


def channel_part(channel: Channel) -> Json:
    """Return a channel as payloads name it."""
    return {"id": channel.id, "name": channel_name(channel)}


def channel_name(channel: Channel) -> str:
    """Return the name of a channel as payloads give it: private ones are not named."""
    return "privategroup" if channel.is_private else channel.name


def on_message(slack: Slack, message: Message) -> Json:
    """Return the parts of a payload that say in which message something was touched."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    parts: Json = {"container": container, "channel": channel_part(slack.workspace.channels[message.channel])}
    if message.ephemeral_to is None:  # Slack keeps no ephemeral messages, so it has none to send.
        parts["message"] = slack.workspace.message_json(message)
    return parts


def on_view(slack: Slack, view: View) -> Json:
    """Return the parts of a payload that say in which view something was touched."""
    return {"container": {"type": "view", "view_id": view.id}, "view": slack.views.to_json(view)}


def response_url(slack: Slack, path: str) -> str:
    """Return the address of a response URL."""
    return slack.settings.public_url + path
