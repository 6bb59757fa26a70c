"""The chapters about approving and publishing."""

from __future__ import annotations

from typing import Any

from bot.sandbox.story.telling import Telling
from bot.sandbox.town import Town

Json = dict[str, Any]


def publish_one(town: Town, telling: Telling) -> None:
    """Publish the first ready item, with everything checked in the records."""
    telling.does("femi", "types /dext publish")
    ready = town.wait("items are ready", lambda: _ready(town, "femi"))
    telling.reads(ready, "only Femi sees this")
    telling.does("femi", "clicks Request Approval beside Acme Cloud Services")
    card = ask(town, ready, "Acme Cloud Services")
    telling.reads(card, "#finance")
    telling.does("femi", "tries to approve it herself")
    town.clicks("femi", card, "item.approve")
    refused = town.wait("the refusal", lambda: _last(town, "femi", "can't approve"))
    telling.reads(refused, "only Femi sees this")
    telling.does("ama", "clicks Approve")
    town.clicks("ama", card, "item.approve")
    published = town.wait("published", lambda: _card(town, card, "is in Bill.com, with its document"))
    telling.reads(published, "#finance, the same card")
    told = town.wait("the requester is told", lambda: _last_dm(town, "femi", "Published"))
    telling.reads(told, "direct message to Femi")

    bill = only_bill(town, "ACS-20417")
    telling.holds("Bill.com holds exactly one bill with that number", bool(bill))
    telling.holds("its amount is 1,284.50", bill["amount"] == 1284.5, bill)
    account = _name(town, "chart-of-accounts", bill["billLineItems"][0]["classifications"]["chartOfAccountId"])
    telling.holds("its one line is booked to Software Subscriptions", account == "Software Subscriptions", account)
    telling.holds(
        "its vendor is Acme Cloud Services", _name(town, "vendors", bill["vendorId"]) == "Acme Cloud Services"
    )
    telling.holds("it has exactly one document", len(documents(town, bill)) == 1, documents(town, bill))
    telling.holds("the message names the bill", bill["id"] in published["plain"])
    telling.holds("the item is marked in Dext", bill["id"] in _dext_item(town, "ACS-20417")["description"])
    telling.does("ama", "clicks Approve once more, on the old card on her phone")
    town.clicks("ama", card, "item.approve", stale=True)
    late = town.wait("an answer", lambda: _last(town, "ama", "approved already"))
    telling.reads(late, "only Ama sees this")
    telling.holds("there is still one bill", bool(only_bill(town, "ACS-20417")))


def publish_paid(town: Town, telling: Telling) -> None:
    """Publish a receipt that was settled by card: the bill must not be payable again."""
    ready = _ready(town, "femi")
    telling.does("femi", "asks for approval of the receipt that was paid by company card")
    card = ask(town, ready, "42.18")
    telling.reads(card, "#finance")
    telling.does("ama", "clicks Approve")
    town.clicks("ama", card, "item.approve")
    published = town.wait("published", lambda: _card(town, card, "and its payment"))
    telling.reads(published, "#finance, the same card")
    bill = only_bill(town, "EOS-R-7741")
    telling.holds("Bill.com shows the bill as paid", bill["paymentStatus"] == "PAID", bill["paymentStatus"])
    telling.holds("one payment was recorded", len(town.bill.requests("POST", "/v3/bills/record-payment")) == 1)


def reject_one(town: Town, telling: Telling) -> None:
    """Nobody approves their own request, an admin neither; a rejection needs a reason, which reaches the requester."""
    telling.does("dana", "asks for approval of Blue Harbor Logistics, then tries to approve it herself")
    card = ask(town, _ready(town, "dana"), "Blue Harbor Logistics", "dana")
    town.clicks("dana", card, "item.approve")
    refused = town.wait("the refusal", lambda: _last(town, "dana", "You asked for this approval"))
    telling.reads(refused, "only Dana sees this")
    telling.holds("the card still waits for somebody else", bool(_card(town, card, "Approve for publishing?")))
    telling.does("ama", "clicks Reject… beside Blue Harbor Logistics and gives the reason")
    form = town.clicks("ama", card, "item.reject")["view"]
    telling.reads(form, "a form")
    town.submits("ama", form["id"], {"reason": "This is last month's freight; it was paid with BHL-88190."})
    rejected = town.wait("rejected", lambda: _card(town, card, "Rejected by"))
    telling.reads(rejected, "#finance, the same card")
    told = town.wait("the requester is told", lambda: _last_dm(town, "dana", "rejected"))
    telling.reads(told, "direct message to Dana")
    telling.holds("no bill was made for it", not bills(town, "BHL-88213"))


