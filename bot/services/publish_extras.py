"""What belongs to a bill that exists: its document, its payment, its first approver, the mark in Dext.

A failure here is reported apart and never makes a second bill.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.clients.dext import DextImage
from bot.domain.marks import is_marked, with_mark
from bot.domain.publishing import Publish, retry_in
from bot.errors import (
    AuthError,
    CredentialsError,
    GarbledReplyError,
    MfaRequiredError,
    OutcomeUnknownError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    SessionEndedError,
    TokenRevokedError,
    UnavailableError,
)
from bot.services.base import Base
from bot.services.health import Health
from bot.services.publish_course import Course
from bot.services.publish_words import refusal

LOST = (CredentialsError, TokenRevokedError, SessionEndedError)
"""Errors after which the publish waits for a reconnect."""

LATER = (UnavailableError, OutcomeUnknownError, GarbledReplyError, RateLimitedError, AuthError)
"""Errors that may pass by themselves: also a refusal without a reason. Those with one are caught before."""

_GIVE_UP = 8

DOCUMENT = "the document could not be attached"
PAYMENT = "its payment could not be recorded"
APPROVER = "its first approver could not be named"
MARK = "the item could not be marked in Dext"
BY_HAND = {
    DOCUMENT: "attach it to the bill by hand",
    PAYMENT: "record it in Bill.com by hand, or the bill may be paid again",
    APPROVER: "name them on the bill in Bill.com",
    MARK: "archive it there, so that nobody publishes it again",
}
"""What a person does about each."""


class Extras:
    """Add to a bill what belongs to it."""

    def __init__(self, base: Base, health: Health, course: Course) -> None:
        self._base = base
        self._health = health
        self._course = course

    def run(self, publish: Publish) -> None:
        """Attach the document, record the payment, name the approver, mark the item in Dext; then say so."""
        steps: tuple[tuple[str, bool, Callable[[Publish], bool]], ...] = (
            # Bill.com has no call that attaches a document to a credit; its card said so.
            (DOCUMENT, not publish.document_id and not publish.plan.credit, self._attach),
            (PAYMENT, publish.plan.pays and not publish.payment_id, self._pay),
            (APPROVER, bool(publish.plan.approver_id) and publish.approver_set_at is None, self._name_approver),
            (MARK, publish.marked_at is None, self._mark),
        )
        shortfalls = list(publish.shortfalls)
        for phrase, needed, step in steps:
            if not needed or any(known.startswith(phrase) for known in shortfalls):
                continue
            try:
                if not step(publish):
                    self._course.again(publish, retry_in(publish.attempts))
                    return
            except LOST:
                self._course.hold(publish)
                return
            except (PermissionMissingError, MfaRequiredError, RefusedError) as error:
                shortfalls.append(f"{phrase}: {refusal(error)}; {BY_HAND[phrase]}")
            except LATER as error:
                if publish.attempts < _GIVE_UP:
                    self._course.later(publish, error)
                    return
                shortfalls.append(f"{phrase}: {error.service} did not answer; {BY_HAND[phrase]}")
            self._course.change(publish, shortfalls=shortfalls)
            publish = self._course.get(publish.id)
        self._course.done(publish)

    def _attach(self, publish: Publish) -> bool:
        """Attach the document under a name that tells it from all others; return whether it is there.

        Bill.com lists a document only when it has finished with it, so after a kill in between we wait
        for it to show before sending it a second time.
        """
        with self._health.dext(publish.business_id) as dext:
            image = dext.image(publish.plan.dext_id)
        name = document_name(publish, image)
        with self._health.bill(publish.business_id) as bill:
            known = next((document for document in bill.documents(publish.bill_id) if document.name == name), None)
            if known is None and publish.attaching_at is not None and not self._settled(publish.attaching_at):
                return False
            if known is None:
                if not self._course.claim(publish, "attaching_at", publish.attaching_at):
                    return False
                try:
                    known = bill.attach_document(publish.bill_id, name, image.content, image.content_type)
                except (RefusedError, UnavailableError, RateLimitedError):
                    self._course.change(publish, attaching_at=None)
                    raise
        self._course.change(publish, document_id=known.id, attempts=0)
        return True

    def _pay(self, publish: Publish) -> bool:
        """Record the payment of a document that was already paid, unless the bill is paid already."""
        with self._health.bill(publish.business_id) as bill:
            current = bill.bill(publish.bill_id)
            if current.paid_amount > 0 or current.payment_status == "PAID":
                self._course.change(publish, payment_id=publish.payment_id or "found paid", attempts=0)
                return True
            if publish.paying_at is not None and not self._settled(publish.paying_at):
                return False
            if not self._course.claim(publish, "paying_at", publish.paying_at):
                return False
            try:
                payment_id = bill.record_payment(
                    vendor_id=publish.plan.draft.vendor_id,
                    bill_id=publish.bill_id,
                    amount=publish.plan.draft.total,
                    on=publish.plan.draft.invoice_date,
                )
            except (RefusedError, UnavailableError, RateLimitedError):
                self._course.change(publish, paying_at=None)
                raise
        self._course.change(publish, payment_id=payment_id, attempts=0)
        return True

    def _name_approver(self, publish: Publish) -> bool:
        """Name the first approver in Bill.com, which starts no workflow there.

        It sets the whole list, so doing it again changes nothing; after a lost answer they may get a second mail.
        """
        with self._health.bill(publish.business_id) as bill:
            bill.set_approvers(publish.bill_id, [publish.plan.approver_id])
        self._course.change(publish, approver_set_at=self._base.clock(), attempts=0)
        return True

    def _mark(self, publish: Publish) -> bool:
        """Mark the item in Dext, so that nobody publishes it there; doing it twice changes nothing."""
        with self._health.dext(publish.business_id) as dext:
            receipt = dext.receipt(publish.plan.dext_id)
            if not is_marked(receipt.description, publish.bill_id):
                dext.update_receipt(
                    publish.plan.dext_id, {"description": with_mark(receipt.description, publish.bill_id)}
                )
        self._course.change(publish, marked_at=self._base.clock())
        return True

    def _settled(self, since: datetime) -> bool:
        return self._base.clock() - since >= self._base.pace.settle


def document_name(publish: Publish, image: DextImage) -> str:
    """Return the name a document is given in Bill.com: by it we recognise our own upload."""
    ending = image.file_name.rpartition(".")[2].lower() if "." in image.file_name else "pdf"
    return f"dext-{publish.plan.dext_id}.{ending}"
