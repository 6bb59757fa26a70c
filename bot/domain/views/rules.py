"""Rules, what they would do, and what they did."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.businesses import Business
from bot.domain.items import Item
from bot.domain.layers import Told
from bot.domain.receiving import Change
from bot.domain.rules import Rule, Verdict
from bot.domain.tax import TaxRate


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
