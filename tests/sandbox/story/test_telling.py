"""The story's transcript reads as people read the messages."""

from __future__ import annotations

import pytest

from bot.sandbox.story.telling import as_read


@pytest.mark.parametrize(
    ("plain", "read"),
    [
        (":white_check_mark: *Published*: 2 bills", "✔ Published: 2 bills"),
        (":hourglass_flowing_sand: Refreshing the *lists\nof Harbor*", "⧗ Refreshing the lists\nof Harbor"),
        ("*Number*    *Category*\nA-1         Travel", "Number      Category\nA-1         Travel"),
        ("5 * 3 * 2, a*b*c and :unknown:", "5 * 3 * 2, a*b*c and :unknown:"),
        (":warning: *Acme*          [Approve]", "⚠ Acme" + " " * 20 + "[Approve]"),
    ],
)
def test_signs_stand_for_emoji_and_bold_has_no_asterisks(plain: str, read: str) -> None:
    assert as_read(plain) == read
    assert [len(line) for line in as_read(plain).split("\n") if "[" in line] == [
        len(line) for line in plain.split("\n") if "[" in line
    ]
