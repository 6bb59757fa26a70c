"""Taking tax rates and rules over into another business, whose organisation has entries and ids of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from bot.domain.businesses import Business, TaxTreatment
from bot.domain.coding import normalised
from bot.domain.fields import ItemField, Value
from bot.domain.lines import Ref
from bot.domain.lists import Entry, ListName
from bot.domain.rules import Rule
from bot.domain.tax import NO_TAX, TaxRate
from bot.services.base import Base
from bot.services.editing import LISTS
from bot.services.rule_forms import SUBJECTS
from storage import changes, lists
from storage import rules as stored
from storage.changes import RuleChange

_CHUNK = 500
_MOST_TOLD = 5


@dataclass(frozen=True)
class Taken:
    """Be how many were taken over, and what was left out and why."""

    many: int
    left: tuple[str, ...] = ()


@dataclass
class _Lists:
    """Find in the target's lists what has a name in the source's; `missing` says of the last search what had none."""

    business: Business
    names: Mapping[tuple[ListName, str], tuple[Entry, ...]]
    missing: list[str] = field(default_factory=list)

    def find(self, name: ListName, what: str, called: str) -> Ref:
        """Return the one active entry of that name; note what is missing where there is none."""
        active = [one for one in self.names.get((name, normalised(called)), ()) if not one.archived]
        if len(active) == 1:
            return Ref(active[0].id, active[0].name)
        how = "more than once" if active else "not"
        self.missing.append(f"{what} “{called}” is {how} in {self.business.name}'s Bill.com")
        return Ref()


def copy_rates(base: Base, session: Session, source: Business, target: Business, user_id: str) -> Taken:
    """Add the tax rates that the target lacks by name; an account is found by its name."""
    wanted = [rate for rate in stored.rates(session, source.id) if not rate.removed]
    there = {normalised(rate.name) for rate in stored.rates(session, target.id) if not rate.removed}
    accounts = lists.by_ids(session, source.id, [rate.account_id for rate in wanted if rate.account_id])
    called = {id_: entry.name for (name, id_), entry in accounts.items() if name is ListName.ACCOUNTS}
    known = _known(session, target, list(called.values()))
    many = 0
    for rate in wanted:
        if normalised(rate.name) in there:
            continue
        own = rate.treatment is TaxTreatment.OWN_LINE
        account = (
            known.find(ListName.ACCOUNTS, f"rate {rate.label}: account", called.get(rate.account_id, ""))
            if own
            else Ref()
        )
        if own and not account:
            continue
        made = replace(rate, id=base.new_id(), account_id=account.id)
        stored.add_rate(session, target.id, made, user_id, base.clock())
        many += 1
    return Taken(many, tuple(known.missing))


def copy_rules(base: Base, session: Session, source: Business, target: Business, user_id: str) -> Taken:
    """Add the rules for which the target has no rule yet; one that names what the target lacks is left out whole.

    They act on documents that arrive from now on. Entries are found by their names, tax settings by those of the rates.
    """
    now = base.clock()
    rules = stored.in_force(session, source.id)
    present = _present_names(session, source, rules)
    known = _known(session, target, [present.get(ref.id, ref.name) for rule in rules for ref in _refs(rule)])
    there = {(rule.kind, rule.subject) for rule in stored.in_force(session, target.id)}
    rates = _rates(session, source, target)
    position = stored.next_position(session, target.id)
    made: list[Rule] = []
    left: list[str] = []
    for rule in rules:
        known.missing.clear()
        copy = _translated(rule, known, present, rates)
        if known.missing:
            left.append(f"rule “{rule.label}”: {known.missing[0]}")
        elif (copy.kind, copy.subject) in there:
            left.append(f"rule “{rule.label}”: {target.name} has one for that")
        else:
            made.append(
                replace(
                    copy, id=base.new_id(), business_id=target.id, position=position + len(made), version=1,
                    made_by=user_id, made_at=now,
                )
            )  # fmt: skip
    for rule in made:
        stored.add(session, rule)
        changes.add_of_rule(session, target.id, RuleChange(rule.id, now, user_id, "added", "", rule.label))
    return Taken(len(made), tuple(left))


def told(what: str, taken: Taken) -> tuple[str, list[str]]:
    """Return how to tell what was taken over, and the first few of what was left out."""
    more = len(taken.left) - _MOST_TOLD
    left = [*taken.left[:_MOST_TOLD], *([f"and {more:,} more"] if more > 0 else [])]
    return (f"{what}: {taken.many:,} added" if taken.many else f"{what}: nothing to add"), left


def _translated(rule: Rule, known: _Lists, present: Mapping[str, str], rates: Mapping[str, str]) -> Rule:
    """Return a rule with the target's entries in place of the source's; what has none is noted."""

    def theirs(name: ListName, what: str, ref: Ref) -> Ref:
        return known.find(name, what, present.get(ref.id, ref.name)) if ref.id else ref

    subject = rule.subject
    if rule.kind in SUBJECTS:
        subject = theirs(SUBJECTS[rule.kind], rule.kind.label.lower(), subject)
    sets: dict[ItemField, Value] = {}
    for name, value in rule.sets.items():
        if isinstance(value, Ref):
            sets[name] = theirs(LISTS[name], name.label, value)
        elif name is ItemField.TAX_SETTING and value not in ("", NO_TAX):
            sets[name] = rates.get(str(value), "")
            if not sets[name]:
                known.missing.append(f"its tax rate is not among {known.business.name}'s")
        else:
            sets[name] = value
    return replace(rule, subject=subject, sets=sets)


def _refs(rule: Rule) -> list[Ref]:
    """Return the entries that a rule names."""
    found = [value for value in rule.sets.values() if isinstance(value, Ref) and value.id]
    return [*found, rule.subject] if rule.kind in SUBJECTS and rule.subject.id else found


def _present_names(session: Session, source: Business, rules: Sequence[Rule]) -> dict[str, str]:
    """Return how the entries that rules name are called now, by id: they may have been renamed since."""
    ids = sorted({ref.id for rule in rules for ref in _refs(rule)})
    found: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        entries = lists.by_ids(session, source.id, ids[start : start + _CHUNK])
        found |= {entry.id: entry.name for entry in entries.values()}
    return found


def _known(session: Session, target: Business, called: Sequence[str]) -> _Lists:
    keys = sorted({normalised(name) for name in called if name})
    names: dict[tuple[ListName, str], tuple[Entry, ...]] = {}
    for start in range(0, len(keys), _CHUNK):
        names |= lists.by_names(session, target.id, keys[start : start + _CHUNK])
    return _Lists(target, names)


def _rates(session: Session, source: Business, target: Business) -> dict[str, str]:
    """Return the target's rate for each of the source's that has the same name and per cent."""
    theirs = {_rate_key(rate): rate.id for rate in stored.rates(session, target.id) if not rate.removed}
    ours = stored.rates(session, source.id)
    return {rate.id: theirs[_rate_key(rate)] for rate in ours if not rate.removed and _rate_key(rate) in theirs}


def _rate_key(rate: TaxRate) -> tuple[str, str]:
    return normalised(rate.name), f"{rate.percent.normalize():f}"
