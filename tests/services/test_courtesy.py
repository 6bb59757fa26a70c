"""People first: what works in the background stands back, and is never starved."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.refreshing import RefreshState
from bot.services.courtesy import Courtesy
from bot.services.refreshing import Refreshing
from tests.support.bench import ADMIN, CHANNEL, WORKSPACE, Bench

LISTS = {
    f"/v3/{path}" for path in ("vendors", "customers", "classifications/chart-of-accounts", "classifications/locations")
}


def test_it_stands_back_until_the_last_one_is_answered() -> None:
    courtesy = Courtesy()
    assert courtesy.stand_back(0)
    with courtesy.somebody_waits():
        with courtesy.somebody_waits():
            assert not courtesy.stand_back(0)
        assert not courtesy.stand_back(0)
    assert courtesy.stand_back(0)


class Counting(Courtesy):
    """Count how often work stood back, beside somebody who is never answered."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def stand_back(self, most_seconds: float = 0) -> bool:
        self.times += 1
        return super().stand_back(0)


def test_a_refresh_stands_back_at_every_page_and_still_ends(bare: Bench) -> None:
    bare.connect()
    counting = Counting()
    refreshing = Refreshing(replace(bare.base, courtesy=counting), bare.health, bare.pushing)
    before = len(bare.bill.wire.requests)
    refresh_id = refreshing.request(WORKSPACE, ADMIN, CHANNEL)[0].id
    with counting.somebody_waits():
        for _ in refreshing.run(refresh_id):
            pass
    assert refreshing.progress(refresh_id).refresh.state is RefreshState.DONE
    pages = [seen for seen in bare.bill.wire.requests[before:] if seen.path in LISTS]
    assert len(pages) > len(LISTS)
    assert counting.times >= len(pages)
