"""The views.* methods."""

from __future__ import annotations

from bot.sandbox.slack.api.method import Call, Method
from bot.sandbox.slack.check import check_home, check_view
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Json, View


def _answer(call: Call, view: View, problems: list[Json]) -> Json:
    view.problems = problems
    return {"view": call.slack.views.to_json(view)}


def _checked(call: Call) -> list[Json]:
    view = call.args["view"]
    return call.slack.demand(call.method, check_view(view), view, prefix="/view", view=True)


def _modal_only(call: Call) -> None:
    if call.args["view"].get("type") != "modal":
        raise SlackError("invalid_arguments", ["[ERROR] must be a modal [json-pointer:/view/type]"])


def _trigger_id(call: Call) -> str:
    found: str | None = call.args.get("trigger_id") or call.args.get("interactivity_pointer")
    if found is None:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: trigger_id"])
    return found


def _open(call: Call) -> Json:
    _modal_only(call)
    problems = _checked(call)
    trigger = call.slack.tickets.take_trigger(_trigger_id(call))
    return _answer(call, call.slack.views.open(trigger.user, call.args["view"]), problems)


def _push(call: Call) -> Json:
    _modal_only(call)
    problems = _checked(call)
    trigger = call.slack.tickets.take_trigger(_trigger_id(call))
    top = call.slack.views.top(trigger.user)
    if trigger.view_id is None or top is None or top.id != trigger.view_id:
        raise SlackError("invalid_arguments", ["[ERROR] the trigger does not come from the modal in front"])
    return _answer(call, call.slack.views.push(trigger.user, call.args["view"]), problems)


def _update(call: Call) -> Json:
    args = call.args
    if ("view_id" in args) == ("external_id" in args):
        raise SlackError("invalid_arguments", ["[ERROR] give either view_id or external_id"])
    problems = _checked(call)
    view = call.slack.views.find(view_id=args.get("view_id"), external_id=args.get("external_id"))
    call.slack.views.update(view, args["view"], args.get("hash"))
    return _answer(call, view, problems)


def _publish(call: Call) -> Json:
    args = call.args
    if args["user_id"] not in call.slack.workspace.users:
        raise SlackError("user_not_found")
    if args["view"].get("type") != "home":
        raise SlackError("invalid_arguments", ["[ERROR] must be a home view [json-pointer:/view/type]"])
    problems = call.slack.demand(call.method, check_home(args["view"]), args["view"], prefix="/view", view=True)
    return _answer(call, call.slack.views.publish(args["user_id"], args["view"], args.get("hash")), problems)


METHODS = {
    "views.open": Method(
        _open,
        {"trigger_id": "string", "interactivity_pointer": "string", "view": "object"},
        ("view",),
        tier=4,
    ),
    "views.push": Method(
        _push,
        {"trigger_id": "string", "interactivity_pointer": "string", "view": "object"},
        ("view",),
        tier=4,
    ),
    "views.update": Method(
        _update,
        {"view": "object", "view_id": "string", "external_id": "string", "hash": "string"},
        ("view",),
        tier=4,
    ),
    "views.publish": Method(
        _publish, {"user_id": "string", "view": "object", "hash": "string"}, ("user_id", "view"), tier=4
    ),
}
"""The methods of this family."""
