"""The second act: connections that end, and how people hear of it, mend it and lose nothing."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox.story.connecting import address, sign_in_to_bill, sign_in_to_dext
from bot.sandbox.story.publishing import ask, documents, only_bill
from bot.sandbox.story.telling import Telling
from bot.sandbox.town import Town

Json = dict[str, Any]

_IDLE, _HELD = ("LAST-1",), ("LAST-2", "LAST-3")
_PROMPT = "Bill.com no longer lets us in"


def idle_out(town: Town, telling: Telling) -> None:
    """Let the session end by itself: work goes on, and nobody is told."""
    _arrive(town, _IDLE)
    before = _read_by_dana(town)
    telling.does("Bill.com", "ends the session, as it does after 48 idle hours")
    town.bill.do("expire-sessions", v2=True)
    (card,) = _approve(town, telling, _IDLE)
    telling.reads(_card(town, card, "is in Bill.com, with its document"), "#finance, the card a little later")
    bill = only_bill(town, _IDLE[0])
    telling.holds("the bill is in Bill.com, with one document", len(documents(town, bill)) == 1)
    told = [text for text in _read_by_dana(town) if text not in before and "session" in text.lower()]
    telling.holds("nobody was told of a session", not told and not _prompts(town), told)


def break_and_hold(town: Town, telling: Telling) -> None:
    """Take the token back: what is approved waits, and one message asks for an admin."""
    _arrive(town, _HELD)
    listing = town.wait("they are ready", lambda: _listed(town, _HELD))
    cards = [ask(town, listing, name(number)) for number in _HELD]
    telling.does("somebody", "takes the bot's access back in Bill.com's settings")
    town.bill.do("revoke", organizationId=_organization(town))
    telling.does("ama", "approves two items")
    for card in cards:
        town.clicks("ama", card, "item.approve")
    for card in cards:
        held = _card(town, card, "goes out when Bill.com is reconnected")
    telling.reads(held, "#finance, the second card")
    prompt = town.wait("the prompt", lambda: _prompt(town, "2 approved items are held"))
    telling.reads(prompt, "#finance")
    telling.holds("one message tells of it", len(_prompts(town)) == 1, len(_prompts(town)))
    telling.holds("no bill was made", not any(_bills(town, number) for number in _HELD))


def refuse_another(town: Town, telling: Telling) -> None:
    """Reconnect with another organisation: it is refused in words, and nothing is changed."""
    prompt = _prompts(town)[0]
    telling.does("dana", "clicks Reconnect, opens the link, and signs in to the wrong organisation")
    _sign_in(town, prompt, 1)
    repairing = town.wait("the prompt says who is at it", lambda: _prompt(town, "is on it"))
    telling.reads(repairing, "#finance, the same message")
    refused = town.wait("the refusal", lambda: _last_dm(town, "This can't be connected"))
    telling.reads(refused, "direct message to Dana")
    telling.holds("there is no Finish to click", "connection.finish" not in str(refused["blocks"]))
    telling.holds("what was held is held still", not any(_bills(town, number) for number in _HELD))
    town.clicks("dana", refused, "connection.drop")


def restore(town: Town, telling: Telling) -> None:
    """Reconnect with the right one: what was held goes out, once, and the same message says so."""
    (prompt,) = _prompts(town)
    telling.does("dana", "clicks Reconnect again, and signs in to the right organisation")
    _sign_in(town, prompt, 0)
    finish = town.wait("the question to finish", lambda: _last_dm(town, "Almost done"))
    telling.reads(finish, "direct message to Dana")
    telling.does("dana", "clicks Finish")
    town.clicks("dana", finish, "connection.finish")
    ended = town.wait("the catch-up", lambda: _prompt(town, "2 of 2 held items published"), 60)
    telling.reads(ended, "#finance, the same message as before")
    telling.holds("it is the message that told of the break", ended["ts"] == prompt["ts"])
    for number in _HELD:
        bill = only_bill(town, number)
        telling.holds(f"{number} is in Bill.com once, with one document", len(documents(town, bill)) == 1)
    creates = [entry for entry in town.bill.requests("POST", "/v3/bills") if entry["path"] == "/v3/bills"]
    sent = [entry["body"]["invoice"]["invoiceNumber"] for entry in creates]
    telling.holds("each was sent once", all(sent.count(number) == 1 for number in (*_IDLE, *_HELD)), sent)
    other = town.bill.credentials["organizations"][1]["id"]
    strays = [
        bill for bill in town.bill.look("state")["organizations"][other]["bills"]
        if str(bill["invoice"]["invoiceNumber"]).startswith("LAST-")
    ]  # fmt: skip
    telling.holds("nothing came into the other organisation", not strays, strays)
    telling.does("dana", "types /dext status")
    telling.reads(town.types("dana", "status")["shown"][-1], "only Dana sees this")


def name(number: str) -> str:
    """Return what tells a document of this act from others in a list: its total."""
    return {"LAST-1": "311.00", "LAST-2": "322.00", "LAST-3": "333.00"}[number]


def _arrive(town: Town, numbers: tuple[str, ...]) -> None:
    """Let complete documents arrive in Dext, and have the bot look."""
    today = time.strftime("%Y-%m-%d")
    for number in numbers:
        town.dext.do(
            "document", payee="Acme Cloud Services", invoice_number=number, category="Software Subscriptions",
            total_amount=name(number), vat_amount="0.00", date=today, due_date=today,
        )  # fmt: skip
    town.clicks("femi", town.types("femi", "publish")["shown"][-1], "items.check")


def _listed(town: Town, numbers: tuple[str, ...]) -> Json | None:
    shown: Json = town.types("femi", "publish")["shown"][-1]
    return shown if all(name(number) in shown["plain"] for number in numbers) else None


def _approve(town: Town, telling: Telling, numbers: tuple[str, ...]) -> list[Json]:
    listing = town.wait("they are ready", lambda: _listed(town, numbers))
    cards = [ask(town, listing, name(number)) for number in numbers]
    telling.does("ama", "approves an item")
    for card in cards:
        town.clicks("ama", card, "item.approve")
    return cards


def _sign_in(town: Town, prompt: Json, organization: int) -> None:
    before = {one["ts"] for one in _offers(town)}
    town.clicks("dana", prompt, "link.new")
    offer = town.wait("the link", lambda: [one for one in _offers(town) if one["ts"] not in before])[-1]
    browser = town.browser().open(address(offer)).submit()
    sign_in_to_bill(town, browser, organization)
    sign_in_to_dext(town, browser)
    browser.close()


def _offers(town: Town) -> list[Json]:
    return [one for one in town.reads("dana") if "Open Connect Page" in one["plain"]]


def _card(town: Town, card: Json, words: str) -> Json:
    def now() -> Json | None:
        found = (one for one in town.reads("ama") if one["ts"] == card["ts"])
        return next((one for one in found if words in _line(one)), None)

    found: Json = town.wait(f"the card says {words!r}", now, 40)
    return found


def _prompts(town: Town) -> list[Json]:
    told = (_PROMPT, "works again for", "is on it")
    return [one for one in town.reads("dana") if any(words in _line(one) for words in told)]


def _prompt(town: Town, words: str) -> Json | None:
    return next((one for one in _prompts(town) if words in _line(one)), None)


def _last_dm(town: Town, words: str) -> Json | None:
    return next((one for one in reversed(town.reads_dm("dana")) if words in _line(one)), None)


def _read_by_dana(town: Town) -> list[str]:
    return [one["plain"] for one in (*town.reads_dm("dana"), *town.reads("dana"))]


def _bills(town: Town, number: str) -> list[Json]:
    found = town.bill.look("state")["organizations"][_organization(town)]["bills"]
    return [bill for bill in found if bill["invoice"]["invoiceNumber"] == number]


def _organization(town: Town) -> str:
    return str(town.bill.credentials["organizations"][0]["id"])


def _line(message: Json) -> str:
    return " ".join(message["plain"].split())
