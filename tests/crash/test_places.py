"""Of the real bot: what it asks Bill.com holds places that other processes see, until it ends or is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clients.bill import AT_ONCE
from storage.places import _key
from tests.support.town import Town, connect, let_go, no_errors, rows, running, told


def taken(town: Town) -> int:
    """Count the places of the organisation that are held; the durable-work library has locks too."""
    owner = town.bill.credentials["organizations"][0]["id"]
    keys = [_key(owner, place) for place in range(1, AT_ONCE + 1)]
    found = rows(
        town,
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
        "AND ((classid::bigint << 32) | objid::bigint) = ANY(:keys)",
        keys=keys,
    )
    return int(found[0][0])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_three_lists_hold_three_places_until_the_bot_is_killed(tmp_path: Path, database_url: str) -> None:
    with running(tmp_path, database_url) as town:
        connect(town)
        assert taken(town) == 0
        town.bill.do("faults", method="GET", path="/v3/.*", action="hold", times=3)
        town.types("dana", "refresh")
        town.wait("three calls are held", lambda: town.bill.look("holding")["holding"] == 3)
        assert taken(town) == 3
        town.kill_bot()
        town.wait("the places are free", lambda: taken(town) == 0, 5)
        let_go(town.bill)
        town.start_bot()
        town.wait("the end", lambda: told(town, "dana", "Refresh of the lists", "finished"), 60)
        no_errors(town)
