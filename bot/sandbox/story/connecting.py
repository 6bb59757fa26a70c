"""The chapters about connecting."""

from __future__ import annotations

from typing import Any

from bot.sandbox.browser import Browser
from bot.sandbox.story.telling import Telling
from bot.sandbox.town import Town


def connect_by_sign_in(town: Town, telling: Telling) -> None:
    """Connect through both sign-ins; another person is refused, a link expander changes nothing."""
    telling.does("gil", "types /dext connect")
    telling.reads(town.types("gil", "connect")["shown"][-1], "only Gil sees this")
    telling.does("dana", "types /dext publish")
    telling.reads(town.types("dana", "publish")["shown"][-1], "only Dana sees this")
    telling.does("dana", "types /dext connect")
    offer = town.types("dana", "connect")["shown"][-1]
    telling.reads(offer, "only Dana sees this")
    link = address(offer)

    telling.does("a link expander", "opens the link, as chat programs do")
    expander = town.browser().open(link)
    telling.holds("opening the link spent nothing", expander.status == 200 and len(expander.forms) == 1)
    expander.close()

    telling.does("dana", "opens the link and clicks Begin")
    browser = town.browser().open(link)
    telling.page(browser.text)
    browser.submit()
    telling.page(browser.text)
    again = town.browser().open(link)
    telling.holds("a second browser cannot use the same link", again.status == 410, again.text)
    again.close()

    telling.does("dana", "signs in to Bill.com, chooses the organisation, signs in to Dext")
    sign_in_to_bill(town, browser, 0)
    telling.page(browser.text)
    sign_in_to_dext(town, browser)
    telling.page(browser.text)
    browser.close()
    telling.holds("nothing is live yet: no list was read", not town.bill.requests("GET", "/v3/classifications"))

    prompt = town.wait("the question to finish", lambda: town.reads_dm("dana"))[-1]
    telling.reads(prompt, "direct message to Dana")
    town.bill.do("switches", latency=0.4)
    telling.does("dana", "clicks Finish")
    town.clicks("dana", prompt, "connection.finish")
    shown = town.wait("progress", lambda: _saying(town, "in progress"), 20)
    telling.reads(shown, "#finance, while the lists are read")
    finished = town.wait("the end of the synchronisation", lambda: _saying(town, "synchronisation of", "finished"), 60)
    town.bill.do("switches", latency=0)
    telling.reads(finished, "#finance, the same message a little later")
    telling.holds("progress and result are one message", finished["ts"] == shown["ts"])
    _lists_arrived(town, telling)


def give_roles(town: Town, telling: Telling) -> None:
    """Give Femi and Ama their roles in the settings."""
    telling.does("dana", "types /dext settings and fills in the form")
    form = town.types("dana", "settings")["view"]
    telling.reads(form, "a form; she enters Femi as finance, Ama as approver, Rui as auditor")
    values = {
        "admin": [town.people["dana"]],
        "finance": [town.people["femi"]],
        "approver": [town.people["ama"]],
        "auditor": [town.people["rui"]],
    }
    town.submits("dana", form["id"], values)
    told = town.wait("the confirmation", lambda: _saying(town, "Settings saved"))
    telling.reads(told, "only Dana sees this")


def sign_in_to_bill(town: Town, browser: Browser, organization: int) -> None:
    """Go through Bill.com's sign-in from the connect page."""
    browser.submit(form=0)
    person = town.bill.credentials["users"][0]
    browser.submit({"email": person["email"], "password": person["password"], "decision": "allow"})
    chosen = town.bill.credentials["organizations"][organization]["id"]
    browser.submit({"organizationId": chosen, "decision": "allow"})


def sign_in_to_dext(town: Town, browser: Browser, account: int = 0) -> None:
    """Go through Dext's sign-in from the connect page."""
    browser.submit()
    person = town.dext.credentials["accounts"][account]["users"][0]
    browser.submit({"email": person["email"], "password": person["password"], "decision": "allow"})


def address(message: dict[str, Any]) -> str:
    """Return the address of the first link button of a message."""
    found = [
        element["url"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if "url" in element
    ]
    return str(found[0])


def _saying(town: Town, *words: str) -> dict[str, Any] | None:
    for message in reversed(town.reads("dana")):
        if all(word in message["plain"] for word in words):
            return message
    return None


def _lists_arrived(town: Town, telling: Telling) -> None:
    organization = town.bill.credentials["organizations"][0]["id"]
    theirs = town.bill.look("state")["organizations"][organization]["lists"]
    ours = town.dext.look("state")["accounts"][0]["lists"]
    for bill_name, dext_name in (("vendors", "payees"), ("chart-of-accounts", "categories"), ("customers", "clients")):
        wanted = {row["id"] for row in theirs[bill_name] if not row["archived"]}
        have = {row["id"] for row in ours[dext_name]}
        telling.holds(f"Dext has the {len(wanted)} {bill_name} of Bill.com", wanted == have, wanted ^ have)
