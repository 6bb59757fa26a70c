"""A receipt sent from Slack, and the document on the bot's own page, by clicking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox.dext.documents import drawn
from bot.sandbox.town import Town
from tests.browser.test_main_job import SLOW, Person
from tests.support.town import connect, running

RECEIPT = drawn("pdf", "x", ["Supplier: Acme Cloud Services", "Invoice: R-77", "Total: USD 12.50"]).data


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with running(tmp_path) as town:
        connect(town)
        town.dext.do("switches", processing_seconds=1)
        yield town


@pytest.fixture
def femi(browser: Browser, town: Town) -> Iterator[Person]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    person = Person(context, town, "femi")
    yield person
    context.close()
    assert person.wrong == []


def opened(person: Person, message: str) -> Page:
    """Open the document of a message by its buttons; return the page."""
    person.clicks("Show the document of item 14", person.sees(message))
    offer = person.sees("Only you see this link.")
    with person.page.context.expect_page() as page:
        offer.get_by_role("link", name="Open Document").or_(
            offer.get_by_role("button", name="Open Document")
        ).first.click()
    return page.value


def test_a_receipt_is_sent_from_slack_and_its_document_looked_at(town: Town, femi: Person) -> None:
    femi.goes_to("dm")
    femi.page.locator("input[type=file]").first.set_input_files(
        {"name": "taxi.pdf", "mimeType": "application/pdf", "buffer": RECEIPT}
    )
    expect(femi.page.get_by_text("To be shared:")).to_be_attached()
    femi.page.locator("#composer").press("Enter")
    read = femi.sees("To review")
    expect(read).to_contain_text("Acme Cloud Services")
    assert [item["invoice_number"] for item in town.dext.look("state")["accounts"][0]["items"]].count("R-77") == 1

    page = opened(femi, "To review")
    problems: list[str] = []
    page.on(
        "console",
        lambda said: problems.append(f"{said.location['url']}: {said.text}") if said.type == "error" else None,
    )
    page.set_default_timeout(SLOW)
    page.get_by_role("button", name="Show Document").click()
    code = page.locator(".code").inner_text()
    expect(page.get_by_text("Acme Cloud Services")).to_have_count(0)
    question = femi.sees("in a browser I don't know")
    expect(question).to_contain_text(code)
    femi.clicks("Yes, Show It", question)
    expect(page.get_by_role("heading", name="Acme Cloud Services")).to_be_visible(timeout=SLOW)
    expect(page.locator("iframe.document")).to_be_visible()
    reply = page.request.get(page.url.replace("/view/", "/file/"))
    assert (reply.headers["content-type"], reply.body()) == ("application/pdf", RECEIPT)
    assert [problem for problem in problems if "favicon.ico" not in problem] == []
    page.close()


def test_a_receipt_in_a_channel_is_sent_by_its_shortcut(town: Town, femi: Person) -> None:
    femi.goes_to("finance")
    femi.page.locator("input[type=file]").first.set_input_files(
        {"name": "taxi.pdf", "mimeType": "application/pdf", "buffer": RECEIPT}
    )
    expect(femi.page.get_by_text("To be shared:")).to_be_attached()
    femi.page.locator("#composer").press("Enter")
    shared = femi.page.locator("main li[data-ts]").filter(has=femi.page.locator(".file"))
    femi.clicks("More actions for the message of Femi Okafor", shared)
    femi.page.get_by_role("menuitem", name="Send to Dext").click()
    femi.sees("I report back in the thread.")
    shared.get_by_role("button", name="repl").click()
    thread = femi.page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("Acme Cloud Services", timeout=SLOW)
    assert [item["invoice_number"] for item in town.dext.look("state")["accounts"][0]["items"]].count("R-77") == 1
