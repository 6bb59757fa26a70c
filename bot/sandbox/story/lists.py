"""The chapter about lists: a category is archived and a supplier renamed in Bill.com, and what people are told."""

from __future__ import annotations

from typing import Any

from bot.sandbox.story.telling import Telling
from bot.sandbox.town import Town

Json = dict[str, Any]

_CATEGORY = "Printing & Stationery"


def lists_change(town: Town, telling: Telling) -> None:
    """Refresh after two changes in Bill.com; read what changed, what it means, and one of the lists."""
    organization = town.bill.credentials["organizations"][0]["id"]
    lists = town.bill.look("state")["organizations"][organization]["lists"]
    supplier = next(row for row in lists["vendors"] if row["name"] == "Fjord Energy")
    category = next(row for row in lists["chart-of-accounts"] if row["name"] == _CATEGORY)
    town.bill.do("rename", list="vendors", id=supplier["id"], name="Fjord Energy & Heat")
    town.bill.do("archive", list="chart-of-accounts", id=category["id"])
    telling.does("somebody", f"renames the supplier Fjord Energy in Bill.com, and archives the category {_CATEGORY}")
    telling.does("dana", "types /dext refresh")
    telling.reads(town.types("dana", "refresh")["shown"][-1], "only Dana sees this")
    done = town.wait("the refresh", lambda: _last(town, "Refresh of the lists", "finished"), 60)
    telling.reads(done, "#finance, one message from the first count to the last")
    told = town.wait("the notice", lambda: _last(town, "are up to date", "1 archived"), 60)
    telling.reads(told, "#finance, when it is over")
    telling.holds("one supplier changed", "1 changed" in told["plain"], told["plain"])
    telling.holds("one account is archived", "1 archived" in told["plain"], told["plain"])
    telling.holds("the item that uses the category is named", f"category {_CATEGORY}" in _plain(told), told["plain"])
    projects = town.dext.look("state")["accounts"][0]["lists"]
    names = {row["name"] for row in projects["payees"]}
    telling.holds("Dext has the new name", "Fjord Energy & Heat" in names and "Fjord Energy" not in names)
    gone = {row["id"] for row in projects["categories"]}
    telling.holds("Dext no longer offers the category", category["id"] not in gone)
    telling.does("femi", "types /dext lists accounts print")
    shown = town.types("femi", "lists accounts print")["shown"][-1]
    telling.reads(shown, "only Femi sees this")
    telling.holds("the archived category is marked", "(archived)" in shown["plain"], shown["plain"])
    telling.does("dana", "types /dext status")
    telling.reads(town.types("dana", "status")["shown"][-1], "only Dana sees this")


def _plain(message: Json) -> str:
    return str(message["plain"]).replace("*", "").replace("\u200b", "")


def _last(town: Town, *words: str) -> Json | None:
    for message in reversed(town.reads("dana")):
        if all(word in message["plain"].replace("\n", " ") for word in words):
            return message
    return None
