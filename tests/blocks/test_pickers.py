"""Choices of entries: told apart, and honest about what is left out."""

from __future__ import annotations

from blocks.pickers import entry_options
from bot.domain.lists import Entry, Found


def labels(*entries: Entry, **parents: str) -> list[str]:
    return [one["text"]["text"] for one in entry_options(Found(entries, False, parents))["options"]]


def test_a_name_alone_is_enough_where_it_is_the_only_one() -> None:
    assert labels(Entry("1", "Acme", "p"), Entry("2", "Beta"), p="North") == ["Acme", "Beta"]


def test_one_name_is_told_apart_by_number_then_parent_then_id() -> None:
    shown = labels(
        Entry("0ca000000001", "Travel", "p", number="6100"),
        Entry("0ca000000002", "Travel", "p"),
        Entry("0ca000000003", "travel", "q"),
        Entry("0ca000000004", "Travel", "q"),
        p="Sales",
        q="Office",
    )
    assert shown == ["6100 Travel", "Travel (Sales)", "travel (Office, …000003)", "Travel (Office, …000004)"]


def test_long_names_give_way_to_what_tells_them_apart() -> None:
    first, second = labels(Entry("id-one", "x" * 1000), Entry("id-two", "x" * 1000))
    assert len(first) == len(second) == 75
    assert (first[-9:], second[-9:]) == ("(…id-one)", "(…id-two)")


def test_no_name_and_turned_writing_are_shown_as_they_can_be() -> None:
    assert labels(Entry("1", " \n"), Entry("2", "a\u202e\nb")) == ["(no name)", "a b"]


def test_a_heading_says_that_there_is_more() -> None:
    group = entry_options(Found(tuple(Entry(str(number), f"N{number}") for number in range(100)), more=True))
    (only,) = group["option_groups"]
    assert only["label"]["text"] == "The first 100 – type more of the name to narrow it down"
    assert len(only["options"]) == 100
