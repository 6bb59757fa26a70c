"""Documents sent from Slack, and documents looked at, through the whole town."""

from __future__ import annotations

import uuid

import httpx
import pytest

from bot.sandbox.dext.documents import drawn
from tests.support.town import (
    Json,
    Town,
    address,
    arrive,
    ask,
    card_says,
    item_id,
    join,
    new_number,
    no_errors,
    organization,
    rows,
    take_in,
    told_in_private,
    whispered,
)

pytestmark = pytest.mark.xdist_group("flows-receipts")


def receipt() -> tuple[str, bytes]:
    """Return the number and the bytes of a receipt that nobody has seen before."""
    number = f"R-{uuid.uuid4().hex[:8]}"
    lines = ["Supplier: Acme Cloud Services", f"Invoice: {number}", "Total: USD 12.50"]
    return number, drawn("pdf", number, lines).data


def in_thread(town: Town, message: Json, *words: str) -> Json:
    """Wait until a thread in the channel says something; return that message."""

    def found() -> Json | None:
        for one in town.reads("femi"):
            if one.get("thread_ts") == message["ts"] and all(word in join(one["plain"]) for word in words):
                return one
        return None

    answer: Json = town.wait(f"the thread says {words}", found, 60)
    return answer


def in_dext(town: Town, number: str) -> int:
    return sum(item["invoice_number"] == number for item in town.dext.look("state")["accounts"][0]["items"])


@pytest.fixture(scope="module", autouse=True)
def quick(shared: Town) -> None:
    shared.dext.do("switches", processing_seconds=1)


def test_a_file_sent_to_the_bot_goes_to_dext_and_comes_back_as_an_item(shared: Town) -> None:
    number, content = receipt()
    shared.shares("femi", "taxi.pdf", content)
    shared.wait("it is with Dext", lambda: told_in_private(shared, "femi", "taxi.pdf", "in Dext"))
    read = shared.wait("it is read", lambda: told_in_private(shared, "femi", "Acme Cloud Services", "USD 12.50"), 60)
    assert "To review" in read["plain"]
    assert "category missing" in read["plain"]
    assert in_dext(shared, number) == 1
    kept = rows(shared, "SELECT user_id, state FROM uploads WHERE file_name = 'taxi.pdf'")
    assert [tuple(row) for row in kept] == [(shared.people["femi"], "read")]
    no_errors(shared)


def test_the_shortcut_reports_back_in_the_thread_and_knows_the_file_again(shared: Town) -> None:
    number, content = receipt()
    message = shared.shares("femi", "lunch.pdf", content, "finance")
    shared.uses("femi", "receipt.send", message)
    whispered(shared, "femi", "I report back in the thread")
    done = in_thread(shared, message, "Acme Cloud Services", "To review")
    assert {"Open", "Document"} <= {button["text"]["text"] for button in done["blocks"][-1]["elements"]}

    shared.uses("femi", "receipt.send", message)
    whispered(shared, "femi", "You sent *lunch.pdf* to Dext already")
    again = shared.shares("ama", "the same.pdf", content, "finance")
    shared.uses("ama", "receipt.send", again)
    known = in_thread(shared, again, "is in Dext already", "sent by @Femi Okafor")
    assert "It was not sent a second time" in known["plain"]
    assert in_dext(shared, number) == 1
    no_errors(shared)


@pytest.mark.parametrize(
    ("name", "content", "words"), [("page.html", b"<html>", "Dext takes PDF"), ("big.pdf", b"x" * 7_000_000, "6 MB")]
)
def test_what_dext_does_not_take_is_refused_in_words(shared: Town, name: str, content: bytes, words: str) -> None:
    message = shared.shares("femi", name, content, "finance")
    shared.uses("femi", "receipt.send", message)
    in_thread(shared, message, "did not get into Dext", words)


def test_a_message_without_a_file_and_a_person_without_a_role_are_answered(shared: Town) -> None:
    said = shared.slack.do("say", user=shared.people["femi"], channel=shared.channels["finance"], text="hello")
    shared.uses("femi", "receipt.send", said["message"])
    whispered(shared, "femi", "There is no file in this message")
    shared.shares("rui", "mine.pdf", receipt()[1])
    shared.wait("the auditor is told", lambda: told_in_private(shared, "rui", "can't send documents to Dext"))
    assert not rows(shared, "SELECT id FROM uploads WHERE user_id = :who", who=shared.people["rui"])


def test_without_the_optional_scope_it_says_what_an_admin_does(shared: Town) -> None:
    granted = shared.slack.look("settings")["scopes"]
    message = shared.shares("femi", "taxi2.pdf", receipt()[1], "finance")
    try:
        shared.slack.do("settings", scopes=[scope for scope in granted if scope != "files:read"])
        shared.uses("femi", "receipt.send", message)
        in_thread(shared, message, "installs the app again", "files:read")
    finally:
        shared.slack.do("settings", scopes=granted)


