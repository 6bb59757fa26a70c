"""A rule as somebody typed it, and as an item would have had it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.coding import Coding
from bot.domain.editing import form_values
from bot.domain.fields import ItemField, Value, is_blank
from bot.domain.items import Item
from bot.domain.lines import Ref
from bot.domain.lists import ListName
from bot.domain.rules import SETTABLE, Auto, Rule, RuleKind
from bot.domain.terms import LONGEST_DAYS, Terms
from bot.errors import FormError
from bot.services.editing import LISTS
from storage import lists

SUBJECTS = {
    RuleKind.SUPPLIER: ListName.SUPPLIERS,
    RuleKind.CUSTOMER: ListName.CUSTOMERS,
    RuleKind.PAYMENT_METHOD: ListName.PAYMENT_METHODS,
}
"""The list that a rule's subject is chosen from; a person is chosen among the workspace's."""

_FROM_ITEM = (
    ItemField.CATEGORY,
    ItemField.TAX_SETTING,
    ItemField.CLASS,
    ItemField.LOCATION,
    ItemField.CUSTOMER,
    ItemField.PAYMENT_METHOD,
    ItemField.APPROVER,
    ItemField.PAID,
)


@dataclass(frozen=True)
class WantedRule:
    """Be a rule as somebody typed it; `days` is the text of its terms, empty for none."""

    kind: RuleKind
    subject: Ref
    sets: Mapping[ItemField, Value] = field(default_factory=dict)
    days: str = ""
    end_of_month: bool = False
    auto: Auto = Auto.UNSAID


def uses(rule: Rule) -> tuple[tuple[ListName, Ref], ...]:
    """Return the entries of Bill.com's lists that a rule goes by and sets, each with its list."""
    subject = ((SUBJECTS[rule.kind], rule.subject),) if rule.kind in SUBJECTS else ()
    sets = tuple((LISTS[name], value) for name, value in rule.sets.items() if isinstance(value, Ref))
    return tuple((name, ref) for name, ref in (*subject, *sets) if ref.id)


def read_rule(session: Session, business: Business, wanted: WantedRule) -> Rule:
    """Return the rule that was typed, with the entries' present names; raises `FormError`."""
    errors: dict[str, str] = {}
    subject = _subject(session, business, wanted, errors)
    terms = _terms(wanted, errors)
    sets = {name: value for name, value in wanted.sets.items() if name in SETTABLE}
    if not sets and terms is None and wanted.auto is Auto.UNSAID and not errors:
        errors["category"] = "Choose at least one thing that the rule sets."
    named = _named(session, business, sets, errors)
    if errors:
        raise FormError(errors)
    return Rule("", business.id, wanted.kind, subject, named, terms, wanted.auto)


def rule_from(item: Item, coding: Coding) -> Rule:
    """Return the rule that would have coded an item as it is: of its supplier, with what it holds."""
    values = form_values(item.details, coding)
    supplier = values[ItemField.SUPPLIER]
    subject = supplier if isinstance(supplier, Ref) and supplier else Ref(name=item.details.supplier)
    sets = {name: values[name] for name in _FROM_ITEM if not is_blank(values[name])}
    return Rule("", item.business_id, RuleKind.SUPPLIER, subject, sets)


def _subject(session: Session, business: Business, wanted: WantedRule, errors: dict[str, str]) -> Ref:
    if wanted.kind is RuleKind.ACCOUNT:
        return Ref()
    subject = wanted.subject
    if not subject:
        errors["rule_subject"] = "Choose whose documents the rule is for."
    if wanted.kind not in SUBJECTS or not subject.id:
        return subject
    entry = lists.by_ids(session, business.id, [subject.id]).get((SUBJECTS[wanted.kind], subject.id))
    if entry is None or entry.archived:
        errors["rule_subject"] = "That is no longer in Bill.com's list. Choose another."
        return subject
    return Ref(entry.id, entry.name)


def _named(
    session: Session, business: Business, sets: Mapping[ItemField, Value], errors: dict[str, str]
) -> dict[ItemField, Value]:
    ids = sorted({value.id for value in sets.values() if isinstance(value, Ref) and value.id})
    known = lists.by_ids(session, business.id, ids)
    named: dict[ItemField, Value] = {}
    for name, value in sets.items():
        if not isinstance(value, Ref):
            named[name] = value
            continue
        entry = known.get((LISTS[name], value.id))
        if entry is None or entry.archived:
            errors[name.value] = "That is no longer in Bill.com's list. Choose another."
        else:
            named[name] = Ref(entry.id, entry.name)
    return named


def _terms(wanted: WantedRule, errors: dict[str, str]) -> Terms | None:
    text = wanted.days.strip()
    if not text:
        return Terms(0, end_of_month=True) if wanted.end_of_month else None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= LONGEST_DAYS):
        errors["rule_days"] = f"Type a number of days between 0 and {LONGEST_DAYS}."
        return None
    return Terms(int(text), wanted.end_of_month)
