from __future__ import annotations

from dataclasses import replace

from bot.domain.coding import normalised
from bot.domain.lists import Entry, ListName
from storage import lists, pushes
from storage.database import Database
from storage.lists import Counts
from tests.storage.conftest import NOW, statements

SUPPLIERS = ListName.SUPPLIERS
A, B, C = Entry("a", "Acme"), Entry("b", "Beta"), Entry("c", "Gamma", archived=True)


def take(database: Database, generation: int, *entries: Entry, whole: bool = True) -> Counts:
    with database.begin() as session:
        lists.take_page(session, "b1", SUPPLIERS, generation, entries)
        if whole:
            lists.archive_unseen(session, "b1", SUPPLIERS, generation)
        return lists.count(session, "b1", SUPPLIERS, generation)


def named(database: Database, *names: str) -> list[list[str]]:
    with database.begin() as session:
        found = lists.by_names(session, "b1", [normalised(name) for name in names])
    return [[entry.id for entry in found.get((SUPPLIERS, normalised(name)), ())] for name in names]


def unpushed(database: Database) -> list[tuple[str, bool]]:
    with database.begin() as session:
        return [(entry.id, entry.archived) for entry, _ in pushes.unpushed(session, "b1", SUPPLIERS, 100)]


def push(database: Database) -> None:
    with database.begin() as session:
        batch = [(entry.id, sent) for entry, sent in pushes.unpushed(session, "b1", SUPPLIERS, 100)]
        pushes.note_pushed(session, "b1", SUPPLIERS, batch)


def test_the_first_pass_adds_what_is_active(database: Database, business: str) -> None:
    assert take(database, 1, A, B, C) == Counts(added=2, changed=0, archived=0, total=2)


def test_a_pass_counts_what_was_added_changed_and_archived(database: Database, business: str) -> None:
    take(database, 1, A, B, Entry("d", "Delta"))
    counts = take(database, 2, replace(A, name="Acme Ltd"), replace(B, archived=True), Entry("e", "Epsilon"))
    assert counts == Counts(added=1, changed=1, archived=2, total=2)
    assert take(database, 3, replace(A, name="Acme Ltd"), Entry("e", "Epsilon")) == Counts(0, 0, 0, 2)


def test_what_comes_back_is_a_change(database: Database, business: str) -> None:
    take(database, 1, A, B)
    take(database, 2, B)
    assert take(database, 3, A, B) == Counts(added=0, changed=1, archived=0, total=2)


def test_the_same_pass_run_again_counts_the_same(database: Database, business: str) -> None:
    take(database, 1, A, B)
    pages = (replace(A, name="New"), Entry("d", "Delta"))
    first = take(database, 2, *pages)
    assert [take(database, 2, *pages) for _ in range(2)] == [first, first]
    assert first == Counts(added=1, changed=1, archived=1, total=2)


def test_a_pass_that_was_cut_off_archives_nothing(database: Database, business: str) -> None:
    take(database, 1, A, B)
    assert take(database, 2, A, whole=False) == Counts(0, 0, 0, 2)


def test_a_page_is_one_statement_whatever_its_size(database: Database, business: str) -> None:
    for size in (1, 500):
        with statements(database) as seen:
            take(database, 1, *[Entry(str(number), f"Name {number}") for number in range(size)], whole=False)
        assert len([one for one in seen if one.startswith("INSERT")]) == 1


def test_an_empty_page_changes_nothing(database: Database, business: str) -> None:
    assert take(database, 1, whole=False) == Counts(0, 0, 0, 0)


def test_names_of_a_thousand_characters_stay_apart(database: Database, business: str) -> None:
    long = "x" * 1000
    take(database, 1, Entry("one", f"{long}1"), Entry("two", f"{long}2"), Entry("wide", "Ü" * 1000))
    assert named(database, f"{long}1", f"{long}2", "ü" * 1000, f"{long}3") == [["one"], ["two"], ["wide"], []]


def test_the_same_name_twice_is_two_entries(database: Database, business: str) -> None:
    take(database, 1, Entry("1", "Acme"), Entry("2", "ACME "), Entry("3", "acme", archived=True))
    assert named(database, "Acme") == [["1", "2", "3"]]


def test_lists_and_businesses_do_not_mix(database: Database, business: str) -> None:
    with database.begin() as session:
        for owner, name in (("b1", SUPPLIERS), ("b1", ListName.CUSTOMERS), ("b2", SUPPLIERS)):
            lists.take_page(session, owner, name, 1, [Entry("a", f"{owner} {name}")])
        assert set(lists.by_ids(session, "b1", ["a"])) == {(SUPPLIERS, "a"), (ListName.CUSTOMERS, "a")}
        lists.archive_unseen(session, "b1", SUPPLIERS, 2)
        assert lists.count(session, "b2", SUPPLIERS, 1).total == 1
        assert lists.count(session, "b1", ListName.CUSTOMERS, 1).total == 1


def test_only_what_dext_has_not_is_sent(database: Database, business: str) -> None:
    take(database, 1, A, B, C)
    assert unpushed(database) == [("a", False), ("b", False)]
    push(database)
    assert unpushed(database) == []
    take(database, 2, replace(A, name="New"), replace(B, archived=True))
    assert unpushed(database) == [("a", False), ("b", True)]
    push(database)
    assert unpushed(database) == []
    take(database, 3, B)
    assert unpushed(database) == [("a", True), ("b", False)]
    push(database)
    assert unpushed(database) == []


def test_a_change_while_it_is_being_sent_is_sent_again(database: Database, business: str) -> None:
    take(database, 1, A)
    with database.begin() as session:
        batch = [(entry.id, sent) for entry, sent in pushes.unpushed(session, "b1", SUPPLIERS, 100)]
    take(database, 2, replace(A, name="New"))
    with database.begin() as session:
        pushes.note_pushed(session, "b1", SUPPLIERS, batch)
    assert unpushed(database) == [("a", False)]


def test_a_failure_keeps_the_age_of_the_last_good_copy(database: Database, business: str) -> None:
    with database.begin() as session:
        lists.keep_age(session, "b1", SUPPLIERS, 1, 7, NOW, "")
        lists.keep_age(session, "b1", SUPPLIERS, 2, 0, None, "switched off")
        (age,) = lists.ages(session, "b1")
        assert (age.total, age.synced_at, age.problem) == (7, NOW, "switched off")
