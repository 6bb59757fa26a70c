"""Views of the inbox with invented companies, each whole and each changeable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.domain.coding import Coding, Match
from bot.domain.inbox import InboxList, InboxRow, ItemView, Moment, Tally, Wanted
from bot.domain.items import ItemStatus
from bot.domain.lists import Entry
from bot.domain.money import Money
from bot.domain.people import Role

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


def coding(**changes: Match) -> Coding:
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
