"""Dext's replies as they come, and how they become our values.

Dext writes nothing as null in one reply and as "" in the next, money as text, number or null: all of
it is read alike (docs/dext.md, items).
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr, TypeAdapter

from bot.clients.wire import UnreadableError, fit

Kind = Literal["categories", "payees", "clients", "projects"]
"""The lists that can be written in Dext."""

_DUPLICATE = re.compile(r"duplicate|same file|already (?:exists|been|in)", re.IGNORECASE)

LISTS: tuple[Kind, ...] = ("categories", "payees", "clients", "projects")
"""All of them."""


@dataclass(frozen=True)
class DextReceipt:
    """Be a document in Dext as its API gives it; what Dext left blank is "" or None.

    `supplier` and `customer` are Dext's payee and client; amounts are in `currency`. A date may lie in
    the wrong century: it is what was read from the paper. `integration_state` and `_message` carry
    what became of publishing, in Dext's own words.
    """

    id: str
    type: str
    date: datetime.date | None
    invoice_number: str
    due_date: datetime.date | None
    paid: bool
    supplier: str
    supplier_id: str
    customer: str
    project: str
    category: str
    category_id: str
    category_code: str
    currency: str
    total: Decimal | None
    tax: Decimal | None
    payment_method: str
    payment_method_ref: str
    description: str
    status: str
    integration_state: str
    integration_message: str
    processed: bool


@dataclass(frozen=True)
class DextImage:
    """Be the picture or file of a document; `content` is the file itself, decoded."""

    content: bytes
    content_type: str
    file_name: str


@dataclass(frozen=True)
class DextAccount:
    """Be the account a grant belongs to; `users` are the mail addresses of those not suspended."""

    id: str
    users: tuple[str, ...]


@dataclass(frozen=True)
class DextEntry:
    """Be a row of a list in Dext; `id` is the one that was pushed, `code` is empty but for categories."""

    id: str
    name: str
    code: str = ""


def _text(value: object) -> object:
    return "" if value is None else value


def _flag(value: object) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "y"} if isinstance(value, str) else bool(value)


def _money(value: object) -> Decimal | None:
    # An amount that cannot be read is a missing one: then a person fills it in.
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        amount = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _day(value: object) -> datetime.date | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None


Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Money = Annotated[Decimal | None, BeforeValidator(_money)]
Day = Annotated[datetime.date | None, BeforeValidator(_day)]


class DextWire(BaseModel):
    """Be the base of what Dext answers: unknown fields are ignored, numbers may stand for text."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True)


class TokenReply(DextWire):
    """Be the answer of the token endpoint; `expires_in` in seconds."""

    access_token: SecretStr
    refresh_token: SecretStr | None = None
    expires_in: float | None = None


class ReceiptRow(DextWire):
    """Be a document."""

    id: str
    type: Text = ""
    date: Day = None
    invoice_number: Text = ""
    due_date: Day = None
    paid: Flag = False
    payee: Text = ""
    payee_id: Text = ""
    client: Text = ""
    project: Text = ""
    category: Text = ""
    category_id: Text = ""
    category_code: Text = ""
    currency: Text = ""
    total_amount: Money = None
    vat_amount: Money = None
    payment_method: Text = ""
    payment_method_ref: Text = ""
    description: Text = ""
    status: Text = ""
    integration_state: Text = ""
    integration_state_message: Text = ""
    processed: Flag = False


class Receipts(DextWire):
    """Be the answer of every call that gives documents."""

    receipts: list[ReceiptRow]


class Posted(DextWire):
    """Be the answer to a file that was sent."""

    receiptid: str


class StatusRow(DextWire):
    """Be how far Dext is with a document."""

    id: str
    processed: Flag = False


class UserRow(DextWire):
    """Be a user of an account."""

    email: Text = ""
    account_id: Text = ""
    suspended: Flag = False


class Users(DextWire):
    """Be the users a grant can see."""

    users: list[UserRow]


class ImageReply(DextWire):
    """Be a file in base64."""

    image: str
    content_type: Text = ""
    file_name: Text = ""


class EntryRow(DextWire):
    """Be a row of a list."""

    id: str
    name: Text = ""
    code: Text = ""


def receipt(row: ReceiptRow) -> DextReceipt:
    """Turn a document into ours; raises UnreadableError for an id that is not of digits."""
    if not (row.id.isascii() and row.id.isdigit()):
        raise UnreadableError("a receipt id that is not a number")
    method = row.payment_method.strip()
    return DextReceipt(
        id=row.id,
        type=row.type.strip(),
        date=row.date,
        invoice_number=row.invoice_number.strip(),
        due_date=row.due_date,
        paid=row.paid,
        supplier=row.payee.strip(),
        supplier_id=row.payee_id.strip(),
        customer=row.client.strip(),
        project=row.project.strip(),
        category=row.category.strip(),
        category_id=row.category_id.strip(),
        category_code=row.category_code.strip(),
        currency=row.currency.strip().upper(),
        total=row.total_amount,
        tax=row.vat_amount,
        payment_method="" if method.lower() == "unknown" else method,
        payment_method_ref=row.payment_method_ref.strip(),
        description=row.description.strip(),
        status=row.status.strip(),
        integration_state=row.integration_state.strip(),
        integration_message=row.integration_state_message.strip(),
        processed=row.processed,
    )


def statuses(value: object) -> dict[str, bool]:
    """Return by id whether Dext has finished reading; raises UnreadableError."""
    return {row.id: row.processed for row in fit(TypeAdapter(list[StatusRow]), value)}


def says_duplicate(reason: str) -> bool:
    """Say whether a refusal is about a file that is there already; Dext has no code of its own for it."""
    return _DUPLICATE.search(reason) is not None


def image(reply: ImageReply) -> DextImage:
    """Decode a file; raises UnreadableError for what is not base64 or empty."""
    try:
        # Line breaks are usual in base64; anything else that does not belong is a broken file.
        content = base64.b64decode("".join(reply.image.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableError("an image that is not base64") from None
    if not content:
        raise UnreadableError("an empty image")
    return DextImage(content, reply.content_type.strip() or "application/octet-stream", reply.file_name.strip())
