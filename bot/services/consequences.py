"""What a refresh means for people: what of ours uses an entry that it archived."""

from __future__ import annotations

from bot.domain.coding import Coding, Match
from bot.domain.items import OPEN, ItemStatus
from bot.domain.lists import Entry, ListName, name_in_dext
from bot.domain.refreshing import RefreshState
from bot.domain.views import AffectedItem, RefreshOutcome
from bot.services.base import Base
from bot.services.coder import code
from storage import items, lists, people, refreshes
from storage.lists import Listed

_UNDECIDED = sorted(OPEN | {ItemStatus.WAITING, ItemStatus.HELD})
_MOST_ARCHIVED = 500
_MOST_ITEMS = 200


class Consequences:
    """Work out what the end of a refresh is to say."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def outcome(self, refresh_id: str) -> RefreshOutcome:
        """Return how a refresh ended, with what uses an entry it archived.

        The first 500 archived entries and the first 200 items that may use one are looked at, in a handful of
        statements whatever their number. Rules that use an entry are to be named here as well, once there are rules.
        """
        with self._base.database.read() as session:
            refresh = refreshes.get(session, refresh_id)
            business = people.business(session, refresh.business_id)
            archived: list[Listed] = []
            if refresh.state is RefreshState.DONE and any(row.archived for row in refresh.lists):
                passes = refreshes.generations(session, refresh_id)
                archived = lists.archived_in(session, business.id, passes, _MOST_ARCHIVED)
            gone = {(name, entry.id): entry for name, entry in archived}
            candidates = items.naming(
                session,
                business.id,
                _UNDECIDED,
                ids=[entry.id for _, entry in archived],
                names=sorted(
                    {said for name, entry in archived for said in (entry.name, name_in_dext(name, entry.name))}
                ),
                limit=_MOST_ITEMS,
            )
            codings = code(session, business, [item.details for item in candidates])
            affected = [
                AffectedItem(item, used)
                for item, coding in zip(candidates, codings, strict=True)
                if (used := _archived_by(gone, coding))
            ]
            tax_account = gone.get((ListName.ACCOUNTS, business.tax_account_id))
        return RefreshOutcome(business, refresh, tuple(affected), tax_account.name if tax_account else "")


def _archived_by(gone: dict[tuple[ListName, str], Entry], coding: Coding) -> tuple[Listed, ...]:
    """Return what an item is coded to and the refresh archived."""
    looked: tuple[tuple[ListName, Match], ...] = (
        (ListName.SUPPLIERS, coding.supplier),
        (ListName.ACCOUNTS, coding.category),
        (ListName.CUSTOMERS, coding.customer),
        (ListName.CLASSES, coding.project_class),
        (ListName.LOCATIONS, coding.project_location),
        (ListName.PAYMENT_METHODS, coding.payment_account),
    )
    return tuple(
        (name, match.archived) for name, match in looked if match.archived and (name, match.archived.id) in gone
    )
