"""What the bot asks of Bill.com for one connection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import TypeAdapter

from bot.clients import bill_calls as calls
from bot.clients import bill_wire as wire
from bot.clients.bill_access import SERVICE
from bot.clients.bill_approvers import ApproversDesk
from bot.clients.bill_bodies import (
    DOCUMENT_LIMIT,
    VendorAddress,
    bill_body,
    credit_body,
    payment_body,
    refused_here,
    vendor_body,
)
from bot.clients.bill_calls import Calls
from bot.clients.bill_line import read
from bot.clients.bill_lists import ListPage, Lists, pages, quoted
from bot.clients.http import Operation, unreadable
from bot.clients.wire import UnreadableError
from bot.domain.bills import Bill, BillDraft, Document
from bot.domain.lists import Entry, ListName
from bot.errors import NoSuchEntryError, RefusedError


@dataclass(frozen=True)
class Organization:
    """Be the organisation a connection belongs to."""

    id: str
    name: str


@dataclass(frozen=True)
class BillUser:
    """Be a user of Bill.com; name and mail address may be empty."""

    id: str
    name: str
    email: str


class BillClient:
    """Speak to Bill.com for one connection; thread-safe.

    Every method signs in again by itself when the session has ended. When that fails for good they
    raise CredentialsError or TokenRevokedError; reads raise UnavailableError, GarbledReplyError,
    RateLimitedError and QuotaError; creating raises OutcomeUnknownError where it may have happened.
    """

    def __init__(self, calls: Calls, approvers: ApproversDesk) -> None:
        self._calls = calls
        self._approvers = approvers
        self._lists = Lists(calls)

    def organization(self) -> Organization:
        """Return the organisation of the connection; raises PermissionMissingError."""
        organization_id = self._calls.access.credentials().organization_id
        response = self._calls.get(calls.ORGANIZATION, organization_id=organization_id)
        row = read(wire.OrganizationRow, response, calls.ORGANIZATION)
        return Organization(row.id, row.name or "")

    def user(self, user_id: str) -> BillUser:
        """Return a user; raises PermissionMissingError where the role may not read users."""
        row = read(wire.ListRow, self._calls.get(calls.USER, user_id=user_id), calls.USER)
        return BillUser(row.id, wire.person(row).name, row.email or "")

    def ping(self) -> None:
        """Make sure that the connection works, with the cheapest call there is."""
        read(wire.LoginReply, self._calls.get(calls.SESSION), calls.SESSION)

    def page(
        self,
        name: ListName,
        *,
        page: str | None = None,
        archived: bool | None = None,
        updated_since: datetime | None = None,
    ) -> ListPage:
        """Return one page of a list, 100 rows at most.

        Raises PermissionMissingError where the role may not read the list, or its feature is off.
        """
        return self._lists.page(name, page, archived, updated_since)

    def entries(
        self, name: ListName, *, archived: bool | None = None, updated_since: datetime | None = None
    ) -> Iterator[tuple[Entry, ...]]:
        """Yield a list page by page; raises what `page` does, GarbledReplyError for a page token that comes twice."""
        return self._lists.entries(name, archived, updated_since)

    def known(self, name: ListName, ids: Sequence[str]) -> tuple[Entry, ...]:
        """Return those of at most a hundred entries that Bill.com still has; raises what `page` does."""
        return self._lists.known(name, ids)

    def payment_methods(self, accounts: Iterable[Entry]) -> tuple[Entry, ...]:
        """Return the payment methods that accounts stand for, under their banks' names where those may be read."""
        return self._lists.payment_methods(accounts)

    def bills(self, *, created_since: datetime, vendor_id: str = "") -> Iterator[Bill]:
        """Yield bills created since then, of one vendor or of all, oldest first, archived ones included.

        This is how a bill is found after an unknown outcome (docs/bill-com.md, after an unknown outcome).
        """
        filters = _of_vendor(vendor_id, created_since)
        for rows in pages(self._calls, calls.BILLS, wire.BillRow, filters, "createdTime:asc"):
            for row in rows:
                # A draft somebody began in Bill.com may lack what every finished bill has; it is not ours.
                if not wire.unfinished(row):
                    yield _finished(row, calls.BILLS)

    def credits(self, *, vendor_id: str, created_since: datetime) -> Iterator[Bill]:
        """Yield a vendor's credits created since then, oldest first, archived ones included.

        This is how a credit is found after an unknown outcome, as a bill is.
        """
        filters = _of_vendor(vendor_id, created_since)
        for rows in pages(self._calls, calls.CREDITS, wire.CreditRow, filters, "createdTime:asc"):
            for row in rows:
                yield _credit(row, calls.CREDITS)

    def create_credit(self, draft: BillDraft) -> Bill:
        """Create a vendor credit; never sent twice. Raises what `create_bill` does; look with `credits`."""
        response = self._calls.post(calls.CREATE_CREDIT, credit_body(draft))
        return _credit(read(wire.CreditRow, response, calls.CREATE_CREDIT), calls.CREATE_CREDIT)

    def bill(self, bill_id: str) -> Bill:
        """Return a bill; raises NoSuchEntryError."""
        row = read(wire.BillRow, self._calls.get(calls.BILL, bill_id=bill_id), calls.BILL)
        return _finished(row, calls.BILL)

    def create_bill(self, draft: BillDraft) -> Bill:
        """Create a bill; never sent twice.

        Raises UnavailableError when nothing was done, OutcomeUnknownError when it may exist (look with
        `bills`), DuplicateError when Bill.com says its number is taken (look likewise), InvalidFieldError,
        RefusedError.
        """
        body = bill_body(draft)
        row = read(wire.BillRow, self._calls.post(calls.CREATE_BILL, body), calls.CREATE_BILL)
        return _finished(row, calls.CREATE_BILL)

    def documents(self, bill_id: str) -> list[Document]:
        """Return the documents of a bill; those still being processed may be missing."""
        found = pages(self._calls, calls.DOCUMENTS, wire.DocumentRow, [], None, bill_id=bill_id)
        return [wire.document(row) for rows in found for row in rows]

    def attach_document(self, bill_id: str, name: str, content: bytes, content_type: str) -> Document:
        """Attach a file of at most 6 MB; never sent twice. Processing ends later: see `upload_ready`.

        Raises OutcomeUnknownError when it may be there (look with `documents`), InvalidFieldError, RefusedError.
        """
        if len(content) > DOCUMENT_LIMIT:
            raise refused_here("The file is larger than the 6 MB that Bill.com takes.")
        response = self._calls.upload(calls.ATTACH_DOCUMENT, name, content, content_type, bill_id=bill_id)
        return wire.document(read(wire.DocumentRow, response, calls.ATTACH_DOCUMENT), name)

    def upload_ready(self, upload_id: str) -> Document | None:
        """Return the document an upload has become, None while Bill.com still processes it.

        Raises NoSuchEntryError for an unknown upload, RefusedError when processing failed.
        """
        response = self._calls.get(calls.UPLOAD_STATUS, {"ids": upload_id})
        rows = read(TypeAdapter(list[wire.UploadRow]), response, calls.UPLOAD_STATUS)
        row = next((one for one in rows if one.upload_id == upload_id), None)
        if row is None:
            raise NoSuchEntryError("Bill.com doesn't know this upload.", service=SERVICE, detail="unknown upload")
        status = (row.status or "").upper()
        if any(word in status for word in ("FAIL", "ERROR", "REJECT")):
            reason = "Bill.com couldn't process the file."
            raise RefusedError(reason, service=SERVICE, detail=f"upload {status[:40]}", reason=reason)
        if row.document_id is None or status == "IN_PROGRESS":
            return None
        found = self._calls.get(calls.DOCUMENT, document_id=row.document_id)
        return wire.document(read(wire.DocumentRow, found, calls.DOCUMENT))

    def record_payment(self, *, vendor_id: str, bill_id: str, amount: Decimal, on: date) -> str:
        """Note that a bill was paid outside Bill.com and return the payment's id; never sent twice.

        Moves no money. Raises OutcomeUnknownError when it may be noted (look at the bill's paid amount),
        InvalidFieldError, RefusedError.
        """
        body = payment_body(vendor_id, bill_id, amount, on)
        row = read(wire.PaymentRow, self._calls.post(calls.RECORD_PAYMENT, body), calls.RECORD_PAYMENT)
        part = next((one.id for one in row.bill_payments or [] if one.id), None)
        if not (row.id or part):
            raise unreadable(calls.RECORD_PAYMENT, UnreadableError("a payment without id"), service=SERVICE)
        return row.id or part or ""

    def create_vendor(
        self,
        *,
        name: str,
        address: VendorAddress,
        email: str = "",
        phone: str = "",
        account_type: str = "BUSINESS",
        bill_currency: str = "USD",
    ) -> Entry:
        """Create a vendor; never sent twice. Bill.com demands the address (docs/bill-com.md, vendors).

        Raises OutcomeUnknownError when it may exist, DuplicateError, InvalidFieldError, RefusedError.
        """
        body = vendor_body(name, address, email, phone, account_type, bill_currency)
        response = self._calls.post(calls.CREATE_VENDOR, body)
        return wire.vendor(read(wire.ListRow, response, calls.CREATE_VENDOR))

    def set_approvers(self, bill_id: str, user_ids: Sequence[str]) -> None:
        """Make these users the approvers of a bill, in this order; the first one gets a mail.

        Raises PermissionMissingError where v2 is not set up, OutcomeUnknownError, RefusedError. The bill
        stays created whatever happens here.
        """
        self._approvers.set_approvers(self._calls.access, bill_id, user_ids)


def _finished(row: wire.BillRow, operation: Operation) -> Bill:
    try:
        return wire.bill(row)
    except UnreadableError as error:
        raise unreadable(operation, error, service=SERVICE) from None


def _credit(row: wire.CreditRow, operation: Operation) -> Bill:
    try:
        return wire.credit(row)
    except UnreadableError as error:
        raise unreadable(operation, error, service=SERVICE) from None


def _of_vendor(vendor_id: str, created_since: datetime) -> list[str]:
    # Filters know no escape, so nothing but an id may come into one.
    if vendor_id and not re.fullmatch(r"[0-9A-Za-z]+", vendor_id):
        raise NoSuchEntryError("Bill.com has no such vendor.", service=SERVICE, detail="malformed vendor id")
    vendor = [f"vendorId:eq:{vendor_id}"] if vendor_id else []
    return [*vendor, f"createdTime:gte:{quoted(created_since)}"]
