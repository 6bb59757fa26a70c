"""What happened in the workspace before the newcomer came: played through the real bot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bot.sandbox.demo.data import documents, second_documents
from bot.sandbox.story.connecting import address, sign_in_to_bill, sign_in_to_dext
from bot.sandbox.town import Town

Json = dict[str, Any]
Say = Callable[[str], None]

_FIRST, _SECOND, _ADMINS = "finance", "kestrel", "finance-admins"
_ORDINARY = 40
_PUBLISHED, _REJECTED, _WAITING, _HELD = 8, 2, 3, 2


def set_the_scene(town: Town, say: Say) -> None:
    """Connect two businesses and let a few weeks of work happen, ending in every status there is."""
    today = date.today()  # noqa: DTZ011 - the demo's documents are dated for whoever looks at it
    for document in documents(today, _ORDINARY):
        town.dext.do("document", **document)
    town.dext.do("document", payee="Blue Harbor Logistics", ready_in=86400, total_amount="75.00")
    say("Connecting Harbor & Pine Interiors…")
    connect(town, _FIRST, "", 0, 0)
    give_roles(town, _FIRST)
    say("Letting a few weeks of approvals happen…")
    work(town)
    say("Connecting Kestrel Outdoor…")
    made = town.slack.do("channel", name=_SECOND, members=["dana", "femi", "ama", "rui"], with_bot=True)
    town.slack.credentials["channels"][_SECOND] = made["channel"]["id"]
    plant_second(town, today)
    connect(town, _SECOND, "new Kestrel Outdoor Ltd", 1, 1)
    give_roles(town, _SECOND)
    say("Breaking one connection, so that there is something to mend…")
    break_second(town)


def connect(town: Town, channel: str, words: str, organization: int, account: int) -> None:
    """Connect the business of a channel, from the link to the end of the first synchronisation."""
    before = len(town.reads_dm("dana"))
    offer = town.types("dana", f"connect {words}".strip(), channel)["shown"][-1]
    browser = town.browser().open(address(offer))
    browser.submit()
    sign_in_to_bill(town, browser, organization)
    sign_in_to_dext(town, browser, account)
    browser.close()
    prompt = town.wait("the question to finish", lambda: town.reads_dm("dana")[before:])[-1]
    town.clicks("dana", prompt, "connection.finish")
    town.wait(
        "the synchronisation", lambda: [one for one in town.reads("dana", channel) if "finished" in one["text"]], 90
    )


def give_roles(town: Town, channel: str) -> None:
    """Give everybody their roles, and the admins a channel of their own."""
    form = town.types("dana", "settings", channel)["view"]
    roles = {"admin": ["dana"], "finance": ["femi"], "approver": ["ama"], "auditor": ["rui"]}
    values: Json = {role: [town.people[one] for one in people] for role, people in roles.items()}
    places = {"channel": town.channels[channel], "admin_channel": town.channels[_ADMINS]}
    town.submits("dana", form["id"], values | places)


def work(town: Town) -> None:
    """Publish some items, reject some, leave some waiting; one fails because of a bill keyed by hand."""
    town.wait("items", lambda: "ready to publish" in _list(town, _FIRST)["plain"] and _asks(_list(town, _FIRST)))
    twin(town, "Acme Cloud Services", "ACS-20417")
    cards = ask(town, _FIRST, 1 + _PUBLISHED + _REJECTED + _WAITING)
    for card in cards[: 1 + _PUBLISHED]:
        town.clicks("ama", card, "item.approve")
    for card, reason in zip(
        cards[1 + _PUBLISHED :][:_REJECTED],
        ("Please book this to the Portland showroom.", "We returned half of these; wait for the credit note."),
        strict=True,
    ):
        form = town.clicks("ama", card, "item.reject")["view"]
        town.submits("ama", form["id"], {"reason": reason})
    town.wait("the bills", lambda: _count(town, _FIRST, "Published") >= _PUBLISHED, 120)


def break_second(town: Town) -> None:
    """Revoke the second business's access while approved items are on their way: they are held."""
    town.wait("items", lambda: _asks(_list(town, _SECOND)))
    cards = ask(town, _SECOND, _HELD)
    organization = town.bill.credentials["organizations"][1]["id"]
    town.bill.do("revoke", organizationId=organization)
    for card in cards:
        town.clicks("ama", card, "item.approve")
    town.wait("the reconnect message", lambda: _count(town, _ADMINS, "no longer lets us in"))
    town.bill.do("restore-access", organizationId=organization)


def ask(town: Town, channel: str, number: int) -> list[Json]:
    """Ask for approval of the first ready items; return their cards, oldest first."""
    before = {message["ts"] for message in town.reads("ama", channel)}
    for _ in range(number):
        listing = town.wait("a ready item", lambda: _ready(town, channel))
        town.clicks("femi", listing, _asks(listing)[0])

    def cards() -> list[Json] | None:
        new = [message for message in town.reads("ama", channel) if message["ts"] not in before]
        found = [message for message in new if "Approve for publishing?" in message["plain"]]
        return found if len(found) == number else None

    made: list[Json] = town.wait("the cards", cards)
    return made


def twin(town: Town, supplier: str, number: str) -> None:
    """Key a bill into Bill.com by hand, as somebody might."""
    organization = town.bill.credentials["organizations"][0]["id"]
    held = town.bill.look("state")["organizations"][organization]["lists"]
    vendor = next(row["id"] for row in held["vendors"] if row["name"] == supplier)
    account = next(row["id"] for row in held["chart-of-accounts"] if row["name"] == "Software Subscriptions")
    today = date.today()  # noqa: DTZ011 - as above
    town.bill.do(
        "add",
        list="bills",
        organizationId=organization,
        vendorId=vendor,
        dueDate=(today + timedelta(days=20)).isoformat(),
        invoice={"invoiceNumber": number, "invoiceDate": today.isoformat()},
        billLineItems=[{"amount": 1284.5, "classifications": {"chartOfAccountId": account}}],
        description="keyed by hand",
    )


def plant_second(town: Town, today: date) -> None:
    """Let documents arrive for the second business, from suppliers its Bill.com knows."""
    organization = town.bill.credentials["organizations"][1]["id"]
    held = town.bill.look("state")["organizations"][organization]["lists"]
    suppliers = [row["name"] for row in held["vendors"] if not row["archived"]][:4]
    category = next(
        row["name"] for row in held["chart-of-accounts"] if not row["archived"] and row["account"]["type"] == "EXPENSE"
    )
    account = town.dext.credentials["accounts"][1]["id"]
    for document in second_documents(today, suppliers, category):
        town.dext.do("document", account=account, **document)


def _list(town: Town, channel: str) -> Json:
    shown: Json = town.types("femi", "publish", channel)["shown"][-1]
    return shown


def _ready(town: Town, channel: str) -> Json | None:
    listing = _list(town, channel)
    return listing if _asks(listing) else None


def _asks(listing: Json) -> list[str]:
    """Return the action ids of a list's Request Approval buttons."""
    return [
        block["accessory"]["action_id"]
        for block in listing["blocks"]
        if block.get("accessory", {}).get("text", {}).get("text") == "Request Approval"
    ]


def _count(town: Town, channel: str, words: str) -> int:
    return sum(words in message["plain"] for message in town.reads("dana", channel))
