"""What a refresh means for people: what of ours uses an entry that it archived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from bot.domain.coding import Coding, Match
from bot.domain.items import OPEN, Item, ItemStatus
from bot.domain.lists import Entry, ListName, name_in_dext
from bot.domain.refreshing import RefreshState
from bot.domain.views.lists import AffectedItem, AffectedRule, RefreshOutcome
from bot.services.base import Base
from bot.services.coder import code
from bot.services.rule_forms import uses
from storage import items, lists, people, refreshes, rules
from storage.lists import Listed

_UNDECIDED = sorted(OPEN | {ItemStatus.WAITING, ItemStatus.HELD})
_MOST_ARCHIVED = 500
_MOST_ITEMS = 200

_Gone = Mapping[tuple[ListName, str], Entry]


class Consequences:
    """Work out what the end of a refresh is to say."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def outcome(self, refresh_id: str) -> RefreshOutcome:
        """Return how a refresh ended, with what uses an entry it archived: items, rules and the tax account.

        The first 500 archived entries and the first 200 items that may use one, by themselves or in their lines,
        are looked at, in a handful of statements whatever their number.
        """
        with self._base.database.read() as session:
            refresh = refreshes.get(session, refresh_id)
            business = people.business(session, refresh.business_id)
            archived: list[Listed] = []
            if refresh.state is RefreshState.DONE and any(row.archived for row in refresh.lists):
                passes = refreshes.generations(session, refresh_id)
                archived = lists.archived_in(session, business.id, passes, _MOST_ARCHIVED)
            if not archived:
                return RefreshOutcome(business, refresh)
            gone: _Gone = {(name, entry.id): entry for name, entry in archived}
            candidates = _candidates(session, business.id, archived)
            codings = code(session, business, [item.details for item in candidates])
            affected = [
                AffectedItem(item, used)
                for item, coding in zip(candidates, codings, strict=True)
                if (used := _archived_by(gone, coding))
            ]
            ruled = [
                AffectedRule(rule, used)
                for rule in rules.in_force(session, business.id)
                if (used := _entries(gone, ((name, ref.id) for name, ref in uses(rule))))
            ]
        tax_account = gone.get((ListName.ACCOUNTS, business.tax_account_id))
        named = tax_account.name if tax_account else ""
        return RefreshOutcome(business, refresh, tuple(affected), named, tuple(ruled))


def _candidates(session: Session, business_id: str, archived: list[Listed]) -> list[Item]:
    """Return the undecided items that may use an archived entry, oldest first."""
    ids = [entry.id for _, entry in archived]
    names = sorted({said for name, entry in archived for said in (entry.name, name_in_dext(name, entry.name))})
    found = items.naming(session, business_id, _UNDECIDED, ids=ids, names=names, limit=_MOST_ITEMS)
    found += items.divided(session, business_id, _UNDECIDED, _MOST_ITEMS)
    return sorted({item.id: item for item in found}.values(), key=lambda item: item.number)


def _archived_by(gone: _Gone, coding: Coding) -> tuple[Listed, ...]:
    """Return what an item is coded to, as a whole and in its lines, and the refresh archived."""
    looked: list[tuple[ListName, Match]] = [
        (ListName.SUPPLIERS, coding.supplier),
        (ListName.ACCOUNTS, coding.category),
        (ListName.CUSTOMERS, coding.customer),
        (ListName.CLASSES, coding.project_class),
        (ListName.LOCATIONS, coding.project_location),
        (ListName.PAYMENT_METHODS, coding.payment_account),
        (ListName.APPROVERS, coding.approver),
    ]
    for line in coding.lines:
        looked += [
            (ListName.ACCOUNTS, line.category),
            (ListName.CLASSES, line.project_class),
            (ListName.LOCATIONS, line.location),
            (ListName.CUSTOMERS, line.customer),
        ]
    return _entries(gone, ((name, match.archived.id) for name, match in looked if match.archived))


def _entries(gone: _Gone, used: Iterable[tuple[ListName, str]]) -> tuple[Listed, ...]:
    """Return those of the entries that were archived, each once."""
    return tuple((key[0], gone[key]) for key in dict.fromkeys(used) if key in gone)
