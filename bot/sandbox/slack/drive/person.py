"""What people do with commands, shortcuts and buttons."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.check import check_ack
from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive import payloads
from bot.sandbox.slack.drive.answers import apply_command_ack
from bot.sandbox.slack.drive.choices import choose
from bot.sandbox.slack.drive.finding import find_element, find_surface, matching
from bot.sandbox.slack.drive.outgoing import Delivery, Outgoing
from bot.sandbox.slack.errors import ImpossibleError, need
from bot.sandbox.slack.model import Blocks, Json, Message, Surface, User, View
from bot.sandbox.slack.parts import CHOSEN_KEY, state_values
from bot.sandbox.slack.rules.objects import offered
from bot.sandbox.slack.shown import changes, view_seen

_MENU_KEYS = frozenset({"options", "option_groups"})


def outcome(slack: Slack, user: User, since: int, delivery: Delivery | None, **extra: Any) -> Json:
    """Return what came of an act: the bot's answer and what the person sees of it."""
    top = slack.views.top(user.id)
    return {
        "sent": delivery is not None,
        "status": delivery.status if delivery else None,
        "elapsed_ms": delivery.elapsed_ms if delivery else 0,
        "ack_body": delivery.body if delivery else None,
        "timed_out": delivery.timed_out if delivery else False,
        "error": delivery.error if delivery else None,
        "shown": changes(slack, user, since),
        "view": view_seen(slack, top) if top else None,
        **extra,
    }


async def command(slack: Slack, out: Outgoing, body: Json) -> Json:
    """Type a slash command."""
    user = slack.workspace.person(body.get("user"))
    channel = slack.workspace.room(body.get("channel"), user)
    name = body.get("command", slack.seed.command)
    if body.get("thread_ts"):
        raise ImpossibleError(f"{name} is not supported in threads. Sorry!")
    if name != slack.seed.command:
        raise ImpossibleError(f"{name} is not a valid command")
    if user.id not in channel.members or channel.is_archived:
        raise ImpossibleError(f"{user.real_name} cannot write in #{channel.name}")
    since, text = slack.workspace.revision, str(body.get("text", ""))
    path = slack.tickets.issue_response_url(user.id, channel.id, from_command=True)
    fields = {
        "token": slack.verification_token,
        "team_id": slack.seed.team_id,
        "team_domain": slack.seed.team_domain,
        "channel_id": channel.id,
        "channel_name": payloads.channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": slack.seed.app_id,
        "is_enterprise_install": "false",
        "response_url": payloads.response_url(slack, path),
        "trigger_id": slack.tickets.issue_trigger(user.id),
    }
    delivery = await out.form("command", fields)
    apply_command_ack(slack, user, channel, f"{name} {text}".strip(), delivery)
    return outcome(slack, user, since, delivery)


async def shortcut(slack: Slack, out: Outgoing, body: Json) -> Json:
    """Use a message shortcut, or a global one if no message is named."""
    user = slack.workspace.person(body.get("user"))
    since = slack.workspace.revision
    named = bool(body.get("ts"))
    payload = payloads.basis(slack, "message_action" if named else "shortcut", user)
    payload |= {"callback_id": need(body, "callback_id"), "action_ts": slack.workspace.new_ts()}
    payload["trigger_id"] = slack.tickets.issue_trigger(user.id)
    if named:
        message = find_surface(slack, user, {"channel": need(body, "channel"), "ts": body["ts"]})
        if not isinstance(message, Message) or message.ephemeral_to:
            raise ImpossibleError("a message that only you see has no shortcuts")
        where = payloads.on_message(slack, message)
        path = slack.tickets.issue_response_url(user.id, message.channel)
        payload |= {"channel": where["channel"], "message": where["message"], "message_ts": message.ts}
        payload["response_url"] = payloads.response_url(slack, path)
    delivery = await out.payload(payload)
    if not delivery.accepted:
        title = next(
            (one.name for one in slack.seed.shortcuts if one.callback_id == body["callback_id"]), "The shortcut"
        )
        why = "did not answer in time" if delivery.timed_out else "could not be reached"
        if delivery.status is not None:
            why = "answered with an error"
        slack.workspace.notify(user.id, f"{title} did not work: the app {why}. Try again in a moment.")
    return outcome(slack, user, since, delivery)


async def click(slack: Slack, out: Outgoing, body: Json) -> Json:
    """Press a button, or choose in a menu outside an input block.

    `stale` lets a person whose screen is behind touch an earlier version of a message.
    """
    user = slack.workspace.person(body.get("user"))
    surface = find_surface(slack, user, body)
    blocks = surface.blocks
    if body.get("stale") and isinstance(surface, Message):
        blocks = _version_with(surface, body)
    block, element = find_element(blocks, body, user)
    if block["type"] == "input":
        raise ImpossibleError("this is an input; use /_control/type")
    dialog = element.get("confirm")
    if dialog is not None and body.get("confirm") is not True:
        asked = {key: dialog[key]["text"] for key in ("title", "text", "confirm", "deny")}
        return outcome(slack, user, slack.workspace.revision, None, confirm=asked)
    chosen = _pressed(slack, user, surface, block, element, body)
    return await send_action(slack, out, user, surface, block, element, chosen, blocks=blocks)


