"""Each block and element as it is drawn, and what touching it sends."""

from __future__ import annotations

import re
import unicodedata

import pytest
from playwright.sync_api import expect

from blocks.kit import foreign
from bot.sandbox.slack.page.serve import ASSETS

from ..support import Json, actions, button, home, modal, mrkdwn, option, plain, section
from .desk import Desk

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
ESCAPED = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def action(desk: Desk) -> Json:
    """Return the one action of the newest request to the bot."""
    (found,) = desk.stage.bot.last()["actions"]
    return dict(found)


def test_every_block_that_only_says_something(desk: Desk) -> None:
    picture = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A chart"}
    ts = desk.stage.post(
        [
            {"type": "header", "text": plain("Title *as it is*")},
            section("Some *bold*, _slanted_, ~gone~ and `code`"),
            {"type": "section", "fields": [mrkdwn("*Due*\n17 Dec"), mrkdwn("*Tax*\nnone")], "accessory": picture},
            {"type": "divider"},
            {"type": "context", "elements": [mrkdwn("small :warning: print"), picture]},
            {**picture, "title": plain("The chart")},
        ]
    )
    desk.open()
    message = desk.message(ts)
    expect(message.get_by_role("heading", name="Title *as it is*")).to_be_visible()
    for tag, text in {"strong": "bold", "em": "slanted", "s": "gone", "code": "code"}.items():
        expect(message.locator(f".content {tag}", has_text=text).first).to_be_visible()
    expect(message.locator(".fields .text")).to_have_count(2)
    expect(message.locator("hr")).to_be_visible()
    expect(message.get_by_role("img", name="warning")).to_be_visible()
    expect(message.get_by_role("img", name="A chart")).to_have_count(3)
    expect(message.locator("img")).to_have_count(0)


def test_markup_names_links_dates_and_foreign_words(desk: Desk) -> None:
    finance, femi = desk.stage.channel("finance"), desk.stage.user("femi")
    secret = desk.stage.channel("finance-admins")
    text = (
        f"<@{femi}> in <#{finance}> not <#{secret}> see <https://example.com/a?b=1&amp;c=2|the *page*> "
        "<javascript:alert(1)|no>\non <!date^1795000000^{date_short} at {time}|then>\n&gt; quoted\n"
        "```a *b*\n c```\n:no_such_emoji: 2*3*4 snake_case_name"
    )
    ts = desk.stage.post([section(text)])
    desk.open("gil")
    said = desk.message(ts).locator(".content")
    expect(said).to_contain_text("@Femi Okafor in #finance not #private-channel")
    expect(said.get_by_role("link", name="the *page*")).to_have_attribute("href", "https://example.com/a?b=1&c=2")
    expect(said.get_by_role("link")).to_have_count(1)
    expect(said.locator("time")).to_have_text("Nov 18, 2026 at 06:06")
    expect(said.locator("blockquote")).to_have_text("quoted")
    expect(said.locator("pre")).to_have_text("a *b*\n c")
    expect(said).to_contain_text(":no_such_emoji: 2*3*4 snake_case_name")
    desk.open("femi")
    expect(desk.message(ts).locator("time").nth(1)).to_have_text("Nov 18, 2026 at 12:06")


def test_marks_of_foreign_words_are_signs_inside_and_outside_of_our_own(desk: Desk) -> None:
    supplier = "<img src=x onerror=alert(1)> **bold** <!channel> & Sons"
    name = foreign(supplier)
    code, late = foreign("`not code`"), foreign("_x_ and ~y~")
    ts = desk.stage.post([section(f"*{name}* sent {name}, {code}, `our {late}`, _{foreign('a *b* c')}_ and *ours*")])
    desk.open()
    said = desk.message(ts).locator(".content")
    zero = "\u200b"
    assert [words.replace(zero, "") for words in said.locator("strong").all_inner_texts()] == [supplier, "ours"]
    assert [words.replace(zero, "") for words in said.locator("em").all_inner_texts()] == ["a *b* c"]
    assert [words.replace(zero, "") for words in said.locator("code").all_inner_texts()] == ["our _x_ and ~y~"]
    expect(said.locator("s, img, .mention")).to_have_count(0)


def test_signs_need_no_emoji_font() -> None:
    table = (ASSETS / "emoji.js").read_text().split("const SIGNS = {")[1].split("};")[0]
    signs = re.findall(r': \["(.+?)"', table)
    assert len(signs) > 20
    assert [sign for sign in signs if unicodedata.ucd_3_2_0.category(sign) == "Cn"] == ["⚠"]


