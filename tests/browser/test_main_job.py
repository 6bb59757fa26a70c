"""The main job, by clicking: three people connect, refresh, ask, approve and publish in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from bot.sandbox.town import Town

SLOW = 90_000


class Person:
    """Somebody at the page, with a browser window of their own."""

    def __init__(self, context: BrowserContext, town: Town, name: str) -> None:
        self.town, self.name = town, name
        self.page: Page = context.new_page()
        self.page.set_default_timeout(SLOW)
        self.wrong: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(message.text)

    def goes_to(self, place: str) -> None:
        self.page.goto(f"{self.town.slack.address}/#/{self.name}/{place}")
        self.page.reload()
        expect(self.page.locator("#place-title")).to_be_visible()

    def types(self, text: str) -> None:
        box = self.page.locator("#composer")
        box.fill(text)
        box.press("Enter")

    def sees(self, words: str) -> Locator:
        """Wait for the newest message that says something; return it."""
        message = self.page.locator("main li[data-ts]").filter(has_text=words).last
        expect(message).to_be_visible(timeout=SLOW)
        return message

    def clicks(self, label: str, inside: Locator | None = None) -> None:
        (inside or self.page).get_by_role("button", name=label, exact=True).first.click()

    def in_dialog(self, label: str) -> None:
        self.page.get_by_role("alertdialog").get_by_role("button", name=label, exact=True).click()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path) as town:
        town.start_bot()
        yield town


@pytest.fixture
def people(browser: Browser, town: Town) -> Iterator[dict[str, Person]]:
    contexts = {name: browser.new_context(viewport={"width": 1280, "height": 900}) for name in ("dana", "femi", "ama")}
    seated = {name: Person(context, town, name) for name, context in contexts.items()}
    yield seated
    for context in contexts.values():
        context.close()
    assert {name: person.wrong for name, person in seated.items()} == {"dana": [], "femi": [], "ama": []}


def test_three_people_connect_refresh_ask_approve_and_publish(town: Town, people: dict[str, Person]) -> None:
    dana, femi, ama = people["dana"], people["femi"], people["ama"]

    dana.goes_to("finance")
    dana.types("/dext connect")
    offer = dana.sees("Only you see this link")
    with dana.page.context.expect_page() as opened:
        offer.get_by_role("link", name="Open Connect Page").or_(
            offer.get_by_role("button", name="Open Connect Page")
        ).first.click()
    sign_in(town, opened.value)

    dana.goes_to("dm")
    prompt = dana.sees("Almost done.")
    dana.clicks("Finish", prompt)
    dana.in_dialog("Yes, Finish")
    dana.goes_to("finance")
    dana.sees("First synchronisation of Harbor & Pine Interiors finished.")

    form_roles(town)
    dana.goes_to("finance")  # anew: her page showed the form for a moment, and typing then would have gone there
    dana.types("/dext refresh")
    dana.sees("Refresh of the lists of Harbor & Pine Interiors finished.")

    femi.goes_to("finance")
    femi.types("/dext publish")
    listing = femi.sees("items ready to publish")
    listing.get_by_role("button", name="Request approval of item 1", exact=True).click()

    ama.goes_to("finance")
    card = ama.sees("Approve for publishing?")
    card.get_by_role("button", name="Approve item 1", exact=True).click()
    done = ama.sees("is in Bill.com, with its document")
    expect(done).to_contain_text("Acme Cloud Services")
    assert done.get_by_role("button", name="Approve item 1").count() == 0
    femi.goes_to("dm")
    femi.sees("Published: Acme Cloud Services")

    organization = town.bill.credentials["organizations"][0]["id"]
    held = town.bill.look("state")["organizations"][organization]
    (bill,) = held["bills"]
    assert bill["invoice"]["invoiceNumber"] == "ACS-20417"
    assert len(held["documents"][bill["id"]]) == 1
    marked = town.dext.look("state")["accounts"][0]["items"][0]
    assert bill["id"] in marked["description"]
    assert [problem for problem in town.slack.look("problems") if problem["hard"]] == []


def sign_in(town: Town, page: Page) -> None:
    """Go through both sign-ins on the connect page, which opened in a window of its own."""
    page.set_default_timeout(SLOW)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Sign in to Bill.com").click()
    person = town.bill.credentials["users"][0]
    page.fill("#email", person["email"])
    page.fill("#password", person["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Harbor & Pine Interiors").check()
    page.get_by_role("button", name="Allow", exact=True).click()
    page.get_by_role("button", name="Sign in to Dext").click()
    reader = town.dext.credentials["accounts"][0]["users"][0]
    page.fill('input[name="email"]', reader["email"])
    page.fill('input[name="password"]', reader["password"])
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page.get_by_role("heading", name="Go back to Slack")).to_be_visible()
    page.close()


def form_roles(town: Town) -> None:
    """Give the roles; the form itself is clicked through in the page's own tests."""
    form = town.types("dana", "settings")["view"]
    roles = {"admin": ["dana"], "finance": ["femi"], "approver": ["ama"], "auditor": ["rui"]}
    values = {role: [town.people[one] for one in names] for role, names in roles.items()}
    town.submits("dana", form["id"], values)
