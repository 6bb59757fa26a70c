"""The `filters` parameter of v3's lists: `field:op:value`, joined by commas that mean and."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.bill import errors
from bot.sandbox.bill.errors import BillRefusal
from bot.sandbox.bill.state import Row
from bot.sandbox.bill.times import parse_day, parse_moment

Kind = Literal["text", "flag", "day", "moment"]
_CONDITION = re.compile(r'(?P<field>[A-Za-z.]+):(?P<op>[a-z]+):(?P<value>"[^"]*"|[^",]*)(?:,|$)')


@dataclass(frozen=True)
class Filterable:
    """Say which operators a field takes and what its values look like."""

    kind: Kind
    ops: tuple[str, ...]


Condition = Callable[[Row], bool]

ORDERED = ("eq", "ne", "gt", "gte", "lt", "lte")
IDS = Filterable("text", ("eq", "ne", "in"))
ANY_OF = Filterable("text", ("eq", "ne", "in", "nin"))
NAME = Filterable("text", ("eq", "sw"))
FLAG = Filterable("flag", ("eq", "ne"))
DAY = Filterable("day", ORDERED)
MOMENT = Filterable("moment", ORDERED)


def parse_filters(text: str, allowed: Mapping[str, Filterable]) -> list[Condition]:
    """Return the conditions of a `filters` parameter.

    An unknown field is BDC_1130, an operator or value that does not fit BDC_1131. Values of
    `in`, `nin`, `sw` and all moments must be in double quotes.
    """
    conditions, position = [], 0
    while position < len(text):
        match = _CONDITION.match(text, position)
        if match is None:
            raise _bad(text[position:], "is not of the form field:op:value")
        name, op, value = match["field"], match["op"], match["value"]
        if name not in allowed:
            raise errors.refuse(400, errors.BAD_FILTER, f"filters: cannot filter by {name}", "filters", name)
        conditions.append(_condition(name, op, value, allowed[name]))
        position = match.end()
    if text.endswith(","):
        raise _bad(text, "ends with a comma")
    return conditions


def keep(row: Row, conditions: list[Condition]) -> bool:
    """Say whether the row meets every condition."""
    return all(condition(row) for condition in conditions)


def lookup(row: Row, path: str) -> Any:
    """Return the value at a dotted path, None where the row has nothing there."""
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _condition(name: str, op: str, value: str, field: Filterable) -> Condition:
    if op not in field.ops:
        raise _bad(f"{name}:{op}", "this operator does not go with this field")
    quoted = value.startswith('"')
    plain = value.strip('"')
    if (op in ("in", "nin", "sw") or field.kind == "moment") and not quoted:
        raise _bad(f"{name}:{op}:{value}", "the value must be in double quotes")
    if not plain:
        raise _bad(f"{name}:{op}:", "the value is missing")
    if op in ("in", "nin"):
        options = {_value(name, part.strip(), field.kind) for part in plain.split(",")}
        return lambda row: (_own(row, name, field.kind) in options) == (op == "in")
    wanted = _value(name, plain, field.kind)
    if op == "sw":
        return lambda row: str(_own(row, name, "text") or "").casefold().startswith(wanted.casefold())
    return lambda row: _holds(op, _own(row, name, field.kind), wanted)


def _holds(op: str, own: Any, wanted: Any) -> bool:
    if op in ("eq", "ne"):
        return bool((own == wanted) == (op == "eq"))
    if own is None:
        return False
    return bool({"gt": own > wanted, "gte": own >= wanted, "lt": own < wanted, "lte": own <= wanted}[op])


def _value(name: str, text: str, kind: Kind) -> Any:
    parsed: Any = text
    match kind:
        case "flag":
            parsed = {"true": True, "false": False}.get(text)
        case "day":
            parsed = parse_day(text)
        case "moment":
            parsed = parse_moment(text)
        case "text":
            pass
    if parsed is None:
        raise _bad(f"{name}:{text}", "the value does not fit the field")
    return parsed


def _own(row: Row, path: str, kind: Kind) -> Any:
    value = lookup(row, path)
    if isinstance(value, str) and kind == "day":
        return parse_day(value)
    if isinstance(value, str) and kind == "moment":
        return parse_moment(value)
    return value


def _bad(what: str, why: str) -> BillRefusal:
    return errors.refuse(400, errors.BAD_LIST_QUERY, f"filters: {what}: {why}", "filters", what)
