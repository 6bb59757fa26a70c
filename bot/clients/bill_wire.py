"""Bill.com's replies as they come, and how they become our values.

Enumerations stay text because Bill.com adds to them; what may be unset is optional (docs/bill-com.md, lists, bills).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from bot.clients.wire import UnreadableError, Wire
from bot.domain.bills import Bill, Document
from bot.domain.lists import Entry

_KIND = 32

UPLOAD_PREFIX = "0du"
"""How the id of a document begins while Bill.com still processes it (docs/bill-com.md, receipt image)."""


def _lenient_moment(value: object, handler: ValidatorFunctionWrapHandler) -> datetime | None:
    # A time serves for ordering only; one that cannot be read must not cost the whole page.
    try:
        moment = handler(value)
    except ValidationError:
        return None
    if not isinstance(moment, datetime):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime | None, WrapValidator(_lenient_moment)]


class LoginReply(Wire):
    """Be the answer to a sign-in, and to the question whose session it is."""

    session_id: SecretStr | None = None
    organization_id: str = ""
    user_id: str = ""


class TokenReply(Wire):
    """Be the answer of the OAuth token endpoint, whose names are partly OAuth's and partly Bill.com's."""

    # Names as they come; `expires_in` in seconds.
    model_config = ConfigDict(alias_generator=None)

    access_token: SecretStr
    refresh_token: SecretStr | None = None
    expires_in: float | None = None
    organizationId: str | None = None  # noqa: N815 - Bill.com's own name
    userId: str | None = None  # noqa: N815 - Bill.com's own name


class OrganizationRow(Wire):
    """Be an organisation."""

    id: str
    name: str | None = None


Identifier = Annotated[str, Field(min_length=1, max_length=64)]
"""An id; one that is longer than any of Bill.com's is a mistake that must not be cut into another id."""


class AccountPart(Wire):
    """Be what makes a classification an account."""

    type: str | None = None
    number: str | None = None


class AdditionalPart(Wire):
    """Be what else Bill.com knows of a vendor."""

    payment_term_id: str | None = None


class TermRow(Wire):
    """Be terms of payment that vendors are given."""

    id: str
    days_due: int | None = None


class ListRow(Wire):
    """Be a row of any list; each list fills the fields it has."""

    id: Identifier
    archived: bool | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    parent_id: Annotated[str | None, Field(max_length=64)] = None
    account: AccountPart | None = None
    additional_info: AdditionalPart | None = None
    bill_currency: str | None = None


class BankRow(Wire):
    """Be an organisation's own bank account."""

    id: str
    archived: bool | None = None
    account_number: str | None = None
    name_on_account: str | None = None
    bank_name: str | None = None
    chart_of_account_id: str | None = None


class InvoicePart(Wire):
    """Be the vendor's own number and date of a bill."""

    invoice_number: str | None = None
    invoice_date: date | None = None


class BillRow(Wire):
    """Be a bill."""

    id: str
    archived: bool | None = None
    vendor_id: str | None = None
    amount: Decimal | None = None
    paid_amount: Decimal | None = None
    description: str | None = None
    invoice: InvoicePart | None = None
    payment_status: str | None = None
    record_status: str | None = None
    created_time: Moment = None


class CreditRow(Wire):
    """Be a vendor credit."""

    id: str
    archived: bool | None = None
    vendor_id: str | None = None
    amount: Decimal | None = None
    applied_amount: Decimal | None = None
    description: str | None = None
    reference_number: str | None = None
    credit_date: date | None = None
    status: str | None = None
    created_time: Moment = None


class DocumentRow(Wire):
    """Be a document of a bill."""

    id: str
    name: str | None = None


class UploadRow(Wire):
    """Be the state of an upload."""

    upload_id: str | None = None
    document_id: str | None = None
    status: str | None = None


class PaymentPart(Wire):
    """Be what a payment says about one bill."""

    id: str | None = None


class PaymentRow(Wire):
    """Be a recorded payment."""

    id: str | None = None
    bill_payments: list[PaymentPart] | None = None


