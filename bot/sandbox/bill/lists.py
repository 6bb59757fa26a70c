"""Lists as v3 gives them: filters, sort and pages behind opaque cursors.

A cursor holds the sort values of the last row that was given and its id, so pages stay
in step when rows are added or archived between two calls.
"""

from __future__ import annotations

import base64
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cmp_to_key, partial
from typing import Any

from bot.sandbox.bill import errors
from bot.sandbox.bill.filters import Filterable, keep, lookup, parse_filters
from bot.sandbox.bill.state import Row

DEFAULT_MAX = 20
LARGEST_MAX = 100
LONG = 10_000
"""Rows of a list that is worth remembering."""


@dataclass(frozen=True)
class Listing:
    """Say what one list endpoint can be filtered and sorted by."""

    filters: Mapping[str, Filterable]
    sorts: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """Order rows by one field."""

    field: str
    descending: bool


class Sorted:
    """Remember long lists as they were chosen and sorted, until something is written.

    A list of 50,000 rows is read in 500 pages, and would be sorted for each of them.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], list[Row]] = {}

    def forget(self) -> None:
        """Forget everything: rows may have changed."""
        self._kept.clear()

    def rows(self, key: tuple[str, ...], find: Callable[[], list[Row]]) -> list[Row]:
        """Return what is remembered under a key, or else what `find` finds."""
        found = self._kept.get(key)
        if found is None:
            found = find()
            if len(found) >= LONG:
                self._kept[key] = found
        return found


def page_of(
    rows: Iterable[Row], query: Mapping[str, str], listing: Listing, remembered: Sorted | None = None, *named: str
) -> Row:
    """Return the envelope with one page of `rows`, which `named` tells from all others that are remembered.

    `page` goes with the same filters and sort as the call that gave it; with others it is refused.
    """
    unknown = sorted(set(query) - {"max", "page", "sort", "filters"})
    if unknown:
        raise errors.refuse(400, errors.BAD_LIST_QUERY, f"{unknown[0]}: is not a parameter of this list", unknown[0])
    size = _size(query.get("max"))
    conditions = parse_filters(query.get("filters", ""), listing.filters)
    orders = _orders(query.get("sort", ""), listing.sorts)
    question = hashlib.sha256(json.dumps([query.get("filters", ""), query.get("sort", "")]).encode()).hexdigest()[:12]
    chosen = (remembered or Sorted()).rows(
        (*named, question), lambda: _sorted([row for row in rows if keep(row, conditions)], orders)
    )
    start = 0
    if "page" in query:
        backwards, mark = _open_cursor(query["page"], question)
        place = cmp_to_key(_comparison(orders))
        if backwards:
            before = bisect_left(chosen, place(mark), key=place)
            start = max(0, before - size)
            size = min(size, before)
        else:
            start = bisect_right(chosen, place(mark), key=place)
    page = chosen[start : start + size]
    envelope: Row = {"results": page}
    if page and start + len(page) < len(chosen):
        envelope["nextPage"] = _cursor(False, page[-1], orders, question)
    if page and start > 0:
        envelope["prevPage"] = _cursor(True, page[0], orders, question)
    return envelope


def _size(text: str | None) -> int:
    if text is None:
        return DEFAULT_MAX
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_MAX:
        raise errors.refuse(400, errors.BAD_VALUE, f"max: must be between 1 and {LARGEST_MAX}", "max", text)
    return int(text)


def _orders(text: str, allowed: tuple[str, ...]) -> list[Order]:
    orders = []
    for part in text.split(",") if text else []:
        name, _, direction = part.partition(":")
        if name not in allowed or direction not in ("asc", "desc"):
            raise errors.refuse(400, errors.BAD_LIST_QUERY, f"sort: cannot sort by {part}", "sort", part)
        orders.append(Order(name, direction == "desc"))
    return orders or [Order("createdTime", False)]


def _sorted(rows: list[Row], orders: list[Order]) -> list[Row]:
    """Return the rows in order; equal ones go by id."""
    rows.sort(key=lambda row: str(row["id"]))
    for order in reversed(orders):
        rows.sort(key=partial(_rank_in, order.field), reverse=order.descending)
    return rows


def _rank_in(field: str, row: Row) -> tuple[int, Decimal, str]:
    return _rank(lookup(row, field))


def _comparison(orders: list[Order]) -> Callable[[Row, Row], int]:
    def compare(left: Row, right: Row) -> int:
        for order in orders:
            one, two = _rank(lookup(left, order.field)), _rank(lookup(right, order.field))
            if one != two:
                return (1 if one > two else -1) * (-1 if order.descending else 1)
        return int(left["id"] > right["id"]) - int(left["id"] < right["id"])

    return compare


def _rank(value: Any) -> tuple[int, Decimal, str]:
    """Make values of one field comparable; rows without a value come first."""
    match value:
        case None:
            return (0, Decimal(0), "")
        case bool() | int() | Decimal():
            return (1, Decimal(value), "")
        case _:
            return (2, Decimal(0), str(value).casefold())


def _cursor(backwards: bool, row: Row, orders: list[Order], question: str) -> str:
    keys = {order.field: _plain(lookup(row, order.field)) for order in orders}
    raw = json.dumps(["prev" if backwards else "next", question, keys, row["id"]]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return {"number": str(value)} if isinstance(value, Decimal) else value


def _open_cursor(text: str, question: str) -> tuple[bool, Row]:
    refusal = errors.refuse(400, errors.BAD_LIST_QUERY, "page: is not a page of this list", "page", text)
    try:
        direction, asked, keys, row_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        mark: Row = {"id": str(row_id)}
        for path, value in keys.items():
            _place(mark, path, Decimal(value["number"]) if isinstance(value, dict) else value)
    except (ValueError, TypeError, AttributeError, KeyError, InvalidOperation):
        raise refusal from None
    if asked != question or direction not in ("next", "prev"):
        raise refusal
    return direction == "prev", mark


def _place(row: Row, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        row = row.setdefault(name, {})
    row[last] = value
