"""Two processes on one database, each with a clock: nothing is checked, told or sent out twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from storage.tables import legs
from tests.support.town import (
    Town,
    arrive,
    ask,
    bills,
    card_says,
    connect,
    execute,
    finish_prompt,
    new_number,
    no_errors,
    rows,
    running,
    second_bot,
    select_rows,
    take_in,
    told,
    walk_through,
)

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_two_clocks_check_tell_and_catch_up_once(tmp_path: Path, database_url: str) -> None:
    with running(tmp_path, database_url) as town, connected(town), second_bot(town):
        numbers = [new_number() for _ in range(3)]
        for number in numbers:
            arrive(town, number)
        take_in(town)
        cards = [ask(town, number) for number in numbers]
        town.bill.do("revoke", organizationId=town.bill.credentials["organizations"][0]["id"])
        for card in cards:
            town.clicks("ama", card, "item.approve")
        for card in cards:
            card_says(town, card, "goes out when Bill.com is reconnected")
        prompt = town.wait("the prompt", lambda: told(town, "dana", "no longer lets us in", "3 approved items"))

        walk_through(town)
        town.clicks("dana", finish_prompt(town), "connection.finish")
        for card in cards:
            card_says(town, card, "is in Bill.com, with its document")
        mended = town.wait("the prompt says so", lambda: told(town, "dana", "3 of 3 held items published"))
        assert mended["ts"] == prompt["ts"]
        for number in numbers:
            assert len(bills(town, number)) == 1
            assert sum(number in str(one["body"]) for one in creations(town)) == 1

        before, began = checks(town), datetime.now(UTC)
        execute(town, update(legs).values(due_at=began, checked_at=began))
        checked = select(legs.c.provider).where(legs.c.checked_at > began)
        town.wait("both legs are checked, at the full minute", lambda: len(select_rows(town, checked)) == 2, 90)
        assert {leg: after - before[leg] for leg, after in checks(town).items()} == {"bill": 1, "dext": 1}
        assert posts(town, "no longer lets us in") == 1
        workers = {row[0] for row in rows(town, "SELECT DISTINCT executor_id FROM dbos.workflow_status")}
        assert workers >= {"slot-0", "slot-1"}, "both processes had their share"
        no_errors(town)
        assert '"level": "error"' not in (town.folder / "second.log").read_text()


@contextmanager
def connected(town: Town) -> Iterator[None]:
    connect(town)
    yield


def checks(town: Town) -> dict[str, int]:
    """Count the checks that arrived at each service; traffic uses other calls."""
    return {
        "bill": len([one for one in town.bill.requests("GET", "/v3/login/session") if one["status"] == 200]),
        "dext": len(town.dext.requests("POST", "/api/list_users")),
    }


def posts(town: Town, words: str) -> int:
    sent = town.slack.requests("POST", "/api/chat.postMessage")
    return sum(words in str(one["body"]) and "thread_ts" not in str(one["body"]) for one in sent)


def creations(town: Town) -> list[dict[str, Any]]:
    return [one for one in town.bill.requests("POST", "/v3/bills") if one["path"] == "/v3/bills"]