def test_a_document_is_shown_to_whoever_clicked_once_they_confirmed_their_browser(shared: Town) -> None:
    number = new_number()
    arrive(shared, number)
    take_in(shared)
    card = ask(shared, number)
    button = next(one["accessory"]["action_id"] for one in card["blocks"] if one.get("accessory"))
    shared.clicks("ama", card, button)
    offer = whispered(shared, "ama", "Here is the document")
    assert not told_in_private(shared, "femi", "Here is the document")

    with httpx.Client(trust_env=False) as expander:
        looked = expander.get(address(offer))
    assert (looked.status_code, number in looked.text) == (200, False)

    mine = shared.browser().open(address(offer)).submit()
    assert "This browser is new here" in mine.text
    code = mine.text.splitlines()[mine.text.splitlines().index("Is it you?") + 2]
    stranger = shared.browser().open(mine.address)
    assert (stranger.status, number in stranger.text) == (410, False)
    stranger.close()

    question = shared.wait("the question", lambda: told_in_private(shared, "ama", "in a browser I don't know", code))
    shared.clicks("ama", question, "browser.confirm")
    shown = shared.wait("the document", lambda: "Open the PDF" in mine.open(mine.address).text and mine)
    assert number in shown.text
    file = shown._http.get(shown.address.replace("/view/", "/file/"))
    assert (file.headers["content-type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert file.headers["x-content-type-options"] == "nosniff"

    shared.clicks("ama", card, button)
    second = shared.wait("a second link", lambda: _newer(shared, offer))
    assert "Open the PDF" in mine.open(address(second)).text, "a known browser is asked nothing"
    shared.dext.do("faults", method="POST", path="/api/image", status=503, times=30)
    try:
        assert "Dext is not answering just now" in mine.open(mine.address).text
    finally:
        shared.dext.http.delete(f"{shared.dext.address}/_control/faults")
    mine.close()


def test_the_inbox_and_an_item_are_shown_and_asked_from(shared: Town) -> None:
    number = new_number()
    arrive(shared, number)
    take_in(shared)
    shown = shared.types("femi", f"items ready {number}")["shown"][-1]
    assert "1 item" in shown["plain"]
    short = rows(shared, "SELECT number FROM items WHERE id = :id", id=item_id(shared, number))[0][0]
    item = shared.types("femi", f"item {short}")["shown"][-1]
    assert number in item["plain"]
    assert "taken in from Dext" in item["plain"]
    shared.clicks("femi", item, f"item.request.{short}")
    shared.wait("the item says so", lambda: [one for one in shared.reads("femi") if one["ts"] == item["ts"]
                                             and "Waiting for approval" in one["plain"]])  # fmt: skip
    no_errors(shared)


def _newer(town: Town, offer: Json) -> Json | None:
    found = [one for one in town.reads("ama") if "Here is the document" in one["plain"] and one["ts"] > offer["ts"]]
    return found[-1] if found else None


def test_a_supplier_is_created_from_the_item_that_lacks_it(shared: Town) -> None:
    number, payee = new_number(), f"Cafe {uuid.uuid4().hex[:6]}"
    arrive(shared, number, payee=payee)
    take_in(shared)
    short = rows(shared, "SELECT number FROM items WHERE reference = :number", number=number)[0][0]
    item = shared.types("femi", f"item {short}")["shown"][-1]
    form = shared.clicks("femi", item, f"vendor.new.{short}")["view"]
    place = {"user": shared.people["femi"], "view_id": form["id"]}
    offered = shared.slack.do("options", **place, action_id="country.choose", query="united st")["options"]
    values = {
        "line1": "1 Juniper Street", "city": "Oakland", "postal_code": "94601", "country.choose": offered[0]["value"],
    }  # fmt: skip
    refused = shared.submits("femi", form["id"], values)
    assert "state" in refused["errors"]
    shared.submits("femi", form["id"], values | {"state": "CA"})
    shared.wait("it is told", lambda: told_in_private(shared, "femi", payee, "is in Bill.com now", "is ready"))
    assert [row["name"] for row in organization(shared)["lists"]["vendors"]].count(payee) == 1
    no_errors(shared)


def test_a_credit_note_is_approved_and_becomes_a_vendor_credit(shared: Town) -> None:
    number = new_number()
    arrive(shared, number, type="credit_note", total_amount="-75.25", due_date=None)
    take_in(shared)
    card = ask(shared, number)
    assert "a credit of USD 75.25" in join(card["plain"])
    assert "Bill.com keeps no document with a vendor credit" in join(card["plain"])
    shared.clicks("ama", card, "item.approve")
    card_says(shared, card, "Vendor credit")
    (credit,) = [row for row in organization(shared)["vendorCredits"] if row["referenceNumber"] == number]
    page = httpx.get(f"{shared.bill.address}/vendor-credits/{credit['id']}", trust_env=False)
    assert (page.status_code, number in page.text) == (200, True)
    no_errors(shared)
