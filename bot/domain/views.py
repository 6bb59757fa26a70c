"""What a message shows: values that services fill and `blocks/` turns into Slack's blocks.

Names and texts are foreign and unescaped here; escaping is the business of `blocks/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import Request
from bot.domain.asks import Ask
from bot.domain.breaks import Break, Prompt
from bot.domain.businesses import Business
from bot.domain.clients import Move, Work
from bot.domain.connections import Connection, Turn
from bot.domain.items import Item
from bot.domain.links import Attempt
from bot.domain.lists import Entry, Found, ListName
from bot.domain.money import Money
from bot.domain.people import Right, Role
from bot.domain.publishing import Publish
from bot.domain.refreshing import Refresh, RefreshState
from bot.domain.sightings import Sighting


@dataclass(frozen=True)
class ListLine:
    """Be one list in a status: how many active entries, as of when, and what is wrong with it."""

    name: str
    total: int
    synced_at: datetime | None
    problem: str


@dataclass(frozen=True)
class Standing:
    """Be where a business stands, for one person."""

    business: Business
    connection: Connection
    lists: tuple[ListLine, ...]
    ready: int
    ready_totals: tuple[Money, ...]
    to_review: int
    failed: int
    rejected: int
    waiting: int
    held: int
    refreshing: bool
    admins: tuple[str, ...]
    roles: frozenset[Role]
    can_publish: bool
    why_not: str
    notice: str
    history: tuple[Turn, ...]
    now: datetime


@dataclass(frozen=True)
class HistoryPage:
    """Be a page of a connection's history, newest first."""

    business: Business
    turns: tuple[Turn, ...]
    page: int
    more: bool


@dataclass(frozen=True)
class HomeView:
    """Be the Home of one person: the businesses they have a role in, and what waits for their decision."""

    admins: tuple[str, ...]
    standings: tuple[Standing, ...]
    to_decide: tuple[Request, ...]


@dataclass(frozen=True)
class ConnectOffer:
    """Be a fresh connect link; `before` is how the connection stands, if there is one."""

    business: Business
    url: str
    expires_at: datetime
    before: Connection


@dataclass(frozen=True)
class PublishList:
    """Be what can be published: a page of ready items, and the first of those that lack something."""

    business: Business
    ready: tuple[Item, ...]
    ready_count: int
    ready_totals: tuple[Money, ...]
    lacking: tuple[Item, ...]
    lacking_count: int
    page: int
    pages: int
    waiting: int
    taken_in_at: datetime | None
    problem: str
    words: str
    notice: str = ""


@dataclass(frozen=True)
class Card:
    """Be an approval card: the request, its item, and the publish once it is approved."""

    business: Business
    request: Request
    item: Item
    publish: Publish | None
    bill_url: str


@dataclass(frozen=True)
class FinishPrompt:
    """Be the question whether what was signed in to is the right thing to connect, `again` for a reconnect."""

    attempt: Attempt
    business: Business
    problem: str
    admins: int = 1
    again: bool = False


@dataclass(frozen=True)
class DisconnectForm:
    """Be what an admin is to confirm before a connection is taken down.

    `kept_organization` says that bills were sent, so that the business stays bound to its organisation.
    """

    business: Business
    connection: Connection
    waiting: int
    under_way: int
    kept_organization: bool


@dataclass(frozen=True)
class SettingsForm:
    """Be the settings as the form shows them."""

    business: Business
    roles: dict[Role, tuple[str, ...]]
    tax_account: str
    connection: Connection


@dataclass(frozen=True)
class BreakRow:
    """Be one break in its living message; counts are of items it held, `paused` those a person keeps back."""

    business: Business
    broken: Break
    expires_at: datetime | None
    held: int
    published: int
    stopped: int
    under_way: int
    paused: int


@dataclass(frozen=True)
class PromptView:
    """Be the living message of one break, or of many with one cause; `now` tells how far an end is away."""

    prompt: Prompt
    rows: tuple[BreakRow, ...]
    admins: tuple[str, ...]
    now: datetime


@dataclass(frozen=True)
class StoppedItem:
    """Be an item that was held and could not go out afterwards, with the reason."""

    item: Item
    problem: str
    request_id: str


@dataclass(frozen=True)
class StoppedItems:
    """Be the items of a break that need somebody."""

    business: Business
    items: tuple[StoppedItem, ...]


@dataclass(frozen=True)
class AffectedItem:
    """Be an item that nobody has decided finally, and the archived entries it is coded to, each with its list."""

    item: Item
    entries: tuple[tuple[ListName, Entry], ...]


@dataclass(frozen=True)
class RefreshOutcome:
    """Be how a refresh ended and what it means: items and, by name, the tax account that use an archived entry."""

    business: Business
    refresh: Refresh
    affected: tuple[AffectedItem, ...] = ()
    tax_account: str = ""

    @property
    def worth_telling(self) -> bool:
        """Say whether the channel is to hear of it: when somebody asked, something changed, or something failed."""
        if self.refresh.state is not RefreshState.DONE:
            return False  # the broken connection has a message of its own
        failed = any(row.problem or row.push_problem for row in self.refresh.lists)
        return bool(self.refresh.requested_by) or self.refresh.changed or failed


@dataclass(frozen=True)
class EntryPage:
    """Be a page of one list as `/dext lists` shows it; pages count from 0, `words` narrowed it."""

    business: Business
    name: ListName
    words: str
    found: Found
    page: int
    total: int
    synced_at: datetime | None
    problem: str


@dataclass(frozen=True)
class RefreshProgress:
    """Be a refresh as its living message shows it."""

    business: Business
    refresh: Refresh


@dataclass(frozen=True)
class AskForm:
    """Be what somebody without a right is to say to the admins."""

    business: Business
    right: Right
    admins: tuple[str, ...]


@dataclass(frozen=True)
class AskView:
    """Be a request to the admins as its message shows it."""

    business: Business
    ask: Ask
    admins: tuple[str, ...]


@dataclass(frozen=True)
class AlarmRow:
    """Be one sign of a second writer; `url` leads to the bill, where there is one."""

    sighting: Sighting
    item: Item
    url: str


@dataclass(frozen=True)
class AlarmView:
    """Be the alarm about a second writer."""

    business: Business
    rows: tuple[AlarmRow, ...]
    admins: tuple[str, ...]


@dataclass(frozen=True)
class ClientRow:
    """Be one business among many: its health, its open work, its next move and whose that is."""

    business: Business
    connection: Connection
    work: Work
    move: Move
    whose: tuple[str, ...]


@dataclass(frozen=True)
class ClientsPage:
    """Be a page of the businesses somebody looks after, the most pressing first."""

    rows: tuple[ClientRow, ...]
    count: int
    pressing: int
    page: int
    pages: int
    words: str


@dataclass(frozen=True)
class Copied:
    """Be what was taken over from one business's settings into another's; `left` says what was not, and why."""

    source: Business
    target: Business
    taken: tuple[str, ...]
    left: tuple[str, ...]
