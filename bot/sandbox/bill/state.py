"""Everything the pretend Bill.com remembers, in memory.

One process, one event loop: handlers change state without awaiting in between, so
every request sees and leaves it whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from bot.sandbox.bill.ids import new_id
from bot.sandbox.bill.switches import Switches
from bot.sandbox.bill.times import stamp
from bot.sandbox.wire import SandboxClock

Row = dict[str, Any]
"""One object as v3 shows it; amounts are `Decimal`, times are text."""

LISTS = (
    "chart-of-accounts",
    "accounting-classes",
    "locations",
    "customers",
    "vendors",
    "users",
    "roles",
    "banks",
    "payment-terms",
    "bills",
    "vendor-credits",
)
"""The names of an organization's lists, as the control API writes them."""

CURRENCY_DECIMALS = {"JPY": 0, "KRW": 0, "CLP": 0, "KWD": 3, "BHD": 3, "OMR": 3}
"""Decimal places of the currencies that do not have two."""


@dataclass
class Document:
    """Keep one uploaded file; it is listed once its time has come."""

    upload_id: str
    id: str
    bill_id: str
    name: str
    content: bytes
    content_type: str
    created: datetime
    ready: datetime


@dataclass
class SyncToken:
    """Keep an organization's AP & AR sync token and the user who made it."""

    name: str
    value: str
    user_id: str
    revoked: bool = False


@dataclass
class Organization:
    """Keep one Bill.com organization with all its lists."""

    id: str
    profile: Row
    lists: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in LISTS})
    documents: list[Document] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    approvers_set: list[Row] = field(default_factory=list)
    approvals_demanded: set[str] = field(default_factory=set)
    sync_token: SyncToken | None = None
    denied: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()
    locked_until: datetime | None = None

    @property
    def name(self) -> str:
        """Return the organization's name."""
        return str(self.profile["name"])

    def find(self, kind: str, object_id: object) -> Row | None:
        """Return the object with this id, or None."""
        return self.lists[kind].get(object_id) if isinstance(object_id, str) else None

    def currency_of(self, vendor_id: str) -> str:
        """Return the currency that bills of this vendor are in."""
        vendor = self.find("vendors", vendor_id) or {}
        return str(vendor.get("billCurrency", "USD"))


@dataclass
class Person:
    """Keep somebody who can sign in, with their user id in each organization they belong to."""

    email: str
    password: str
    users: dict[str, str]


@dataclass
class Session:
    """Keep one v3 or v2 session made with user or sync-token sign-in."""

    id: str
    dev_key: str
    organization_id: str
    user_id: str
    kind: Literal["user", "sync-token"]
    last_used: datetime
    trusted: bool = False


@dataclass
class Grant:
    """Keep one consent given in the redirect flow, with its current tokens."""

    organization_id: str
    user_id: str
    client_id: str
    access_token: str = ""
    access_expires: datetime | None = None
    refresh_token: str = ""
    revoked: bool = False


@dataclass
class Authorization:
    """Keep one run of the redirect flow, from the sign-in page until the code is spent."""

    ticket: str
    client_id: str
    redirect_uri: str
    state: str
    challenge: str
    expires: datetime
    person: Person | None = None
    organization_id: str = ""
    code: str = ""
    code_expires: datetime | None = None
    spent: bool = False
    grant: Grant | None = None


@dataclass(frozen=True)
class OAuthClient:
    """Name the client of the redirect flow; without `redirect_uris` any loopback address will do."""

    id: str
    secret: str
    redirect_uris: tuple[str, ...] | None = None


@dataclass
class BillState:
    """Hold the whole server: organizations, people, keys, sessions, grants and switches."""

    clock: SandboxClock
    dev_keys: tuple[str, ...]
    client: OAuthClient
    organizations: dict[str, Organization]
    people: list[Person]
    switches: Switches = field(default_factory=Switches)
    sessions: dict[str, Session] = field(default_factory=dict)
    v2_sessions: dict[str, Session] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    authorizations: dict[str, Authorization] = field(default_factory=dict)
    busy: dict[tuple[str, str], int] = field(default_factory=dict)
    spent: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return self.clock.now()

    def add(self, organization: Organization, kind: str, fields: Row, object_id: str = "") -> Row:
        """Keep a new object with id, `archived` and times set, and return it."""
        now = stamp(self.now())
        row = {"id": object_id or new_id(kind), "archived": False, **fields, "createdTime": now, "updatedTime": now}
        if kind == "roles":
            del row["archived"]
        organization.lists[kind][row["id"]] = row
        return row

    def touch(self, row: Row) -> None:
        """Set the object's `updatedTime` to now."""
        row["updatedTime"] = stamp(self.now())

    def owner_of(self, kind: str, object_id: str) -> Organization | None:
        """Return the organization that has this object, or None."""
        return next((org for org in self.organizations.values() if object_id in org.lists[kind]), None)


def decimals_of(currency: str) -> int:
    """Return how many decimal places amounts in this currency have."""
    return CURRENCY_DECIMALS.get(currency, 2)


def total(amounts: list[Decimal]) -> Decimal:
    """Return the sum of amounts, a Decimal even when there are none."""
    return sum(amounts, Decimal(0))
