"""Take the pictures of the documentation: the demo's workspace, as a browser shows it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, sync_playwright

from bot.sandbox.demo.scenes import set_the_scene
from bot.sandbox.dext.documents import drawn
from bot.sandbox.town import Town
from tests.blocks.states import MESSAGES
from tests.blocks.views import ADMIN, CHANNEL, NOW, SECOND_ADMIN
from tests.browser.conftest import ARGUMENTS

_FOLDER = Path("docs/pictures")

_BREAKS = {
    "ends-soon": "break, ends in 14 days",
    "expired": "break, held and paused",
    "snoozed": "break, snoozed",
    "nudge": "break, nudge",
    "moved": "break, moved",
    "repairing": "break, being repaired",
    "restored": "break, caught up, one stopped",
    "needs-you": "break, one stopped item",
    "elsewhere": "break, repaired elsewhere, nothing waited",
    "outage": "break, outage",
    "outage-over": "break, outage over",
    "key": "break, key of the bot",
    "many": "break, many",
}
"""The living message of a break in each of its states, by the name of its picture."""


def take() -> int:
    """Play the demo's scene and take every picture; return the exit status."""
    chromium = os.environ.get("BOT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("No Chromium found: install chromium, or say in BOT_CHROMIUM where it is.\n")
        return 2
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder, Town(Path(folder)) as town:
        town.start_bot()
        set_the_scene(town, lambda _text: None)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 860}, device_scale_factor=1)
            page.set_default_timeout(60_000)
            _breaks(town, page)
            _pictures(town, page)
            browser.close()
    return 0


def _pictures(town: Town, page: Page) -> None:
    _go(town, page, "femi", "finance")
    before = page.locator("main li[data-ts]").count()
    _type(page, "/dext publish")
    page.locator("main li[data-ts]").nth(before).wait_for()
    page.wait_for_timeout(500)  # the page scrolls to what is new
    _keep(page, "first-screen")
    _go(town, page, "ama", "finance")
    _keep(_newest(page, "Approve for publishing?"), "approval-card")
    _keep(_newest(page, "is in Bill.com, with its document"), "published-card")
    town.bill.do("switches", latency=1.5)
    _go(town, page, "dana", "finance")
    _type(page, "/dext refresh full")
    progress = _newest(page, "Refreshing the lists of")
    progress.filter(has_text="no changes").wait_for()
    _keep(progress, "progress")
    town.bill.do("switches", latency=0)
    _go(town, page, "dana", "finance-admins")
    _keep(_newest(page, "no longer lets us in"), "reconnect-prompt")
    _go(town, page, "dana", "home")
    page.get_by_text("Your to-do").wait_for()
    _keep(page, "home")
    _documents(town, page)
    _coding(town, page)
    _go(town, page, "dana", "finance")
    _type(page, "/dext settings")
    page.get_by_role("dialog").wait_for()
    _keep(page.get_by_role("dialog"), "settings")


def _documents(town: Town, page: Page) -> None:
    """Take the inbox, an item in full, a receipt on its way, and its document."""
    _go(town, page, "femi", "finance")
    before = page.locator("main li[data-ts]").count()
    _type(page, "/dext items review")
    page.locator("main li[data-ts]").nth(before).wait_for()
    page.wait_for_timeout(500)
    _keep(page, "inbox")
    town.dext.do("switches", processing_seconds=1)
    lines = ["Supplier: Acme Cloud Services", "Invoice: R-2041", "Total: USD 12.50"]
    message = town.shares("femi", "taxi receipt.pdf", drawn("pdf", "x", lines).data, "finance")
    town.uses("femi", "receipt.send", message)
    _go(town, page, "femi", "finance")
    _newest(page, "taxi receipt.pdf").get_by_role("button", name="replies").click()
    page.get_by_text("Dext (Harbor & Pine Interiors) has read").wait_for()
    page.get_by_text("Acme Cloud Services – USD 12.50").wait_for()
    page.wait_for_timeout(500)
    _keep(page, "receipt-thread")
    page.get_by_role("button", name="Show the document of item").last.click()
    offer = _newest(page, "Only you see this link.")
    with page.context.expect_page() as opened:
        link, button = (offer.get_by_role(role, name="Open Document") for role in ("link", "button"))
        link.or_(button).first.click()
    shown = opened.value
    shown.get_by_role("button", name="Show Document").click()
    shown.locator(".code").wait_for()
    _go(town, page, "femi", "dm")
    _newest(page, "in a browser I don't know").get_by_role("button", name="Yes, Show It").click()
    shown.locator("iframe.document").wait_for()
    shown.wait_for_timeout(1500)  # the browser's own viewer draws the page
    _keep(shown, "document")
    shown.close()


