"""Bill.com's lists: which call gives each, and how its pages are followed.

Source: docs/bill-com.md, lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import TypeAdapter

from bot.clients import bill_calls as calls
from bot.clients import bill_wire as wire
from bot.clients.bill_access import SERVICE
from bot.clients.bill_calls import Calls
from bot.clients.bill_line import read, read_words
from bot.clients.bill_wire import BankRow, ListRow, Page, Row, TermRow
from bot.clients.http import Operation
from bot.domain.lists import PAYMENT_ACCOUNT_TYPES, Entry, ListName
from bot.errors import (
    GarbledReplyError,
    MfaRequiredError,
    PermissionMissingError,
    QuotaError,
    RateLimitedError,
    RefusedError,
)

PAGE_SIZE = "100"
"""Rows a page, the most that Bill.com gives; 101 is refused (docs/bill-com.md, lists)."""

_OLDEST_FIRST = "createdTime:asc"
_PATIENCE = 2
_LONGEST_PAUSE = 30.0
_MOST_DAYS = 999
# Made once: to make it for every page would cost more than to use it.
_PAGE: TypeAdapter[Page[ListRow]] = TypeAdapter(Page[ListRow])

Answer = TypeVar("Answer")


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
    ListName.APPROVERS: _Source(calls.USERS, wire.person),
}
"""Payment methods are missing: Bill.com has no list of them, `Lists.payment_methods` makes it."""


class Lists:
    """Read the lists of one connection, page by page."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._due_days: Mapping[str, int] | None = None

    def page(self, name: ListName, page: str | None, archived: bool | None, updated_since: datetime | None) -> ListPage:
        """Return one page; raises any UpstreamError but OutcomeUnknownError."""
        filters = []
        if archived is not None:
            filters.append(f"archived:eq:{'true' if archived else 'false'}")
        if updated_since is not None:
            filters.append(f"updatedTime:gte:{quoted(updated_since)}")
        return self._page(_SOURCES[name], filters, page)

    def entries(
        self, name: ListName, archived: bool | None, updated_since: datetime | None
    ) -> Iterator[tuple[Entry, ...]]:
        """Yield page after page; raises GarbledReplyError when Bill.com leads in a circle.

        A request to slow down is heeded and the page asked for again, twice at most.
        """
        seen: set[str] = set()
        token: str | None = None
        while True:
            # The default binds this round's token; mypy has no type for a lambda's default.
            page = self._patiently(lambda at=token: self.page(name, at, archived, updated_since))  # type: ignore[misc]
            yield page.entries
            token = _onward(page.next_page, seen, name)
            if token is None:
                return

    def known(self, name: ListName, ids: Sequence[str]) -> tuple[Entry, ...]:
        """Return those of at most a hundred entries that Bill.com still has, archived or not."""
        # Filters know no escape, so nothing but an id may come into one; what is none, nobody has.
        asked = [one for one in ids if re.fullmatch(r"[0-9A-Za-z]+", one)]
        if not asked:
            return ()
        filters = [f'id:in:"{",".join(asked)}"']
        return self._patiently(lambda: self._page(_SOURCES[name], filters, None)).entries

    def payment_methods(self, accounts: Iterable[Entry]) -> tuple[Entry, ...]:
        """Return the payment methods that accounts stand for, under their banks' names where those are known."""
        chosen = [entry for entry in accounts if entry.kind in PAYMENT_ACCOUNT_TYPES]
        if not any(entry.kind == "BANK" for entry in chosen):
            return tuple(chosen)
        names = self._patiently(self._bank_names)
        return tuple(replace(entry, name=names.get(entry.id, entry.name)) for entry in chosen)

    def _page(self, source: _Source, filters: list[str], page: str | None) -> ListPage:
        params = query(filters, source.sort, page)
        found = read_words(_PAGE, self._calls.get(source.operation, params), source.operation)
        entries = [source.to_entry(row) for row in found.results]
        for place, row in enumerate(found.results):
            if row.additional_info is not None and row.additional_info.payment_term_id:
                due_days = self._terms().get(row.additional_info.payment_term_id)
                entries[place] = replace(entries[place], due_days=due_days)
        return ListPage(tuple(entries), found.next_page or None)

    def _terms(self) -> Mapping[str, int]:
        """Return the days of each of the organisation's terms of payment; asked for once, and only if a row has some.

        Nobody has seen this call answered (docs/bill-com.md, terms of payment): what cannot be read is as if unset.
        """
        if self._due_days is None:
            organization_id = self._calls.access.credentials().organization_id
            try:
                rows = [
                    row
                    for some in pages(
                        self._calls, calls.PAYMENT_TERMS, TermRow, [], None, organization_id=organization_id
                    )
                    for row in some
                ]
            except (PermissionMissingError, MfaRequiredError, RefusedError, GarbledReplyError):
                rows = []
            self._due_days = {
                row.id: row.days_due for row in rows if row.days_due is not None and 0 <= row.days_due <= _MOST_DAYS
            }
        return self._due_days

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        for _ in range(_PATIENCE):
            try:
                return ask()
            except QuotaError:
                raise  # it is spent for most of an hour
            except RateLimitedError as error:
                self._calls.pause(min(error.retry_after, _LONGEST_PAUSE))
        return ask()

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
        # The shape of a page is made at run time, which mypy takes for a type that is none.
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
