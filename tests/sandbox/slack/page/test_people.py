"""People, places, the message box, and what changes while one looks."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import uvicorn
from playwright.sync_api import Browser, expect
from starlette.responses import Response

from bot.sandbox.slack import SlackSandbox, build
from bot.sandbox.slack.page.words import COMMANDS
from bot.sandbox.wire import Receive, SandboxClock, Scope, Send

from ..support import Served, Stage, actions, button, option, section
from .desk import Desk


def test_ephemeral_messages_are_for_one_person(desk: Desk) -> None:
    desk.stage.web.chat_postEphemeral(
        channel=desk.stage.channel("finance"), user=desk.stage.user("femi"), text="A secret"
    )
    desk.open("dana")
    expect(desk.page.get_by_text("Nothing was said here yet")).to_be_visible()
    desk.page.get_by_role("button", name="Femi Okafor").click()
    expect(desk.page).to_have_url(re.compile("#/femi/finance$"))
    expect(desk.page.locator("main")).to_contain_text("A secret")
    expect(desk.page.locator("main")).to_contain_text("Only visible to you")
    desk.page.reload()
    expect(desk.page.locator("main")).to_contain_text("A secret")


def test_it_says_what_time_it_is_for_each_person(desk: Desk) -> None:
    desk.open("femi")
    for person, place in (("Femi Okafor", "Lagos"), ("Gil Novak", "New York")):
        shown = desk.page.get_by_role("button", name=person).locator(".local")
        expect(shown).to_have_text(re.compile(rf"^\d\d:\d\d in {place}$"))
    now = desk.stage.sandbox.slack.clock.now().astimezone(ZoneInfo("Africa/Lagos"))
    near = [f"{now + timedelta(minutes=late):%H:%M} in Lagos" for late in (-1, 0, 1)]
    assert desk.page.get_by_role("button", name="Femi Okafor").locator(".local").inner_text() in near


def test_each_person_sees_their_channels(desk: Desk) -> None:
    desk.open("gil")
    places = desk.page.get_by_role("navigation", name="Workspace").get_by_role("link")
    expect(places).to_have_text(["# finance", re.compile("Home"), re.compile("Messages")])
    desk.open("femi", "finance-admins")
    expect(desk.page.locator("#place-title")).to_have_text("#finance-admins")
    desk.open("rui", "finance-admins")
    expect(desk.page.locator("#place-title")).to_have_text("#finance")


def test_a_command_is_suggested_and_sent(desk: Desk) -> None:
    desk.stage.bot.replies["/dext"] = lambda payload: {
        "response_type": "ephemeral",
        "text": f"You typed {payload['text']}",
    }
    desk.open("femi")
    box = desk.page.locator("#composer")
    box.fill("/")
    suggestions = desk.page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(suggestions).to_have_count(len(COMMANDS))
    box.press_sequentially("dext pub")
    expect(suggestions).to_have_count(2)
    box.press("ArrowDown")
    box.press("ArrowUp")
    box.press("Tab")
    expect(box).to_have_value("/dext publish")
    expect(suggestions).to_have_count(0)
    box.press("Enter")
    expect(desk.page.locator("main")).to_contain_text("You typed publish")
    expect(box).to_have_value("")
    assert desk.stage.bot.last()["user_id"] == desk.stage.user("femi")


def test_words_are_said_as_the_person(desk: Desk) -> None:
    desk.open("rui", "random")
    desk.types("1 < 2 & <b>")
    said = desk.page.locator("main article")
    expect(said).to_contain_text("Rui Tavares")
    expect(said.locator(".content")).to_have_text("1 < 2 & <b>")


def test_an_unknown_command_and_a_silent_bot_are_told(desk: Desk) -> None:
    desk.outages = True
    desk.stage.bot.replies["/dext"] = lambda _: Response(status_code=500)
    desk.open()
    desk.types("/other")
    expect(desk.page.locator("#toasts")).to_contain_text("/other is not a valid command")
    desk.types("/dext")
    expect(desk.page.locator("main .notice")).to_contain_text('failed with the error "dispatch_failed"')


def test_a_command_waits_until_the_bot_is_ready(desk: Desk) -> None:
    desk.stage.do("bot", url="http://127.0.0.1:9")
    desk.open("femi")
    link = desk.page.locator("#link-state")
    expect(link).to_have_text("The bot is starting…")
    desk.types("/dext publish")
    expect(desk.page.get_by_role("alert")).to_contain_text("It is kept here")
    expect(desk.page.locator("#composer")).to_have_value("/dext publish")
    assert desk.stage.look("deliveries") == []
    desk.stage.do("bot", url=desk.stage.bot_address)
    expect(link).to_have_text("")
    expect(desk.page.get_by_role("alert")).to_have_text("")
    desk.page.locator("#composer").press("Enter")
    expect(desk.page.locator("#composer")).to_have_value("")
    deadline = time.monotonic() + 30
    while not desk.stage.look("deliveries") and time.monotonic() < deadline:
        time.sleep(0.05)  # the box is emptied when the page has sent it, before the bot has answered
    assert [one["status"] for one in desk.stage.look("deliveries")] == [200]


def test_a_bot_that_is_not_ready_is_not_taken_for_one_that_is(desk: Desk, bot_server: Served) -> None:
    answers, there = [503], bot_server.app

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/readyz":
            await Response(status_code=answers[-1])(scope, receive, send)
        else:
            assert there is not None
            await there(scope, receive, send)

    bot_server.app = served
    desk.open()
    expect(desk.page.locator("#link-state")).to_have_text("The bot is starting…")
    answers.append(200)
    expect(desk.page.locator("#link-state")).to_have_text("")
    answers.append(503)
    expect(desk.page.locator("#link-state")).to_have_text("The bot is starting…")


def test_threads_stand_beside(desk: Desk) -> None:
    ts = desk.stage.post([section("root")])
    desk.stage.post([section("first reply")], thread_ts=ts)
    desk.open()
    expect(desk.page.locator("main article")).to_have_count(1)
    desk.button("1 reply").click()
    thread = desk.page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("first reply")
    desk.page.get_by_role("combobox", name="Reply in the thread").fill("second")
    desk.page.keyboard.press("Enter")
    expect(thread).to_contain_text("second")
    expect(desk.button("2 replies")).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(thread).to_be_hidden()


def test_news_elsewhere_is_counted_and_here_is_announced(desk: Desk) -> None:
    desk.open("dana")
    expect(desk.page.get_by_text("Nothing was said here yet")).to_be_visible()
    desk.stage.post(text="Over there", channel="finance-admins")
    expect(desk.page.get_by_label("1 new")).to_be_visible()
    desk.stage.post(text="Here *now*")
    expect(desk.page.locator("#news")).to_have_text("Dext: Here now")


def test_only_what_changed_is_drawn_anew(desk: Desk) -> None:
    menu = {"type": "static_select", "action_id": "m", "options": [option("a", "Aye")]}
    first = desk.stage.post([section("stays")])
    for number in range(498):
        desk.stage.sandbox.slack.workspace.post(
            desk.stage.sandbox.slack.workspace.room("finance"),
            desk.stage.sandbox.credentials["bot_user_id"],
            f"n{number}",
        )
    last = desk.stage.post([section("before"), actions(menu, button("go", "Go"))])
    desk.open()
    expect(desk.page.locator("main article")).to_have_count(500)
    for selector in (f'li[data-ts="{first}"]', f'li[data-ts="{last}"]', f'li[data-ts="{last}"] .actions'):
        desk.page.locator(selector).evaluate("node => node.setAttribute('data-marker', 'same')")
    desk.button("Go").focus()
    desk.page.locator(".timeline").evaluate("node => { node.scrollTop = 300 }")
    top = desk.message(first).bounding_box()
    desk.stage.web.chat_update(
        channel=desk.stage.channel("finance"),
        ts=last,
        text="x",
        blocks=[section("after"), actions(menu, button("go", "Go"))],
    )
    expect(desk.message(last)).to_contain_text("after")
    expect(desk.page.locator("[data-marker=same]")).to_have_count(3)
    expect(desk.button("Go")).to_be_focused()
    assert desk.message(first).bounding_box() == top
    desk.stage.post([section("news")])
    expect(desk.button("New messages below ↓")).to_be_visible()
    expect(desk.page.locator("[data-marker=same]")).to_have_count(3)
    assert desk.message(first).bounding_box() == top
    desk.stage.web.chat_delete(channel=desk.stage.channel("finance"), ts=first)
    expect(desk.message(first)).to_have_count(0)
    expect(desk.page.locator("main article")).to_have_count(500)


def test_it_fits_a_narrow_screen(desk: Desk) -> None:
    desk.stage.post([section("w" * 300, accessory=button("go", "Go"))])
    desk.page.set_viewport_size({"width": 390, "height": 800})
    desk.open("dana")
    expect(desk.page.get_by_text("Sandbox, not Slack")).to_be_visible()
    desk.button("Places").click()
    desk.page.get_by_role("link", name="random").click()
    expect(desk.page.locator("#place-title")).to_have_text("#random")
    expect(desk.page.get_by_role("navigation")).to_be_hidden()
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 390


@contextmanager
def served(sandbox: SlackSandbox, port: int) -> Iterator[int]:
    config = uvicorn.Config(sandbox.app, port=port, log_level="error", lifespan="off", interface="asgi3")
    server = uvicorn.Server(config)
    sock = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield sock.getsockname()[1]
    server.should_exit = True
    thread.join(15)
    assert not thread.is_alive()


def test_it_comes_back_after_a_restart_of_the_sandbox(browser: Browser, stage: Stage) -> None:
    before, after = build(SandboxClock()), build(SandboxClock())
    for sandbox, words in ((before, "the old life"), (after, "the new life")):
        room = sandbox.slack.workspace.room("finance")
        sandbox.slack.workspace.post(room, sandbox.credentials["bot_user_id"], words)
    page = browser.new_page()
    with served(before, 0) as port:
        desk = Desk(page, stage, f"http://127.0.0.1:{port}", outages=True)
        desk.open("femi")
        expect(page.locator("main")).to_contain_text("the old life")
        page.locator("#composer").fill("half a thought")
    expect(page.locator("#link-state")).to_have_text("Reconnecting…")
    with served(after, port):
        expect(page.locator("main")).to_contain_text("the new life")
        expect(page.locator("main")).not_to_contain_text("the old life")
        expect(page.locator("#link-state")).to_have_text("")
        expect(page.get_by_role("button", name="Femi Okafor")).to_have_attribute("aria-pressed", "true")
        page.close()
    assert desk.wrong == []
