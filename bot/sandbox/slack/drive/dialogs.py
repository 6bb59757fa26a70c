"""What people do in modals: type, submit, close."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.check import check_ack
from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive import payloads
from bot.sandbox.slack.drive.choices import choose, complaint
from bot.sandbox.slack.drive.finding import find_element, find_modal, find_surface
from bot.sandbox.slack.drive.outgoing import Delivery, Outgoing
from bot.sandbox.slack.drive.person import outcome, send_action
from bot.sandbox.slack.errors import ImpossibleError, SlackError
from bot.sandbox.slack.model import Json, Surface, User, View
from bot.sandbox.slack.parts import CHOSEN_KEY, interactive, state_values

_TROUBLE = "We had some trouble connecting. Try again?"


async def enter(slack: Slack, out: Outgoing, body: Json) -> Json:
    """Type or choose in an input block; tells the bot only if the block dispatches actions."""
    user = slack.workspace.person(body.get("user"))
    surface = find_surface(slack, user, body)
    block, element = find_element(surface.blocks, {**body, "value": None}, user)
    if block["type"] != "input":
        raise ImpossibleError("this is not an input; use /_control/click")
    given = body.get("value", body.get("selected"))
    state = _put(slack, user, surface, block, element, given)
    if not block.get("dispatch_action"):
        return outcome(slack, user, slack.workspace.revision, None, state=state)
    chosen = {CHOSEN_KEY[element["type"]]: state[CHOSEN_KEY[element["type"]]]}
    return await send_action(slack, out, user, surface, block, element, chosen, blocks=surface.blocks)


def _put(slack: Slack, user: User, surface: Surface, block: Json, element: Json, given: Any) -> Json:
    place = (block["block_id"], element["action_id"])
    state = choose(element, given, slack.workspace, surface.suggested.get(place, []))
    if element["type"] == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    surface.typed.setdefault(user.id, {})[place] = state
    if isinstance(surface, View):
        surface.errors.pop(block["block_id"], None)
    return state


async def submit(slack: Slack, out: Outgoing, body: Json) -> Json:
    """Fill in a modal and press its submit button."""
    user = slack.workspace.person(body.get("user"))
    view = find_modal(slack, user, body.get("view_id"))
    if not view.source.get("submit"):
        raise ImpossibleError("this modal has no submit button")
    for block_id, action_id, given in _flat(body.get("values") or {}):
        where = {"action_id": action_id, "block_id": block_id}
        _put(slack, user, view, *find_element(view.blocks, where, user), given)
    _demand_complete(view)
    since = slack.workspace.revision
    payload = payloads.basis(slack, "view_submission", user)
    payload |= {
        "view": slack.views.to_json(view),
        "trigger_id": slack.tickets.issue_trigger(user.id, view.id),
        "response_urls": _response_urls(slack, user, view),
    }
    delivery = await out.payload(payload)
    _apply(slack, user, view, delivery)
    return outcome(slack, user, since, delivery, errors=view.errors)


def _flat(values: Json) -> list[tuple[str | None, str, Any]]:
    """Return (block id, action id, value) from the nested or the short form of `values`."""
    found: list[tuple[str | None, str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict) and not {"value", "text", "type", "id"} & value.keys():
            found.extend((key, action_id, given) for action_id, given in value.items())
        else:
            found.append((None, key, value))
    return found


def _demand_complete(view: View) -> None:
    values = state_values(view.blocks, view.typed.get(view.user, {}))
    errors = {}
    for block, element in interactive(view.blocks):
        if block["type"] == "input":
            said = complaint(block, values[block["block_id"]][element["action_id"]])
            if said is not None:
                errors[block["block_id"]] = said
    if errors:
        raise ImpossibleError("Slack does not submit this: inputs are missing or wrong", errors=errors)


def _response_urls(slack: Slack, user: User, view: View) -> list[Json]:
    values = state_values(view.blocks, view.typed.get(view.user, {}))
    found = []
    for block, element in interactive(view.blocks):
        if not element.get("response_url_enabled"):
            continue
        chosen = values[block["block_id"]][element["action_id"]].get(CHOSEN_KEY[element["type"]])
        if chosen:
            path = slack.tickets.issue_response_url(user.id, chosen)
            where = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": chosen}
            found.append({**where, "response_url": payloads.response_url(slack, path)})
    return found


def _apply(slack: Slack, user: User, view: View, delivery: Delivery) -> None:
    """Do what the answer to a submission asks."""
    body = delivery.body
    if not delivery.accepted:
        slack.workspace.notify(user.id, _TROUBLE, view_id=view.id)
        return
    problems = check_ack(body, "submission", view=slack.views.to_json(view))
    found = slack.record("ack of view_submission", problems, body)
    if any(problem.hard for problem in problems):
        slack.workspace.notify(user.id, _TROUBLE, view_id=view.id)
        return
    if not body:
        slack.views.remove(view)
        return
    try:
        match body["response_action"]:
            case "errors":
                view.errors = dict(body["errors"])
                view.revision = slack.workspace.touch()
            case "update":
                slack.views.update(view, body["view"])
                view.problems = found
            case "push":
                slack.views.push(user.id, body["view"]).problems = found
            case "clear":
                slack.views.close(user.id, everything=True)
    except SlackError as refused:
        slack.warn("ack of view_submission", refused.code)
        slack.workspace.notify(user.id, _TROUBLE, view_id=view.id)


async def close(slack: Slack, out: Outgoing, body: Json) -> Json:
    """Close the modal in front, or with `all` every modal, as the cross in the corner does."""
    user = slack.workspace.person(body.get("user"))
    view = find_modal(slack, user, body.get("view_id"))
    since = slack.workspace.revision
    cleared = bool(body.get("all")) or bool(view.source.get("clear_on_close"))
    delivery: Delivery | None = None
    for closed in slack.views.close(user.id, everything=cleared):
        if closed.source.get("notify_on_close"):
            payload = payloads.basis(slack, "view_closed", user)
            payload |= {"view": slack.views.to_json(closed), "is_cleared": cleared}
            delivery = await out.payload(payload)
    return outcome(slack, user, since, delivery)
