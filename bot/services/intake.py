"""Taking items in from Dext, and looking at them again when lists or settings change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.clients.dext import DextClient, DextReceipt
from bot.domain.businesses import Business
from bot.domain.coding import Coding
from bot.domain.items import OPEN, Details, Item, ItemStatus, Obstacle
from bot.domain.layers import Layers
from bot.domain.people import Right
from bot.domain.readiness import lacks
from bot.domain.receiving import Change, receive, take_in
from bot.domain.work import Job
from bot.errors import RefusedError, UpstreamError
from bot.log import get_logger
from bot.services.base import Base, find_business
from bot.services.coder import code
from bot.services.facts import facts_of, fingerprint, read
from bot.services.health import Health
from bot.services.people import require
from bot.services.ruling import verdicts
from storage import changes, items, legs, people

_CHUNK = 200
_MOST_LEFT = 50
_PUBLISHED = "published"
_UNDER_WAY = (ItemStatus.WAITING, ItemStatus.PUBLISHING, ItemStatus.HELD)
_ID_DIGITS = 32


Uploaders = Callable[[Session, str, Sequence[str]], Mapping[str, str]]
"""Return the Slack ids of those who sent documents, by Dext's ids, for a business and some of these ids."""


def nobody(_session: Session, _business_id: str, _dext_ids: Sequence[str]) -> Mapping[str, str]:
    """Say that no document was sent from Slack."""
    return {}


