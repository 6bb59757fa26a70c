"""Searching the lists: the order of what is found, and what it costs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.coding import normalised
from bot.domain.lists import Entry, ListName
from storage import finding, lists
from storage.database import Database
from tests.storage.conftest import statements

SUPPLIERS = ListName.SUPPLIERS


def keep(database: Database, *entries: Entry) -> None:
    with database.begin() as session:
        lists.take_page(session, "b1", SUPPLIERS, 1, entries)


def search(database: Database, words: str, *, archived: bool = False, limit: int = 10, offset: int = 0) -> list[str]:
    with database.begin() as session:
        found = finding.search(session, "b1", SUPPLIERS, words, archived=archived, limit=limit, offset=offset)
    return [entry.id for entry in found]


def test_the_exact_name_comes_first_then_what_begins_so_then_all_words(database: Database, business: str) -> None:
    keep(
        database,
        Entry("1", "My Acme"),
        Entry("2", "Acme Ltd"),
        Entry("3", "ACME"),
        Entry("4", "Acme", archived=True),
        Entry("5", "Beta"),
    )
    assert search(database, " acme") == ["3", "2", "1"]
    assert search(database, "acme", archived=True) == ["3", "4", "2", "1"]


def test_words_count_in_any_order_and_all_of_them(database: Database, business: str) -> None:
    keep(database, Entry("1", "Northern Paper Works"), Entry("2", "Paper Mill"), Entry("3", "Works"))
    assert search(database, "works paper") == ["1"]
    assert search(database, "works") == ["3", "1"]


@pytest.mark.parametrize("words", ["%", "_", "\\", "'"])
def test_nothing_that_is_typed_is_a_wildcard(database: Database, business: str, words: str) -> None:
    keep(database, Entry("a", "Acme"), Entry("w", f"100{words} Wool"))
    assert search(database, words) == ["w"]


@pytest.mark.parametrize("words", ["ünï", "ÜNÏ", "straße", "\u05d0\u05d1", "🌲", "\U0010ffff", "nul\0"])
def test_any_script_is_found_and_nothing_breaks(database: Database, business: str, words: str) -> None:
    name = words.replace("\0", "")
    keep(database, Entry("a", "Acme"), Entry("w", f"{name} & Co"))
    assert search(database, words)[-1] == "w"


def test_pages_follow_one_another_across_the_ranks(database: Database, business: str) -> None:
    names = ["pine", "pine a", "pine b", "a pine", "b pine", "c pine", "oak"]
    keep(database, *[Entry(name, name) for name in names])
    whole = search(database, "pine")
    assert whole == names[:-1]
    for size in (1, 2, 3, 4):
        pages = [search(database, "pine", limit=size, offset=offset) for offset in range(0, 8, size)]
        assert [one for page in pages for one in page] == whole


def test_ten_thousand_of_one_name_are_ten_thousand_entries(database: Database, business: str) -> None:
    keep(database, *[Entry(f"{number:05}", "Twin") for number in range(10_000)])
    assert search(database, "twin", limit=3, offset=9_998) == ["09998", "09999"]
    assert search(database, "twi", limit=2) == ["00000", "00001"]


def test_a_search_is_three_statements_at_most(database: Database, business: str) -> None:
    for size in (1, 300):
        keep(database, *[Entry(str(number), f"a pine {number}") for number in range(size)])
        with statements(database) as seen:
            search(database, "pine")
        assert len([one for one in seen if one.lstrip().startswith("SELECT")]) == 3


def test_other_lists_and_businesses_are_not_searched(database: Database, business: str) -> None:
    with database.begin() as session:
        for owner, name in (("b1", ListName.CUSTOMERS), ("b2", SUPPLIERS)):
            lists.take_page(session, owner, name, 1, [Entry("a", "Acme")])
    assert search(database, "acme") == []


names = st.text(st.sampled_from("ab ñ"), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(names, st.booleans()), max_size=12), names, st.booleans(), st.integers(0, 4))
def test_it_finds_what_a_slow_search_finds(
    database: Database, business: str, rows: list[tuple[str, bool]], words: str, archived: bool, offset: int
) -> None:
    entries = [Entry(f"{place:02}", name, archived=gone) for place, (name, gone) in enumerate(rows)]
    with database.begin() as session:
        lists.take_page(session, "b1", SUPPLIERS, 1, entries)
        found = finding.search(session, "b1", SUPPLIERS, words, archived=archived, limit=5, offset=offset)
        session.rollback()
    key = normalised(words)

    def rank(entry: Entry) -> tuple[bool, str, str]:
        name = normalised(entry.name)
        return not name.startswith(key), name, entry.id

    fitting = [
        entry
        for entry in sorted(entries, key=rank)
        if (archived or not entry.archived) and all(word in normalised(entry.name) for word in key.split())
    ]
    assert [entry.id for entry in found] == [entry.id for entry in fitting[offset : offset + 5]]
