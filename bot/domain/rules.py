"""Rules: what the coding of a supplier's, customer's, payment method's or person's documents is to be.

They act when a document is received. Stronger kinds win over weaker ones, and within a kind the one that stands
first; the answer explains itself (docs/items.md, rules).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.coding import normalised
from bot.domain.fields import ItemField, Value, is_blank, shown
from bot.domain.items import Details
from bot.domain.layers import Given, Source
from bot.domain.lines import Ref
from bot.domain.receiving import value_of
from bot.domain.terms import Terms


class RuleKind(StrEnum):
    """Name what a rule goes by."""

    USER = "user"
    PAYMENT_METHOD = "payment_method"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    ACCOUNT = "account"

    @property
    def label(self) -> str:
        """Return the kind as people read it."""
        return _KINDS[self][0]

    @property
    def source(self) -> Source:
        """Return the source that values of such a rule have."""
        return _KINDS[self][1]


_KINDS = {
    RuleKind.USER: ("Person who sent it", Source.USER_RULE),
    RuleKind.PAYMENT_METHOD: ("Payment method", Source.PAYMENT_RULE),
    RuleKind.SUPPLIER: ("Supplier", Source.SUPPLIER_RULE),
    RuleKind.CUSTOMER: ("Customer", Source.CUSTOMER_RULE),
    RuleKind.ACCOUNT: ("Every document", Source.DEFAULT),
}

SETTABLE = (
    ItemField.SUPPLIER,
    ItemField.CATEGORY,
    ItemField.TAX_SETTING,
    ItemField.CLASS,
    ItemField.LOCATION,
    ItemField.CUSTOMER,
    ItemField.PAYMENT_METHOD,
    ItemField.DESCRIPTION,
    ItemField.PAID,
    ItemField.APPROVER,
)
"""Fields that a rule may set, beside terms and auto-publish; a supplier only one of a supplier's name."""


class Auto(StrEnum):
    """Say whether approval is asked for by itself when a document is received; empty leaves it to weaker rules."""

    UNSAID = ""
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True)
class Rule:
    """Be a rule. `subject` is what it goes by: an entry, a name as documents write it, a Slack id, or nothing.

    `position` orders the rules of a kind, the smallest first. `version` counts changes.
    """

    id: str
    business_id: str
    kind: RuleKind
    subject: Ref
    sets: Mapping[ItemField, Value] = field(default_factory=dict)
    terms: Terms | None = None
    auto: Auto = Auto.UNSAID
    position: int = 0
    version: int = 1
    made_by: str = ""
    made_at: datetime | None = None

    @property
    def label(self) -> str:
        """Return the rule in one phrase: whose, and what comes of it."""
        said = [shown(value) or "nothing" for name, value in self.sets.items() if name in _NAMED]
        said += [name.label for name in self.sets if name not in _NAMED]
        if self.terms is not None:
            said.append(str(self.terms))
        if self.auto is not Auto.UNSAID:
            said.append("ask by itself" if self.auto is Auto.ALWAYS else "never ask by itself")
        return f"{self.whose} → {', '.join(said[:2]) or 'nothing'}{' and more' if len(said) > 2 else ''}"

    @property
    def whose(self) -> str:
        """Return what the rule goes by, for a sentence."""
        if self.kind is RuleKind.ACCOUNT:
            return "Every document"
        if self.kind is RuleKind.USER:
            return "A person's documents"
        return self.subject.name or self.subject.id

    @property
    def only_names_the_supplier(self) -> bool:
        """Say whether the rule is but the memory of whom a name on documents stands for."""
        return set(self.sets) == {ItemField.SUPPLIER} and self.terms is None and self.auto is Auto.UNSAID


_NAMED = frozenset(
    {ItemField.SUPPLIER, ItemField.CATEGORY, ItemField.CLASS, ItemField.LOCATION, ItemField.CUSTOMER,
     ItemField.PAYMENT_METHOD, ItemField.APPROVER}
)  # fmt: skip


@dataclass(frozen=True)
class Matched:
    """Be what a document says, with the ids of Bill.com's entries where its names stand for one."""

    details: Details
    supplier_id: str = ""
    customer_id: str = ""
    payment_method_id: str = ""
    uploader: str = ""


@dataclass(frozen=True)
class AutoAnswer:
    """Be whether approval is asked for by itself, and the reason in words."""

    asks: bool
    why: str


@dataclass(frozen=True)
class Verdict:
    """Be what the rules say of a document: values by field, strongest first, and how they came to it."""

    values: Mapping[ItemField, tuple[Given, ...]]
    auto: AutoAnswer
    acted: tuple[Rule, ...]
    trace: tuple[str, ...]


