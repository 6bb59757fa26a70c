"""Values of items and rules as JSON columns: amounts as text, so that nothing passes through a float."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from bot.domain.fields import AMOUNTS, DAYS, REFS, ItemField, Value, is_blank
from bot.domain.items import Details
from bot.domain.layers import Given, Layers, Source
from bot.domain.lines import Lines, Ref
from bot.domain.terms import Terms

_DETAILS = TypeAdapter(Details)
_LINES = TypeAdapter(Lines)


def dump_details(details: Details | None) -> Any:
    """Return what Dext says of a document as values that JSON knows."""
    return None if details is None else _DETAILS.dump_python(details, mode="json")


def load_details(stored: Any) -> Details | None:
    """Return the details that `dump_details` wrote; fields that are newer than they are are blank."""
    return None if stored is None else _DETAILS.validate_python(stored)


def dump_lines(lines: Lines) -> Any:
    """Return line items as values that JSON knows."""
    return _LINES.dump_python(lines, mode="json")


def load_lines(stored: Any) -> Lines:
    """Return the line items that `dump_lines` wrote."""
    return _LINES.validate_python(stored)


def dump_layers(layers: Layers) -> Any:
    """Return layers as values that JSON knows."""
    return {name.value: [_dump_given(given) for given in said] for name, said in layers}


def load_layers(stored: Mapping[str, Any]) -> Layers:
    """Return the layers that `dump_layers` wrote."""
    return Layers(
        {ItemField(name): tuple(_load_given(ItemField(name), one) for one in said) for name, said in stored.items()}
    )


def dump_values(values: Mapping[ItemField, Value]) -> Any:
    """Return values by field as values that JSON knows."""
    return {name.value: _dump(value) for name, value in values.items()}


def load_values(stored: Mapping[str, Any]) -> dict[ItemField, Value]:
    """Return the values that `dump_values` wrote."""
    return {ItemField(name): _load(ItemField(name), value) for name, value in stored.items()}


def _dump_given(given: Given) -> dict[str, Any]:
    kept = {"source": given.source.value, "value": _dump(given.value), "by": given.by, "label": given.label}
    return kept | {"at": given.at.isoformat() if given.at is not None else None}


def _load_given(name: ItemField, stored: Mapping[str, Any]) -> Given:
    at = datetime.fromisoformat(stored["at"]) if stored["at"] else None
    return Given(Source(stored["source"]), _load(name, stored["value"]), stored["by"], stored["label"], at)


def _dump(value: Value) -> Any:
    match value:
        case Ref():
            return [value.id, value.name]
        case Lines():
            return dump_lines(value)
        case Terms():
            return {"days": value.days, "end_of_month": value.end_of_month}
        case Decimal():
            return format(value, "f")
        case bool() | str() | None:
            return value
        case date():
            return value.isoformat()


def _load(name: ItemField, stored: Any) -> Value:
    if name in REFS:
        return Ref(*stored) if stored else Ref()
    if name is ItemField.LINES:
        return load_lines(stored) if stored else Lines()
    if is_blank(stored):
        return name.blank
    if name in AMOUNTS:
        return Decimal(stored)
    if name in DAYS:
        return Terms(**stored) if isinstance(stored, dict) else date.fromisoformat(stored)
    kept: Value = stored
    return kept
