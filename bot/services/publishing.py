"""Publishing: one approved item into Bill.com, step by step, so that a kill anywhere loses and doubles nothing.

Each step writes that it is about to act, acts, and writes what came of it. Run again after a kill,
a step that may have acted looks at Bill.com before it acts again. docs/publishing.md draws them all.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clients.bill import BillClient
from bot.domain.approvals import RequestState
from bot.domain.items import Obstacle
from bot.domain.lists import ListName
from bot.domain.publishing import Publish, PublishState, Recognised, recognise, retry_in
from bot.domain.receiving import take_in
from bot.errors import (
    DuplicateError,
    MfaRequiredError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
    UpstreamError,
)
from bot.services.approvals import REVIVE, publish_job
from bot.services.base import Base
from bot.services.facts import facts_of, fingerprint, read
from bot.services.health import Health
from bot.services.planning import current_plan
from bot.services.publish_course import Course
from bot.services.publish_extras import LATER, LOST, Extras
from bot.services.publish_words import archived, is_of_archived, refusal, twins, used
from storage import approvals, changes, items, legs, people, publishes

_LOOK_BACK = timedelta(days=366)
"""How far back a bill that looks the same is looked for; ours is at most as old as its intent."""


class Publishing:
    """Carry approved items into Bill.com."""

    def __init__(self, base: Base, health: Health) -> None:
        self._base = base
        self._health = health
        self._course = Course(base)
        self._extras = Extras(base, health, self._course)

    def revive_due(self, limit: int = 100) -> int:
        """Ask anew for publishes whose time has come and that nothing works on; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = publishes.due(session, now, limit)
            for publish_id, business_id in due:
                publishes.change(session, publish_id, due_at=now + REVIVE)
                self._base.work.enqueue_in(session, publish_job(session, publish_id, business_id))
        return len(due)

    def run(self, publish_id: str) -> None:
        """Do what is left of a publish, or note when to go on and why it cannot go on now."""
        publish = self._course.get(publish_id)
        if publish.state is not PublishState.RUNNING:
            return
        self._course.change(publish, due_at=self._base.clock() + REVIVE)
        if not self._live(publish):
            self._course.hold(publish)
            return
        try:
            if not publish.bill_id and not self._make_bill(publish):
                return
        except LOST:
            self._course.hold(publish)
            return
        except (DuplicateError, PermissionMissingError, MfaRequiredError, RefusedError) as error:
            self._course.stop(publish, self._archived(publish, error) or refusal(error))
            return
        except LATER as error:
            self._course.later(publish, error)
            return
        self._extras.run(self._course.get(publish_id))

    # Before the bill exists: any doubt stops or waits.

    def _make_bill(self, publish: Publish) -> bool:
        """Make sure the bill exists, once; return whether it does.

        Bill.com is always asked first. What an earlier attempt may have sent is given time to show.
        """
        with self._health.bill(publish.business_id) as bill:
            found = self._find(bill, publish)
        if found.ours is None:
            if publish.creating_at is not None and not self._settled(publish.creating_at):
                self._course.again(publish, retry_in(publish.attempts), publish.problem)
                return False
            if not self._still_right(publish, found):
                return False
            if not self._course.claim(publish, "creating_at", publish.creating_at):
                return False  # another worker was faster; its outcome is the outcome
            with self._health.bill(publish.business_id) as bill:
                found = self._create(bill, publish)
            if found.ours is None:
                self._course.stop(publish, twins(found, publish.plan))
                return False
        self._course.keep_bill(publish, found.ours)
        return True

    def _create(self, bill: BillClient, publish: Publish) -> Recognised:
        """Create the bill, now that it is written that we are about to."""
        try:
            create = bill.create_credit if publish.plan.credit else bill.create_bill
            return Recognised(ours=create(publish.plan.draft))
        except DuplicateError:
            # Perhaps our own, sent earlier and shown late: look before anybody is told.
            found = self._find(bill, publish)
            if found.ours is None:
                self._course.change(publish, creating_at=None)
            if found.ours is None and not found.twins:
                raise
            return found
        except (RefusedError, UnavailableError, PermissionMissingError, MfaRequiredError, RateLimitedError):
            # Refused, or never sent: nothing was made, so nothing has to be looked for.
            self._course.change(publish, creating_at=None)
            raise

    def _still_right(self, publish: Publish, found: Recognised) -> bool:
        """Take the item fresh from Dext and compare with what was approved; end the publish if it differs."""
        with self._health.dext(publish.business_id) as dext:
            facts = read(dext.receipt(publish.plan.dext_id))
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = people.business(session, publish.business_id)
            item = items.get(session, business.id, publish.item_id, lock=True)
            if item.details.obstacle is not Obstacle.GONE and fingerprint(facts) != fingerprint(facts_of(item)):
                item, said = take_in(item, facts, now)
                items.keep(session, item, now, fingerprint(facts))
                changes.add(session, [(item, said)], now)
            request = approvals.get(session, publish.request_id)
            plan, problem = current_plan(session, business, item, now.date())
        if request.state is not RequestState.APPROVED or publish.plan.fingerprint != request.fingerprint:
            # What would be sent is not what an approval in force was given for.
            self._course.stop(publish, "its approval is no longer in force; it has to be asked for again")
            return False
        if plan is not None and plan.fingerprint != request.fingerprint:
            self._course.ask_again(publish, request, plan)
            return False
        problem = problem or twins(found, publish.plan)
        if problem:
            self._course.stop(publish, problem)
        return not problem

    def _find(self, bill: BillClient, publish: Publish) -> Recognised:
        since = publish.started_at - _LOOK_BACK
        theirs = bill.credits if publish.plan.credit else bill.bills
        return recognise(publish.plan, list(theirs(vendor_id=publish.plan.draft.vendor_id, created_since=since)))

    def _archived(self, publish: Publish, error: Exception) -> str:
        """Name what Bill.com no longer takes: it says only that something is archived, so each entry is asked for."""
        if not (isinstance(error, RefusedError) and is_of_archived(error)):
            return ""
        gone: list[tuple[ListName, str]] = []
        try:
            with self._health.bill(publish.business_id) as bill:
                for name, ids in used(publish.plan).items():
                    gone += [(name, one.name) for one in bill.known(name, ids) if one.archived]
        except UpstreamError:
            return ""  # the reason without a name is still a reason
        return archived(gone)

    def _live(self, publish: Publish) -> bool:
        with self._base.database.begin() as session:
            return legs.connection(session, publish.business_id).live

    def _settled(self, since: datetime) -> bool:
        return self._base.clock() - since >= self._base.pace.settle
