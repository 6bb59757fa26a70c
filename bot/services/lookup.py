"""Looking entries up in our copies of the lists, for pickers and for people."""

from __future__ import annotations

from bot.domain.lists import Found, ListName
from bot.domain.people import Right
from bot.services.base import Base, find_business
from bot.services.people import require
from storage import finding


class Lookup:
    """Find entries of the lists by what somebody types."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def find(
        self,
        workspace_id: str,
        user_id: str,
        name: ListName,
        words: str,
        *,
        business_id: str = "",
        channel_id: str = "",
        right: Right = Right.SEE,
        archived: bool = False,
        limit: int = 100,
        offset: int = 0,
    ) -> Found:
        """Return the entries that match, best first: the exact name, names that begin so, names with all the words.

        Without words it is the list from its beginning. Raises `NotAllowedError` without the right.
        """
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, right)
            entries = finding.search(
                session, business.id, name, words, archived=archived, limit=limit + 1, offset=offset
            )
            shown = tuple(entries[:limit])
            parents = finding.names(session, business.id, name, {one.parent_id for one in shown if one.parent_id})
        return Found(shown, len(entries) > limit, parents)