def _version_with(message: Message, body: Json) -> Blocks:
    """Return the latest version of a message that has the element."""
    for blocks in [message.blocks, *reversed(message.earlier)]:
        if matching(blocks, body):
            return blocks
    return message.blocks


def _pressed(slack: Slack, user: User, surface: Surface, block: Json, element: Json, body: Json) -> Json:
    if element["type"] == "button":
        return {"value": element["value"]} if "value" in element else {}
    if element["type"] not in CHOSEN_KEY:
        return {"value": body.get("value")}
    place = (block["block_id"], element["action_id"])
    given = body.get("selected", body.get("value"))
    state = choose(element, given, slack.workspace, surface.suggested.get(place, []))
    if element["type"] != "overflow":
        surface.typed.setdefault(user.id, {})[place] = state
    return {key: value for key, value in state.items() if key != "type"}


async def send_action(
    slack: Slack,
    out: Outgoing,
    user: User,
    surface: Surface,
    block: Json,
    element: Json,
    chosen: Json,
    *,
    blocks: Blocks,
) -> Json:
    """Send block_actions for one element and return what came of it."""
    since = slack.workspace.revision
    kept = {key: value for key, value in element.items() if key not in _MENU_KEYS}
    action = {**kept, **chosen, "block_id": block["block_id"], "action_ts": slack.workspace.new_ts()}
    payload = payloads.basis(slack, "block_actions", user)
    where: str | None = None
    if isinstance(surface, Message):
        where = surface.channel
        payload |= payloads.on_message(slack, surface)
        if "message" in payload:
            payload["message"]["blocks"] = blocks
        path = slack.tickets.issue_response_url(user.id, where, message_ts=surface.ts, thread_ts=surface.thread_ts)
        payload["response_url"] = payloads.response_url(slack, path)
        payload["state"] = {"values": state_values(blocks, surface.typed.get(user.id, {}))}
        payload["trigger_id"] = slack.tickets.issue_trigger(user.id)
    elif isinstance(surface, View):
        payload |= payloads.on_view(slack, surface)
        modal = surface.id if surface.kind == "modal" else None
        payload["trigger_id"] = slack.tickets.issue_trigger(user.id, modal)
    payload["actions"] = [action]
    delivery = await out.payload(payload)
    if delivery.accepted:
        slack.record("ack of block_actions", check_ack(delivery.body, "action"), delivery.body)
    _tell_failure(slack, user, delivery, where, surface.id if isinstance(surface, View) else None)
    link = element.get("url") or (chosen.get("selected_option") or {}).get("url")
    return outcome(slack, user, since, delivery, **({"url": link} if link else {}))


async def options(slack: Slack, out: Outgoing, body: Json) -> Json:
    """Type into a menu that asks the bot for its options."""
    user = slack.workspace.person(body.get("user"))
    surface = find_surface(slack, user, body)
    block, element = find_element(surface.blocks, body, user)
    query = str(body.get("query", ""))
    if element["type"] not in ("external_select", "multi_external_select"):
        raise ImpossibleError(f"{element['type']} does not ask the bot for options")
    if len(query) < element.get("min_query_length", 3):
        raise ImpossibleError(f"nothing is asked before {element.get('min_query_length', 3)} characters")
    since = slack.workspace.revision
    payload = payloads.basis(slack, "block_suggestion", user)
    payload |= {"action_id": element["action_id"], "block_id": block["block_id"], "value": query}
    if isinstance(surface, Message):
        payload |= payloads.on_message(slack, surface)
    else:
        payload |= payloads.on_view(slack, surface)
    delivery = await out.payload(payload)
    problems = check_ack(delivery.body, "options") if delivery.accepted else []
    found = slack.record("ack of block_suggestion", problems, delivery.body)
    choices: list[Json] = []
    if delivery.accepted and not any(problem.hard for problem in problems):
        choices = offered(delivery.body)
    else:
        slack.workspace.notify(user.id, "The options could not be loaded.", getattr(surface, "channel", None))
    surface.suggested[(block["block_id"], element["action_id"])] = choices
    return outcome(slack, user, since, delivery, options=choices, problems=found)


def _tell_failure(
    slack: Slack, user: User, delivery: Delivery, channel: str | None, view_id: str | None = None
) -> None:
    if not delivery.accepted:
        why = "operation_timeout" if delivery.timed_out else "dispatch_failed"
        slack.workspace.notify(user.id, f"That did not work: {why}. Try again?", channel, view_id)
