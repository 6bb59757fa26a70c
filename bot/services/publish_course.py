"""The course of a publish: how it goes on, waits, or ends, each in one transaction with what people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.approvals import Request, RequestState
from bot.domain.bills import Bill
from bot.domain.items import ItemStatus
from bot.domain.plans import Plan, differences
from bot.domain.publishing import Publish, PublishState, retry_in
from bot.errors import RateLimitedError, UpstreamError
from bot.log import get_logger
from bot.services.approvals import REVIVE, publish_job
from bot.services.base import Base
from bot.services.breaks import Breaks
from bot.services.publish_words import waiting
from storage import approvals, items, legs, publishes


class Course:
    """Write where publishes stand."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._breaks = Breaks(base)
        self._log = get_logger(__name__)

    def done(self, publish: Publish) -> None:
        """Say that the bill and all that belongs to it is in Bill.com."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            item = items.get(session, publish.business_id, publish.item_id, lock=True)
            publishes.change(session, publish.id, state=PublishState.DONE, done_at=now, due_at=None, problem="")
            items.keep(session, replace(item, status=ItemStatus.PUBLISHED, note=""), now)
            self._base.tell(session, "card", publish.request_id, publish.business_id)
            self._base.tell(session, "outcome", publish.request_id, publish.business_id)
            self._tell_break(session, publish)
        self._log.info("published", business=publish.business_id, item=publish.item_id, bill=publish.bill_id)

    def again(self, publish: Publish, wait: timedelta, problem: str = "") -> None:
        """Go on after a wait; `problem` is what the card says meanwhile."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            # The clock revives it if the queue should lose the job: its due time lies a little later.
            due_at = now + wait + REVIVE
            publishes.change(session, publish.id, attempts=publish.attempts + 1, due_at=due_at, problem=problem)
            job = publish_job(session, publish.id, publish.business_id, wait.total_seconds())
            self._base.work.enqueue_in(session, job)
            if problem != publish.problem:
                self._base.tell(session, "card", publish.request_id, publish.business_id)

    def later(self, publish: Publish, error: UpstreamError) -> None:
        """Go on later, after somebody else's failure that may pass."""
        wait = retry_in(publish.attempts)
        if isinstance(error, RateLimitedError):
            wait = max(wait, timedelta(seconds=error.retry_after))
        current = self.get(publish.id)
        self._log.info("publish waits", publish=publish.id, code=error.code, seconds=wait.total_seconds())
        self.again(current, wait, waiting(error, sent=current.creating_at is not None and not current.bill_id))

    def hold(self, publish: Publish) -> None:
        """Wait until the connection is renewed."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            connection = legs.connection(session, publish.business_id)
            down = [leg.provider.label for leg in (connection.bill, connection.dext) if not leg.usable]
            problem = f"goes out when {' and '.join(down) or 'the connection'} is reconnected"
            cause = self._breaks.holding(session, publish.business_id)
            publishes.change(session, publish.id, state=PublishState.HELD, due_at=None, problem=problem, held_by=cause)
            if cause:
                self._breaks.recount(session, cause)
            item = items.get(session, publish.business_id, publish.item_id, lock=True)
            items.keep(session, replace(item, status=ItemStatus.HELD, note=problem), now)
            self._base.tell(session, "card", publish.request_id, publish.business_id)
            self._base.tell(session, "outcome", publish.request_id, publish.business_id)

    def stop(self, publish: Publish, problem: str) -> None:
        """End before a bill exists, with the reason."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            item = items.get(session, publish.business_id, publish.item_id, lock=True)
            # Bill.com was looked through before: nothing that was sent is left to be looked for.
            publishes.change(
                session, publish.id, state=PublishState.STOPPED, due_at=None, problem=problem, creating_at=None
            )
            items.keep(session, replace(item, status=ItemStatus.FAILED, note=problem), now)
            self._base.tell(session, "card", publish.request_id, publish.business_id)
            self._base.tell(session, "outcome", publish.request_id, publish.business_id)
            self._tell_break(session, publish)
        self._log.info("publish stopped", publish=publish.id, problem=problem)

    def _tell_break(self, session: Session, publish: Publish) -> None:
        """Let the message of the break that held this item count it as settled."""
        if publish.held_by:
            self._breaks.recount(session, publish.held_by)

    def claim(self, publish: Publish, column: str, seen: datetime | None) -> bool:
        """Write that an effect is about to be asked for; return whether this worker may ask for it."""
        with self._base.database.begin() as session:
            return publishes.claim(session, publish.id, column, seen, self._base.clock())

    def get(self, publish_id: str) -> Publish:
        """Return a publish as it stands."""
        with self._base.database.begin() as session:
            return publishes.get(session, publish_id)

    def change(self, publish: Publish, **values: object) -> None:
        """Store the columns that changed."""
        with self._base.database.begin() as session:
            publishes.change(session, publish.id, **values)

    def keep_bill(self, publish: Publish, bill: Bill) -> None:
        """Note the bill: from here on, a failure never makes a second one."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            item = items.get(session, publish.business_id, publish.item_id, lock=True)
            publishes.change(session, publish.id, bill_id=bill.id, attempts=0, problem="")
            items.keep(session, replace(item, bill_id=bill.id), now)
            self._base.tell(session, "card", publish.request_id, publish.business_id)

    def ask_again(self, publish: Publish, request: Request, plan: Plan) -> None:
        """Take the approval back, since the item differs from what it was given for, and ask anew.

        The card shows the differences; nothing was sent.
        """
        changes = differences(request.plan, plan)
        anew = replace(
            request,
            state=RequestState.PENDING,
            plan=plan,
            fingerprint=plan.fingerprint,
            decided_by="",
            decided_at=None,
            changes=changes,
        )
        with self._base.database.begin() as session:
            item = items.get(session, publish.business_id, publish.item_id, lock=True)
            approvals.keep(session, anew)
            publishes.change(
                session,
                publish.id,
                state=PublishState.STOPPED,
                due_at=None,
                problem="; ".join(changes),
                creating_at=None,
            )
            items.keep(session, replace(item, status=ItemStatus.WAITING, note=""), self._base.clock())
            self._base.tell(session, "card", publish.request_id, publish.business_id)
            self._base.tell(session, "outcome", publish.request_id, publish.business_id)
            self._tell_break(session, publish)
