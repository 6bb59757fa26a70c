"""Views of the inbox with invented companies, each whole and each changeable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.domain.coding import Coding, Match
from bot.domain.inbox import InboxList, InboxRow, ItemView, Moment, Tally, Wanted
from bot.domain.items import Item, ItemStatus
from bot.domain.lists import Entry
from bot.domain.money import Money
from bot.domain.people import Role
from bot.domain.previews import BrowserQuestion, DocumentOffer, Preview
from bot.domain.receipts import Report, Upload, UploadState
from bot.domain.suppliers import NewSupplier, Order, OrderReport, OrderState, SupplierForm

from . import views as v

EVERY = {
    ItemStatus.PROCESSING: "",
    ItemStatus.TO_REVIEW: "",
    ItemStatus.READY: "",
    ItemStatus.WAITING: "",
    ItemStatus.HELD: "goes out when Bill.com is reconnected",
    ItemStatus.PUBLISHING: "",
    ItemStatus.PUBLISHED: "",
    ItemStatus.FAILED: "Bill.com refused it: vendor is archived",
    ItemStatus.REJECTED: "rejected: wrong category, it is <travel>",
}


def row(number: int, status: ItemStatus = ItemStatus.READY, **changes: Any) -> InboxRow:
    lacks = ("category missing: choose one in Dext", "tax amount missing") if status is ItemStatus.TO_REVIEW else ()
    bill_id = v.BILL_ID if status is ItemStatus.PUBLISHED else ""
    one = v.item(number, status=status, lacks=lacks, note=EVERY[status], bill_id=bill_id, **changes)
    waiting = v.request() if status is ItemStatus.WAITING else None
    return InboxRow(one, waiting, v.BILL_URL if bill_id else "")


def inbox_list(**changes: Any) -> InboxList:
    rows = changes.pop("rows", tuple(row(number, status) for number, status in enumerate(EVERY, 1))[:8])
    made = InboxList(
        business=v.BUSINESS,
        wanted=Wanted(),
        tallies=tuple(Tally(status, 1200, (Money("USD", Decimal("1240.50")),)) for status in ItemStatus),
        count=9 * 1200,
        totals=(Money("EUR", Decimal("12.00")), Money("USD", Decimal("11164.50"))),
        rows=rows,
        pages=1350,
        roles=frozenset({Role.FINANCE}),
        problem="",
        notice="",
    )
    return replace(made, **changes)


def found(name: str, **changes: Any) -> Match:
    return replace(Match(entry=Entry("00901VENDOR", name)), **changes)


def coding(**changes: Any) -> Coding:
    supplier, category = found("Müller & Söhne GmbH", by_name=True), found("Office *Supplies*")
    return replace(Coding(supplier, category, Match(), Match(), Match(), Match(), Match()), **changes)


def item_view(status: ItemStatus = ItemStatus.READY, **changes: Any) -> ItemView:
    shown = changes.pop("item", None) or row(7, status).item
    made = ItemView(
        business=v.BUSINESS,
        item=shown,
        coding=coding(),
        request=None,
        publish=None,
        bill_url=v.BILL_URL if shown.bill_id else "",
        history=(Moment(v.NOW - timedelta(days=1), "taken in from Dext"),),
        roles=frozenset({Role.FINANCE}),
        problem="",
        notice="",
    )
    return replace(made, **changes)


def document_offer() -> DocumentOffer:
    return DocumentOffer(v.item(), "https://bot.example.com/document/one-time-secret", v.NOW + timedelta(minutes=10))


def browser_question(**changes: Any) -> BrowserQuestion:
    made = Preview("prv1", "biz1", "T0TEAM", v.FINANCE, "item7", "d" * 64, v.NOW, browser="b" * 64, code="K7QM")
    return BrowserQuestion(replace(made, **changes), v.item())


def upload(state: UploadState = UploadState.WAITING, **changes: Any) -> Upload:
    made = Upload(
        "upl1", "T0TEAM", v.FINANCE, v.CHANNEL, "1.1", "F0FILE", state, v.NOW, "biz1", file_name="receipt & <bill>.pdf"
    )
    return replace(made, **changes)


def report(state: UploadState = UploadState.WAITING, **changes: Any) -> Report:
    told: dict[str, Any] = {"business": v.BUSINESS}
    told |= {name: changes.pop(name) for name in ("item", "choices", "earlier", "business") if name in changes}
    return Report(upload(state, **changes), **told)


def supplier_form(**changes: Any) -> SupplierForm:
    return replace(SupplierForm(v.BUSINESS, v.item()), **changes)


def order(state: OrderState = OrderState.WAITING, **changes: Any) -> Order:
    wanted = NewSupplier("Juniper <Street> & Cafe", "1 Juniper Street", "Oakland", "94601", "US", "USD", state="CA")
    return replace(Order("ord1", "biz1", "item7", v.FINANCE, "juniper", wanted, state, v.NOW), **changes)


def order_report(state: OrderState, shown: Item | None = None, **changes: Any) -> OrderReport:
    return OrderReport(order(state, **changes), v.BUSINESS, shown or v.item())