class RuleBook:
    """Be the rules of a business, found by what they go by; asking costs nothing more for many of them."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._by: dict[tuple[RuleKind, str], list[Rule]] = {}
        for rule in sorted(rules, key=lambda one: (one.position, one.id)):
            for key in _keys(rule.kind, rule.subject):
                self._by.setdefault((rule.kind, key), []).append(rule)

    def judge(self, document: Matched, now: datetime) -> Verdict:
        """Return what the rules say of a document that is being received.

        Each kind sees what those before it made of customer and payment method: a person's, then the supplier's,
        then the customer's, then the payment method's. No kind is asked twice, so nothing goes round in circles.
        """
        told = _Telling(document, now)
        told.take(self._find(RuleKind.ACCOUNT, Ref()))
        if document.uploader:
            told.take(self._find(RuleKind.USER, Ref(document.uploader)))
        told.take(self._suppliers(document))
        told.take(self._find(RuleKind.CUSTOMER, told.subject(ItemField.CUSTOMER, document.customer_id)))
        method = told.subject(ItemField.PAYMENT_METHOD, document.payment_method_id)
        told.take(self._find(RuleKind.PAYMENT_METHOD, method))
        return told.verdict()

    def _suppliers(self, document: Matched) -> list[Rule]:
        """Find a supplier's rules; where one says whom a name stands for, those of that supplier come with it."""
        own = self._find(RuleKind.SUPPLIER, Ref(document.supplier_id, document.details.supplier))
        stands_for = next((rule.sets[ItemField.SUPPLIER] for rule in own if ItemField.SUPPLIER in rule.sets), None)
        if isinstance(stands_for, Ref) and stands_for:
            more = [rule for rule in self._find(RuleKind.SUPPLIER, stands_for) if rule not in own]
            return sorted([*own, *more], key=lambda one: (one.position, one.id))
        return own

    def _find(self, kind: RuleKind, subject: Ref) -> list[Rule]:
        found: dict[str, Rule] = {}
        for key in _keys(kind, subject):
            found |= {rule.id: rule for rule in self._by.get((kind, key), ()) if not _differ(rule.subject, subject)}
        return sorted(found.values(), key=lambda one: (one.position, one.id))


class _Telling:
    """Collect what rules say, in the order in which they are asked."""

    def __init__(self, document: Matched, now: datetime) -> None:
        self._document = document
        self._now = now
        self._values: dict[ItemField, dict[Source, Given]] = {}
        self._autos: list[Rule] = []
        self._acted: list[Rule] = []

    def take(self, rules: Sequence[Rule]) -> None:
        """Take what rules of one kind say; of each field the first one's word counts."""
        for rule in rules:
            self._acted.append(rule)
            for name, value in rule.sets.items():
                self._say(rule, name, Given(rule.kind.source, value, rule.id, rule.label, self._now))
            if rule.terms is not None:
                self._say(rule, ItemField.DUE_ON, Given(Source.TERMS, rule.terms, rule.id, rule.label, self._now))
            if rule.auto is not Auto.UNSAID:
                self._autos.append(rule)

    def _say(self, rule: Rule, name: ItemField, given: Given) -> None:
        said = self._values.setdefault(name, {})
        before = said.get(given.source)
        # Terms have one place for all kinds: a stronger kind's take it from a weaker one's.
        stronger = before is not None and given.source is Source.TERMS and self._outranks(rule, before.by)
        if before is None or stronger:
            said[given.source] = given

    def _outranks(self, rule: Rule, other_id: str) -> bool:
        other = next(one for one in self._acted if one.id == other_id)
        return rule.kind.source.rank < other.kind.source.rank

    def subject(self, name: ItemField, matched_id: str) -> Ref:
        """Return what holds for a field by now, as the subject of the kind that goes by it."""
        said = sorted(self._values.get(name, {}).values(), key=lambda one: one.source.rank)
        own = value_of(self._document.details, name)
        if said and (said[0].source.rank < Source.RECEIPT.rank or is_blank(own)):
            value = said[0].value
            return value if isinstance(value, Ref) else Ref()
        return Ref(matched_id, own.name) if isinstance(own, Ref) else Ref()

    def verdict(self) -> Verdict:
        """Return all that was said."""
        values = {
            name: tuple(sorted(said.values(), key=lambda one: one.source.rank)) for name, said in self._values.items()
        }
        return Verdict(values, _auto(self._autos), tuple(self._acted), tuple(_trace(self._acted, values)))


def _auto(rules: Sequence[Rule]) -> AutoAnswer:
    """Say whether approval is asked for by itself: approval policy > payment method > supplier or customer > account.

    A person's rule stands with the payment method's, before it, as everywhere.
    """
    ranked = sorted(rules, key=lambda one: (one.kind.source.rank, one.position, one.id))
    policy = "nothing is published without approval, so this only decides who asks for it"
    if not ranked:
        return AutoAnswer(False, f"no rule says that approval is asked for by itself; {policy}")
    first = ranked[0]
    word = "asks for approval by itself" if first.auto is Auto.ALWAYS else "never asks for approval by itself"
    over = [f"“{rule.label}”" for rule in ranked[1:] if rule.auto is not first.auto]
    covered = f", over {' and '.join(over)}" if over else ""
    return AutoAnswer(first.auto is Auto.ALWAYS, f"rule “{first.label}” {word}{covered}; {policy}")


def _trace(acted: Sequence[Rule], values: Mapping[ItemField, tuple[Given, ...]]) -> list[str]:
    """Say of each rule that acted what came of it."""
    lines = []
    for rule in acted:
        parts = []
        names = [*rule.sets, *([ItemField.DUE_ON] if rule.terms is not None else [])]
        for name in names:
            wins = values[name][0].by == rule.id
            value = rule.terms if name is ItemField.DUE_ON else rule.sets[name]
            parts.append(f"{name.label} {shown(value) or 'nothing'}{'' if wins else ' (another rule is stronger)'}")
        lines.append(f"{rule.kind.label}, “{rule.label}”: {', '.join(parts) or 'sets nothing'}")
    return lines


def _differ(one: Ref, other: Ref) -> bool:
    """Say whether two entries are known to be two, although they may be called the same."""
    return bool(one.id and other.id and one.id != other.id)


def _keys(kind: RuleKind, subject: Ref) -> list[str]:
    """Return what a subject is found under: its id, and its name where documents may write it."""
    if kind is RuleKind.ACCOUNT:
        return [""]
    keys = [f"id:{subject.id}"] if subject.id else []
    name = normalised(subject.name) if kind is not RuleKind.USER else ""
    return [*keys, f"name:{name}"] if name else keys
