"""Killed while it sends a document from Slack, the bot ends up with one document in Dext, and says so."""

from __future__ import annotations

import pytest

from bot.sandbox.dext.documents import drawn
from tests.support.town import Town, hold, let_go, no_errors, rows, told_in_private

SEND = ("POST", "/api/postReceipt")
SPOTS = {
    "before it arrives, which it never does": ("before", "never"),
    "before it arrives, which it does after the restart": ("before", "later"),
    "after it arrived and before that is known": ("after", "down"),
}


@pytest.mark.parametrize(("phase", "arrives"), SPOTS.values(), ids=SPOTS.keys())
def test_a_kill_leaves_one_document(town: Town, phase: str, arrives: str) -> None:
    town.dext.do("switches", processing_seconds=1)
    before = len(town.dext.look("state")["accounts"][0]["items"])
    content = drawn("pdf", "x", ["Supplier: Acme Cloud Services", "Invoice: R-1", "Total: USD 12.50"]).data
    wait_until_held = hold(town.dext, *SEND, phase)
    town.shares("femi", "taxi.pdf", content)
    wait_until_held(town)

    town.kill_bot()
    if arrives == "down":
        let_go(town.dext)
    town.start_bot()
    if arrives == "later":
        let_go(town.dext)

    town.wait("it is read", lambda: told_in_private(town, "femi", "Acme Cloud Services", "USD 12.50"), 90)
    assert len(town.dext.look("state")["accounts"][0]["items"]) == before + 1
    assert rows(town, "SELECT state FROM uploads")[0][0] == "read"
    no_errors(town)