Row = TypeVar("Row", bound=Wire)


class Page(Wire, Generic[Row]):
    """Be one page of a list; the last one has no `nextPage`."""

    results: list[Row]
    next_page: str | None = None


def known(identifier: str | None) -> str | None:
    """Return an id, or None for an unset one and for the id of zeros that means the same."""
    return None if identifier is None or not identifier.strip("0") else identifier


def account(row: ListRow) -> Entry:
    """Turn a row of the chart of accounts into an entry."""
    part = row.account or AccountPart()
    return _entry(row, row.name, number=part.number or "", kind=(part.type or "").upper())


def vendor(row: ListRow) -> Entry:
    """Turn a vendor into an entry; its kind is the currency of its bills."""
    return _entry(row, row.name, kind=row.bill_currency or "")


def plain(row: ListRow) -> Entry:
    """Turn a customer, class or location into an entry."""
    return _entry(row, row.name)


def person(row: ListRow) -> Entry:
    """Turn a user into an entry called by first and last name, by mail address where both are unset."""
    name = " ".join(part for part in ((row.first_name or "").strip(), (row.last_name or "").strip()) if part)
    return _entry(row, name or row.email)


def bank_name(row: BankRow) -> str:
    """Return what people call a bank account: bank and the last four digits, or "" without a bank."""
    name = (row.bank_name or row.name_on_account or "").strip()
    digits = "".join(sign for sign in row.account_number or "" if sign.isdigit())[-4:]
    return f"{name} ••{digits}" if name and digits else name


def bill(row: BillRow) -> Bill:
    """Turn a bill into ours; raises UnreadableError where a field is unset that every finished bill has."""
    invoice = row.invoice or InvoicePart()
    if row.vendor_id is None or row.amount is None or invoice.invoice_date is None:
        raise UnreadableError("a bill without vendor, amount or invoice date")
    return Bill(
        id=row.id,
        vendor_id=row.vendor_id,
        invoice_number=invoice.invoice_number or "",
        invoice_date=invoice.invoice_date,
        amount=row.amount,
        description=row.description or "",
        payment_status=(row.payment_status or "UNDEFINED").upper(),
        paid_amount=row.paid_amount if row.paid_amount is not None else Decimal(0),
        archived=bool(row.archived),
        created_at=row.created_time,
    )


def credit(row: CreditRow) -> Bill:
    """Turn a vendor credit into ours: a bill's fields, its number and date being the credit's own.

    Raises UnreadableError where a field is unset that every credit has.
    """
    if row.vendor_id is None or row.amount is None or row.credit_date is None:
        raise UnreadableError("a vendor credit without vendor, amount or date")
    return Bill(
        id=row.id,
        vendor_id=row.vendor_id,
        invoice_number=row.reference_number or "",
        invoice_date=row.credit_date,
        amount=row.amount,
        description=row.description or "",
        payment_status=(row.status or "UNDEFINED").upper(),
        paid_amount=row.applied_amount if row.applied_amount is not None else Decimal(0),
        archived=bool(row.archived),
        created_at=row.created_time,
    )


def unfinished(row: BillRow) -> bool:
    """Say whether a bill is a draft that nobody has finished."""
    drafted = (row.record_status or "").upper().startswith("DRAFT")
    return drafted and (
        row.vendor_id is None or row.amount is None or (row.invoice or InvoicePart()).invoice_date is None
    )


def document(row: DocumentRow, name: str = "") -> Document:
    """Turn a document into ours; `name` fills in while Bill.com does not repeat it."""
    return Document(id=row.id, name=row.name or name, ready=not row.id.startswith(UPLOAD_PREFIX))


def _entry(row: ListRow, name: str | None, *, number: str = "", kind: str = "") -> Entry:
    return Entry(
        id=row.id,
        name=(name or "").strip(),
        parent_id=known(row.parent_id),
        number=number,
        kind=kind[:_KIND],
        archived=bool(row.archived),
    )
