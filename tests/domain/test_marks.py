from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.marks import is_marked, with_mark, without_mark

TEXTS = st.text(max_size=60)
IDS = st.text("0123456789abcXYZ", min_size=1, max_size=20)


def test_a_mark_stands_at_the_end_and_replaces_an_older_one() -> None:
    assert with_mark("Hosting", "b1") == "Hosting [in Bill.com: b1]"
    assert with_mark("Hosting [in Bill.com: b1]", "b2") == "Hosting [in Bill.com: b2]"
    assert with_mark("", "b1") == "[in Bill.com: b1]"


@given(TEXTS, IDS)
def test_marking_twice_is_marking_once(text: str, bill_id: str) -> None:
    once = with_mark(text, bill_id)
    assert with_mark(once, bill_id) == once
    assert is_marked(once, bill_id)


@given(TEXTS, IDS)
def test_taking_the_mark_away_gives_the_text_back(text: str, bill_id: str) -> None:
    assert without_mark(with_mark(text, bill_id)) == text.strip()


def test_the_mark_of_one_bill_is_not_the_mark_of_another() -> None:
    assert not is_marked(with_mark("", "b12"), "b1")
    assert without_mark("see [in Bill.com] and [in Xero: 7]") == "see [in Bill.com] and [in Xero: 7]"
