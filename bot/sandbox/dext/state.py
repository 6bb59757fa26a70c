"""What the pretend Dext keeps in memory: accounts, people, lists, switches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.dext.documents import Document
from bot.sandbox.dext.items import Item
from bot.sandbox.wire import SandboxClock

LISTS = ("categories", "payees", "clients", "projects")
"""The lists to which a caller may add entries under external ids of its own."""

FIRST_ITEM_ID = 1048200001


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault of the sandbox
    """Carry a refusal of the JSON API, which goes out as HTTP 200 (facts 1.5)."""

    def __init__(self, errorcode: int, errormessage: str) -> None:
        super().__init__(errormessage)
        self.errorcode = errorcode
        self.errormessage = errormessage


@dataclass
class User:
    """Be a person with a log-in to one account; permissions are 0 or 1."""

    id: int
    first_name: str
    last_name: str
    email: str
    password: str
    suspended: bool = False
    permissions: dict[str, int] = field(default_factory=lambda: {"delete": 1, "publish": 1, "archive": 1})


@dataclass
class Entry:
    """Be an entry of an uploaded list; `id` is the uploader's own."""

    id: str
    name: str
    code: str | None = None


@dataclass
class Account:
    """Be one business in Dext with everything that belongs to it."""

    id: int
    name: str
    base_currency: str
    users: list[User]
    items: dict[int, Item] = field(default_factory=dict)
    lists: dict[str, dict[str, Entry]] = field(default_factory=lambda: {name: {} for name in LISTS})
    refused: set[tuple[str, str]] = field(default_factory=set)
    publish_calls: int = 0
    published: list[dict[str, Any]] = field(default_factory=list)

    def entry_named(self, name: str, wanted: str | None) -> Entry | None:
        """Return the first uploaded entry of list `name` that is called `wanted`."""
        return next((entry for entry in self.lists[name].values() if entry.name == wanted), None)


@dataclass
class Switches:
    """Hold how the sandbox behaves where the facts leave a choice; times in seconds."""

    expires_in_null: bool = False
    rotate_refresh: bool = False
    access_token_seconds: float = 7200
    code_seconds: float = 60
    processing_seconds: float = 8
    publish_seconds: float = 5


class World:
    """Hold the accounts of one sandbox and let time do its work on them."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.switches = Switches()
        self.accounts: dict[int, Account] = {}
        self._next_item = FIRST_ITEM_ID

    def add_item(self, account: Account, document: Document, ready_at: datetime, **details: Any) -> Item:
        """Let a document arrive in `account`; `details` are what extraction will find."""
        now = self.clock.now()
        details.setdefault("currency", account.base_currency)
        details["date"] = details.get("date") or now.date()
        item = Item(id=self._next_item, document=document, submitted=now, ready_at=ready_at, **details)
        self._next_item += 1
        account.items[item.id] = item
        item.remember(now, "dext", {"submitted": document.file_name})
        return item

    def next_item_id(self) -> int:
        """Return the id that the next document will get."""
        return self._next_item

    def item(self, account: Account, item_id: Any) -> Item:
        """Return an account's item; refuse with 400 for a malformed id, 404 for an unknown one."""
        if type(item_id) is not int:
            raise Refusal(400, "Receipt id must be an integer")
        item = account.items.get(item_id)
        if item is None:
            raise Refusal(404, "Receipt not found")
        return item

    def owner_of(self, item_id: int) -> Account | None:
        """Return the account that holds an item, whoever asks."""
        return next((a for a in self.accounts.values() if item_id in a.items), None)

    def queue_publish(self, item: Item) -> None:
        """Put an item into Dext's own publishing queue; the outcome comes later (facts 1.3)."""
        if item.publish_at is None:
            item.publish_at = self.clock.now() + timedelta(seconds=self.switches.publish_seconds)

    def settle(self) -> None:
        """Carry out the queued publishing whose time has come."""
        now = self.clock.now()
        for account in self.accounts.values():
            for item in account.items.values():
                if item.publish_at is not None and item.publish_at <= now:
                    self._publish(account, item, item.publish_at)

    def _publish(self, account: Account, item: Item, at: datetime) -> None:
        item.publish_at = None
        lacks = item.lacks()
        if item.integration_state == "published":
            return
        if lacks or not item.ready(at):
            item.integration_state = "failed"
            missing = ", ".join(lacks) or "processing is not finished"
            item.integration_state_message = f"Not published: {missing}"
        else:
            item.integration_state = "published"
            item.integration_state_message = "Published to Bill.com"
            item.archived = True
            account.published.append({"id": item.id, "at": at.isoformat()})
        item.remember(at, "dext", {"integration_state": item.integration_state})
