"""Taking items in from Dext, and looking at them again when lists or settings change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.clients.dext import DextClient, DextReceipt
from bot.domain.businesses import Business
from bot.domain.coding import Coding
from bot.domain.items import OPEN, Details, DocumentKind, Item, ItemStatus, Obstacle
from bot.domain.marks import without_mark
from bot.domain.people import Right
from bot.domain.readiness import lacks
from bot.domain.work import Job
from bot.errors import RefusedError, UpstreamError
from bot.log import get_logger
from bot.services.base import Base, find_business
from bot.services.coder import code
from bot.services.health import Health
from bot.services.people import require
from storage import items, legs, people

_CHUNK = 200
_MOST_LEFT = 50
_PUBLISHED = "published"
_UNDER_WAY = (ItemStatus.WAITING, ItemStatus.PUBLISHING, ItemStatus.HELD)
_MOST = Decimal(10) ** 12
_ID_DIGITS = 32
_KINDS = {
    "credit_note": DocumentKind.CREDIT_NOTE,
    "credit note": DocumentKind.CREDIT_NOTE,
    "refund": DocumentKind.CREDIT_NOTE,
    "sales_invoice": DocumentKind.SALE,
    "sale": DocumentKind.SALE,
    "sales": DocumentKind.SALE,
}


class Intake:
    """Keep our items in step with Dext's inbox."""

    def __init__(self, base: Base, health: Health) -> None:
        self._base = base
        self._health = health
        self._log = get_logger(__name__)

    def request(self, workspace_id: str, user_id: str, channel_id: str = "", business_id: str = "") -> None:
        """Take items in now, because somebody wants to see the newest."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            job = Job("intake", f"intake:{business.id}:{self._base.new_id()}", (business.id, user_id))
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
        """Work out anew what the open items lack, a chunk a transaction."""
        offset = 0
        while True:
            with self._base.database.begin() as session:
                business = people.business(session, business_id)
                chunk = items.page(session, business_id, sorted(OPEN), offset=offset, limit=_CHUNK)
                codings = code(session, business, [item.details for item in chunk])
                for item, coding in zip(chunk, codings, strict=True):
                    self._judge(session, item, coding, business)
            if len(chunk) < _CHUNK:
                return
            offset += _CHUNK

    def _take(self, business: Business, receipts: Sequence[DextReceipt]) -> int:
        """Store what is new or changed, judged in the same transaction: nobody sees an item half taken in."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            known = items.digests(session, business.id, [receipt.id for receipt in receipts])
            changed = []
            for receipt in receipts:
                if len(receipt.id) > _ID_DIGITS:
                    self._log.warning("item with an impossible id", business=business.id)
                    continue
                details = read(receipt)
                known_id, known_digest = known.get(receipt.id, ("", ""))
                if known_digest != fingerprint(details):
                    changed.append((known_id, details))
            codings = code(session, business, [details for _, details in changed])
            for (known_id, details), coding in zip(changed, codings, strict=True):
                missing = lacks(details, coding, business.tax_treatment, now.date())
                if known_id:
                    self._change(session, business, known_id, details, missing, now)
                else:
                    self._add(session, business, details, missing, now)
        return len(changed)

    def _change(
        self,
        session: Session,
        business: Business,
        item_id: str,
        details: Details,
        missing: tuple[str, ...],
        now: datetime,
    ) -> None:
        item = replace(items.get(session, business.id, item_id, lock=True), details=details)
        if item.status in OPEN:
            # A rejection or a failure was about the details that now changed: the item is judged anew.
            item = replace(item, status=judged(replace(item, status=ItemStatus.TO_REVIEW), missing), lacks=missing)
        items.keep(session, item, now, fingerprint(details))

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
            for item_id, obstacle in left.items():
                item = items.get(session, business.id, item_id, lock=True)
                gone = replace(item.details, obstacle=obstacle)
                items.keep(session, replace(item, details=gone), now, fingerprint(gone))

    def _add(
        self, session: Session, business: Business, details: Details, missing: tuple[str, ...], now: datetime
    ) -> None:
        item = Item(
            id=self._base.new_id(),
            business_id=business.id,
            number=people.next_number(session, business.id),
            details=details,
            status=ItemStatus.TO_REVIEW,
            lacks=missing,
            taken_in_at=now,
        )
        items.add(session, replace(item, status=judged(item, missing)), fingerprint(details))

    def _judge(self, session: Session, item: Item, coding: Coding, business: Business) -> None:
        """Store what an open item lacks, and so whether it is ready; write only what changed."""
        today = self._base.clock().date()
        missing = lacks(item.details, coding, business.tax_treatment, today)
        status = judged(item, missing)
        if (status, missing) == (item.status, item.lacks):
            return
        fresh = items.get(session, business.id, item.id, lock=True)
        if fresh == item:  # else somebody else was faster, and looks at it again
            items.keep(session, replace(item, status=status, lacks=missing), self._base.clock())


def judged(item: Item, missing: Sequence[str]) -> ItemStatus:
    """Return the status that follows from an open item's details and what it lacks.

    Rejected and failed stay until the item is changed or asked for again: somebody has to act.
    """
    if not item.details.processed:
        return ItemStatus.PROCESSING
    if item.status in (ItemStatus.REJECTED, ItemStatus.FAILED):
        return item.status
    return ItemStatus.TO_REVIEW if missing else ItemStatus.READY


def read(receipt: DextReceipt) -> Details:
    """Turn Dext's flat object into an item's details; our own mark does not count as a change."""
    return Details(
        dext_id=receipt.id,
        kind=_KINDS.get(receipt.type.casefold(), DocumentKind.BILL),
        processed=receipt.processed,
        supplier=_text(receipt.supplier),
        supplier_id=_id(receipt.supplier_id),
        number=_text(receipt.invoice_number),
        issued_on=receipt.date,
        due_on=receipt.due_date,
        currency=_currency(receipt.currency),
        total=_amount(receipt.total),
        tax=_amount(receipt.tax),
        category=_text(receipt.category),
        category_id=_id(receipt.category_id),
        customer=_text(receipt.customer),
        project=_text(receipt.project),
        payment_method=_text(receipt.payment_method),
        description=without_mark(_text(receipt.description)),
        paid=receipt.paid,
        obstacle=Obstacle.PUBLISHED if receipt.integration_state.casefold() == _PUBLISHED else Obstacle.NONE,
    )


def _obstacle(dext: DextClient, dext_id: str) -> Obstacle:
    try:
        published = dext.receipt(dext_id).integration_state.casefold() == _PUBLISHED
    except RefusedError:
        return Obstacle.GONE  # deleted or merged
    return Obstacle.PUBLISHED if published else Obstacle.GONE


def _text(text: str) -> str:
    """Return a text that every database keeps: PostgreSQL refuses NUL."""
    return text.replace("\0", "")


def _id(text: str) -> str:
    """Return an id of ours that Dext carries, or nothing for what cannot be one."""
    return text if len(text) <= 64 and "\0" not in text else ""


def _amount(amount: Decimal | None) -> Decimal | None:
    """Return an amount, or `None` for one that cannot be kept exactly: better unreadable than rounded."""
    if amount is None or not amount.is_finite() or abs(amount) >= _MOST or amount != round(amount, 4):
        return None
    return amount


def _currency(text: str) -> str:
    """Return a currency's code, or nothing for what cannot be one."""
    code = text.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def fingerprint(details: Details) -> str:
    """Return a digest of details, by which a change in Dext is noticed: its API has no since-filter."""
    values = {name: _plain(value) for name, value in asdict(details).items()}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return format(value.normalize(), "f") if hasattr(value, "normalize") else str(value)
