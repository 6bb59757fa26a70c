"""From what Dext says and what was laid over it to what holds for an item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.domain.fields import REFS, ItemField, Value, is_blank, same, shown
from bot.domain.items import Details, Item
from bot.domain.layers import Given, Layers, Source
from bot.domain.lines import NO_LINES, Lines, Ref
from bot.domain.terms import Terms

IN_DEXT = "in Dext, author unknown"
"""Who changed something in Dext: its API names nobody."""

_REF_COLUMNS = {
    ItemField.SUPPLIER: ("supplier", "supplier_id"),
    ItemField.CATEGORY: ("category", "category_id"),
    ItemField.CUSTOMER: ("customer", "customer_id"),
    ItemField.CLASS: ("project_class", "project_class_id"),
    ItemField.LOCATION: ("location", "location_id"),
    ItemField.PAYMENT_METHOD: ("payment_method", "payment_method_id"),
    ItemField.APPROVER: ("approver", "approver_id"),
}
_COLUMNS = {
    ItemField.TAX_SETTING: "tax_setting",
    ItemField.TOTAL: "total",
    ItemField.TAX: "tax",
    ItemField.CURRENCY: "currency",
    ItemField.ISSUED_ON: "issued_on",
    ItemField.DUE_ON: "due_on",
    ItemField.NUMBER: "number",
    ItemField.DESCRIPTION: "description",
    ItemField.PAID: "paid",
    ItemField.LINES: "lines",
}


@dataclass(frozen=True)
class Change:
    """Be one line of an item's history: a field, what people read before and after, and who did it.

    `by` is a Slack id, a rule's label, or `IN_DEXT`.
    """

    field: ItemField
    old: str
    new: str
    source: Source
    by: str


def value_of(details: Details, name: ItemField) -> Value:
    """Return what details hold for a field."""
    if name is ItemField.PROJECT:
        return Ref(name=details.project)
    if name in REFS:
        text, id_ = _REF_COLUMNS[name]
        return Ref(getattr(details, id_), getattr(details, text))
    found: Value = getattr(details, _COLUMNS[name])
    return found


def with_value(details: Details, name: ItemField, value: Value) -> Details:
    """Return details that hold a value; raises `TypeError` for one that the field cannot hold."""
    if name in REFS:
        entry = Ref() if is_blank(value) else _of(value, Ref, name)
        if name is ItemField.PROJECT:
            return replace(details, project=entry.name)
        text, id_ = _REF_COLUMNS[name]
        return _put(details, **{text: entry.name, id_: entry.id})
    if name is ItemField.LINES:
        return replace(details, lines=NO_LINES if is_blank(value) else _of(value, Lines, name))
    if name is ItemField.PAID:
        return replace(details, paid=bool(value))
    kinds: dict[ItemField, type[Any]] = {
        ItemField.TOTAL: Decimal, ItemField.TAX: Decimal, ItemField.ISSUED_ON: date, ItemField.DUE_ON: date,
    }  # fmt: skip
    kept = name.blank if is_blank(value) else _of(value, kinds.get(name, str), name)
    return _put(details, **{_COLUMNS[name]: kept})


def effective(facts: Details, layers: Layers) -> Details:
    """Return what holds for an item: of each field the strongest source's word.

    A due date may be given as terms, which count from the date that holds. What Dext calls project is neither class
    nor location for somebody who took either out.
    """
    made = facts
    for name in ItemField:
        first = layers.first(name)
        if name is not ItemField.DUE_ON:
            made = with_value(made, name, first.value if first is not None else name.blank)
    due = layers.first(ItemField.DUE_ON)
    made = replace(made, due_on=_due(due.value if due is not None else None, made.issued_on))
    cleared = [
        said for name in (ItemField.CLASS, ItemField.LOCATION) if (said := layers.first(name)) is not None
        and is_blank(said.value)
    ]  # fmt: skip
    project = layers.first(ItemField.PROJECT)
    if project is not None and any(said.source.rank < project.source.rank for said in cleared):
        made = replace(made, project="")
    return made


def document_of(item: Item) -> Details:
    """Return what Dext says of an item's document without what it only repeats of our own edits.

    The layers know: they keep Dext's own word of a field apart from ours. An item from before there were layers has
    nothing but what Dext last said.
    """
    said = item.seen if item.seen is not None else item.details
    if not item.layers.values:
        return said
    for name in ItemField:
        own = next((one for one in item.layers.of(name) if one.source in (Source.CHANGED, Source.RECEIPT)), None)
        said = with_value(said, name, own.value if own is not None else name.blank)
    return said


def received(facts: Details, rules: Mapping[ItemField, tuple[Given, ...]], now: datetime) -> Layers:
    """Return the layers of a document that has just been received: what it says, and what rules say of it."""
    layers = Layers()
    for name in ItemField:
        value = value_of(facts, name)
        if not is_blank(value):
            layers = layers.with_value(name, Given(Source.RECEIPT, value, at=now))
        for given in rules.get(name, ()):
            layers = layers.with_value(name, given)
    return layers


def receive(item: Item, rules: Mapping[ItemField, tuple[Given, ...]], now: datetime) -> tuple[Item, tuple[Change, ...]]:
    """Let rules act on an item whose document has just been read; return it with what they made of it."""
    facts = item.seen if item.seen is not None else item.details
    layers = received(facts, rules, now)
    details, changes = effective(facts, layers), []
    for name in ItemField:
        first, old = layers.first(name), value_of(facts, name)
        if first is not None and first.source is not Source.RECEIPT and not same(first.value, old):
            changes.append(_change(name, (facts, old), (details, first.value), first.source, first.label))
    return replace(item, details=details, seen=facts, layers=layers), tuple(changes)


def take_in(item: Item, facts: Details, now: datetime) -> tuple[Item, tuple[Change, ...]]:
    """Lay over an item what was changed in Dext since its facts were last seen.

    What Dext repeats of an edit that we sent there is no change by anybody. An item from before facts were kept
    starts with what it holds as its first word.
    """
    before = item.seen if item.seen is not None else item.details
    layers = item.layers if item.layers.values else received(before, {}, item.taken_in_at)
    changes: list[Change] = []
    for name in ItemField:
        old, new = value_of(before, name), value_of(facts, name)
        if same(old, new) or _is_echo(layers, name, new):
            continue
        layers = layers.with_value(name, Given(Source.CHANGED, new, at=now))
        changes.append(_change(name, (before, old), (facts, new), Source.CHANGED, IN_DEXT))
    changed = bool(changes) or facts.obstacle is not before.obstacle
    return (
        replace(
            item,
            details=effective(facts, layers),
            seen=facts,
            layers=layers,
            version=item.version + 1 if changed else item.version,
        ),
        tuple(changes),
    )


def edit(item: Item, values: Mapping[ItemField, Value], by: str, now: datetime) -> tuple[Item, tuple[Change, ...]]:
    """Lay over an item what a person edited; fields that hold the value already stay as they are."""
    facts = item.seen if item.seen is not None else item.details
    layers = item.layers if item.layers.values else received(facts, {}, item.taken_in_at)
    wanted = {name: value for name, value in values.items() if not same(value_of(item.details, name), value)}
    if not wanted:
        return item, ()
    for name, value in wanted.items():
        layers = layers.with_value(name, Given(Source.EDIT, value, by, at=now))
    details = effective(facts, layers)
    changes = [
        _change(name, (item.details, value_of(item.details, name)), (details, value), Source.EDIT, by)
        for name, value in wanted.items()
    ]
    editors = item.editors if by in item.editors else (*item.editors, by)
    made = replace(item, details=details, seen=facts, layers=layers, version=item.version + 1, editors=editors)
    return made, tuple(changes)


def apply_rule(
    item: Item, rules: Mapping[ItemField, tuple[Given, ...]], rule_id: str
) -> tuple[Item, tuple[Change, ...]]:
    """Lay over an item what one rule says now, in place of what it said when the item was received.

    `rules` is what all rules say together, so that where another is stronger this one changes nothing.
    """
    facts = item.seen if item.seen is not None else item.details
    layers = item.layers if item.layers.values else received(facts, {}, item.taken_in_at)
    layers = layers.without_rule(rule_id)
    for name, givens in rules.items():
        for given in givens:
            if given.by == rule_id:
                layers = layers.with_value(name, given)
    details = effective(facts, layers)
    changes = []
    for name in ItemField:
        old, new = value_of(item.details, name), value_of(details, name)
        if not same(old, new):
            first = layers.first(name)
            source, by = (first.source, first.label) if first is not None else (Source.RECEIPT, "")
            changes.append(_change(name, (item.details, old), (details, new), source, by))
    if not changes:
        return item, ()
    return replace(item, details=details, seen=facts, layers=layers, version=item.version + 1), tuple(changes)


def _change(name: ItemField, old: tuple[Details, Value], new: tuple[Details, Value], source: Source, by: str) -> Change:
    """Return a line of the history; each value is read with the details it belongs to, which know its currency."""
    (before, was), (after, now) = old, new
    return Change(name, shown(was, before.currency), shown(now, after.currency), source, by)


def _is_echo(layers: Layers, name: ItemField, new: Value) -> bool:
    """Say whether Dext only repeats the edit that holds; a class or location comes back as its project."""
    fields = (name,) if name is not ItemField.PROJECT else (ItemField.CLASS, ItemField.LOCATION)
    edits = [said for one in fields if (said := layers.first(one)) is not None and said.source is Source.EDIT]
    return any(same(said.value, new) for said in edits)


def _due(value: Value, issued_on: date | None) -> date | None:
    if isinstance(value, Terms):
        return value.due(issued_on) if issued_on is not None else None
    return value if isinstance(value, date) else None


def _of(value: Value, kind: type[Any], name: ItemField) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{name} cannot hold {type(value).__name__}")
    return value


_put: Callable[..., Details] = replace
"""`replace` for fields whose names are computed."""
