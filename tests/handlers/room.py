"""Slack's side of a request, signed as Slack signs it, and a desk whose services record what they are asked."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock, create_autospec
from urllib.parse import urlencode

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from blocks.ids import Action, Field, Shortcut, View
from bot.domain.lists import Entry, Found
from bot.domain.receipts import Taken
from bot.domain.views.editing import Edited
from bot.domain.views.rules import RuleEffect, RuleForm
from bot.services.applying import Applying
from bot.services.approvals import Approvals, Asked
from bot.services.asking import Asking
from bot.services.clients import Clients
from bot.services.connecting import Connecting
from bot.services.disconnecting import Disconnecting
from bot.services.dividing import Dividing
from bot.services.editing import Editing
from bot.services.finishing import Finishing
from bot.services.holding import Holding
from bot.services.inbox import Inbox
from bot.services.intake import Intake
from bot.services.lookup import Lookup
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.previews import Previews
from bot.services.prompts import Prompts
from bot.services.rates import Rates
from bot.services.receipts import Receipts
from bot.services.refreshing import Refreshing
from bot.services.rules import Rules
from bot.services.status import Status
from bot.services.suppliers import Suppliers
from bot.services.watching import Watching
from handlers.desk import Desk
from handlers.routes import register
from tests.blocks import states_editing as states
from tests.blocks import views as v
from tests.blocks.inbox_views import document_offer, inbox_list, item_view, order, supplier_form, upload

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, REPLY = "T0TEAM", "https://hooks.slack.example/actions/1"


@dataclass
class Room:
    """Be the app with stub services; what they were asked and what people were told is kept."""

    app: App
    desk: Desk
    opened: list[dict[str, Any]] = field(default_factory=list)
    fails_to_open: Exception | None = None

    @property
    def told(self) -> list[dict[str, Any]]:
        """Return the answers that were kept for delivery."""
        names = ("workspace_id", "user_id", "channel_id", "text", "blocks", "reply_to")
        asked: Mock = self.desk.messages.answer  # type: ignore[assignment]
        return [dict(zip(names, call.args, strict=True)) for call in asked.call_args_list]

    def send(self, form: dict[str, str]) -> BoltResponse:
        """Send a signed request as Slack does, and return the answer."""
        return self._deliver(urlencode(form), "application/x-www-form-urlencoded")

    def _deliver(self, body: str, kind: str) -> BoltResponse:
        now = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
        headers: dict[str, str | Sequence[str]] = {
            "content-type": kind,
            "x-slack-request-timestamp": now,
            "x-slack-signature": str(signature),
        }
        return self.app.dispatch(BoltRequest(body=body, headers=headers))

    def type(self, text: str, user: str = v.ADMIN) -> BoltResponse:
        return self.send(
            {
                "command": "/dext",
                "text": text,
                "team_id": TEAM,
                "user_id": user,
                "channel_id": v.CHANNEL,
                "trigger_id": "1.2.three",
                "response_url": "https://hooks.slack.example/commands/1",
                "api_app_id": "A1",
            }
        )

    def click(self, action: str, value: dict[str, Any] | None = None, *, whispered: bool = False) -> BoltResponse:
        clicked: dict[str, Any] = {"type": "button", "action_id": action, "block_id": "b"}
        if value is not None:
            clicked["value"] = json.dumps(value)
        container = {"type": "message", "channel_id": v.CHANNEL, "message_ts": "1.2", "is_ephemeral": whispered}
        return self._interact(
            {
                "type": "block_actions",
                "actions": [clicked],
                "container": container,
                "channel": {"id": v.CHANNEL, "name": "bills"},
                "response_url": REPLY,
                "trigger_id": "1.2.three",
            }
        )

    def submit(self, view: View, values: Mapping[Any, Any], memory: dict[str, Any] | None = None) -> BoltResponse:
        shown = {
            "id": "V1",
            "type": "modal",
            "callback_id": view.value,
            "private_metadata": json.dumps(memory or {}),
            "state": {"values": values},
        }
        return self._interact({"type": "view_submission", "view": shown})

    def choose(self, action: str, value: str, block_id: str = "b") -> BoltResponse:
        """Choose from a menu in a message."""
        chosen = {"type": "external_select", "action_id": action, "block_id": block_id}
        container = {"type": "message", "channel_id": v.CHANNEL, "message_ts": "1.2", "is_ephemeral": True}
        return self._interact(
            {
                "type": "block_actions",
                "actions": [
                    chosen | {"selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": value}}
                ],
                "container": container,
                "channel": {"id": v.CHANNEL, "name": "bills"},
                "response_url": REPLY,
                "trigger_id": "1.2.three",
            }
        )

    def click_in(self, form: Mapping[str, Any], action: str, value: dict[str, Any] | None = None) -> BoltResponse:
        """Click in a form, or be done with one of its inputs; what is typed is what the form came with."""
        clicked: dict[str, Any] = {"type": "button", "action_id": action, "block_id": "b"}
        if value is not None:
            clicked["value"] = json.dumps(value)
        container = {"type": "view", "view_id": "V1"}
        whole = {"type": "block_actions", "actions": [clicked], "container": container, "view": standing(form)}
        return self._interact(whole | {"trigger_id": "1.2.three"})

    def send_back(self, form: Mapping[str, Any], **typed: Any) -> BoltResponse:
        """Submit a form as it came, with some inputs changed, by the first part of their block's id."""
        return self._interact({"type": "view_submission", "view": standing(form, **typed)})

    def look_in(self, form: Mapping[str, Any], action: str, words: str) -> BoltResponse:
        """Type into a menu of a form that asks for choices."""
        asked = {"type": "block_suggestion", "action_id": action, "block_id": "b", "value": words}
        return self._interact(asked | {"container": {"type": "view", "view_id": "V1"}, "view": standing(form)})

    def look_for(self, action: Action, typed: str) -> BoltResponse:
        return self._interact(
            {
                "type": "block_suggestion",
                "action_id": action.value,
                "block_id": "tax_account",
                "value": typed,
                "container": {"type": "view", "view_id": "V1"},
            }
        )

    def use(self, shortcut: Shortcut, message: dict[str, Any]) -> BoltResponse:
        """Use a shortcut on a message."""
        where = {"channel": {"id": v.CHANNEL, "name": "bills"}, "message": message, "message_ts": message.get("ts")}
        used = {"type": "message_action", "callback_id": shortcut.value, "response_url": REPLY, "trigger_id": "1.2.3"}
        return self._interact(used | where)

    def happens(self, event: dict[str, Any], event_id: str = "Ev1") -> BoltResponse:
        """Tell the bot of an event, as Slack does with a JSON body."""
        whole = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": event_id, "event": event}
        return self._deliver(json.dumps(whole), "application/json")

    def click_at_home(self, action: str, value: dict[str, Any] | None = None) -> BoltResponse:
        clicked = {"type": "button", "action_id": action, "block_id": "b", "value": json.dumps(value or {})}
        container = {"type": "view", "view_id": "V1"}
        view = {"id": "V1", "type": "home", "private_metadata": ""}
        whole = {"type": "block_actions", "actions": [clicked], "container": container, "view": view}
        return self._interact(whole | {"trigger_id": "1.2.three"})

    def _interact(self, payload: dict[str, Any]) -> BoltResponse:
        person = {"id": v.APPROVER, "username": "al", "team_id": TEAM}
        whole = {"team": {"id": TEAM, "domain": "harbour"}, "user": person, "api_app_id": "A1"} | payload
        return self.send({"payload": json.dumps(whole)})


