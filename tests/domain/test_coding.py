from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.coding import Candidates, Match, match, named, normalised
from bot.domain.lists import Entry
from tests.domain.makers import details

ACME, OTHER = Entry("1", "Acme"), Entry("2", "ACME")
OLD = Entry("3", "acme", archived=True)
ENTRIES = st.builds(Entry, id=st.text(min_size=1, max_size=3), name=st.just("Acme"), archived=st.booleans())


def test_an_id_of_ours_decides_whatever_the_names_say() -> None:
    assert match(Candidates(ACME, (OTHER, OLD))) == Match(entry=ACME)


def test_an_archived_entry_is_named_and_not_replaced_by_one_that_is_called_the_same() -> None:
    assert match(Candidates(OLD, (ACME,))) == Match(archived=OLD)
    assert match(Candidates(None, (OLD,))) == Match(archived=OLD)


def test_a_name_decides_only_when_one_active_entry_has_it() -> None:
    assert match(Candidates(None, (ACME, OLD))) == Match(entry=ACME, by_name=True)
    assert match(Candidates(None, (ACME, OTHER))) == Match(several=2)
    assert match(Candidates()) == Match()


@given(st.none() | ENTRIES, st.lists(ENTRIES, max_size=5))
def test_no_match_is_archived_or_guessed(by_id: Entry | None, by_name: list[Entry]) -> None:
    found = match(Candidates(by_id, tuple(by_name)))
    assert (found.entry is not None) + (found.archived is not None) + (found.several > 0) <= 1
    if found.entry is not None:
        assert not found.entry.archived
        assert found.entry is by_id or [entry for entry in by_name if not entry.archived] == [found.entry]
    if found.archived is not None:
        assert found.archived.archived
    assert found.several != 1


def test_names_are_alike_without_case_width_and_spacing() -> None:
    assert normalised("  Müller\u00a0& \t Söhne ") == normalised("MU\u0308LLER & SÖHNE")
    assert normalised("ＡＣＭＥ") == "acme"
    assert normalised("STRASSE") == normalised("Straße")
    assert normalised("Acme Inc") != normalised("Acme Inc.")


@given(st.text(max_size=40))
def test_a_normalised_name_stays_as_it_is(name: str) -> None:
    once = normalised(name)
    assert normalised(once) == once
    assert normalised(f"  {name}\n") == once


def test_the_names_of_an_item_are_looked_up_once_each() -> None:
    assert named(details(supplier="Acme", category="ACME", customer="", project="P", payment_method="Card")) == [
        "acme",
        "card",
        "p",
    ]
