"""The inbox: items by status and words, and one item in full. Read-only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.domain.approvals import Request, RequestState
from bot.domain.businesses import Business
from bot.domain.credits import is_credit
from bot.domain.inbox import InboxList, InboxRow, ItemView, Moment, Wanted
from bot.domain.items import Item
from bot.domain.money import totals
from bot.domain.people import Right
from bot.domain.publishing import Publish, PublishState, web_path
from bot.domain.receipts import Upload
from bot.errors import InputError
from bot.services.base import Base, business_in, find_business
from bot.services.coder import code
from bot.services.outlook import outlook
from bot.services.people import require
from storage import approvals, inbox, people, publishes, uploads

PAGE = 8
_REQUESTS = 20
_NUMBER_DIGITS = 10


class Inbox:
    """Show what is in the inbox."""

    def __init__(self, base: Base, bill_web: str) -> None:
        self._base = base
        self._bill_web = bill_web

    def list(
        self, workspace_id: str, user_id: str, wanted: Wanted, channel_id: str = "", business_id: str = ""
    ) -> InboxList:
        """Return a page of the items that are wanted; the number of statements does not depend on how many there are.

        A page beyond the last one becomes the last one.
        """
        statuses = wanted.section.statuses
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            every = inbox.tallies(session, business.id)
            matching = inbox.tallies(session, business.id, statuses, wanted.words) if wanted.words else every
            shown = [tally for tally in matching if tally.status in statuses]
            count = sum(tally.count for tally in shown)
            pages = max(1, -(-count // PAGE))
            page = min(max(wanted.page, 0), pages - 1)
            found = inbox.page(session, business.id, statuses, wanted.words, offset=page * PAGE, limit=PAGE)
            waiting = approvals.pending_of(session, [item.id for item in found])
            ahead = outlook(session, business)
            return InboxList(
                business=business,
                wanted=Wanted(wanted.section, wanted.words, page),
                tallies=tuple(every),
                count=count,
                totals=totals([money for tally in shown for money in tally.totals]),
                rows=tuple(InboxRow(item, waiting.get(item.id), self._bill_url(item)) for item in found),
                pages=pages,
                roles=people.roles_of(session, business.id, user_id),
                problem=ahead.why_not,
                notice=ahead.notice,
            )

    def item(
        self, workspace_id: str, user_id: str, typed: str, channel_id: str = "", business_id: str = ""
    ) -> ItemView:
        """Return the item whose number was typed; raise `InputError` for what is no number, `NotFoundError`."""
        number = typed.strip().removeprefix("#")
        if not number.isdecimal() or len(number) >= _NUMBER_DIGITS:
            raise InputError("Type the item's number after it, such as `/dext item 12`. `/dext items` shows them all.")
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            return self._view(session, business, inbox.numbered(session, business.id, int(number)), user_id)

    def open(self, workspace_id: str, user_id: str, item_id: str) -> ItemView:
        """Return the item that a button stands for; raise `NotFoundError`."""
        with self._base.database.begin() as session:
            item = inbox.anywhere(session, item_id)
            business = business_in(session, workspace_id, item.business_id)
            require(session, business, user_id, Right.SEE)
            return self._view(session, business, item, user_id)

    def _view(self, session: Session, business: Business, item: Item, user_id: str) -> ItemView:
        asked = approvals.of_item(session, item.id, _REQUESTS)
        publish = publishes.find_of(session, item.id)
        sent = uploads.of_document(session, business.id, item.details.dext_id)
        ahead = outlook(session, business)
        return ItemView(
            business=business,
            item=item,
            coding=code(session, business, [item.details])[0],
            request=asked[0] if asked else None,
            publish=publish,
            bill_url=self._bill_url(item),
            history=tuple(history(item, asked, publish, sent)),
            roles=people.roles_of(session, business.id, user_id),
            problem=ahead.why_not,
            notice=ahead.notice,
        )

    def _bill_url(self, item: Item) -> str:
        path = web_path(item.bill_id, credit=is_credit(item.details))
        return f"{self._bill_web}{path}" if path else ""


def history(item: Item, asked: Sequence[Request], publish: Publish | None, sent: Upload | None = None) -> list[Moment]:
    """Return what is stored of an item's course, oldest first; `sent` is the upload that brought it to Dext."""
    moments = [Moment(sent.created_at, "sent to Dext from Slack", sent.user_id)] if sent is not None else []
    moments.append(Moment(item.taken_in_at, "taken in from Dext"))
    for request in asked:
        moments.append(Moment(request.requested_at, "approval asked for", request.requested_by))
        if request.decided_at is not None:
            what = "rejected" if request.state is RequestState.REJECTED else "approved"
            moments.append(Moment(request.decided_at, what, request.decided_by))
    if publish is not None and publish.done_at is not None and publish.state is PublishState.DONE:
        moments.append(Moment(publish.done_at, "published in Bill.com"))
    return sorted(moments, key=lambda moment: moment.at)