def test_hostile_words_stay_words(desk: Desk) -> None:
    ts = desk.stage.post(
        [
            {"type": "header", "text": plain(HOSTILE)},
            section(f"*{ESCAPED}* {HOSTILE}", accessory=button(text=HOSTILE[:70], accessibility_label=HOSTILE[:70])),
            {"type": "image", "image_url": "https://example.com/a", "alt_text": HOSTILE, "title": plain(HOSTILE)},
            actions(
                {
                    "type": "static_select",
                    "action_id": "m",
                    "placeholder": plain(HOSTILE),
                    "options": [option("v", HOSTILE[:70])],
                }
            ),
            {
                "type": "video",
                "alt_text": HOSTILE,
                "title": plain("t"),
                "thumbnail_url": "https://e.com/a",
                "video_url": "https://e.com/v",
            },
        ],
        text=HOSTILE,
    )
    desk.stage.do("say", user="dana", channel="finance", text=HOSTILE)
    desk.open()
    message = desk.message(ts)
    expect(message.get_by_role("heading")).to_have_text(HOSTILE)
    expect(message.locator(".content .text strong")).to_have_text(HOSTILE)
    message.get_by_role("combobox").click()
    expect(desk.page.get_by_role("option")).to_contain_text("<img src=x")
    desk.page.keyboard.press("Escape")
    desk.button(f"Payload of the message of {message.locator('time').first.inner_text()}").click()
    expect(desk.page.locator("img, main script, iframe")).to_have_count(0)


def test_a_button_sends_its_ids_and_passes_its_dialog(desk: Desk) -> None:
    sure = {
        "title": plain("Sure?"),
        "text": mrkdwn("Really *do* it"),
        "confirm": plain("Do It"),
        "deny": plain("Leave"),
    }
    desk.stage.post(
        [
            actions(
                button("a.one", "One", value="1", style="primary"), button("a.two", "Two", confirm=sure, style="danger")
            )
        ]
    )
    desk.open()
    desk.button("One").click()
    expect(desk.button("One")).not_to_have_attribute("aria-busy", "true")
    assert action(desk)["value"] == "1"
    desk.button("Two").click()
    dialog = desk.page.get_by_role("alertdialog", name="Sure?")
    expect(dialog.locator("strong")).to_have_text("do")
    dialog.get_by_role("button", name="Leave").click()
    expect(dialog).to_have_count(0)
    assert len(desk.stage.bot.received) == 1
    desk.button("Two").click()
    dialog.get_by_role("button", name="Do It").click()
    expect(desk.button("Two")).not_to_have_attribute("aria-busy", "true")
    assert action(desk)["action_id"] == "a.two"


def test_a_link_button_opens_a_tab_and_sends_the_action(desk: Desk) -> None:
    desk.stage.post([actions(button("open", "Open", url=f"{desk.address}/page/icon.svg"))])
    desk.open()
    with desk.page.context.expect_page() as opened, desk.page.expect_response("**/_control/click"):
        desk.page.get_by_role("link", name="Open").click()
    opened.value.close()
    assert action(desk)["action_id"] == "open"


def test_an_overflow_menu_is_worked_by_keys(desk: Desk) -> None:
    desk.stage.post(
        [
            section(
                accessory={
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("a", "First"), option("b", "Second")],
                }
            )
        ]
    )
    desk.open()
    desk.button("More actions").press("Enter")
    expect(desk.page.get_by_role("menuitem", name="First")).to_be_focused()
    desk.page.keyboard.press("ArrowDown")
    with desk.page.expect_response("**/_control/click"):
        desk.page.keyboard.press("Enter")
    assert action(desk)["selected_option"]["value"] == "b"
    expect(desk.button("More actions")).to_be_focused()