def survive_a_cut(town: Town, telling: Telling) -> None:
    """Lose the answer to the creation of a bill: it is found again, not made again."""
    card = ask(town, _ready(town, "femi"), "Cedar &amp; Sons Joinery")
    town.bill.do("faults", method="POST", path="/v3/bills", phase="after", action="cut")
    telling.does("ama", "clicks Approve; Bill.com makes the bill, but its answer is lost on the way")
    town.clicks("ama", card, "item.approve")
    waiting = town.wait("an honest message", lambda: _card(town, card, "did not confirm"))
    telling.reads(waiting, "#finance, the same card")
    published = town.wait("published after all", lambda: _card(town, card, "is in Bill.com, with its document"), 40)
    telling.reads(published, "#finance, the same card")
    creates = [entry for entry in town.bill.requests("POST", "/v3/bills") if entry["path"] == "/v3/bills"]
    sent = [entry for entry in creates if entry["body"]["invoice"]["invoiceNumber"] == "CSJ-0559"]
    telling.holds("the bill was sent once", len(sent) == 1, len(sent))
    telling.holds("Bill.com holds exactly one bill", bool(only_bill(town, "CSJ-0559")))


def ask(town: Town, listing: Json | None, words: str, who: str = "femi") -> Json:
    """Ask for approval of the listed item that contains the words; return its card in the channel."""
    if listing is None:
        raise AssertionError("nothing is ready")
    block = next(block for block in listing["blocks"] if "accessory" in block and words in block["text"]["text"])
    before = {message["ts"] for message in town.reads("ama")}
    town.clicks(who, listing, block["accessory"]["action_id"])

    def card() -> Json | None:
        new = [message for message in town.reads("ama") if message["ts"] not in before]
        return next((message for message in new if "Approve for publishing?" in message["plain"]), None)

    found: Json = town.wait("the card", card)
    return found


def bills(town: Town, number: str) -> list[Json]:
    """Return the bills in Bill.com with an invoice number."""
    organization = town.bill.credentials["organizations"][0]["id"]
    found = town.bill.look("state")["organizations"][organization]["bills"]
    return [bill for bill in found if bill["invoice"]["invoiceNumber"] == number]


def only_bill(town: Town, number: str) -> Json:
    """Return the one bill with an invoice number; fail when there is none or a second one."""
    found = bills(town, number)
    if len(found) != 1:
        raise AssertionError(f"{len(found)} bills with number {number}")
    return found[0]


def documents(town: Town, bill: Json) -> list[Json]:
    """Return the documents of a bill."""
    organization = town.bill.credentials["organizations"][0]["id"]
    found: list[Json] = town.bill.look("state")["organizations"][organization]["documents"].get(bill["id"], [])
    return found


def _ready(town: Town, who: str) -> Json | None:
    shown: Json = town.types(who, "publish")["shown"][-1]
    return shown if "Request Approval" in shown["plain"] else None


def _card(town: Town, card: Json, words: str) -> Json | None:
    for message in town.reads("ama"):
        if message["ts"] == card["ts"] and words in message["plain"].replace("\n", " "):
            return message
    return None


def _last(town: Town, who: str, *words: str) -> Json | None:
    for message in reversed(town.reads(who)):
        if all(word in message["plain"].replace("\n", " ") for word in words):
            return message
    return None


def _last_dm(town: Town, who: str, words: str) -> Json | None:
    return next((message for message in reversed(town.reads_dm(who)) if words in message["plain"]), None)


def _name(town: Town, kind: str, id_: str) -> str:
    organization = town.bill.credentials["organizations"][0]["id"]
    rows = town.bill.look("state")["organizations"][organization]["lists"][kind]
    return str(next(row["name"] for row in rows if row["id"] == id_))


def _dext_item(town: Town, number: str) -> Json:
    found: list[Json] = town.dext.look("state")["accounts"][0]["items"]
    return next(item for item in found if item["invoice_number"] == number)
