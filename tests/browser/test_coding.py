"""The forms of an item and of a rule, by clicking, where Bill.com has 50,000 suppliers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from playwright.sync_api import Browser, Locator, expect

from bot.sandbox.town import Town
from tests.browser.test_main_job import SLOW, Person
from tests.support.town import arrive, connect, new_number, number_of, rows, running, take_in

pytestmark = pytest.mark.xdist_group("browser-coding")

SUPPLIERS = 50_000
FIRST = ("Acorn", "Birch", "Cobalt", "Dune", "Elm", "Fern", "Gull", "Heron", "Iris", "Juniper")
SECOND = ("Supply", "Works", "Trading", "Birch", "Studio")
CHOSEN = "Birch & Daughters"

Seat = Callable[[str], AbstractContextManager[Person]]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("town")) as town:
        names = [
            f"{FIRST[index % 10]} {SECOND[index // 10 % 5]} {index:05d}"
            for index in range(SUPPLIERS - 122)  # the pretend Bill.com has 120, and two come below
        ]
        town.bill.do("crowd", list="vendors", names=[*names, "Birch", CHOSEN])
        connect(town, seconds=150)
        assert rows(town, "SELECT count(*) FROM entries WHERE list = 'suppliers'") == [(SUPPLIERS,)]
        yield town


@pytest.fixture
def seat(browser: Browser, town: Town) -> Seat:
    """Give people windows, in which nothing may go wrong unseen."""

    @contextmanager
    def seated(name: str) -> Iterator[Person]:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        person = Person(context, town, name)
        person.goes_to("finance")
        yield person
        context.close()
        assert person.wrong == []

    return seated


def arrives(town: Town, **facts: str | None) -> tuple[str, str]:
    """Let a document arrive and be taken in; return its reference and its number here, as in #7."""
    reference = new_number()
    arrive(town, reference, **facts)
    take_in(town)
    return reference, number_of(town, reference)


def dialog(person: Person) -> Locator:
    form = person.page.get_by_role("dialog")
    expect(form).to_be_visible(timeout=SLOW)
    return form


def look_for(form: Locator, label: str, words: str) -> Locator:
    """Type into a menu; return its choices once they are those of what was typed."""
    menu = chosen(form, label)
    menu.click()
    menu.fill(words)
    choices = form.get_by_role("listbox", name=label, exact=True).get_by_role("option")
    expect(choices.first).to_contain_text(re.compile(words.split()[0], re.IGNORECASE), timeout=SLOW)
    return choices


def chosen(form: Locator, label: str) -> Locator:
    return form.get_by_role("combobox", name=re.compile(rf"^{label}( \(optional\))?$"))


def typed(form: Locator, label: str) -> Locator:
    return form.get_by_role("textbox", name=re.compile(rf"^{label}( \(optional\))?$"))


def test_an_item_is_coded_in_its_form(town: Town, seat: Seat) -> None:
    reference, number = arrives(town, payee="BIRCH DTRS LTD", category=None, vat_amount="20.00")
    with seat("femi") as femi:
        femi.types(f"/dext edit {number}")
        form = dialog(femi)
        expect(form).to_contain_text("The document says “BIRCH DTRS LTD”.")

        choices = look_for(form, "Supplier", "birch")
        expect(form.get_by_text("The first 100 – type more of the name to narrow it down")).to_be_visible()
        expect(choices).to_have_count(100)
        expect(choices.nth(0)).to_have_text("Birch")
        expect(choices.nth(1)).to_have_text(CHOSEN)
        expect(choices.nth(2)).to_have_text("Birch Birch 00031")
        look_for(form, "Supplier", "birch daugh")
        expect(choices).to_have_count(1)
        choices.click()
        expect(chosen(form, "Supplier")).to_have_value(CHOSEN)
        look_for(form, "Category", "subscr").click()
        expect(chosen(form, "Category")).to_have_value("6030 Software Subscriptions")

        tax = typed(form, "Tax")
        tax.fill("200")
        tax.press("Enter")
        expect(form.get_by_text("Tax: The tax is more than the total of 120.00.")).to_be_visible(timeout=SLOW)
        expect(chosen(form, "Supplier")).to_have_value(CHOSEN)
        femi.clicks("Save", form)
        beside = form.locator("[data-block-id^='tax.']")
        expect(beside.get_by_text("The tax is more than the total of 120.00.")).to_be_visible(timeout=SLOW)
        tax.fill("15")
        tax.press("Enter")
        expect(form.get_by_text("Net 105.00 + tax 15.00 = total USD 120.00.")).to_be_visible(timeout=SLOW)
        femi.clicks("Save", form)
        expect(form).to_have_count(0, timeout=SLOW)
        saved = femi.sees(f"Saved {number}")
        expect(saved).to_contain_text("tax: 20.00 → 15.00")

        femi.types(f"/dext item {number}")
        item = femi.sees("Coding")
        expect(item).to_contain_text(f"supplier: {CHOSEN}, edited in Slack by @Femi Okafor")
        expect(item).to_contain_text("category: Software Subscriptions, edited in Slack by @Femi Okafor")
        expect(item).to_contain_text("tax: 15.00, edited in Slack by @Femi Okafor, over “20.00” from the document")
    assert rows(town, "SELECT status FROM items WHERE reference = :r", r=reference) == [("ready",)]


def test_a_rule_is_made_from_an_item_tried_and_applied(town: Town, seat: Seat) -> None:
    uncoded = {"payee": "Delphi Print Works", "category": None}
    _, first = arrives(town, **uncoded)
    waiting, _ = arrives(town, **uncoded)
    with seat("dana") as dana:
        dana.types(f"/dext edit {first}")
        form = dialog(dana)
        look_for(form, "Category", "stationery").click()
        dana.clicks("Save", form)
        expect(form).to_have_count(0, timeout=SLOW)
        saved = dana.sees(f"Saved {first}")

        dana.clicks("Make a Rule from This…", saved)
        form = dialog(dana)
        expect(chosen(form, "Supplier")).to_have_value("Delphi Print Works")
        dana.clicks("Save Rule", form)
        expect(form.get_by_text(re.compile(r"It would also change \d+ items? in the inbox"))).to_be_visible(
            timeout=SLOW
        )
        dana.clicks("Apply to the Inbox", form)
        expect(form).to_have_count(0, timeout=SLOW)
        town.wait("the rule is applied", lambda: standing(town, waiting) == "ready")

        next_one, number = arrives(town, **uncoded)
        assert standing(town, next_one) == "ready"
        dana.types(f"/dext item {number}")
        expect(dana.sees("Coding")).to_contain_text("from rule “Delphi Print Works → ")
        dana.types(f"/dext rules try {number}")
        expect(dana.sees("Asking for approval")).to_contain_text("Delphi Print Works → ")


def standing(town: Town, reference: str) -> str:
    return str(rows(town, "SELECT status FROM items WHERE reference = :r", r=reference)[0][0])