def test_menus_and_pickers_of_a_message(desk: Desk) -> None:
    groups = [{"label": plain("Fruit"), "options": [option("apple", "Apple"), option("pear", "Pear")]}]
    desk.stage.post(
        [
            actions(
                {
                    "type": "static_select",
                    "action_id": "s",
                    "placeholder": plain("Pick fruit"),
                    "option_groups": groups,
                },
                {"type": "users_select", "action_id": "u", "placeholder": plain("Pick somebody")},
                {
                    "type": "multi_static_select",
                    "action_id": "m",
                    "placeholder": plain("Pick some"),
                    "options": [option("x", "Ex"), option("y", "Why")],
                },
                {"type": "datepicker", "action_id": "d", "placeholder": plain("Pick a day")},
                {"type": "timepicker", "action_id": "t", "placeholder": plain("Pick a time")},
                {"type": "checkboxes", "action_id": "c", "options": [option("on", "On"), option("off", "Off")]},
                {"type": "radio_buttons", "action_id": "r", "options": [option("l", "Left"), option("r", "Right")]},
            )
        ]
    )
    desk.open()
    page, bot = desk.page, desk.stage.bot

    with page.expect_response("**/_control/click"):
        page.get_by_role("combobox", name="Pick fruit").fill("pea")
        expect(page.get_by_role("option")).to_have_text(["Pear"])
        page.keyboard.press("Enter")
    assert action(desk)["selected_option"]["value"] == "pear"
    with page.expect_response("**/_control/click"):
        page.get_by_role("combobox", name="Pick somebody").click()
        page.get_by_role("option", name="Ama Lindqvist").click()
    assert action(desk)["selected_user"] == desk.stage.user("ama")
    with page.expect_response("**/_control/click"):
        page.get_by_role("combobox", name="Pick some", exact=True).click()
        page.get_by_role("option", name="Why").click()
    assert [chosen["value"] for chosen in action(desk)["selected_options"]] == ["y"]
    with page.expect_response("**/_control/click"):
        page.get_by_label("Pick a day").fill("2026-12-24")
    assert action(desk)["selected_date"] == "2026-12-24"
    with page.expect_response("**/_control/click"):
        page.get_by_label("Pick a time").fill("09:30")
    assert action(desk)["selected_time"] == "09:30"
    with page.expect_response("**/_control/click"):
        page.get_by_label("On", exact=True).check()
    assert [chosen["value"] for chosen in action(desk)["selected_options"]] == ["on"]
    with page.expect_response("**/_control/click"):
        page.get_by_label("Right").check()
    assert action(desk)["selected_option"]["value"] == "r"
    assert len(bot.received) == 7


@pytest.mark.parametrize(
    "block",
    [
        {
            "type": "video",
            "alt_text": "a",
            "title": plain("t"),
            "thumbnail_url": "https://e.com/a",
            "video_url": "https://e.com/v",
        },
        {"type": "markdown", "text": "# Hello"},
    ],
)
def test_a_block_that_cannot_be_shown_appears_as_itself(desk: Desk, block: Json) -> None:
    ts = desk.stage.post([block])
    desk.open()
    note = desk.message(ts).locator(".unknown")
    expect(note).to_contain_text(f"cannot show “{block['type']}” blocks")
    expect(note.locator("pre")).to_contain_text(f'"type": "{block["type"]}"')


def test_rich_text_is_read(desk: Desk) -> None:
    parts = [
        {"type": "text", "text": "bold", "style": {"bold": True}},
        {"type": "user", "user_id": desk.stage.user("ama")},
    ]
    ts = desk.stage.post([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}])
    desk.open()
    expect(desk.message(ts).locator(".rich strong")).to_have_text("bold")
    expect(desk.message(ts).locator(".rich")).to_contain_text("@Ama Lindqvist")


def test_the_payload_and_the_limits_it_breaks_are_shown(desk: Desk) -> None:
    fine = desk.stage.post([section("fine")])
    twice = [actions(button("same"), block_id="a"), actions(button("same"), block_id="b")]
    ts = desk.stage.post(twice)
    desk.open()
    expect(desk.message(fine).locator(".badge")).to_be_hidden()
    message = desk.message(ts)
    expect(message.locator(".badge")).to_have_text("1 limit of Slack broken")
    message.get_by_role("button", name=re.compile("^Payload")).click()
    expect(message.locator(".problem")).to_contain_text("is used in two blocks")
    expect(message.locator(".payload pre")).to_contain_text('"block_id": "b"')


def test_the_payload_of_the_newest_message_opens_in_sight(desk: Desk) -> None:
    for number in range(12):
        desk.stage.post([section(f"Message {number} " + "word " * 60)])
    desk.open()
    message = desk.page.locator("main li[data-ts]").last
    expect(message).to_be_in_viewport()
    message.get_by_role("button", name=re.compile("^Payload")).click()
    expect(message.locator(".payload pre")).to_be_in_viewport(ratio=0.9)


def test_the_home_of_each_person(desk: Desk) -> None:
    def opened(payload: Json) -> None:
        user = payload["event"]["user"]
        desk.stage.web.views_publish(
            user_id=user, view=home(section(f"Welcome <@{user}>"), actions(button("go", "Go On")))
        )

    desk.stage.bot.replies["event_callback"] = opened
    desk.open("femi", "home")
    expect(desk.page.locator(".home")).to_contain_text("Welcome @Femi Okafor")
    with desk.page.expect_response("**/_control/click"):
        desk.button("Go On").click()
    assert desk.stage.bot.last()["view"]["type"] == "home"
    desk.button("Payload of the Home").click()
    expect(desk.page.locator(".home .payload pre").first).to_contain_text('"type": "home"')


def test_a_modal_shows_its_payload(desk: Desk) -> None:
    desk.open()
    desk.stage.open_modal(modal(section("x")))
    desk.button("Payload of this modal").click()
    expect(desk.page.locator("dialog .payload pre")).to_contain_text('"type": "modal"')
