"""What a message shows: values that services fill and `blocks/` turns into Slack's blocks.

Names and texts are foreign and unescaped here; escaping is the business of `blocks/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.approvals import Request
from bot.domain.asks import Ask
from bot.domain.breaks import Break, Prompt
from bot.domain.businesses import Business
from bot.domain.clients import Move, Work
from bot.domain.connections import Connection, Turn
from bot.domain.editing import LinesDraft
from bot.domain.fields import ItemField, Value
from bot.domain.items import Item
from bot.domain.layers import Told
from bot.domain.links import Attempt
from bot.domain.lists import Entry, Found, ListName
from bot.domain.money import Money
from bot.domain.people import Right, Role
from bot.domain.publishing import Publish
from bot.domain.receiving import Change
from bot.domain.refreshing import Refresh, RefreshState
from bot.domain.rules import Rule, Verdict
from bot.domain.sightings import Sighting
from bot.domain.suppliers import Order
from bot.domain.tax import TaxRate


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
    """Be an approval card: the request, its item, and the publish once it is approved.

    `new_supplier` is the order by which its supplier was created in Bill.com, as long as that is news.
    """

    business: Business
    request: Request
    item: Item
    publish: Publish | None
    bill_url: str
    new_supplier: Order | None = None


@dataclass(frozen=True)
class EditForm:
    """Be the form of an item: what it shows in each field, and how the amounts stand.

    `problem` is what is wrong with the amounts that are typed: then they have no balance. `approvers` are those who
    could approve it after this person edited it; `gives_up` says that this person could approve it now and then
    cannot. `changed` is what others changed since the person began, `mine` what they had typed there. `unmatched` has
    the names of optional entries that Bill.com does not offer.
    """

    business: Business
    item: Item
    values: Mapping[ItemField, Value]
    rates: tuple[TaxRate, ...]
    balance: str
    problem: str = ""
    gives_up: bool = False
    approvers: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()
    mine: Mapping[ItemField, Value] = field(default_factory=dict)
    unnamed: str = ""
    unmatched: Mapping[ItemField, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LinesForm:
    """Be the form of an item's lines: a page of them, what they have to add up to, and how they stand.

    `amounts` are those that are typed in the form of the item and not saved yet: `item` holds them here, and they are
    saved with the lines.
    """

    business: Business
    item: Item
    draft: LinesDraft
    many: int
    balance: str
    problem: str = ""
    amounts: Mapping[ItemField, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Edited:
    """Be what came of an edit: the item, what was changed, and who can approve it now.

    `form` is set instead when others changed it meanwhile: nothing was saved, and it shows what they did.
    """

    item: Item
    changes: tuple[Change, ...] = ()
    asked_again: bool = False
    form: EditForm | None = None
    may_rule: bool = False


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
class AffectedRule:
    """Be a rule that goes by or sets entries that were archived, each with its list."""

    rule: Rule
    entries: tuple[tuple[ListName, Entry], ...]


@dataclass(frozen=True)
class RefreshOutcome:
    """Be how a refresh ended and what it means: what uses an archived entry, the tax account by its name."""

    business: Business
    refresh: Refresh
    affected: tuple[AffectedItem, ...] = ()
    tax_account: str = ""
    rules: tuple[AffectedRule, ...] = ()

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


@dataclass(frozen=True)
class RuleRow:
    """Be a rule in a list; `problems` names what it sets that is no longer in Bill.com."""

    rule: Rule
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleList:
    """Be a page of a business's rules in their order; `names` of all are but memories of a supplier's name."""

    business: Business
    rows: tuple[RuleRow, ...]
    count: int
    names: int
    page: int
    pages: int
    may_change: bool
    admins: tuple[str, ...]


@dataclass(frozen=True)
class RuleForm:
    """Be the form of a rule: a new one, or one that is there (`rule.version` tells which)."""

    business: Business
    rule: Rule
    rates: tuple[TaxRate, ...]
    item: Item | None = None
    problem: str = ""

    @property
    def is_new(self) -> bool:
        """Say whether the rule is not there yet."""
        return not self.rule.id


@dataclass(frozen=True)
class RuleEffect:
    """Be what a saved rule would do to the items in the inbox, before anybody says that it shall.

    `more` says that only the oldest items were counted.
    """

    business: Business
    rule: Rule
    many: int
    examples: tuple[tuple[Item, tuple[Change, ...]], ...]
    more: bool = False


@dataclass(frozen=True)
class Applied:
    """Be what came of applying a rule to the inbox, for `user_id`, who asked for it in a channel.

    `covered` items hold what somebody edited or a stronger rule says; `busy` ones wait for approval or are on their
    way. A rule that was removed meanwhile is none.
    """

    business: Business
    rule: Rule | None
    user_id: str
    channel_id: str
    changed: int
    covered: int
    busy: int


@dataclass(frozen=True)
class Trial:
    """Be what the rules of a business say of an item: each rule's part, what would hold, and who asks."""

    business: Business
    item: Item
    verdict: Verdict
    told: tuple[Told, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Unwritten:
    """Be the edits of an item that Dext refused, each with its reason, for whoever made them."""

    item: Item
    user_id: str
    refused: tuple[tuple[str, str], ...]
