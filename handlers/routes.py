"""The routing table: everything Slack can send, and what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient

from blocks.ids import Action, Shortcut, View
from blocks.kit import Block
from handlers import buttons, commands, documents, editing, events, items, modals, receipts, rules, suppliers
from handlers.desk import Desk, ephemeral, place_of, placed, typed
from handlers.failures import answer_error

COMMAND = "/dext"

Button = Callable[[Desk, dict[str, Any], commands.OpenView], None]
Form = Callable[[Desk, dict[str, Any]], Block | None]
Choices = Callable[[Desk, dict[str, Any]], Block]

BUTTONS: Mapping[Action, Button] = {
    Action.LINK_OPEN: buttons.nothing,
    Action.BILL_OPEN: buttons.nothing,
    Action.LINK_NEW: buttons.link_new,
    Action.CONNECTION_FINISH: buttons.connection_finish,
    Action.CONNECTION_DROP: buttons.connection_drop,
    Action.LISTS_REFRESH: buttons.lists_refresh,
    Action.LISTS_PAGE: buttons.lists_page,
    Action.ITEMS_PAGE: buttons.items_page,
    Action.ITEMS_CHECK: buttons.items_check,
    Action.ITEM_REQUEST: buttons.item_request,
    Action.ITEMS_REQUEST: buttons.items_request,
    Action.INBOX_PAGE: items.inbox_page,
    Action.ITEM_OPEN: items.item_open,
    Action.DOCUMENT_SHOW: documents.document_show,
    Action.DOCUMENT_OPEN: buttons.nothing,
    Action.BROWSER_CONFIRM: documents.browser_confirm,
    Action.RECEIPT_BUSINESS: receipts.receipt_business,
    Action.SUPPLIER_NEW: suppliers.supplier_new,
    Action.ITEM_APPROVE: buttons.item_approve,
    Action.ITEM_REJECT: buttons.item_reject,
    Action.PUBLISH_RETRY: buttons.publish_retry,
    Action.PUBLISH_PAUSE: buttons.publish_pause,
    Action.PUBLISH_RESUME: buttons.publish_resume,
    Action.BREAK_SNOOZE: buttons.break_snooze,
    Action.BREAK_WAKE: buttons.break_wake,
    Action.BREAK_STOPPED: buttons.break_stopped,
    Action.HISTORY_PAGE: buttons.history_page,
    Action.SETTINGS_OPEN: buttons.settings_open,
    Action.SETTINGS_COPY: buttons.settings_copy,
    Action.STATUS_SHOW: buttons.status_show,
    Action.ASK_OPEN: buttons.ask_open,
    Action.ASK_DONE: buttons.ask_done,
    Action.ASK_DECLINE: buttons.ask_decline,
    Action.ALARM_SETTLE: buttons.alarm_settle,
    Action.BUSINESS_CHOOSE: buttons.business_choose,
    Action.BUSINESS_FIND: buttons.business_choose,
    Action.CLIENTS_PAGE: buttons.clients_page,
    Action.ITEM_EDIT: editing.item_edit,
    Action.ITEM_CHECK: editing.item_check,
    Action.LINES_OPEN: editing.lines_open,
    Action.LINES_ADD: editing.lines_add,
    Action.LINES_SPLIT: editing.lines_split,
    Action.LINE_REMOVE: editing.line_remove,
    Action.RULES_PAGE: rules.rules_page,
    Action.RULE_NEW: rules.rule_new,
    Action.RULE_FROM: rules.rule_from,
    Action.RULE_EDIT: rules.rule_edit,
    Action.RULE_KIND: rules.rule_kind,
    Action.RULE_MOVE: rules.rule_move,
    Action.RULE_REMOVE: rules.rule_remove,
    Action.RATE_NEW: rules.rate_new,
    Action.RATE_REMOVE: rules.rate_remove,
}

FORMS: Mapping[View, Form] = {
    View.REJECT: modals.reject,
    View.SETTINGS: modals.change_settings,
    View.DISCONNECT: modals.disconnect,
    View.ASK: modals.ask,
    View.COPY: modals.copy_settings,
    View.SUPPLIER: suppliers.create_supplier,
    View.ITEM_EDIT: editing.save_item,
    View.LINES: editing.save_lines,
    View.RULE: rules.save_rule,
    View.RULE_APPLY: rules.apply_rule,
    View.RATE: rules.save_rate,
}

EVENTS: Mapping[str, Form] = {
    "app_home_opened": events.home_opened,
    "file_shared": receipts.file_shared,
}

SHORTCUTS: Mapping[Shortcut, Form] = {
    Shortcut.SEND_RECEIPT: receipts.send_receipt,
}

CHOICES: Mapping[Action, Choices] = {
    Action.TAX_ACCOUNT: modals.tax_accounts,
    Action.ZONE: modals.zones,
    Action.BUSINESS_FIND: modals.businesses,
    Action.COUNTRY: suppliers.countries,
    Action.ENTRY_PICK: editing.entries,
}


def register(app: App, desk: Desk) -> None:
    """Connect the table to Slack's framework; commands first, since listeners are matched one by one."""

    @app.command(COMMAND)
    def on_command(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        answer = commands.run(desk, typed(body), body.get("text") or "", _opener(client, body))
        ack(ephemeral(answer) if answer is not None else "")

    def on_button(handle: Button) -> Callable[..., None]:
        def listener(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            handle(desk, body, _opener(client, body))
            ack()

        return listener

    def on_form(handle: Form) -> Callable[..., None]:
        def listener(ack: Ack, body: dict[str, Any]) -> None:
            said = handle(desk, body)
            if said is not None and "view" in said:
                said = said | {"view": placed(said["view"], place_of(body))}
            ack(said or "")

        return listener

    def on_event(handle: Form) -> Callable[..., None]:
        def listener(ack: Ack, body: dict[str, Any]) -> None:
            handle(desk, body)
            ack()

        return listener

    def on_choices(handle: Choices) -> Callable[..., None]:
        def listener(ack: Ack, body: dict[str, Any]) -> None:
            ack(handle(desk, body))

        return listener

    for action, button in BUTTONS.items():
        # "items.page" also answers for "items.page.next", "item.request" for "item.request.7": within a
        # message every action id is used once.
        app.action(_with_suffix(action))(on_button(button))
    for view, form in FORMS.items():
        app.view(view.value)(on_form(form))
    for action, choices in CHOICES.items():
        app.options(_with_suffix(action))(on_choices(choices))
        if action not in BUTTONS:
            # A choice in a menu is reported as an action too; it counts when the form is submitted.
            app.action(_with_suffix(action))(on_button(buttons.nothing))

    for shortcut, used in SHORTCUTS.items():
        app.message_shortcut(shortcut.value)(on_event(used))
    for event, heard in EVENTS.items():
        app.event(event)(on_event(heard))

    @app.error
    def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        return answer_error(desk, error, body)


def _with_suffix(action: Action) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(action)}(\.\w+)?$")


def _opener(client: WebClient, body: dict[str, Any]) -> commands.OpenView:
    """Return what shows a form: over the form that was clicked in, or in its place if it is the same one drawn anew."""
    clicked_in, channel_id = body.get("view") or {}, place_of(body)

    def open_view(view: Block) -> None:
        view = placed(view, channel_id)
        if clicked_in.get("type") != "modal":
            client.views_open(trigger_id=body["trigger_id"], view=view)
        elif clicked_in.get("callback_id") == view["callback_id"]:
            client.views_update(view_id=clicked_in["id"], view=view)
        else:
            client.views_push(trigger_id=body["trigger_id"], view=view)

    return open_view
