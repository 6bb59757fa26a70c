"""Coding in layers: every value of an item remembers where it came from, and what it covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.fields import ItemField, Value, shown


class Source(StrEnum):
    """Name where a value came from; declared strongest first (docs/items.md, coding)."""

    EDIT = "edit"
    CHANGED = "changed"
    USER_RULE = "user_rule"
    PAYMENT_RULE = "payment_rule"
    SUPPLIER_RULE = "supplier_rule"
    CUSTOMER_RULE = "customer_rule"
    RECEIPT = "receipt"
    TERMS = "terms"
    DEFAULT = "default"

    @property
    def rank(self) -> int:
        """Return how strong the source is: 0 wins over everything."""
        return _RANKS[self]


_RANKS = {source: rank for rank, source in enumerate(Source)}

RULES = frozenset(
    {
        Source.USER_RULE,
        Source.PAYMENT_RULE,
        Source.SUPPLIER_RULE,
        Source.CUSTOMER_RULE,
        Source.TERMS,
        Source.DEFAULT,
    }
)
"""Sources that are rules."""


@dataclass(frozen=True)
class Given:
    """Be one value of a field, as one source gave it.

    `by` is a Slack id for an edit and a rule's id for a rule; a change in Dext has none, since its API names no
    author. `label` is how the rule was called when it acted.
    """

    source: Source
    value: Value
    by: str = ""
    label: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Layers:
    """Be all that sources say of an item's fields; of each source the last word, the strongest first."""

    values: Mapping[ItemField, tuple[Given, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[ItemField, tuple[Given, ...]]]:
        """Go through the fields that anything is said of."""
        return iter(self.values.items())

    def of(self, name: ItemField) -> tuple[Given, ...]:
        """Return what is said of a field, strongest first."""
        return self.values.get(name, ())

    def first(self, name: ItemField) -> Given | None:
        """Return what holds for a field."""
        return next(iter(self.of(name)), None)

    def with_value(self, name: ItemField, given: Given) -> Layers:
        """Return the layers with what a source now says, in place of what it said."""
        kept = [one for one in self.of(name) if one.source is not given.source]
        ordered = tuple(sorted([*kept, given], key=lambda one: one.source.rank))
        return replace(self, values={**self.values, name: ordered})

    def without_rule(self, rule_id: str) -> Layers:
        """Return the layers without what one rule says."""
        left = {
            name: tuple(one for one in said if one.by != rule_id or one.source not in RULES)
            for name, said in self.values.items()
        }
        return replace(self, values={name: said for name, said in left.items() if said})


@dataclass(frozen=True)
class Told:
    """Be a value's story as a message tells it; `by` is the Slack id of who edited it, where somebody did."""

    field: str
    value: str
    how: str
    by: str = ""
    covers: str = ""

    def __str__(self) -> str:
        over = f", over {self.covers}" if self.covers else ""
        return f"{self.field} {self.value or 'left blank'}, {self.how}{over}"


def origin(given: Given) -> str:
    """Say where a value came from, as the end of a phrase: from rule “Acme Cloud → Software”."""
    match given.source:
        case Source.EDIT:
            return "edited in Slack"
        case Source.CHANGED:
            return "changed in Dext"
        case Source.RECEIPT:
            return "from the document"
        case Source.TERMS:
            return f"by the terms of rule “{given.label}”"
        case Source.DEFAULT:
            return f"by default, rule “{given.label}”"
        case _:
            return f"from rule “{given.label}”"


def explain(name: ItemField, layers: Layers) -> Told | None:
    """Say what holds for a field, why, and what it covers; `None` where nothing is said."""
    first = layers.first(name)
    if first is None:
        return None
    held = layers.first(ItemField.CURRENCY)
    currency = str(held.value or "") if held is not None else ""
    value = shown(first.value, currency)
    covered = [
        f"“{shown(one.value, currency) or 'nothing'}” {origin(one)}"
        for one in layers.of(name)[1:]
        if shown(one.value, currency) != value
    ]
    by = first.by if first.source is Source.EDIT else ""
    return Told(name.label, value, origin(first), by, " and ".join(covered))


def story(layers: Layers) -> tuple[Told, ...]:
    """Return what an approver should know of where values come from: all that the document itself does not say."""
    told = []
    for name in ItemField:
        first, said = layers.first(name), explain(name, layers)
        if first is None or said is None or first.source is Source.RECEIPT:
            continue
        read = next((one for one in layers.of(name) if one.source is Source.RECEIPT), None)
        if first.source is Source.EDIT or read is None or shown(read.value) != shown(first.value):
            told.append(said)
    return tuple(told)
