"""Watching for a second writer: bills and publications of our items that this bot did not make."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from sqlalchemy.orm import Session

from bot.domain.bills import Bill
from bot.domain.people import Right, Role
from bot.domain.plans import marked_as
from bot.domain.sightings import Known, Sighting, SightingKind, doubles
from bot.domain.views.watching import AlarmRow, AlarmView
from bot.domain.work import Job, Queue
from bot.errors import ConflictError, UpstreamError
from bot.log import get_logger
from bot.services.base import Base, business_in
from bot.services.health import Health
from bot.services.people import require
from storage import items, legs, people, sightings

EVERY = timedelta(days=1)
_AGAIN = timedelta(hours=1)
_OVERLAP = timedelta(hours=1)
"""How far back a look begins before the last one ended: Bill.com may list a bill a little late."""

_CHUNK = 200


class Watching:
    """Find signs of a second writer, tell admins once, and let one of them settle it."""

    def __init__(self, base: Base, health: Health, bill_web: str) -> None:
        self._base = base
        self._health = health
        self._bill_web = bill_web
        self._log = get_logger(__name__)

    def start_due(self, limit: int = 100) -> int:
        """Ask for the looks that the clock owes; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = sightings.due(session, now, limit)
            for business_id in due:
                sightings.set_watch(session, business_id, due_at=now + _AGAIN)
                slot = int(now.timestamp())
                # Beside the refreshes, one at a time a business: both read from Bill.com.
                job = Job("watch", f"watch:{business_id}:{slot}", (business_id,), Queue.REFRESH, business_id)
                self._base.work.enqueue_in(session, job)
        return len(due)

    def look_at_bills(self, business_id: str) -> int:
        """Look through the bills made since the last look; return how many new signs there were.

        An outage or an expired leg is not raised: it is learned, and the next look begins where this one did.
        """
        began = self._base.clock()
        with self._base.database.begin() as session:
            leg = legs.connection(session, business_id).bill
            since = sightings.watched_until(session, business_id) or leg.connected_at
        if not leg.usable or since is None:
            return 0
        new = 0
        try:
            with self._health.bill(business_id) as bill:
                bills = bill.bills(created_since=since - _OVERLAP)
                while chunk := list(islice(bills, _CHUNK)):
                    new += self._compare(business_id, chunk)
        except UpstreamError as error:
            self._log.info("bills not looked through", business=business_id, code=error.code)
            return new
        with self._base.database.begin() as session:
            sightings.set_watch(session, business_id, due_at=began + EVERY, until=began)
        return new

    def look_at_dext(self, business_id: str) -> int:
        """Note the items that Dext published by itself; return how many are new."""
        with self._base.database.begin() as session:
            found = sightings.published_by_dext(session, business_id, _CHUNK)
            self._note(session, business_id, SightingKind.DEXT, [(dext_id, item_id) for item_id, dext_id in found])
        return len(found)

    def view(self, alarm_id: str) -> AlarmView:
        """Return an alarm as its message shows it."""
        with self._base.database.begin() as session:
            told = sightings.of_alarm(session, alarm_id)
            business = people.business(session, told[0].business_id)
            known = items.several(session, business.id, [one.item_id for one in told])
            rows = tuple(AlarmRow(one, known[one.item_id], self._url(one)) for one in told)
            admins = people.holders(session, business.id, [Role.ADMIN])
        return AlarmView(business, rows, tuple(admins))

    def settle(self, workspace_id: str, user_id: str, alarm_id: str) -> None:
        """Note that an admin looked into an alarm; what is seen later is told anew."""
        with self._base.database.begin() as session:
            told = sightings.of_alarm(session, alarm_id, lock=True)
            business = business_in(session, workspace_id, told[0].business_id)
            require(session, business, user_id, Right.CONNECT)
            if told[0].settled_at is not None:
                raise ConflictError(f"<@{told[0].settled_by}> has settled that already.")
            sightings.settle(session, alarm_id, user_id, self._base.clock())
            self._base.tell(session, "alarm", alarm_id, business.id)

    def _compare(self, business_id: str, bills: list[Bill]) -> int:
        with self._base.database.begin() as session:
            marked = {marked_as(bill.description) for bill in bills} - {""}
            known = sightings.alike(session, business_id, {bill.amount for bill in bills}, marked)
            found: list[tuple[Bill, Known]] = doubles(bills, known)
            told = sightings.seen(session, business_id, SightingKind.BILL, [bill.id for bill, _ in found])
            new = [(bill.id, item.item_id) for bill, item in found if bill.id not in told]
            self._note(session, business_id, SightingKind.BILL, new)
        return len(new)

    def _note(self, session: Session, business_id: str, kind: SightingKind, found: list[tuple[str, str]]) -> None:
        """Keep signs, and let the alarm that nobody settled, or a new one, tell of them."""
        if not found:
            return
        now, ids = self._base.clock(), [self._base.new_id() for _ in found]
        alarm_id = sightings.open_alarm(session, business_id) or ids[0]
        rows = [
            Sighting(id_, business_id, kind, remote_id, item_id, now, alarm_id)
            for id_, (remote_id, item_id) in zip(ids, found, strict=True)
        ]
        sightings.add(session, rows)
        self._base.tell(session, "alarm", alarm_id, business_id)
        self._log.warning("second writer", business=business_id, kind=kind.value, count=len(found))

    def _url(self, sighting: Sighting) -> str:
        return f"{self._bill_web}/bills/{sighting.remote_id}" if sighting.kind is SightingKind.BILL else ""
