"""The files.* methods."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.api.method import Call, Method
from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json, SharedFile


def visible(slack: Slack, file_id: Any) -> SharedFile | None:
    """Return a file that was shared where the bot is a member."""
    workspace = slack.workspace
    found = workspace.find_file(file_id)
    if found is None or workspace.bot_user_id not in workspace.channels[found[0].channel].members:
        return None
    return found[1]


def _info(call: Call) -> Json:
    workspace = call.slack.workspace
    file, found = visible(call.slack, call.args["file"]), workspace.find_file(call.args["file"])
    if file is None or found is None:
        raise SlackError("file_not_found")
    channel = workspace.channels[found[0].channel]
    kind = "ims" if channel.is_im else "groups" if channel.is_private else "channels"
    where = {"channels": [], "groups": [], "ims": [], kind: [channel.id]}
    more = {"comments": [], "response_metadata": {"next_cursor": ""}}
    return {"file": {**file.to_json(), "is_public": kind == "channels", **where}, **more}


METHODS = {
    "files.info": Method(
        _info,
        {"file": "string"},
        ("file",),
        "files:read",
        tier=4,
        ignored=frozenset({"count", "cursor", "limit", "page"}),
    ),
}
"""The methods of this family."""
