"""Writing edits back to Dext, where its API has the field; our own copy stays whatever Dext says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.clients.dext import DextClient, DextReceipt
from bot.domain.fields import ItemField, shown
from bot.domain.items import Details, Item
from bot.domain.layers import Source
from bot.domain.lines import Ref
from bot.domain.publishing import retry_in
from bot.domain.receiving import Change, take_in, value_of
from bot.domain.views.items import Unwritten
from bot.domain.work import Job
from bot.errors import PermissionMissingError, RefusedError, UpstreamError
from bot.log import get_logger
from bot.services.base import Base
from bot.services.facts import facts_of, fingerprint, read
from bot.services.health import Health
from storage import changes, items, legs, unwritten

WRITTEN = {
    ItemField.SUPPLIER: "payee",
    ItemField.CATEGORY: "category",
    ItemField.CUSTOMER: "client",
    ItemField.CLASS: "project",
    ItemField.LOCATION: "project",
    ItemField.PAYMENT_METHOD: "payment_method",
    ItemField.NUMBER: "invoice_number",
    ItemField.ISSUED_ON: "date",
    ItemField.DUE_ON: "due_date",
    ItemField.CURRENCY: "currency",
    ItemField.TOTAL: "total_amount",
    ItemField.TAX: "vat_amount",
    ItemField.PAID: "paid",
    ItemField.DESCRIPTION: "description",
}
"""The fields that Dext's API takes, as it names them; tax setting, approver and line items are kept here alone."""

_REVIVE = timedelta(minutes=2)
_UNCONNECTED = timedelta(minutes=15)
REFUSED = "Dext did not take it: "


def owe(base: Base, session: Session, item: Item, names: Sequence[ItemField]) -> None:
    """Note that Dext is to be told of edits, and ask for the job, in the caller's transaction."""
    if not names:
        return
    owed = list(dict.fromkeys([*unwritten.names(session, item.id), *names]))
    unwritten.note(session, item.id, owed, base.clock() + _REVIVE)
    base.work.enqueue_in(session, Job("write_back", f"write:{item.id}:{item.version}", (item.business_id, item.id)))


class Writing:
    """Tell Dext of edits."""

    def __init__(self, base: Base, health: Health) -> None:
        self._base = base
        self._health = health
        self._log = get_logger(__name__)

    def write_due(self, limit: int = 100) -> int:
        """Ask anew for edits that Dext should have by now; return how many items that was."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = unwritten.due(session, now, limit)
            for item_id, business_id in due:
                names = unwritten.names(session, item_id)
                unwritten.note(session, item_id, names, now + _REVIVE)
                job = Job("write_back", f"write:{item_id}:{int(now.timestamp())}", (business_id, item_id))
                self._base.work.enqueue_in(session, job)
        return len(due)

    def run(self, business_id: str, item_id: str) -> None:
        """Tell Dext of the edits of an item that it does not have; a refusal is told to people, and our copy stays."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            names = unwritten.names(session, item_id)
            if not names:
                return
            item = items.get(session, business_id, item_id, lock=True)
            usable = legs.connection(session, business_id).dext.usable
            wait = _REVIVE if usable else _UNCONNECTED
            attempts = unwritten.count_attempt(session, item_id, now + wait)
        if not usable:
            return
        try:
            with self._health.dext(business_id) as dext:
                receipt, refused = self._send(dext, item, names)
        except UpstreamError as error:
            wait = retry_in(attempts)
            self._log.info("edit not written", business=business_id, item=item_id, code=error.code)
            with self._base.database.begin() as session:
                unwritten.note(session, item_id, names, now + wait)
            return
        self._keep(item, receipt, refused)

    def unwritten(self, business_id: str, item_id: str) -> Unwritten:
        """Return what Dext last refused of an item's edits, for whoever edited it last."""
        with self._base.database.begin() as session:
            item = items.get(session, business_id, item_id)
            said = [one.change for one in changes.since(session, item_id, item.version - 1)]
        refused = [(one.field.label, one.by.removeprefix(REFUSED)) for one in said if one.by.startswith(REFUSED)]
        return Unwritten(item, item.editors[-1] if item.editors else "", tuple(dict.fromkeys(refused)))

    def _send(
        self, dext: DextClient, item: Item, names: Sequence[ItemField]
    ) -> tuple[DextReceipt | None, dict[ItemField, str]]:
        """Send all fields at once; if Dext refuses, each alone, so that one that it does not take stops no other."""
        dext_id, refused = item.details.dext_id, dict[ItemField, str]()
        try:
            return dext.update_receipt(dext_id, in_dext(item.details, names)), refused
        except (RefusedError, PermissionMissingError) as error:
            if len(names) == 1:
                return None, {names[0]: _reason(error)}
        receipt = None
        for name in names:
            try:
                receipt = dext.update_receipt(dext_id, in_dext(item.details, [name]))
            except (RefusedError, PermissionMissingError) as error:
                refused[name] = _reason(error)
        return receipt, refused

    def _keep(self, sent: Item, receipt: DextReceipt | None, refused: dict[ItemField, str]) -> None:
        """Note what Dext has now; an edit made meanwhile is written next."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            item = items.get(session, sent.business_id, sent.id, lock=True)
            names, moved = unwritten.names(session, sent.id), item.version != sent.version
            said: list[Change] = []
            if receipt is not None:
                facts = read(receipt)
                item, found = take_in(item, facts, now)
                items.keep(session, item, now, fingerprint(facts))
                said += found
            if moved:
                owe(self._base, session, item, names)
                changes.add(session, [(item, said)], now)
                return
            unwritten.note(session, item.id, [], None)
            said += [
                Change(
                    name, _shown(facts_of(item), name), _shown(item.details, name), Source.EDIT, f"{REFUSED}{reason}"
                )
                for name, reason in refused.items()
            ]
            changes.add(session, [(item, said)], now)
            if refused:
                self._base.tell(session, "unwritten", f"{item.business_id}:{item.id}", item.business_id)


def _shown(details: Details, name: ItemField) -> str:
    return shown(value_of(details, name), details.currency)


def in_dext(details: Details, names: Sequence[ItemField]) -> dict[str, str | bool]:
    """Return fields of an item as Dext's API takes them; its one field for class and location gets the class."""
    fields: dict[str, str | bool] = {}
    for name in names:
        if name is ItemField.LOCATION and details.project_class:
            continue
        value = value_of(details, name)
        match value:
            case bool():
                fields[WRITTEN[name]] = value
            case Ref():
                fields[WRITTEN[name]] = value.name
            case Decimal():
                fields[WRITTEN[name]] = format(value, "f")
            case date():
                fields[WRITTEN[name]] = value.isoformat()
            case _:
                fields[WRITTEN[name]] = str(value or "")
    return fields


def _reason(error: UpstreamError) -> str:
    reason = getattr(error, "reason", "")
    return str(reason or "the user who connected Dext may not change items there")
