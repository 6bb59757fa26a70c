"""Where things stand: read-only views."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.domain.approvals import Request, may_decide
from bot.domain.businesses import Business
from bot.domain.items import Item, ItemStatus
from bot.domain.people import Right, Role, may
from bot.domain.views.items import PublishList
from bot.domain.views.standing import HistoryPage, HomeView, ListLine, Standing
from bot.services.base import Base, find_business
from bot.services.outlook import outlook
from bot.services.people import require
from storage import approvals, items, legs, people, publishes, refreshes

PAGE = 10
_READY = (ItemStatus.READY,)
_LACKING = (ItemStatus.TO_REVIEW, ItemStatus.FAILED, ItemStatus.REJECTED)
_SHOWN_LACKING = 5
_MOST_PENDING = 200
_MOST_BUSINESSES = 3
_SHOWN_TURNS = 3
_TURNS = 15


class Status:
    """Answer how a business stands and what can be published."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def standing(self, workspace_id: str, user_id: str, channel_id: str = "", business_id: str = "") -> Standing:
        """Return where a business stands, for this person."""
        with self._base.database.read() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            return self._standing(session, business, user_id)

    def home(self, workspace_id: str, user_id: str) -> HomeView:
        """Return what a person's Home shows, business by business; everybody has one, also without a role."""
        with self._base.database.read() as session:
            known = people.businesses_in(session, workspace_id)
            admins = [user for one in known for user in people.holders(session, one.id, [Role.ADMIN])]
            mine = [one for one in known if may(people.roles_of(session, one.id, user_id), Right.SEE)]
            return HomeView(
                admins=tuple(dict.fromkeys(admins)),
                standings=tuple(self._standing(session, one, user_id) for one in mine[:_MOST_BUSINESSES]),
                to_decide=tuple(request for one in mine for request in self._to_decide(session, one, user_id)),
            )

    def _to_decide(self, session: Session, business: Business, user_id: str) -> list[Request]:
        if not may(people.roles_of(session, business.id, user_id), Right.APPROVE):
            return []
        pending = approvals.pending(session, business.id, _MOST_PENDING)
        known = items.several(session, business.id, [request.item_id for request in pending])
        return [request for request in pending if may_decide(request, user_id, known[request.item_id].prepared_by)]

    def _standing(self, session: Session, business: Business, user_id: str) -> Standing:
        counts = items.counts(session, business.id)
        roles = people.roles_of(session, business.id, user_id)
        ahead = outlook(session, business)
        return Standing(
            business=business,
            connection=ahead.connection,
            lists=tuple(ListLine(age.name.value, age.total, age.synced_at, age.problem) for age in ahead.ages),
            ready=counts.get(ItemStatus.READY, 0),
            ready_totals=items.totals(session, business.id, _READY),
            to_review=counts.get(ItemStatus.TO_REVIEW, 0),
            failed=counts.get(ItemStatus.FAILED, 0),
            rejected=counts.get(ItemStatus.REJECTED, 0),
            waiting=approvals.pending_count(session, business.id),
            held=publishes.held_count(session, business.id),
            refreshing=refreshes.running(session, business.id) is not None,
            admins=tuple(people.holders(session, business.id, [Role.ADMIN])),
            roles=roles,
            can_publish=may(roles, Right.REQUEST),
            why_not=ahead.why_not,
            notice=ahead.notice,
            history=tuple(legs.history(session, business.id, _SHOWN_TURNS)),
            now=self._base.clock(),
        )

    def history(
        self, workspace_id: str, user_id: str, page: int, channel_id: str = "", business_id: str = ""
    ) -> HistoryPage:
        """Return a page of a connection's history, newest first; pages count from 0."""
        with self._base.database.read() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            first = max(page, 0)
            found = legs.history(session, business.id, _TURNS + 1, first * _TURNS)
            return HistoryPage(business, tuple(found[:_TURNS]), first, len(found) > _TURNS)

    def publish_list(
        self, workspace_id: str, user_id: str, words: str, page: int, channel_id: str = "", business_id: str = ""
    ) -> PublishList:
        """Return a page of what is ready, and the first of what lacks something; pages count from 0."""
        with self._base.database.read() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.REQUEST)
            ready_count = items.count(session, business.id, _READY, words)
            lacking_count = items.count(session, business.id, _LACKING, words)
            ahead = outlook(session, business)
            pages = max(1, -(-ready_count // PAGE), -(-lacking_count // _SHOWN_LACKING))
            page = min(max(page, 0), pages - 1)
            return PublishList(
                business=business,
                ready=tuple(items.page(session, business.id, _READY, words=words, offset=page * PAGE, limit=PAGE)),
                ready_count=ready_count,
                ready_totals=items.totals(session, business.id, _READY, words),
                lacking=tuple(self._lacking(session, business, words, page)),
                lacking_count=lacking_count,
                page=page,
                pages=pages,
                waiting=approvals.pending_count(session, business.id),
                taken_in_at=business.taken_in_at,
                problem=ahead.why_not,
                notice=ahead.notice,
                words=words,
            )

    def _lacking(self, session: Session, business: Business, words: str, page: int) -> list[Item]:
        offset = page * _SHOWN_LACKING
        return items.page(session, business.id, _LACKING, words=words, offset=offset, limit=_SHOWN_LACKING)
