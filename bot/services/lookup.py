"""Looking entries up in our copies of the lists, for pickers and for people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.lists import Found, ListName
from bot.domain.people import Right
from bot.domain.views.lists import EntryPage
from bot.services.base import Base, find_business
from bot.services.people import require
from storage import finding, lists

PAGE = 20
"""Entries on a page that people read."""


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
        with self._base.database.read() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, right)
            return _search(session, business, name, words, archived=archived, limit=limit, offset=offset)

    def page(
        self,
        workspace_id: str,
        user_id: str,
        name: ListName,
        words: str,
        page: int,
        *,
        channel_id: str = "",
        business_id: str = "",
    ) -> EntryPage:
        """Return a page of a list for people to read, archived entries among them; pages count from 0."""
        first = max(page, 0)
        with self._base.database.read() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SEE)
            found = _search(session, business, name, words, archived=True, limit=PAGE, offset=first * PAGE)
            age = next((one for one in lists.ages(session, business.id) if one.name is name), None)
        return EntryPage(
            business,
            name,
            words,
            found,
            first,
            age.total if age is not None else 0,
            age.synced_at if age is not None else None,
            age.problem if age is not None else "",
        )


def _search(
    session: Session, business: Business, name: ListName, words: str, *, archived: bool, limit: int, offset: int
) -> Found:
    entries = finding.search(session, business.id, name, words, archived=archived, limit=limit + 1, offset=offset)
    shown = tuple(entries[:limit])
    parents = finding.names(session, business.id, name, {one.parent_id for one in shown if one.parent_id})
    return Found(shown, len(entries) > limit, parents)
