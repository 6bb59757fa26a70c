"""Killed in the first synchronisation, the bot goes on and says so once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.town import (
    Json,
    Town,
    finish_prompt,
    hold,
    let_go,
    no_errors,
    running,
    synchronised,
    told,
    walk_through,
)

LISTS = {
    "vendors": ("payees", "Suppliers"),
    "chart-of-accounts": ("categories", "Chart of Accounts"),
    "customers": ("clients", "Customers"),
}


@pytest.fixture
def unconnected(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with running(tmp_path, database_url) as town:
        yield town


def check_synchronised(town: Town) -> None:
    finished = synchronised(town)
    notice = town.wait("the notice", lambda: told(town, "dana", "The lists of", "are up to date"))
    about = [one for one in town.reads("dana") if one["by_bot"] and not one["ephemeral"]]
    assert [one["ts"] for one in about] == [finished["ts"], notice["ts"]], [one["plain"] for one in about]
    theirs = town.bill.look("state")["organizations"][town.bill.credentials["organizations"][0]["id"]]["lists"]
    ours = town.dext.look("state")["accounts"][0]["lists"]
    for bill_name, (dext_name, title) in LISTS.items():
        wanted = {row["id"] for row in theirs[bill_name] if not row["archived"]}
        assert {row["id"] for row in ours[dext_name]} == wanted
        assert _count(finished, title) == len(wanted)
    no_errors(town)


def _count(finished: Json, title: str) -> int:
    line = next(line for line in finished["plain"].splitlines() if title in line)
    return int(line.split(":")[1].split()[0].replace(",", ""))


@pytest.mark.parametrize(
    ("service", "method", "path", "skip"),
    [
        ("bill", "GET", "/v3/vendors", 1),
        ("bill", "GET", "/v3/vendors", 2),
        ("bill", "GET", "/v3/funding-accounts/banks", 0),
        ("dext", "POST", "/api/add_payees", 0),
    ],
    ids=["before the first page", "between two pages", "in the last list", "while a list is sent to Dext"],
)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_kill_while_lists_are_read_loses_nothing(
    unconnected: Town, service: str, method: str, path: str, skip: int, phase: str
) -> None:
    town = unconnected
    upstream = {"bill": town.bill, "dext": town.dext}[service]
    walk_through(town)
    wait_until_held = hold(upstream, method, path, phase, skip)
    town.clicks("dana", finish_prompt(town), "connection.finish")
    wait_until_held(town)
    town.kill_bot()
    let_go(upstream)
    town.start_bot()
    check_synchronised(town)


def test_a_kill_right_after_finish_loses_nothing(unconnected: Town) -> None:
    town = unconnected
    walk_through(town)
    town.clicks("dana", finish_prompt(town), "connection.finish")
    town.kill_bot()
    town.start_bot()
    check_synchronised(town)
