"""Every id that comes back from Slack: actions, views and input blocks, in one place."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Name what a button or menu does, as `noun.verb`."""

    LINK_OPEN = "link.open"
    LINK_NEW = "link.new"
    CONNECTION_FINISH = "connection.finish"
    CONNECTION_DROP = "connection.drop"
    LISTS_REFRESH = "lists.refresh"
    LISTS_PAGE = "lists.page"
    ITEM_REQUEST = "item.request"
    ITEMS_REQUEST = "items.request"
    ITEMS_PAGE = "items.page"
    ITEMS_CHECK = "items.check"
    INBOX_PAGE = "inbox.page"
    ITEM_OPEN = "item.open"
    DOCUMENT_SHOW = "document.show"
    DOCUMENT_OPEN = "document.open"
    BROWSER_CONFIRM = "browser.confirm"
    RECEIPT_BUSINESS = "receipt.business"
    SUPPLIER_NEW = "supplier.new"
    COUNTRY = "country.choose"
    ITEM_APPROVE = "item.approve"
    ITEM_REJECT = "item.reject"
    PUBLISH_RETRY = "publish.retry"
    BILL_OPEN = "bill.open"
    BREAK_SNOOZE = "break.snooze"
    BREAK_WAKE = "break.wake"
    BREAK_STOPPED = "break.stopped"
    PUBLISH_PAUSE = "publish.pause"
    PUBLISH_RESUME = "publish.resume"
    HISTORY_PAGE = "history.page"
    SETTINGS_OPEN = "settings.open"
    SETTINGS_COPY = "settings.copy"
    STATUS_SHOW = "status.show"
    ASK_OPEN = "ask.open"
    ASK_DONE = "ask.done"
    ASK_DECLINE = "ask.decline"
    ALARM_SETTLE = "alarm.settle"
    BUSINESS_CHOOSE = "business.choose"
    BUSINESS_FIND = "business.find"
    CLIENTS_PAGE = "clients.page"
    TAX_ACCOUNT = "tax.account"
    ZONE = "zone.choose"


class Shortcut(StrEnum):
    """Name a shortcut, by its callback id."""

    SEND_RECEIPT = "receipt.send"


class View(StrEnum):
    """Name a modal, by its callback id."""

    REJECT = "item.reject"
    SETTINGS = "settings.change"
    DISCONNECT = "connection.disconnect"
    ASK = "admin.ask"
    COPY = "settings.copy"
    SUPPLIER = "supplier.create"


class Field(StrEnum):
    """Name an input of a modal: its block id, and the action id of its element."""

    REASON = "reason"
    WANT = "want"
    COPY_FROM = "copy_from"
    COPY_TO = "copy_to"
    COPY_WHAT = "copy_what"
    CHANNEL = "channel"
    ADMIN = "admin"
    FINANCE = "finance"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN_CHANNEL = "admin_channel"
    FALLBACK_CHANNEL = "fallback_channel"
    ZONE = "zone"
    CLOSING = "closing"
    OUTAGE = "outage"
    BILL_ENDS = "bill_ends"
    DEXT_ENDS = "dext_ends"
    TAX = "tax"
    TAX_ACCOUNT = "tax_account"
    SUPPLIER_NAME = "name"
    LINE1 = "line1"
    LINE2 = "line2"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    EMAIL = "email"
    CURRENCY = "currency"
