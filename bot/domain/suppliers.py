"""Creating a supplier in Bill.com: what it demands, and the order that carries it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.businesses import Business
from bot.domain.countries import COUNTRIES
from bot.domain.items import Item
from bot.errors import InputError

_LIMITS = {
    "name": ("the name", 100),
    "line1": ("the address", 100),
    "line2": ("the second line", 100),
    "city": ("the city", 50),
    "postal_code": ("the postal code", 20),
    "state": ("the state", 50),
    "email": ("the email address", 128),
}
_NEEDED = ("name", "line1", "city", "postal_code")


@dataclass(frozen=True)
class NewSupplier:
    """Be a supplier as Bill.com wants it: an address is demanded, and a state in the US.

    `country` is a two-letter code; `currency` is the one its bills are paid in.
    """

    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    currency: str
    state: str = ""
    line2: str = ""
    email: str = ""


class OrderState(StrEnum):
    """Name the state of an order: under way, done, or ended with a reason."""

    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Order:
    """Be the order to create a supplier, made from an item.

    `creating_at` is written before Bill.com is asked; `vendor_id` once it is known. `found` says that Bill.com
    had such a supplier already, so that none was made.
    """

    id: str
    business_id: str
    item_id: str
    user_id: str
    name_key: str
    supplier: NewSupplier
    state: OrderState
    created_at: datetime
    attempts: int = 0
    jobs: int = 0
    due_at: datetime | None = None
    creating_at: datetime | None = None
    vendor_id: str = ""
    found: bool = False
    problem: str = ""


NEW_FOR = timedelta(days=30)
"""A supplier that was added here is new this long; the item that it was added from says so for ever."""


def is_news(order: Order, item_id: str, asked_at: datetime) -> bool:
    """Say whether whoever approves an item must know that its supplier was just added, and by whom."""
    return order.item_id == item_id or asked_at - order.created_at <= NEW_FOR


@dataclass(frozen=True)
class SupplierForm:
    """Be what the form begins with."""

    business: Business
    item: Item


@dataclass(frozen=True)
class OrderReport:
    """Be an order as its message shows it, with the item it was made from."""

    order: Order
    business: Business
    item: Item


def checked(supplier: NewSupplier) -> NewSupplier:
    """Return a supplier without stray blanks; raise `InputError` with the field that Bill.com would refuse.

    Source: docs/bill-com.md, vendors.
    """
    values = {name: " ".join(getattr(supplier, name).split()) for name in _LIMITS}
    for name, (what, most) in _LIMITS.items():
        if name in _NEEDED and not values[name]:
            raise InputError(f"Bill.com demands {what}.", field=name)
        if len(values[name]) > most:
            raise InputError(f"Keep {what} under {most + 1} characters.", field=name)
    if supplier.country not in COUNTRIES:
        raise InputError("Choose the country.", field="country")
    if supplier.country == "US" and not values["state"]:
        raise InputError("Bill.com demands the state of an address in the US, such as CA.", field="state")
    email = values["email"]
    if email and (email.count("@") != 1 or " " in email or email.startswith("@") or email.endswith("@")):
        raise InputError("This is no email address. Leave it out if you don't know it.", field="email")
    currency = supplier.currency.strip().upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise InputError("A currency has three letters, such as USD.", field="currency")
    return NewSupplier(country=supplier.country, currency=currency, **values)