_INITIAL = {
    "initial_value": "value",
    "initial_date": "selected_date",
    "initial_option": "selected_option",
    "initial_options": "selected_options",
    "initial_user": "selected_user",
}
_EMPTY = {
    "plain_text_input": "value",
    "datepicker": "selected_date",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
}


def standing(form: Mapping[str, Any], **typed: Any) -> dict[str, Any]:
    """Return a form as Slack reports it: what it came with, and what somebody typed over it."""
    values: dict[str, Any] = {}
    for block in form["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"].partition(".")[0]
        key = _EMPTY[element["type"]]
        came: Any = next(
            (element[initial] for initial in _INITIAL if initial in element), [] if key.endswith("s") else None
        )
        state = {"type": element["type"], key: typed.get(name, typed.get(block["block_id"], came))}
        values[block["block_id"]] = {element["action_id"]: state}
    return {**form, "id": "V1", "hash": "1.a", "state": {"values": values}}


def make_room() -> Room:
    """Make the app with the product's own routing table."""
    people, connecting = create_autospec(People, instance=True), create_autospec(Connecting, instance=True)
    refreshing, intake = create_autospec(Refreshing, instance=True), create_autospec(Intake, instance=True)
    approvals, status = create_autospec(Approvals, instance=True), create_autospec(Status, instance=True)
    finishing = create_autospec(Finishing, instance=True)
    connecting.offer.return_value = v.offer()
    refreshing.request.return_value = (v.refresh(), False)
    status.standing.return_value = v.standing()
    status.publish_list.return_value = v.publish_list()
    approvals.request.return_value = Asked(v.BUSINESS, (v.item(7),), ())
    approvals.check_may_decide.return_value = v.card()
    people.settings.return_value = v.settings_form()
    people.change_settings.return_value = v.BUSINESS
    lookup = create_autospec(Lookup, instance=True)
    lookup.page.return_value = v.entry_page()
    lookup.find.return_value = Found((Entry("0ca01TAX", "Sales Tax", number="2210"),), more=False)
    messages = create_autospec(Messages, instance=True)
    holding, prompts = create_autospec(Holding, instance=True), create_autospec(Prompts, instance=True)
    disconnecting = create_autospec(Disconnecting, instance=True)
    prompts.stopped.return_value = v.stopped_items(1)
    disconnecting.form.return_value = v.disconnect_form()
    disconnecting.disconnect.return_value = v.BUSINESS
    status.history.return_value = v.history(3)
    asking, clients = create_autospec(Asking, instance=True), create_autospec(Clients, instance=True)
    watching = create_autospec(Watching, instance=True)
    asking.form.return_value = asking.ask.return_value = v.ask_form()
    clients.page.return_value = v.clients_page()
    clients.mine.return_value = [v.BUSINESS]
    clients.copy_settings.return_value = v.copied()
    previews = create_autospec(Previews, instance=True)
    previews.offer.return_value = document_offer()
    suppliers = create_autospec(Suppliers, instance=True)
    suppliers.form.return_value = supplier_form()
    suppliers.order.return_value = order()
    receipts = create_autospec(Receipts, instance=True)
    receipts.take.return_value = Taken((upload(),), ())
    inbox = create_autospec(Inbox, instance=True)
    inbox.list.return_value = inbox_list()
    inbox.item.return_value = inbox.open.return_value = item_view()
    editing, dividing = create_autospec(Editing, instance=True), create_autospec(Dividing, instance=True)
    rules, applying = create_autospec(Rules, instance=True), create_autospec(Applying, instance=True)
    rates = create_autospec(Rates, instance=True)
    editing.form.return_value, dividing.form.return_value = states.edit_form(), states.lines_form()
    editing.id_of.return_value = ("item7", "biz1")
    editing.save.return_value = dividing.save.return_value = Edited(states.item(), states.CHANGES[:1])
    for change in ("add", "remove", "split"):
        getattr(dividing, change).return_value = states.lines_form(3)
    rules.listing.return_value = states.rule_list(states.RULE)
    rules.form.return_value = RuleForm(v.BUSINESS, states.RULE, states.RATES)
    rules.save.return_value = rules.remove.return_value = applying.request.return_value = states.RULE
    rules.trial.return_value = states.trial()
    applying.effect.return_value = RuleEffect(v.BUSINESS, states.RULE, 0, ())
    rates.listing.return_value = (v.BUSINESS, states.RATES, True)
    rates.check_may_add.return_value, rates.add.return_value = v.BUSINESS, states.RATES[0]
    desk = Desk(
        people=people,
        asking=asking,
        clients=clients,
        watching=watching,
        connecting=connecting,
        finishing=finishing,
        refreshing=refreshing,
        intake=intake,
        approvals=approvals,
        holding=holding,
        prompts=prompts,
        disconnecting=disconnecting,
        status=status,
        lookup=lookup,
        inbox=inbox,
        previews=previews,
        receipts=receipts,
        suppliers=suppliers,
        editing=editing,
        dividing=dividing,
        rules=rules,
        applying=applying,
        rates=rates,
        messages=messages,
    )
    app = App(
        signing_secret=SECRET,
        client=WebClient(token="xoxb-none"),
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-none", bot_user_id="U0BOT"
        ),
        process_before_response=True,
        ssl_check_enabled=False,
    )
    register(app, desk)
    return Room(app, desk)


