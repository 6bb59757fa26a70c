"""The mark that a published item carries in Dext, so that nobody publishes it a second time there."""

from __future__ import annotations

import re

_MARK = re.compile(r"\s*\[in Bill\.com: [^\]\s]+\]")


def with_mark(description: str, bill_id: str) -> str:
    """Return a description with the mark of this bill at its end, replacing any older mark."""
    return f"{without_mark(description)} [in Bill.com: {bill_id}]".strip()


def without_mark(description: str) -> str:
    """Return a description without our mark: the mark is not the supplier's or anybody's text."""
    return _MARK.sub("", description).strip()


def is_marked(description: str, bill_id: str) -> bool:
    """Say whether a description carries the mark of this bill."""
    return f"[in Bill.com: {bill_id}]" in description
