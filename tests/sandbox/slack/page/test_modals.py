"""Modals: fields, errors, stacks, and menus that ask the bot."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from ..support import Json, actions, button, modal, mrkdwn, option, plain, section, text_input
from .desk import Desk


def field(block_id: str, kind: str, label: str, **more: object) -> Json:
    element = {"type": kind, "action_id": block_id, **more}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, "optional": True}


def test_every_input_reaches_the_bot(desk: Desk) -> None:
    choices = [option("a", "Aye"), option("b", "Bee")]
    view = modal(
        text_input("text", "value", label=plain("Words"), hint=plain("Say *much*")),
        field("long", "plain_text_input", "Long", multiline=True, max_length=20),
        field("number", "number_input", "Number", is_decimal_allowed=True),
        field("one", "static_select", "One", options=choices),
        field("many", "multi_static_select", "Many", options=choices),
        field("person", "users_select", "Person"),
        field("people", "multi_users_select", "People", initial_users=[desk.stage.user("ama")]),
        field("room", "conversations_select", "Room", filter={"include": ["public"]}),
        field("day", "datepicker", "Day"),
        field("time", "timepicker", "Time"),
        field("ticks", "checkboxes", "Ticks", options=choices),
        field("dot", "radio_buttons", "Dot", options=choices),
    )
    desk.open()
    desk.stage.open_modal(view)
    page, form = desk.page, desk.modal("Title")
    expect(form.get_by_role("textbox", name="Words")).to_be_focused()
    form.get_by_role("textbox", name="Words").fill("Hello")
    form.get_by_role("textbox", name="Long").fill("x" * 30)
    expect(form).to_contain_text("0 characters left")
    form.get_by_role("textbox", name="Number").fill("2.5")
    for name, choice in {
        "One": "Bee",
        "Many": "Aye",
        "Person": "Rui Tavares",
        "People": "Femi Okafor",
        "Room": "#finance",
    }.items():
        form.get_by_role("combobox", name=name).click()
        page.get_by_role("option", name=choice).click()
        page.keyboard.press("Escape") if name in ("Many", "People") else None
    form.get_by_label("Day").fill("2026-12-24")
    form.get_by_label("Time").fill("08:15")
    form.get_by_label("Bee").first.check()
    form.get_by_label("Aye").last.check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    values = desk.stage.bot.last()["view"]["state"]["values"]
    assert values["text"]["value"]["value"] == "Hello"
    assert values["long"]["long"]["value"] == "x" * 20
    assert values["number"]["number"]["value"] == "2.5"
    assert values["one"]["one"]["selected_option"]["value"] == "b"
    assert [one["value"] for one in values["many"]["many"]["selected_options"]] == ["a"]
    assert values["person"]["person"]["selected_user"] == desk.stage.user("rui")
    assert values["people"]["people"]["selected_users"] == [desk.stage.user("ama"), desk.stage.user("femi")]
    assert values["room"]["room"]["selected_conversation"] == desk.stage.channel("finance")
    assert values["day"]["day"]["selected_date"] == "2026-12-24"
    assert values["time"]["time"]["selected_time"] == "08:15"
    assert [one["value"] for one in values["ticks"]["ticks"]["selected_options"]] == ["b"]
    assert values["dot"]["dot"]["selected_option"]["value"] == "a"


def test_errors_stand_at_their_fields_until_they_are_touched(desk: Desk) -> None:
    desk.stage.bot.replies["view_submission"] = lambda _: {"response_action": "errors", "errors": {"b": "Too short"}}
    desk.open()
    desk.stage.open_modal(modal(text_input(), text_input("c", "d", optional=True)))
    form = desk.modal("Title")
    first = form.get_by_role("textbox").first
    form.get_by_role("button", name="Save").click()
    expect(form.locator(".error:visible")).to_have_text("Please complete this required field.")
    assert not [one for one in desk.stage.bot.received if one.get("type") == "view_submission"]
    first.fill("x")
    expect(form.locator(".error:visible")).to_have_count(0)
    first.press("Control+Enter")
    expect(form.locator(".error:visible")).to_have_text("Too short")
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(first).to_be_focused()
    assert desk.stage.bot.last()["view"]["state"]["values"]["b"]["a"]["value"] == "x"


def test_an_update_keeps_what_was_typed_and_the_focus(desk: Desk) -> None:
    desk.open()
    view = desk.stage.open_modal(modal(text_input(), section("before")))
    form = desk.modal("Title")
    first = form.get_by_role("textbox")
    first.fill("half a word")
    first.evaluate("node => node.setAttribute('data-marker', 'same')")
    desk.stage.web.views_update(view_id=view["id"], view=modal(text_input(), section("after")))
    expect(form).to_contain_text("after")
    expect(first).to_have_attribute("data-marker", "same")
    expect(first).to_be_focused()
    expect(first).to_have_value("half a word")
    desk.stage.web.views_update(view_id=view["id"], view=modal(text_input(hint=plain("A hint")), section("after")))
    expect(form).to_contain_text("A hint")
    expect(first).to_have_value("half a word")
    expect(first).to_be_focused()


def test_modals_stack_and_close_one_by_one_or_all(desk: Desk) -> None:
    def push(payload: Json) -> None:
        if payload["type"] == "block_actions":
            second = modal(section("second"), title=plain("Second"), notify_on_close=True)
            desk.stage.web.views_push(trigger_id=payload["trigger_id"], view=second)

    desk.stage.bot.replies["block_actions"] = push
    first = modal(text_input(), actions(button("more", "More")), title=plain("First"), notify_on_close=True)
    desk.open()
    desk.page.locator("#composer").focus()
    desk.stage.open_modal(first)
    desk.modal("First").get_by_role("textbox").fill("kept")
    desk.button("More").click()
    expect(desk.modal("Second")).to_be_visible()
    expect(desk.page.locator("dialog")).to_have_count(1)
    with desk.page.expect_response("**/_control/close"):
        desk.page.keyboard.press("Escape")
    expect(desk.modal("First").get_by_role("textbox")).to_have_value("kept")
    assert desk.stage.bot.last()["type"] == "view_closed"
    assert desk.stage.bot.last()["is_cleared"] is False
    desk.button("More").click()
    with desk.page.expect_response("**/_control/close"):
        desk.modal("Second").get_by_role("button", name="Close").click()
    expect(desk.page.locator("dialog")).to_have_count(0)
    expect(desk.page.locator("#composer")).to_be_focused()
    assert [one["is_cleared"] for one in desk.stage.bot.received if one.get("type") == "view_closed"] == [
        False,
        True,
        True,
    ]


def test_a_menu_asks_the_bot_while_one_types(desk: Desk) -> None:
    asked = []

    def reply(payload: Json) -> Json:
        asked.append(payload["value"])
        count = {"none": 0, "many": 100}.get(payload["value"], 1)
        return {"options": [option(f"v{n}", f"{payload['value']} {n}") for n in range(count)]}

    desk.stage.bot.replies["block_suggestion"] = reply
    desk.open()
    desk.stage.open_modal(modal(field("acc", "external_select", "Account", min_query_length=2)))
    box = desk.modal("Title").get_by_role("combobox", name="Account")
    box.click()
    expect(desk.page.get_by_role("listbox")).to_contain_text("Type to search: at least 2 characters")
    box.press_sequentially("none", delay=5)
    expect(desk.page.get_by_role("listbox")).to_contain_text("No match")
    assert len(asked) < 4
    box.fill("many")
    expect(desk.page.get_by_role("listbox")).to_contain_text("more than shown")
    box.fill("tax")
    desk.page.get_by_role("option", name="tax 0").click()
    expect(box).to_have_value("tax 0")
    desk.modal("Title").get_by_role("button", name="Save").click()
    expect(desk.modal("Title")).to_have_count(0)
    chosen = desk.stage.bot.last()["view"]["state"]["values"]["acc"]["acc"]["selected_option"]
    assert chosen["value"] == "v0"


def test_focus_stays_inside_the_modal(desk: Desk) -> None:
    desk.open()
    desk.stage.open_modal(modal(text_input()))
    expect(desk.modal("Title").get_by_role("textbox")).to_be_focused()
    for _ in range(8):
        desk.page.keyboard.press("Tab")
        assert desk.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )


def test_a_bot_that_does_not_answer_is_said_in_the_modal(desk: Desk) -> None:
    desk.stage.do("settings", ack_seconds=0.2)
    desk.open()
    desk.stage.open_modal(modal(section("x"), text_input(optional=True)))
    desk.stage.do("bot", url="http://127.0.0.1:9")
    desk.modal("Title").get_by_role("button", name="Save").click()
    expect(desk.modal("Title").get_by_role("alert")).to_contain_text("trouble connecting")


def test_an_input_that_cannot_be_shown_appears_as_itself(desk: Desk) -> None:
    desk.open()
    desk.stage.open_modal(modal(section("x", fields=[mrkdwn("y")]), field("file", "file_input", "File")))
    expect(desk.modal("Title").locator(".unknown")).to_contain_text("cannot show “file_input” elements")


def test_a_closed_modal_is_gone_before_anybody_is_told(desk: Desk) -> None:
    desk.open()
    desk.stage.open_modal(modal(text_input(), section("x")))
    desk.modal("Title").get_by_role("textbox").fill("half a word")
    held: list[Route] = []
    desk.page.route("**/_control/close", lambda route: held.append(route))
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("dialog")).to_have_count(0)
    expect(desk.page.locator("#composer")).to_be_focused()
    (only,) = held
    only.continue_()
    desk.page.unroute("**/_control/close")
    desk.stage.open_modal(modal(section("y"), title=plain("Another")))
    expect(desk.modal("Another")).to_be_visible()
    expect(desk.page.locator(".toast")).to_have_count(0)


def test_closing_is_news_to_whoever_waits_for_changes(desk: Desk) -> None:
    desk.stage.open_modal(modal(text_input()))
    before = desk.stage.look("changes", user="dana")["revision"]
    desk.stage.do("close", user="dana")
    assert desk.stage.look("changes", user="dana", since=str(before))["revision"] > before


def test_a_form_that_is_gone_is_said_in_words(desk: Desk) -> None:
    desk.outages = True
    desk.open()
    said = desk.page.evaluate(
        "async () => { const { act } = await import('/page/api.js');"
        " return act('submit', { user: 'femi', view_id: 'V1' }).catch((error) => error.message) }"
    )
    assert said == "This form is closed. Open it again."
