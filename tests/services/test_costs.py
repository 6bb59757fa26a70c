"""What people wait for costs the same, however full the inbox is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.items import Item, ItemStatus
from bot.services.facts import fingerprint
from storage import items
from tests.storage.conftest import statements
from tests.support.bench import ADMIN, FINANCE, WORKSPACE, Bench


def fill(bench: Bench, first: int, last: int) -> None:
    """Put items into the inbox, every third of them lacking a category."""
    model = bench.ready_item(invoice_number=f"M-{first}") if not bench.items() else bench.items()[0]
    many: list[Item] = []
    for number in range(first, last):
        facts = replace(model.details, dext_id=str(2_000_000_000 + number), number=f"N-{number}")
        status = ItemStatus.TO_REVIEW if number % 3 == 0 else ItemStatus.READY
        lacks = ("category missing: choose one with Edit",) if number % 3 == 0 else ()
        many.append(
            replace(
                model, id=f"item{number}", number=1000 + number, details=facts, seen=facts, status=status, lacks=lacks
            )
        )
    with bench.database.begin() as session:
        for start in range(0, len(many), 500):
            items.add_many(session, [(item, fingerprint(item.details)) for item in many[start : start + 500]])


@pytest.mark.parametrize("what", ["publish list", "rules", "trial"])
def test_ten_thousand_items_cost_as_many_statements_as_a_hundred(bench: Bench, what: str) -> None:
    def look() -> None:
        match what:
            case "publish list":
                bench.status.publish_list(WORKSPACE, FINANCE, "", 0)
            case "rules":
                bench.rules.listing(WORKSPACE, ADMIN, 0)
            case _:
                bench.rules.trial(WORKSPACE, FINANCE, bench.items()[0].number)

    counts = []
    for first, last in ((0, 100), (100, 10_000)):
        fill(bench, first, last)
        with statements(bench.database) as seen:
            look()
        counts.append(len(seen))
    assert counts[0] == counts[1]
