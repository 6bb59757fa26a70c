"""Approvals: ask for one, decide one; an approval is for exactly what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.approvals import Request, RequestState, may_decide
from bot.domain.businesses import Business
from bot.domain.coding import normalised
from bot.domain.items import Item, ItemStatus
from bot.domain.lines import Ref
from bot.domain.people import Right, roles_with
from bot.domain.plans import LAST_TIME
from bot.domain.publishing import Publish, PublishState, web_path
from bot.domain.suppliers import is_news
from bot.domain.views.items import Card
from bot.domain.work import Job, Queue
from bot.errors import ConflictError, InputError, NotAllowedError
from bot.services.base import Base, business_in, find_business
from bot.services.facts import facts_of
from bot.services.outlook import outlook
from bot.services.people import mentions, require
from bot.services.planning import as_it_is_now, current_plan
from bot.services.ruling import remember_supplier, verdicts
from storage import approvals, items, people, publishes, supplier_orders

MOST_AT_ONCE = 10
_ASKABLE = frozenset({ItemStatus.READY, ItemStatus.REJECTED, ItemStatus.FAILED})
REASON_LIMIT = 500
REVIVE = timedelta(minutes=2)
"""A publish that shows no sign of life for this long is taken up anew by the clock."""


@dataclass(frozen=True)
class Asked:
    """Be the outcome of asking for approval of some items: which were, and why the others were not."""

    business: Business
    asked: tuple[Item, ...]
    refused: tuple[tuple[Item, str], ...]


class Approvals:
    """Take requests for approval, and decisions."""

    def __init__(self, base: Base, bill_web: str) -> None:
        self._base = base
        self._bill_web = bill_web

    def request(
        self, workspace_id: str, user_id: str, item_ids: Sequence[str], channel_id: str, business_id: str = ""
    ) -> Asked:
        """Ask for approval of items; each stands on its own.

        Raises `ConflictError` when nothing can be published at all, `NotAllowedError` when the person
        may not ask or nobody else could approve.
        """
        asked, refused = [], []
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.REQUEST)
            self._check_connected(session, business)
            able = people.holders(session, business.id, roles_with(Right.APPROVE))
            self._check_somebody_else_can(able, user_id)
            for item_id in item_ids[:MOST_AT_ONCE]:
                item = items.get(session, business.id, item_id, lock=True)
                problem = _nobody_left(able, user_id, item)
                problem = problem or self._ask(session, business, item, user_id, business.channel_id or channel_id)
                if problem:
                    refused.append((item, problem))
                else:
                    asked.append(item)
        return Asked(business, tuple(asked), tuple(refused))

    def request_by_rule(self, business_id: str, item_id: str) -> None:
        """Ask for approval of an item that has just been received, if a rule says so; else leave it ready.

        Where nothing can be published yet, nobody could approve, or there is no channel to ask in, it stays ready.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = people.business(session, business_id)
            item = items.get(session, business_id, item_id, lock=True)
            able = people.holders(session, business_id, roles_with(Right.APPROVE))
            if item.status is not ItemStatus.READY or not business.channel_id or _nobody_left(able, "", item):
                return
            (verdict,) = verdicts(session, business, [(facts_of(item), item.uploader)], now)
            if verdict.auto.asks and not outlook(session, business).why_not:
                self._ask(session, business, item, "", business.channel_id, verdict.auto.why)

    def approve(self, workspace_id: str, user_id: str, request_id: str) -> None:
        """Approve, and write the intent to publish in the same transaction.

        Raises `ConflictError` when it was decided already, or when the item changed since the card was
        written: then the card is rewritten with the differences and asks again, and nothing is sent.
        """
        now = self._base.clock()
        changed: tuple[str, ...] = ()
        with self._base.database.begin() as session:
            request, business = self._decidable(session, workspace_id, user_id, request_id)
            item = items.get(session, business.id, request.item_id, lock=True)
            anew = as_it_is_now(session, business, item, request, now.date())
            if anew is not None:
                changed = anew.changes
                rewrite(self._base, session, anew)
            else:
                decided = replace(request, state=RequestState.APPROVED, decided_by=user_id, decided_at=now, changes=())
                rewrite(self._base, session, decided)
                self._start_publish(session, item, decided)
                self._confirm_supplier(session, item, decided)
        if changed:
            raise ConflictError(
                "Nothing was approved: the item changed since this card was written. "
                + "; ".join(changed)
                + ". Its card shows how it is now."
            )

    def reject(self, workspace_id: str, user_id: str, request_id: str, reason: str) -> None:
        """Reject with a reason that the requester will read; raise `InputError` without one."""
        text = reason.strip()
        if not text:
            raise InputError("Say why, so that it can be put right.", field="reason")
        if len(text) > REASON_LIMIT:
            raise InputError(f"Keep it under {REASON_LIMIT} characters.", field="reason")
        now = self._base.clock()
        with self._base.database.begin() as session:
            request, business = self._decidable(session, workspace_id, user_id, request_id)
            item = items.get(session, business.id, request.item_id, lock=True)
            rejected = replace(request, state=RequestState.REJECTED, decided_by=user_id, decided_at=now, reason=text)
            rewrite(self._base, session, rejected)
            note = f"rejected: {text}"
            items.keep(session, replace(item, status=ItemStatus.REJECTED, note=note), now)
            self._base.tell(session, "outcome", request.id, business.id)

    def check_may_decide(self, workspace_id: str, user_id: str, request_id: str) -> Card:
        """Return the card for somebody about to decide; raise what `approve` would raise."""
        with self._base.database.begin() as session:
            request, _ = self._decidable(session, workspace_id, user_id, request_id)
        return self.card(request.id)

    def card(self, request_id: str) -> Card:
        """Return a request's card as it stands."""
        with self._base.database.begin() as session:
            request = approvals.get(session, request_id)
            business = people.business(session, request.business_id)
            item = items.get(session, business.id, request.item_id, lock=True)
            publish = publishes.find_of(session, item.id)
            order = supplier_orders.that_made(session, business.id, request.plan.draft.vendor_id)
        if publish is not None and publish.request_id != request.id:
            publish = None
        if order is not None and not is_news(order, item.id, request.requested_at):
            order = None
        path = web_path(publish.bill_id, credit=publish.plan.credit) if publish is not None else ""
        url = f"{self._bill_web}{path}" if path else ""
        return Card(business, request, item, publish, url, order)

    def retry(self, workspace_id: str, user_id: str, request_id: str) -> None:
        """Try a stopped publish again, with the approval it has, if nothing changed since."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            request = approvals.get(session, request_id, lock=True)
            business = business_in(session, workspace_id, request.business_id)
            require(session, business, user_id, Right.REQUEST)
            self._check_connected(session, business)
            publish = publishes.find_of(session, request.item_id)
            stopped = publish is not None and publish.state is PublishState.STOPPED
            if publish is None or not stopped or publish.request_id != request.id:
                raise ConflictError("This was handled already: its card shows how it stands.")
            if request.state is not RequestState.APPROVED:
                raise ConflictError("Its approval is no longer in force. See its card, or ask again: `/dext publish`.")
            item = items.get(session, business.id, request.item_id, lock=True)
            restart(self._base, session, publish.id, business.id)
            items.keep(session, replace(item, status=ItemStatus.PUBLISHING, note=""), now)
            self._base.tell(session, "card", request.id, business.id)

    def _ask(
        self, session: Session, business: Business, item: Item, user_id: str, channel_id: str, why: str = ""
    ) -> str:
        """Make the request for one item; return why not when it cannot be."""
        refusal = _refusal(item)
        if refusal:
            return refusal
        now = self._base.clock()
        plan, problem = current_plan(session, business, item, now.date())
        if plan is None:
            return problem
        if item.status is ItemStatus.FAILED and item.note:
            # Whoever decides sees why it did not go through the last time; remarks are no part of the fingerprint.
            plan = replace(plan, flags=(f"{LAST_TIME}{item.note}", *plan.flags))
        publish = publishes.find_of(session, item.id)
        if publish is not None and (publish.creating_at is not None or publish.state is not PublishState.STOPPED):
            return "an earlier publish of it is not settled: see its card"
        request = Request(
            id=self._base.new_id(),
            business_id=business.id,
            item_id=item.id,
            state=RequestState.PENDING,
            plan=plan,
            fingerprint=plan.fingerprint,
            requested_by=user_id,
            requested_at=now,
            channel_id=channel_id,
            why=why,
        )
        approvals.add(session, request)
        items.keep(session, replace(item, status=ItemStatus.WAITING, lacks=(), note=""), now)
        self._base.tell(session, "card", request.id, business.id)
        return ""

    def _decidable(
        self, session: Session, workspace_id: str, user_id: str, request_id: str
    ) -> tuple[Request, Business]:
        # Locked: of two who click at the same moment, the second reads what the first decided.
        request = approvals.get(session, request_id, lock=True)
        business = business_in(session, workspace_id, request.business_id)
        require(session, business, user_id, Right.APPROVE)
        if request.state is not RequestState.PENDING:
            who = f" by <@{request.decided_by}>" if request.decided_by else ""
            raise ConflictError(f"That was {request.state.value} already{who}; your click changed nothing.")
        item = items.get(session, business.id, request.item_id)
        if not may_decide(request, user_id, item.prepared_by):
            did = "asked for this approval" if user_id == request.requested_by else _prepared(item, user_id)
            able = people.holders(session, business.id, roles_with(Right.APPROVE))
            others = [other for other in able if may_decide(request, other, item.prepared_by)]
            who = f"These people can: {mentions(others)}." if others else _NOBODY
            raise NotAllowedError(f"You {did}, so somebody else has to decide. {who}")
        return request, business

    def _start_publish(self, session: Session, item: Item, request: Request) -> None:
        now = self._base.clock()
        before = publishes.find_of(session, item.id)
        if before is None:
            publish = Publish(
                id=self._base.new_id(),
                business_id=item.business_id,
                item_id=item.id,
                request_id=request.id,
                plan=request.plan,
                state=PublishState.RUNNING,
                attempts=0,
                jobs=0,
                due_at=now,
                started_at=now,
            )
            publishes.add(session, publish)
        else:
            # Stopped before anything was sent (`_ask` made sure): the one intent gets the new approval.
            publish = before
            publishes.change(session, publish.id, request_id=request.id, plan=request.plan)
        restart(self._base, session, publish.id, item.business_id)
        items.keep(session, replace(item, status=ItemStatus.PUBLISHING, note=""), now)

    def _confirm_supplier(self, session: Session, item: Item, request: Request) -> None:
        """Remember a supplier that was found by its name, now that somebody approved it; Dext then needs no id."""
        written, plan = facts_of(item), request.plan
        if not written.supplier_id and normalised(written.supplier) == normalised(plan.supplier):
            vendor = Ref(plan.draft.vendor_id, plan.supplier)
            remember_supplier(self._base, session, item, vendor, request.decided_by)

    def _check_connected(self, session: Session, business: Business) -> None:
        problem = outlook(session, business).why_not
        if problem:
            raise ConflictError(problem)

    def _check_somebody_else_can(self, able: Sequence[str], user_id: str) -> None:
        if not [other for other in able if other != user_id]:
            raise NotAllowedError(
                "Nobody else can approve, and nobody approves their own request. An admin gives somebody the "
                "approver role in `/dext settings`."
            )


_NOBODY = "Nobody else has the role for it yet: an admin gives it to somebody in `/dext settings`."


def _nobody_left(able: Sequence[str], user_id: str, item: Item) -> str:
    """Say that all who could approve an item have prepared it, or nothing."""
    if [other for other in able if other != user_id and other not in item.prepared_by]:
        return ""
    return "everybody who could approve it has edited it or sent it in, and nobody approves their own work"


def _prepared(item: Item, user_id: str) -> str:
    return "edited this item" if user_id in item.editors else "sent this document in"


def _refusal(item: Item) -> str:
    if item.status is ItemStatus.TO_REVIEW:
        return "; ".join(item.lacks) or "it is being looked at again; try in a moment"
    if item.status not in _ASKABLE:
        return f"it is {item.status.label.lower()} already"
    return ""


def rewrite(base: Base, session: Session, request: Request) -> None:
    """Store what became of a request, and let its card say so; the requester hears of what changed."""
    approvals.keep(session, request)
    base.tell(session, "card", request.id, request.business_id)
    if request.changes:
        base.tell(session, "outcome", request.id, request.business_id)


def restart(base: Base, session: Session, publish_id: str, business_id: str) -> None:
    """Set a publish going, or going again, with a job of its own."""
    due_at = base.clock() + REVIVE
    publishes.change(session, publish_id, state=PublishState.RUNNING, attempts=0, due_at=due_at, problem="")
    base.work.enqueue_in(session, publish_job(session, publish_id, business_id))


def publish_job(session: Session, publish_id: str, business_id: str, delay: float = 0.0) -> Job:
    """Return the next job that works on a publish; no two have the same id."""
    number = publishes.count_job(session, publish_id)
    return Job("publish", f"publish:{publish_id}:{number}", (publish_id,), Queue.PUBLISH, business_id, delay)