class Intake:
    """Keep our items in step with Dext's inbox."""

    def __init__(self, base: Base, health: Health, uploaders: Uploaders = nobody) -> None:
        """Take items in; `uploaders` says who sent documents from Slack, since Dext's API does not."""
        self._base = base
        self._health = health
        self._uploaders = uploaders
        self._log = get_logger(__name__)

    def request(self, workspace_id: str, user_id: str, channel_id: str = "", business_id: str = "") -> None:
        """Take items in now, because somebody wants to see the newest; they are told in the channel what it brought."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            job = Job("intake", f"intake:{business.id}:{self._base.new_id()}", (business.id, user_id, channel_id))
            self._base.work.enqueue_in(session, job)

    def start_due(self, limit: int = 100) -> int:
        """Ask for the intakes that the clock owes; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = people.due_for_intake(session, now, limit)
            for business_id in due:
                people.set_intake(session, business_id, taken_in_at=None, due_at=now + self._base.pace.intake)
                slot = int(now.timestamp())
                self._base.work.enqueue_in(session, Job("intake", f"intake:{business_id}:{slot}", (business_id, "")))
        return len(due)

    def run(self, business_id: str) -> int | None:
        """Take in what is new or changed in Dext; return how many items that was, `None` if Dext was not reached.

        An outage or an expired leg is not raised: it is learned, and the next intake tries again.
        """
        with self._base.database.begin() as session:
            business = people.business(session, business_id)
            connection = legs.connection(session, business_id)
        if not connection.dext.usable:
            return None
        try:
            with self._health.dext(business_id) as dext:
                receipts = dext.inbox()
                left = self._left(dext, business_id, {receipt.id for receipt in receipts})
        except UpstreamError as error:
            self._log.info("intake failed", business=business_id, code=error.code)
            return None
        taken = 0
        for start in range(0, len(receipts), _CHUNK):
            taken += self._take(business, receipts[start : start + _CHUNK])
        self._note_left(business, left)
        now = self._base.clock()
        with self._base.database.begin() as session:
            people.set_intake(session, business_id, taken_in_at=now, due_at=now + self._base.pace.intake)
        self.look_again(business_id)
        return taken

    def look_again(self, business_id: str) -> None:
        """Work out anew what the open items lack, a chunk a transaction; write only what changed."""
        offset = 0
        while True:
            now = self._base.clock()
            with self._base.database.begin() as session:
                business = people.business(session, business_id)
                chunk = items.page(session, business_id, sorted(OPEN), offset=offset, limit=_CHUNK, lock=True)
                codings = code(session, business, [item.details for item in chunk])
                items.keep_standings(session, list(_rejudged(business, chunk, codings, now.date())), now)
            if len(chunk) < _CHUNK:
                return
            offset += _CHUNK

    def _take(self, business: Business, receipts: Sequence[DextReceipt]) -> int:
        """Store what is new or changed, judged in the same transaction: nobody sees an item half taken in."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            known = items.digests(session, business.id, [receipt.id for receipt in receipts])
            new: list[Details] = []
            changed: dict[str, Details] = {}
            for receipt in receipts:
                if len(receipt.id) > _ID_DIGITS:
                    self._log.warning("item with an impossible id", business=business.id)
                    continue
                facts = read(receipt)
                known_id, known_digest = known.get(receipt.id, ("", ""))
                if not known_id:
                    new.append(facts)
                elif known_digest != fingerprint(facts):
                    changed[known_id] = facts
            self._change(session, business, changed, now)
            self._add(session, business, new, now)
        return len(new) + len(changed)

    def _add(self, session: Session, business: Business, new: Sequence[Details], now: datetime) -> None:
        """Keep documents that were not there before, with what rules say of those that Dext has read."""
        if not new:
            return
        first = people.next_number(session, business.id, len(new))
        uploaders = self._uploaders(session, business.id, [facts.dext_id for facts in new])
        made = [
            Item(
                id=self._base.new_id(),
                business_id=business.id,
                number=first + place,
                details=facts,
                status=ItemStatus.TO_REVIEW,
                lacks=(),
                taken_in_at=now,
                seen=facts,
                uploader=uploaders.get(facts.dext_id, ""),
            )
            for place, facts in enumerate(new)
        ]
        received_ = self._receive(session, business, made, now)
        judged_ = self._judge(session, business, [item for item, _ in received_], now)
        items.add_many(session, [(item, fingerprint(facts)) for item, facts in zip(judged_, new, strict=True)])
        changes.add(session, [(item, said) for item, (_, said) in zip(judged_, received_, strict=True)], now)
        self._ask_by_rule(session, judged_)

    def _change(self, session: Session, business: Business, changed: Mapping[str, Details], now: datetime) -> None:
        """Lay over items what was changed in Dext; one that Dext has only now read is received."""
        if not changed:
            return
        before = list(items.several(session, business.id, list(changed), lock=True).values())
        fresh = {item.id for item in before if changed[item.id].processed and not facts_of(item).processed}
        taken: dict[str, tuple[Item, tuple[Change, ...]]] = {
            item.id: take_in(item, changed[item.id], now) for item in before if item.id not in fresh
        }
        first_read = [replace(item, seen=changed[item.id], layers=Layers()) for item in before if item.id in fresh]
        taken |= {item.id: (item, said) for item, said in self._receive(session, business, first_read, now)}
        # A rejection or a failure was about the details that now changed: the item is judged anew.
        reopened = [
            replace(item, status=ItemStatus.TO_REVIEW) if item.status in OPEN else item for item, _ in taken.values()
        ]
        judged_ = self._judge(session, business, reopened, now)
        items.keep_many(session, [(item, fingerprint(changed[item.id])) for item in judged_], now)
        changes.add(session, list(taken.values()), now)
        self._ask_by_rule(session, [item for item in judged_ if item.id in fresh])

    def _receive(
        self, session: Session, business: Business, new: Sequence[Item], now: datetime
    ) -> list[tuple[Item, tuple[Change, ...]]]:
        """Let rules act on documents that have just been read; what Dext still reads waits for its turn."""
        ready = [item for item in new if facts_of(item).processed]
        said = verdicts(session, business, [(facts_of(item), item.uploader) for item in ready], now)
        found = {item.id: verdict.values for item, verdict in zip(ready, said, strict=True)}
        return [receive(item, found[item.id], now) if item.id in found else (item, ()) for item in new]

    def _judge(self, session: Session, business: Business, many: Sequence[Item], now: datetime) -> list[Item]:
        codings = code(session, business, [item.details for item in many])
        judged_ = []
        for item, coding in zip(many, codings, strict=True):
            missing = lacks(item.details, coding, business.tax_treatment, now.date())
            open_ = item.status in OPEN
            judged_.append(replace(item, status=judged(item, missing), lacks=missing) if open_ else item)
        return judged_

    def _ask_by_rule(self, session: Session, received_: Sequence[Item]) -> None:
        """Let what arrived ready be asked for by itself, where rules say so; the job looks at them once more."""
        for item in received_:
            if item.status is ItemStatus.READY and any(given.by for _, said in item.layers for given in said):
                self._base.work.enqueue_in(session, Job("ask", f"ask:{item.id}", (item.business_id, item.id)))

    def _left(self, dext: DextClient, business_id: str, present: set[str]) -> dict[str, Obstacle]:
        """Return our ids of items that left Dext's inbox by other hands, and whether Dext published them by itself.

        Dext archives what it publishes, so each is asked for; those that were not asked for now are the next time.
        """
        with self._base.database.begin() as session:
            known = items.dext_ids(session, business_id, [*OPEN, *_UNDER_WAY])
        left = sorted(known.keys() - present)[:_MOST_LEFT]
        return {known[dext_id]: _obstacle(dext, dext_id) for dext_id in left}

    def _note_left(self, business: Business, left: dict[str, Obstacle]) -> None:
        """Note items that left Dext's inbox by other hands: they are not ours to publish any more."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            found = items.several(session, business.id, list(left), lock=True)
            gone = {item_id: replace(facts_of(item), obstacle=left[item_id]) for item_id, item in found.items()}
            taken = [take_in(item, gone[item.id], now)[0] for item in found.values()]
            items.keep_many(session, [(item, fingerprint(gone[item.id])) for item in taken], now)


def _rejudged(business: Business, chunk: Sequence[Item], codings: Sequence[Coding], today: date) -> Iterator[Item]:
    """Yield the items that now lack something else than they did."""
    for item, coding in zip(chunk, codings, strict=True):
        missing = lacks(item.details, coding, business.tax_treatment, today)
        status = judged(item, missing)
        if (status, missing) != (item.status, item.lacks):
            yield replace(item, status=status, lacks=missing)


def judged(item: Item, missing: Sequence[str]) -> ItemStatus:
    """Return the status that follows from an open item's details and what it lacks.

    Rejected and failed stay until the item is changed or asked for again: somebody has to act.
    """
    if not item.details.processed:
        return ItemStatus.PROCESSING
    if item.status in (ItemStatus.REJECTED, ItemStatus.FAILED):
        return item.status
    return ItemStatus.TO_REVIEW if missing else ItemStatus.READY


def _obstacle(dext: DextClient, dext_id: str) -> Obstacle:
    try:
        published = dext.receipt(dext_id).integration_state.casefold() == _PUBLISHED
    except RefusedError:
        return Obstacle.GONE  # deleted or merged
    return Obstacle.PUBLISHED if published else Obstacle.GONE
