"""Bill.com's lists: which call gives each, and how its pages are followed.

Source: docs/bill-com.md, lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.clients import bill_calls as calls
from bot.clients import bill_wire as wire
from bot.clients.bill_access import SERVICE
from bot.clients.bill_calls import Calls
from bot.clients.bill_line import read
from bot.clients.bill_wire import BankRow, ListRow, Page, Row
from bot.clients.http import Operation
from bot.domain.lists import PAYMENT_ACCOUNT_TYPES, Entry, ListName
from bot.errors import GarbledReplyError, MfaRequiredError, PermissionMissingError, RefusedError

PAGE_SIZE = "100"
"""Rows a page, the most that Bill.com gives; 101 is refused (docs/bill-com.md, lists)."""

_OLDEST_FIRST = "createdTime:asc"


@dataclass(frozen=True)
class ListPage:
    """Be one page of a list; `next_page` is Bill.com's own token, None on the last page."""

    entries: tuple[Entry, ...]
    next_page: str | None


@dataclass(frozen=True)
class _Source:
    operation: Operation
    to_entry: Callable[[ListRow], Entry]
    # A fixed order keeps rows from slipping between two pages; None where no sort field is documented.
    sort: str | None = _OLDEST_FIRST


_SOURCES: Mapping[ListName, _Source] = {
    ListName.ACCOUNTS: _Source(calls.ACCOUNTS, wire.account),
    ListName.SUPPLIERS: _Source(calls.VENDORS, wire.vendor),
    ListName.CUSTOMERS: _Source(calls.CUSTOMERS, wire.plain, sort=None),
    ListName.CLASSES: _Source(calls.CLASSES, wire.plain),
    ListName.LOCATIONS: _Source(calls.LOCATIONS, wire.plain),
    ListName.PAYMENT_METHODS: _Source(calls.ACCOUNTS, wire.account),
    ListName.APPROVERS: _Source(calls.USERS, wire.person),
}


class Lists:
    """Read the lists of one connection, page by page."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def page(self, name: ListName, page: str | None, archived: bool | None, updated_since: datetime | None) -> ListPage:
        """Return one page; raises any UpstreamError but OutcomeUnknownError."""
        return self._page(name, page, archived, updated_since, self._bank_names)

    def entries(
        self, name: ListName, archived: bool | None, updated_since: datetime | None
    ) -> Iterator[tuple[Entry, ...]]:
        """Yield page after page; raises GarbledReplyError when Bill.com leads in a circle."""
        kept: list[dict[str, str]] = []

        def bank_names() -> dict[str, str]:
            if not kept:
                kept.append(self._bank_names())
            return kept[0]

        yield from (
            page.entries
            for page in _follow(lambda token: self._page(name, token, archived, updated_since, bank_names), name)
        )

    def _page(
        self,
        name: ListName,
        page: str | None,
        archived: bool | None,
        updated_since: datetime | None,
        bank_names: Callable[[], dict[str, str]],
    ) -> ListPage:
        source = _SOURCES[name]
        filters = []
        if archived is not None:
            filters.append(f"archived:eq:{'true' if archived else 'false'}")
        if updated_since is not None:
            filters.append(f"updatedTime:gte:{quoted(updated_since)}")
        found = read(
            Page[ListRow], self._calls.get(source.operation, query(filters, source.sort, page)), source.operation
        )
        entries = tuple(source.to_entry(row) for row in found.results)
        if name is ListName.PAYMENT_METHODS:
            entries = _payment_methods(entries, bank_names)
        return ListPage(entries, found.next_page or None)

    def _bank_names(self) -> dict[str, str]:
        try:
            return {
                row.chart_of_account_id: wire.bank_name(row)
                for rows in pages(self._calls, calls.BANKS, BankRow, [], None)
                for row in rows
                if row.chart_of_account_id and not row.archived and wire.bank_name(row)
            }
        except (PermissionMissingError, MfaRequiredError, RefusedError):
            # Whether a sync token may read funding accounts is not known; the accounts' own names do as well.
            return {}


def pages(
    calls: Calls, operation: Operation, shape: type[Row], filters: list[str], sort: str | None, **ids: str
) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of page after page; raises GarbledReplyError when Bill.com leads in a circle."""
    seen: set[str] = set()
    token: str | None = None
    while True:
        found = read(Page[shape], calls.get(operation, query(filters, sort, token), **ids), operation)  # type: ignore[valid-type]
        yield tuple(found.results)
        token = _onward(found.next_page, seen, operation.path)
        if token is None:
            return


def query(filters: list[str], sort: str | None, page: str | None) -> dict[str, str]:
    """Return the query of a list call; filters and sort are repeated on every page."""
    params = {"max": PAGE_SIZE}
    if filters:
        params["filters"] = ",".join(filters)
    if sort is not None:
        params["sort"] = sort
    if page is not None:
        params["page"] = page
    return params


def quoted(moment: datetime) -> str:
    """Return a time as a filter takes it: quoted, with milliseconds and offset; a naive one counts as UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f'"{aware.isoformat(timespec="milliseconds")}"'


def _follow(turn: Callable[[str | None], ListPage], name: str) -> Iterator[ListPage]:
    seen: set[str] = set()
    token: str | None = None
    while True:
        page = turn(token)
        yield page
        token = _onward(page.next_page, seen, name)
        if token is None:
            return


def _onward(token: str | None, seen: set[str], where: str) -> str | None:
    if not token:
        return None
    if token in seen:
        raise GarbledReplyError(
            "Bill.com's list never ends. Please try again; if it stays like this, tell your administrator.",
            service=SERVICE,
            detail=f"{where}: a page token came twice",
        )
    seen.add(token)
    return token


def _payment_methods(entries: tuple[Entry, ...], bank_names: Callable[[], dict[str, str]]) -> tuple[Entry, ...]:
    chosen = [entry for entry in entries if entry.kind in PAYMENT_ACCOUNT_TYPES]
    if not any(entry.kind == "BANK" for entry in chosen):
        return tuple(chosen)
    names = bank_names()
    return tuple(replace(entry, name=names.get(entry.id, entry.name)) for entry in chosen)
