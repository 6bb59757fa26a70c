"""Looking entries up: who may, and what an answer says."""

from __future__ import annotations

import pytest

from bot.domain.lists import Entry, ListName
from bot.domain.people import Right
from bot.errors import NotAllowedError, NotFoundError
from storage import lists
from tests.support.bench import ADMIN, AUDITOR, FINANCE, STRANGER, WORKSPACE, Bench


def keep(bench: Bench, *entries: Entry) -> None:
    with bench.database.begin() as session:
        lists.take_page(session, bench.business_id, ListName.CLASSES, 1, entries)


def test_an_answer_says_when_there_is_more_and_names_the_parents(bare: Bench) -> None:
    keep(bare, Entry("p", "North"), Entry("1", "Shop", "p"), Entry("2", "Shop", "gone"), Entry("3", "Shop"))
    found = bare.lookup.find(WORKSPACE, AUDITOR, ListName.CLASSES, "shop", limit=2)
    assert ([entry.id for entry in found.entries], found.more) == (["1", "2"], True)
    assert [found.parent(entry) for entry in found.entries] == ["North", ""]
    rest = bare.lookup.find(WORKSPACE, AUDITOR, ListName.CLASSES, "shop", limit=2, offset=2)
    assert ([entry.id for entry in rest.entries], rest.more) == (["3"], False)


def test_only_who_may_finds_anything(bare: Bench) -> None:
    with pytest.raises(NotAllowedError):
        bare.lookup.find(WORKSPACE, STRANGER, ListName.CLASSES, "")
    with pytest.raises(NotAllowedError):
        bare.lookup.find(WORKSPACE, FINANCE, ListName.ACCOUNTS, "", right=Right.SETTINGS)
    with pytest.raises(NotFoundError):
        bare.lookup.find("T999", ADMIN, ListName.CLASSES, "", business_id=bare.business_id)
