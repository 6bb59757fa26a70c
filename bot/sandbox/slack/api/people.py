"""The users.*, conversations.* and team.* methods."""

from __future__ import annotations

from typing import TypeVar

from bot.sandbox.slack.api.method import Call, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Channel, Json

T = TypeVar("T")


def _page(call: Call, entries: list[T]) -> tuple[list[T], Json]:
    """Return one page of `entries` and the metadata that leads to the next."""
    cursor, size = call.args.get("cursor", ""), call.args.get("limit", 0)
    if not 0 <= size <= 1000:
        raise SlackError("invalid_limit")
    start = 0
    if cursor:
        digits = cursor.removeprefix("next:")
        if not digits.isdigit() or int(digits) > len(entries):
            raise SlackError("invalid_cursor")
        start = int(digits)
    end = start + size if size else len(entries)
    following = f"next:{end}" if end < len(entries) else ""
    return entries[start:end], {"next_cursor": following}


def _user(call: Call) -> Json:
    user = call.slack.workspace.users.get(call.args["user"])
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user.to_json(call.slack.workspace.team_id, call.slack.clock.now())}


def _users(call: Call) -> Json:
    now, team_id = call.slack.clock.now(), call.slack.workspace.team_id
    page, metadata = _page(call, list(call.slack.workspace.users.values()))
    members = [user.to_json(team_id, now) for user in page]
    return {"members": members, "cache_ts": int(now.timestamp()), "response_metadata": metadata}


def _visible(call: Call) -> Channel:
    workspace = call.slack.workspace
    channel = workspace.channels.get(call.args["channel"])
    if channel is None or (channel.is_private and workspace.bot_user_id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def _conversation(call: Call) -> Json:
    workspace = call.slack.workspace
    return {"channel": _visible(call).to_json(workspace.bot_user_id, workspace.team_id)}


def _members(call: Call) -> Json:
    page, metadata = _page(call, sorted(_visible(call).members))
    return {"members": page, "response_metadata": metadata}


def _open(call: Call) -> Json:
    workspace, args = call.slack.workspace, call.args
    if "channel" in args:
        channel = _visible(call)
        if not channel.is_im:
            raise SlackError("channel_not_found")
        return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    users = [user for user in args.get("users", "").split(",") if user]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("invalid_arguments", ["[ERROR] this sandbox opens conversations with one person only"])
    if users[0] not in workspace.users:
        raise SlackError("user_not_found")
    if users[0] == workspace.bot_user_id:
        raise SlackError("cannot_dm_bot")
    before = set(workspace.channels)
    channel = workspace.dm(users[0])
    whole = channel.to_json(workspace.bot_user_id, workspace.team_id)
    shown = whole if args.get("return_im") else {"id": channel.id}
    known = channel.id in before
    return {"channel": shown, **({"no_op": True, "already_open": True} if known else {})}


def _team(call: Call) -> Json:
    seed = call.slack.seed
    team = {"id": seed.team_id, "name": seed.team_name, "domain": seed.team_domain, "email_domain": ""}
    return {"team": {**team, "icon": {"image_default": True}}}


METHODS = {
    "users.info": Method(_user, {"user": "string", "include_locale": "boolean"}, ("user",), "users:read", tier=4),
    "users.list": Method(
        _users,
        {"cursor": "string", "limit": "integer", "include_locale": "boolean", "team_id": "string"},
        scope="users:read",
        tier=2,
    ),
    "conversations.info": Method(
        _conversation,
        {"channel": "string", "include_locale": "boolean", "include_num_members": "boolean"},
        ("channel",),
        "channels:read",
    ),
    "conversations.members": Method(
        _members,
        {"channel": "string", "cursor": "string", "limit": "integer"},
        ("channel",),
        "channels:read",
        tier=4,
    ),
    "conversations.open": Method(
        _open,
        {"channel": "string", "users": "string", "return_im": "boolean", "prevent_creation": "boolean"},
        scope="im:write",
    ),
    "team.info": Method(_team, {"team": "string", "domain": "string"}, scope="team:read"),
}
"""The methods of these families."""
