"""Every state of the inbox and of an item in full."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from blocks.inbox import inbox_message
from blocks.item import item_message
from blocks.kit import Message
from bot.domain.coding import Match
from bot.domain.inbox import Moment, Section, Wanted
from bot.domain.items import DocumentKind, ItemStatus
from bot.domain.lists import Entry
from bot.domain.people import Role
from bot.domain.publishing import PublishState

from . import inbox_views as iv
from . import views as v

_LONG = "The Incredibly Long-Winded & Thorough Trading Company of Upper Lower Middle Harbour " * 3


def inbox_states() -> Mapping[str, Message]:
    """Return the messages by the name of their state."""
    return _lists() | _items()


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