def _coding(town: Town, page: Page) -> None:
    """Take the form of an item, and the form of a rule made from it, with its question."""
    for number, total in (("DPW-4410", "163.20"), ("DPW-4423", "72.40")):
        town.dext.do(
            "document", payee="Delphi Print Works", invoice_number=number, category=None, total_amount=total,
            vat_amount="0.00", date=f"{date.today():%Y-%m-%d}", due_date=f"{date.today():%Y-%m-%d}",  # noqa: DTZ011
        )  # fmt: skip
    page.set_viewport_size({"width": 1280, "height": 1900})  # a form is as high as the window lets it be
    _go(town, page, "dana", "finance")
    _type(page, "/dext publish")
    _newest(page, "ready to publish").get_by_role("button", name="Check Dext Now").click()
    _newest(page, "Took in 2").wait_for()
    _type(page, "/dext publish delphi")
    said = _newest(page, "163.20").inner_text()
    number = re.findall(r"#(\d+)[^#]*163\.20", said)[-1]
    _type(page, f"/dext edit {number}")
    form = page.get_by_role("dialog")
    menu = form.get_by_role("combobox", name="Category")
    menu.click()
    form.get_by_role("option", name="6300 Advertising").wait_for()
    menu.fill("print")
    form.get_by_role("option", name="6300 Advertising").wait_for(state="detached")
    _keep(form, "edit-form")
    form.get_by_role("option", name="6020 Printing & Stationery").click()
    form.get_by_role("button", name="Save").click()
    form.wait_for(state="detached")
    _type(page, f"/dext item {number}")
    _keep(_newest(page, "Coding"), "item")
    _newest(page, "Saved #").get_by_role("button", name="Make a Rule from This…").click()
    form.get_by_text("Goes by").wait_for()
    _keep(form, "rule-form")
    form.get_by_role("button", name="Save Rule").click()
    form.get_by_text("It would also change").wait_for()
    _keep(form, "rule-apply")
    form.get_by_role("button", name="Leave Them").click()
    page.set_viewport_size({"width": 1280, "height": 860})


def _breaks(town: Town, page: Page) -> None:
    """Post the messages as the bot writes them, and take a picture of each."""
    made = town.slack.do("channel", name="admins", members=["dana", "ama"], with_bot=True)["channel"]["id"]
    town.slack.credentials["channels"]["admins"] = made
    people = {ADMIN: town.people["dana"], SECOND_ADMIN: town.people["ama"], CHANNEL: made}
    ago = time.time() - NOW.timestamp()

    def lately(found: re.Match[str]) -> str:
        return str(int(found.group()) + int(ago))

    standing = {}
    for name, state in _BREAKS.items():
        said = re.sub(r"(?<=<!date\^)\d+", lately, json.dumps(MESSAGES[state]))
        for there, here in people.items():
            said = said.replace(there, here)
        token = town.slack.credentials["bot_token"]
        reply = httpx.post(
            f"{town.slack.address}/api/chat.postMessage", headers={"authorization": f"Bearer {token}"},
            json={"channel": made, **json.loads(said)}, trust_env=False,
        ).json()  # fmt: skip
        standing[name] = reply["ts"]
    _go(town, page, "dana", "admins")
    for name, ts in standing.items():
        _keep(page.locator(f'main li[data-ts="{ts}"]'), f"break-{name}")


def _go(town: Town, page: Page, person: str, place: str) -> None:
    page.goto(f"{town.slack.address}/#/{person}/{place}")
    page.reload()
    page.locator("#place-title").wait_for()


def _type(page: Page, text: str) -> None:
    box = page.locator("#composer")
    box.fill(text)
    box.press("Enter")


def _newest(page: Page, words: str) -> Locator:
    return page.locator("main li[data-ts]").filter(has_text=words).last


def _keep(what: Page | Locator, name: str) -> None:
    path = _FOLDER / f"{name}.png"
    what.screenshot(path=path)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    sys.exit(take())
