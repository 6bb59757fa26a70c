"""Sharing a file at the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect
from starlette.responses import Response

from ..support import section
from .desk import Desk

BILL = FilePayload(name="bill <b>.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 pretend")


def choose(desk: Desk, file: FilePayload | Path) -> None:
    with desk.page.expect_file_chooser() as opened:
        desk.button("Share a file").press("Enter")
    opened.value.set_files(file)


def test_a_file_is_shared_and_downloaded(desk: Desk) -> None:
    desk.open("femi")
    composer = desk.page.locator("main .composer")
    choose(desk, BILL)
    expect(composer).to_contain_text("bill <b>.pdf 16 B")
    desk.button("Remove bill <b>.pdf").click()
    expect(composer).not_to_contain_text("bill")
    expect(desk.button("Share a file")).to_be_focused()
    choose(desk, BILL)
    expect(desk.page.locator("#composer")).to_be_focused()
    desk.types("For you & me")
    expect(desk.page.locator("main article .file")).to_contain_text("bill <b>.pdf")
    expect(composer).not_to_contain_text("bill")
    choose(desk, BILL)
    desk.button("Send").click()
    expect(desk.page.locator("main article .file")).to_have_count(2)

    desk.open("ama")
    first = desk.page.locator("main article").first
    expect(first).to_contain_text("For you & me")
    with desk.page.expect_download() as kept:
        first.get_by_role("link", name="Download bill <b>.pdf").click()
    assert Path(kept.value.path()).read_bytes() == BILL["buffer"]

    desk.open("femi", "random")
    expect(desk.page.locator("#place-title")).to_have_text("#random")
    expect(composer).to_contain_text("You write as Femi Okafor")
    choose(desk, BILL)
    desk.button("Send").click()
    expect(desk.page.locator("main article .file")).to_have_count(1)
    desk.open("gil", "random")
    expect(desk.page.locator("#place-title")).to_have_text("#finance")
    expect(desk.page.locator("main article .file")).to_have_count(2)


@pytest.mark.parametrize(("size", "word"), [(10 * 1024 * 1024 + 1, "too large (10.0 MB)"), (0, "is empty")])
def test_what_cannot_be_shared_is_said_in_the_composer(desk: Desk, tmp_path: Path, size: int, word: str) -> None:
    big = tmp_path / "scan.bin"
    with big.open("wb") as file:
        file.truncate(size)
    desk.open("femi", "dm")
    choose(desk, big)
    expect(desk.page.get_by_role("alert")).to_contain_text(word)
    choose(desk, BILL)
    expect(desk.page.get_by_role("alert")).to_have_text("")
    desk.types("/dext")
    expect(desk.page.get_by_role("alert")).to_contain_text("A command cannot carry a file")
    desk.page.locator("#composer").fill("")
    desk.button("Send").click()
    expect(desk.page.locator("main article .file")).to_have_count(1)


def test_a_messages_shortcut_is_used_from_its_menu(desk: Desk) -> None:
    said = desk.stage.post([section("From the bot")])
    desk.stage.web.chat_postEphemeral(
        channel=desk.stage.channel("finance"), user=desk.stage.user("femi"), text="Only you"
    )
    desk.open("femi")
    choose(desk, BILL)
    desk.button("Send").click()
    shared = desk.page.locator("main article").filter(has_text="bill <b>.pdf")
    more = shared.get_by_role("button", name="More actions for the message of Femi Okafor")
    expect(desk.message(said).get_by_role("button", name="More actions")).to_be_visible()
    expect(desk.page.locator("main .is-private").get_by_role("button", name="More actions")).to_have_count(0)
    more.focus()
    desk.page.keyboard.press("Enter")
    entry = desk.page.get_by_role("menuitem", name="Send to Dext")
    expect(entry).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(more).to_be_focused()
    desk.page.keyboard.press("Enter")
    with desk.page.expect_response("**/_control/shortcut"):
        desk.page.keyboard.press("Enter")
    told = desk.stage.bot.last()
    assert (told["type"], told["callback_id"]) == ("message_action", "receipt.send")
    assert [file["name"] for file in told["message"]["files"]] == ["bill <b>.pdf"]
    expect(more).to_be_focused()
    desk.stage.bot.replies["message_action"] = lambda _: Response(status_code=500)
    more.click()
    entry.click()
    expect(desk.page.locator("#toasts")).to_contain_text("Send to Dext did not work: the app answered with an error.")
