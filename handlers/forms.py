"""What forms give back, as values: inputs are found by the first part of their block's id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from blocks.editing import BLOCK_OF
from blocks.ids import Field
from blocks.rules import PAID, setting_of
from bot.domain.editing import LineDraft, LinesDraft, Raw
from bot.domain.fields import ItemField, Value
from bot.domain.lines import Ref
from bot.domain.rules import Auto, RuleKind
from bot.services.rule_forms import WantedRule

_LINE_PARTS = {
    Field.LINE_CATEGORY: "category",
    Field.LINE_CLASS: "project_class",
    Field.LINE_LOCATION: "location",
    Field.LINE_CUSTOMER: "customer",
}
_RULE_REFS = (
    ItemField.CATEGORY,
    ItemField.CLASS,
    ItemField.LOCATION,
    ItemField.CUSTOMER,
    ItemField.PAYMENT_METHOD,
    ItemField.APPROVER,
)


def memory_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a form remembers: ids, and the version it was drawn for."""
    found: dict[str, Any] = json.loads((body.get("view") or {}).get("private_metadata") or "{}")
    return found


def typed_item(body: dict[str, Any]) -> dict[ItemField, Raw]:
    """Return what stands in the form of an item."""
    names = {block.value: name for name, block in BLOCK_OF.items()}
    typed = {names[block]: value for block, _, value in _values(body) if block in names}
    return typed | {ItemField.TAX_SETTING: setting_of(_id(typed.get(ItemField.TAX_SETTING)))}


def typed_amounts(body: dict[str, Any]) -> dict[ItemField, Raw]:
    """Return the amounts of an item that are typed and not saved yet: the form of its lines remembers them."""
    return {ItemField(name): text for name, text in memory_of(body).get("t", {}).items()}


def remembers(body: dict[str, Any]) -> bool:
    """Say whether the supplier chosen is to be remembered for the document's name."""
    return any(block == Field.REMEMBER and value is True for block, _, value in _values(body))


def left_out(body: dict[str, Any]) -> tuple[ItemField, ...]:
    """Return the fields whose unknown names are to be left out."""
    values = body["view"]["state"]["values"]
    ticked = [
        one["value"]
        for block_id, elements in values.items() if block_id.partition(".")[0] == Field.LEAVE_OUT
        for element in elements.values()
        for one in element.get("selected_options") or []
    ]  # fmt: skip
    return tuple(ItemField(value) for value in ticked)


def typed_lines(body: dict[str, Any]) -> LinesDraft:
    """Return what stands in the form of lines, in the order in which it stands there."""
    memory, found, net = memory_of(body), dict[int, dict[str, Any]](), False
    for block, rest, value in _values(body):
        if block == Field.LINES_NET:
            net = value is True
        elif rest.isdecimal() and block in (Field.LINE_AMOUNT, Field.LINE_TEXT, *_LINE_PARTS):
            name = {Field.LINE_AMOUNT: "amount", Field.LINE_TEXT: "description"}.get(Field(block))
            found.setdefault(int(rest), {})[name or _LINE_PARTS[Field(block)]] = value
    order = [int(block["block_id"].partition(".")[2]) for block in body["view"]["blocks"] if _is_amount(block)]
    rows = tuple(LineDraft(key, **found[key]) for key in order if key in found)
    return LinesDraft(rows, net, memory["f"], memory["n"])


def typed_split(body: dict[str, Any]) -> str:
    """Return how the amount is to be split, as somebody typed it."""
    return next((str(value) for block, _, value in _values(body) if block == Field.SPLIT), "")


def typed_rule(body: dict[str, Any]) -> WantedRule:
    """Return what stands in the form of a rule."""
    values = {block: value for block, _, value in _values(body)}
    kind = RuleKind(_id(values[Field.RULE_KIND]))
    subject = values.get(Field.RULE_SUBJECT)
    sets: dict[ItemField, Value] = {
        name: value for name in _RULE_REFS if isinstance(value := values.get(name.value), Ref) and value
    }
    if setting := _id(values.get(Field.TAX_SETTING)):
        sets[ItemField.TAX_SETTING] = setting
    if text := str(values.get(Field.DESCRIPTION) or "").strip():
        sets[ItemField.DESCRIPTION] = text
    if paid := _id(values.get(Field.PAID)):
        sets[ItemField.PAID] = paid == PAID
    return WantedRule(
        kind=kind,
        subject=subject if isinstance(subject, Ref) else Ref(),
        sets=sets,
        days=str(values.get(Field.RULE_DAYS) or ""),
        end_of_month=values.get(Field.RULE_MONTH) is True,
        auto=Auto(_id(values.get(Field.RULE_AUTO))),
    )


def text_of(body: dict[str, Any], wanted: Field) -> str:
    """Return a text, or the value of a choice."""
    value = next((value for block, _, value in _values(body) if block == wanted), "")
    return value.id if isinstance(value, Ref) else str(value or "")


def _values(body: dict[str, Any]) -> Iterator[tuple[str, str, Raw]]:
    """Yield each input: the first part of its block's id, the rest of that, and what stands in it."""
    for block_id, elements in body["view"]["state"]["values"].items():
        block, _, rest = block_id.partition(".")
        for element in elements.values():
            yield block, rest, _value(element)


def _value(element: dict[str, Any]) -> Raw:
    if "selected_date" in element:
        day = element["selected_date"]
        return date.fromisoformat(day) if day else None
    if "selected_options" in element:
        return bool(element["selected_options"])
    if "selected_user" in element:
        return Ref(element["selected_user"] or "")
    if "selected_option" in element:
        chosen = element["selected_option"] or {}
        return Ref(chosen.get("value", ""), (chosen.get("text") or {}).get("text", ""))
    return str(element.get("value") or "")


def _id(value: object) -> str:
    return value.id if isinstance(value, Ref) else ""


def _is_amount(block: dict[str, Any]) -> bool:
    return str(block.get("block_id", "")).startswith(f"{Field.LINE_AMOUNT}.")