def refused_by_slack(word: str, *hints: str) -> SlackApiError:
    """Return what the SDK raises when Slack says no."""
    answer = {"ok": False, "error": word, "response_metadata": {"messages": list(hints)}}
    return SlackApiError("no", answer)  # type: ignore[no-untyped-call]


def typed_settings(**changes: Any) -> dict[str, Any]:
    """Return a settings form as Slack sends it back."""
    account = {"type": "external_select", "selected_option": None}
    values: dict[str, Any] = {
        Field.CHANNEL: {Field.CHANNEL: {"selected_conversation": v.CHANNEL}},
        Field.ADMIN: {Field.ADMIN: {"selected_users": [v.ADMIN]}},
        Field.FINANCE: {Field.FINANCE: {"selected_users": [v.FINANCE]}},
        Field.APPROVER: {Field.APPROVER: {"selected_users": [v.APPROVER]}},
        Field.AUDITOR: {Field.AUDITOR: {"selected_users": []}},
        Field.TAX: {Field.TAX: {"selected_option": {"value": "inside"}}},
        Field.TAX_ACCOUNT: {Action.TAX_ACCOUNT: account},
        Field.ADMIN_CHANNEL: {Field.ADMIN_CHANNEL: {"selected_conversation": None}},
        Field.FALLBACK_CHANNEL: {Field.FALLBACK_CHANNEL: {"selected_conversation": None}},
        Field.ZONE: {Action.ZONE: {"selected_option": {"value": "Europe/London"}}},
        Field.CLOSING: {Field.CLOSING: {"selected_date": "2026-11-30"}},
        Field.OUTAGE: {Field.OUTAGE: {"selected_option": {"value": "8"}}},
        Field.BILL_ENDS: {Field.BILL_ENDS: {"selected_date": "2027-03-01"}},
        Field.DEXT_ENDS: {Field.DEXT_ENDS: {"selected_date": None}},
    }
    return values | changes
