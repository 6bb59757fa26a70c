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
    ITEM_REQUEST = "item.request"
    ITEMS_REQUEST = "items.request"
    ITEMS_PAGE = "items.page"
    ITEMS_CHECK = "items.check"
    ITEM_APPROVE = "item.approve"
    ITEM_REJECT = "item.reject"
    PUBLISH_RETRY = "publish.retry"
    BILL_OPEN = "bill.open"
    SETTINGS_OPEN = "settings.open"
    TAX_ACCOUNT = "tax.account"


class View(StrEnum):
    """Name a modal, by its callback id."""

    REJECT = "item.reject"
    SETTINGS = "settings.change"


class Field(StrEnum):
    """Name an input of a modal: its block id, and the action id of its element."""

    REASON = "reason"
    CHANNEL = "channel"
    ADMIN = "admin"
    FINANCE = "finance"
    APPROVER = "approver"
    AUDITOR = "auditor"
    TAX = "tax"
    TAX_ACCOUNT = "tax_account"
