"""Find what a person points at: only what is before their eyes."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.errors import ImpossibleError
from bot.sandbox.slack.model import Blocks, Json, Message, User, View
from bot.sandbox.slack.parts import interactive

_FORM_GONE = "This form is closed. Open it again."
_GONE = "This is no longer there. What the message says now is what counts."
_UNSEEN = "You do not see this message any more."


def find_surface(slack: Slack, user: User, body: Json) -> Message | View:
    """Return the message or view that `body` points at with `view_id`, `channel` and `ts`.

    With `channel` alone it is the newest message there that has the element; with
    nothing, the modal in front, or else Home.
    """
    if body.get("view_id"):
        return find_view(slack, user, body["view_id"])
    if body.get("channel"):
        return _find_message(slack, user, body)
    view = slack.views.top(user.id) or slack.views.homes.get(user.id)
    if view is None:
        raise ImpossibleError(f"{user.name} has no modal and no Home open; name a channel", words=_FORM_GONE)
    return view


def find_view(slack: Slack, user: User, view_id: Any) -> View:
    """Return the modal in front of this user, or their Home, if that is its id."""
    top, home = slack.views.top(user.id), slack.views.homes.get(user.id)
    for view in (top, home):
        if view is not None and view.id == view_id:
            return view
    raise ImpossibleError(f"{user.name} does not have view {view_id} before them", words=_FORM_GONE)


def find_modal(slack: Slack, user: User, view_id: Any) -> View:
    """Return the modal in front of this user, which must have this id if one is given."""
    top = slack.views.top(user.id)
    if top is None:
        raise ImpossibleError(f"{user.name} has no modal open", words=_FORM_GONE)
    if view_id is not None and top.id != view_id:
        raise ImpossibleError(f"{user.name} does not have view {view_id} before them", words=_FORM_GONE)
    return top


def _find_message(slack: Slack, user: User, body: Json) -> Message:
    channel = slack.workspace.room(body["channel"], user)
    if user.id not in channel.members:
        words = "You are not a member of this channel: you can read it, but not use its buttons."
        raise ImpossibleError(f"{user.name} is not a member of {channel.name}", words=words)
    seen = slack.workspace.seen_by(user, channel)
    if body.get("ts"):
        for message in seen:
            if message.ts == body["ts"]:
                return message
        raise ImpossibleError(f"{user.name} sees no message {body['ts']} in {channel.name}", words=_UNSEEN)
    for message in reversed(seen):
        if matching(message.blocks, body):
            return message
    raise ImpossibleError(f"{user.name} sees no {body.get('action_id')} in {channel.name}", words=_GONE)


def find_element(blocks: Blocks, body: Json, user: User) -> tuple[Json, Json]:
    """Return the block and element that `body` names by `action_id`, `block_id` and `value`."""
    found = matching(blocks, body)
    if not found:
        here = ", ".join(element["action_id"] for _, element in interactive(blocks))
        known = f"there is: {here or 'nothing to touch'}"
        raise ImpossibleError(f"there is no {body.get('action_id')} here; {known}", words=_GONE)
    if len(found) > 1:
        raise ImpossibleError(f"there are {len(found)} of {body['action_id']}; give block_id or value")
    block, element = found[0]
    visible = element.get("visible_to_user_ids")
    if visible and user.id not in visible:
        raise ImpossibleError(f"{user.name} does not see {body['action_id']}", words="This is not for you to use.")
    return block, element


def matching(blocks: Blocks, body: Json) -> list[tuple[Json, Json]]:
    """Return the elements, each with its block, that `body` could mean."""
    return [
        (block, element)
        for block, element in interactive(blocks)
        if element["action_id"] == body.get("action_id")
        and body.get("block_id") in (None, block["block_id"])
        and (element["type"] != "button" or body.get("value") in (None, element.get("value")))
    ]
