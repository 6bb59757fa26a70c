"""What people see, as JSON: messages, views and notices, each with its plain text."""

from __future__ import annotations

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.model import Channel, Json, Message, Notice, User, View
from bot.sandbox.slack.parts import state_values
from bot.sandbox.slack.plain import render, render_view
from bot.sandbox.slack.seed import made_id


def names(slack: Slack) -> dict[str, str]:
    """Return the names by id of all users and channels."""
    workspace = slack.workspace
    people = {user.id: user.real_name for user in workspace.users.values()}
    return people | {channel.id: channel.name for channel in workspace.channels.values()}


def message_seen(slack: Slack, message: Message, viewer: User) -> Json:
    """Return a message as `viewer` sees it."""
    workspace = slack.workspace
    known = names(slack)
    values = state_values(message.blocks, message.typed.get(viewer.id, {}))
    drawn = {**workspace.message_json(message), "state": {"values": values}}
    return {
        "kind": "message",
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "name": known.get(message.user, message.user),
        "by_bot": message.by_bot,
        "text": message.text,
        "blocks": message.blocks,
        "state": {"values": values},
        "attachments": message.attachments,
        "files": [file.to_json() for file in message.files],
        "thread_ts": message.thread_ts,
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edited is not None,
        "updates": len(message.earlier),
        "metadata": message.metadata,
        "problems": message.problems,
        "plain": render(drawn, names=known, zone=viewer.tz, now=slack.clock.now()),
    }


def view_seen(slack: Slack, view: View) -> Json:
    """Return a view as its user sees it."""
    viewer = slack.workspace.users[view.user]
    body = slack.views.to_json(view)
    plain = render_view(body, names=names(slack), zone=viewer.tz, now=slack.clock.now(), errors=view.errors)
    seen = {"kind": view.kind, "user": view.user, "errors": view.errors, "problems": view.problems, "plain": plain}
    return {**body, **seen}


def notice_seen(notice: Notice) -> Json:
    """Return what Slack told somebody."""
    return {
        "kind": "notice",
        "channel": notice.channel,
        "view_id": notice.view_id,
        "ts": notice.at,
        "text": notice.text,
        "plain": f"(!) {notice.text}",
    }


def timeline(slack: Slack, channel: Channel, viewer: User) -> list[Json]:
    """Return what `viewer` sees in a channel, in order: messages, their ephemeral ones, notices."""
    seen = [message_seen(slack, message, viewer) for message in slack.workspace.seen_by(viewer, channel)]
    told = [
        notice_seen(notice)
        for notice in slack.workspace.notices
        if notice.user == viewer.id and notice.channel == channel.id
    ]
    return sorted([*seen, *told], key=lambda entry: str(entry["ts"]))


def changes(slack: Slack, viewer: User, since: int) -> list[Json]:
    """Return what came or changed before the eyes of `viewer` after revision `since`."""
    workspace, found = slack.workspace, []
    for message in workspace.messages:
        if message.revision <= since or message.ephemeral_to not in (None, viewer.id):
            continue
        if not workspace.can_see(viewer, workspace.channels[message.channel]):
            continue
        if message.deleted:
            found.append({"kind": "deleted", "channel": message.channel, "ts": message.ts})
        else:
            found.append(message_seen(slack, message, viewer))
    top, home = slack.views.top(viewer.id), slack.views.homes.get(viewer.id)
    found.extend(view_seen(slack, view) for view in (top, home) if view is not None and view.revision > since)
    told = [notice for notice in workspace.notices if notice.user == viewer.id and notice.revision > since]
    return [*found, *(notice_seen(notice) for notice in told)]


def surroundings(slack: Slack, viewer: User, since: int) -> Json:
    """Return what changed for `viewer` after revision `since`, with all that stands before their eyes."""
    workspace = slack.workspace
    return {
        "revision": workspace.revision,
        "now": slack.clock.now().isoformat(),
        "entries": changes(slack, viewer, since),
        "stack": [view.id for view in slack.views.stack(viewer.id)],
        "problems": len(slack.problems),
        "dm": made_id("D", viewer.id),
        "people": people_seen(slack),
        "rooms": [
            {
                "id": channel.id,
                "name": channel.name,
                "is_private": channel.is_private,
                "is_archived": channel.is_archived,
                "is_member": viewer.id in channel.members,
            }
            for channel in workspace.channels.values()
            if not channel.is_im and workspace.can_see(viewer, channel)
        ],
    }


def people_seen(slack: Slack) -> list[Json]:
    """Return who is in the workspace, as everybody may see it."""
    return [
        {
            "id": user.id,
            "name": user.name,
            "real_name": user.real_name,
            "title": user.title,
            "tz": user.tz,
            "is_admin": user.is_admin,
            "is_guest": user.is_restricted,
            "is_bot": user.is_bot,
        }
        for user in slack.workspace.users.values()
        if not user.deleted
    ]


def everything(slack: Slack) -> Json:
    """Return the whole state."""
    workspace, now = slack.workspace, slack.clock.now()
    return {
        "now": now.isoformat(),
        "team": {"id": slack.seed.team_id, "name": slack.seed.team_name, "domain": slack.seed.team_domain},
        "bot_url": slack.settings.bot_url,
        "users": [user.to_json(workspace.team_id, now) for user in workspace.users.values()],
        "channels": [
            {**channel.to_json(workspace.bot_user_id, workspace.team_id), "members": sorted(channel.members)}
            for channel in workspace.channels.values()
        ],
        "messages": [
            {**workspace.message_json(m), "channel": m.channel, "ephemeral_to": m.ephemeral_to, "deleted": m.deleted}
            for m in workspace.messages
        ],
        "views": {user: [view_seen(slack, view) for view in stack] for user, stack in slack.views.stacks.items()},
        "homes": {user: view_seen(slack, view) for user, view in slack.views.homes.items()},
        "notices": [{**notice_seen(notice), "user": notice.user} for notice in workspace.notices],
        "problems": slack.problems,
        "warnings": slack.warnings,
        "deliveries": slack.deliveries,
    }
