"""Every state of the inbox and of an item in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from blocks.cards import card_message
from blocks.documents import browser_message, document_message
from blocks.inbox import inbox_message
from blocks.item import item_message
from blocks.kit import Block, Message
from blocks.receipts import read_message, receipt_message, taken_message
from blocks.suppliers import order_message, ordered_message, supplier_modal
from bot.domain.coding import Match
from bot.domain.inbox import InboxRow, Moment, Section, Wanted
from bot.domain.items import DocumentKind, ItemStatus
from bot.domain.lists import Entry
from bot.domain.people import Role
from bot.domain.publishing import PublishState
from bot.domain.receipts import Taken, UploadState, unsendable
from bot.domain.suppliers import OrderState

from . import inbox_views as iv
from . import views as v

_LONG = "The Incredibly Long-Winded & Thorough Trading Company of Upper Lower Middle Harbour " * 3


def inbox_states() -> Mapping[str, Message]:
    """Return the messages by the name of their state."""
    return _lists() | _items() | _documents() | _receipts() | _suppliers()


def supplier_forms() -> Mapping[str, Block]:
    """Return the forms by the name of their state."""
    bare = v.item(details=v.details(supplier="", currency=""))
    return {
        "supplier form": supplier_modal(iv.supplier_form()),
        "supplier form, nothing known": supplier_modal(iv.supplier_form(item=bare)),
        "supplier form, long name": supplier_modal(iv.supplier_form(item=v.item(details=v.details(supplier=_LONG)))),
    }


def _suppliers() -> dict[str, Message]:
    made: dict[str, Any] = {"vendor_id": "00901NEW"}
    unknown = "supplier “Juniper” is not in Bill.com: add it there and refresh, or choose another in Dext"
    return {
        "supplier, ordered": ordered_message(iv.order()),
        "supplier, made": order_message(iv.order_report(OrderState.DONE, **made)),
        "supplier, made, item lacks more": order_message(
            iv.order_report(OrderState.DONE, v.lacking(8, "tax amount missing", "total missing"), **made)
        ),
        "card, new supplier": card_message(v.card(new_supplier=iv.order(OrderState.DONE, **made))),
        "supplier, found": order_message(iv.order_report(OrderState.DONE, found=True, **made)),
        "supplier, stopped": order_message(
            iv.order_report(OrderState.STOPPED, problem="Bill.com refused it: <address> & more.")
        ),
        "item, supplier unknown": item_message(iv.item_view(item=v.lacking(9, unknown))),
        "inbox, supplier unknown": inbox_message(iv.inbox_list(rows=(InboxRow(v.lacking(9, unknown)),), pages=1)),
    }


def _receipts() -> dict[str, Message]:
    many = tuple(replace(v.BUSINESS, id=f"biz{number}", name=f"Client <{number}> & Sons") for number in range(3))
    states = {
        "asking": iv.report(UploadState.ASKING, business=None, business_id=None, choices=many),
        "asking, role was taken": iv.report(UploadState.ASKING, business=None, business_id=None),
        "waiting": iv.report(file_name=""),
        "waiting for Dext": iv.report(problem="Dext is not answering; it goes on by itself"),
        "reading": iv.report(UploadState.READING),
        "taking": iv.report(UploadState.TAKING),
        "read": iv.report(UploadState.READ, item=v.item()),
        "known": iv.report(UploadState.KNOWN, item=v.item(), earlier=iv.upload(user_id=v.ADMIN)),
        "known, not an item yet": iv.report(UploadState.KNOWN, dext_id="9001"),
        "known, not found": iv.report(UploadState.KNOWN),
        "refused": iv.report(UploadState.REFUSED, problem=unsendable("a.html", 1)),
        "refused, too large": iv.report(UploadState.REFUSED, problem=unsendable("a.pdf", 9_000_000)),
        "refused by Dext": iv.report(UploadState.REFUSED, problem="Dext refused it: <type> & more."),
        "slow": iv.report(UploadState.SLOW),
    }
    review = v.lacking(9, "category missing: choose one in Dext")
    told = {
        "ready": read_message(iv.report(UploadState.READ, item=v.item())),
        "to review": read_message(iv.report(UploadState.READ, item=review)),
        "gone": read_message(iv.report(UploadState.READ)),
    }
    return (
        {f"receipt, {name}": receipt_message(report) for name, report in states.items()}
        | {f"receipt read, {name}": said for name, said in told.items() if said is not None}
        | {
            "receipt, taken": taken_message(Taken((iv.upload(),), ())),
            "receipt, some taken": taken_message(Taken((iv.upload(),) * 2, (iv.upload(),))),
            "receipt, taken before": taken_message(Taken((), (iv.upload(UploadState.READ),))),
        }
    )


def _documents() -> dict[str, Message]:
    return {
        "document, link": document_message(iv.document_offer()),
        "document, unknown browser": browser_message(iv.browser_question()),
        "document, browser confirmed": browser_message(iv.browser_question(confirmed_at=v.NOW)),
    }


def _lists() -> dict[str, Message]:
    auditor = frozenset({Role.AUDITOR})
    long_rows = tuple(
        iv.row(number, ItemStatus.FAILED, details=v.details(supplier=_LONG, number=_LONG)) for number in range(1, 9)
    )
    unknown = iv.row(3, details=v.details(supplier="", number="", issued_on=None, due_on=None, total=None))
    paid = iv.row(4, details=v.details(paid=True))
    return {
        "inbox, first page": inbox_message(iv.inbox_list()),
        "inbox, one status, with words": inbox_message(
            iv.inbox_list(
                wanted=Wanted(Section.REVIEW, "<müller> & co", 1), rows=(iv.row(2, ItemStatus.TO_REVIEW),), count=9,
                pages=3,
            )
        ),
        "inbox, rejected and published": inbox_message(
            iv.inbox_list(
                rows=(iv.row(8, ItemStatus.REJECTED), iv.row(9, ItemStatus.PUBLISHED), unknown, paid), pages=1
            )
        ),
        "inbox, empty": inbox_message(
            iv.inbox_list(tallies=(), rows=(), count=0, totals=(), pages=1)
        ),
        "inbox, nothing matches": inbox_message(
            iv.inbox_list(wanted=Wanted(Section.HELD, "nobody"), rows=(), count=0, totals=(), pages=1)
        ),
        "inbox, auditor": inbox_message(iv.inbox_list(roles=auditor, rows=(iv.row(3),), count=1, pages=1)),
        "inbox, not connected": inbox_message(
            iv.inbox_list(problem="Publishing is not available yet: Bill.com is not connected.", rows=(iv.row(3),))
        ),
        "inbox, long names": inbox_message(iv.inbox_list(rows=long_rows, wanted=Wanted(words="word " * 40))),
    }  # fmt: skip


def _items() -> dict[str, Message]:
    archived = Match(archived=Entry("0ca01", "Old one", archived=True))
    coded = iv.coding(
        customer=Match(),
        category=archived,
        project_location=iv.found("Pier 4"),
        payment_account=Match(several=2),
    )
    full = v.details(
        customer="Lighthouse <Events>", project="Pier 4", payment_method="Visa 4242", paid=True,
        description="Printer *paper*", kind=DocumentKind.CREDIT_NOTE,
    )  # fmt: skip
    asked, approved, rejected = v.request(), v.decided(), v.decided(reason="no")
    held = v.publish(PublishState.HELD, problem="goes out when Bill.com is reconnected")
    states = {status.value: iv.item_view(status) for status in ItemStatus}
    states |= {
        "waiting": iv.item_view(ItemStatus.WAITING, request=asked),
        "held": iv.item_view(ItemStatus.HELD, request=approved, publish=held),
        "paused": iv.item_view(
            ItemStatus.HELD, request=approved, publish=v.publish(PublishState.HELD, paused_by=v.FINANCE)
        ),
        "publishing, outcome unknown": iv.item_view(
            ItemStatus.PUBLISHING, request=approved, publish=v.publish(problem="Bill.com did not confirm")
        ),
        "published, with a shortfall": iv.item_view(
            ItemStatus.PUBLISHED,
            request=approved,
            publish=v.publish(PublishState.DONE, shortfalls=("the document could not be attached: it is too large",)),
            history=(
                Moment(v.NOW - timedelta(days=1), "taken in from Dext"),
                Moment(v.NOW, "approval asked for", v.FINANCE),
                Moment(v.NOW, "approved", v.APPROVER),
                Moment(v.NOW, "published in Bill.com"),
            ),
        ),
        "rejected": iv.item_view(ItemStatus.REJECTED, request=rejected),
        "every detail": iv.item_view(
            item=v.lacking(7, "category “Old one” is archived in Bill.com", "tax amount missing", details=full),
            coding=coded,
        ),
        "nothing known": iv.item_view(
            item=v.lacking(
                7, details=v.details(supplier="", number="", total=None, tax=None, currency="", issued_on=None,
                                     due_on=None, category=""),
            ),
            coding=iv.coding(supplier=Match(), category=Match()),
        ),
        "auditor": iv.item_view(roles=frozenset({Role.AUDITOR})),
        "not connected": iv.item_view(problem="Publishing is not available yet: Bill.com is not connected."),
    }  # fmt: skip
    return {f"item, {name}": item_message(view) for name, view in states.items()}
