"""The plain text of messages and views."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.sandbox.slack.plain import WIDTH, cells, render, render_view

from .support import actions, button, home, modal, mrkdwn, option, plain, section, text_input

NAMES = {"U1": "Dana Whitfield", "C1": "finance"}
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EPOCH = int(datetime(2026, 11, 22, 9, 5, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("*Bold* _and_ `code`", "*Bold* _and_ `code`"),
        ("Hi <@U1>", "Hi @Dana Whitfield"),
        ("Hi <@U9|nobody>", "Hi @nobody"),
        ("In <#C1>", "In #finance"),
        ("<!here> now", "@here now"),
        ("<https://e.com/x|Open Dext>", "Open Dext (https://e.com/x)"),
        ("<https://e.com/x>", "https://e.com/x"),
        ("<mailto:a@e.com|a@e.com>", "a@e.com"),
        ("Fish &amp; Chips &lt;Ltd&gt;", "Fish & Chips <Ltd>"),
        ("&lt;@U1&gt;", "<@U1>"),
        (f"<!date^{EPOCH}^{{date_num}} {{time}}|soon>", "2026-11-22 10:05"),
        (f"<!date^{EPOCH}^Due {{date_short_pretty}} at {{time}}|soon>", "Due today at 10:05"),
        (f"<!date^{EPOCH + 86_400}^{{date_pretty}}|soon>", "tomorrow"),
        (f"<!date^{EPOCH - 864_000}^{{date_short}}^https://e.com|soon>", "Nov 12, 2026"),
        (f"<!date^{EPOCH}^{{date_long}}|soon>", "Sunday, November 22nd, 2026"),
        (f"<!date^{EPOCH}^{{ago}}|soon>", "2 hours ago"),
    ],
)
def test_markup(text: str, read: str) -> None:
    assert render({"text": text}, names=NAMES, zone="Europe/Paris", now=NOW) == read


def test_plain_text_objects_are_literal() -> None:
    header = {"type": "header", "text": plain("A &amp; <@U1>")}
    assert render({"blocks": [header]}, names=NAMES).startswith("A &amp; <@U1>")


def test_a_whole_message() -> None:
    blocks = [
        {"type": "header", "text": plain("2 bills wait")},
        section("*Acme Ltd*\n£120.00", accessory=button("open", "Open", url="https://e.com")),
        {"type": "section", "fields": [mrkdwn("*Due*\n1 Dec"), mrkdwn("*Category*\nTravel"), mrkdwn("*By*\n<@U1>")]},
        actions(button("p", "Publish"), button("r", "Reject…")),
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("Asked by <@U1>"), plain("Dext")]},
    ]
    assert render({"blocks": blocks, "text": "Two bills"}, names=NAMES).split("\n") == [
        "2 bills wait",
        "════════════",
        "*Acme Ltd*".ljust(92) + "[Open ↗]",
        "£120.00",
        "",
        "*Due*".ljust(51) + "*Category*",
        "1 Dec".ljust(51) + "Travel",
        "*By*",
        "@Dana Whitfield",
        "",
        "[Publish]  [Reject…]",
        "─" * 100,
        "┆ Asked by @Dana Whitfield  ·  Dext",
    ]


def test_a_modal() -> None:
    boxes = {"type": "checkboxes", "action_id": "c", "options": [option("1", "One"), option("2", "Two")]}
    boxes["initial_options"] = [option("2", "Two")]
    view = modal(
        text_input("b", "a", hint=plain("As on the bill"), element={"placeholder": plain("Name")}, optional=True),
        {"type": "input", "block_id": "k", "label": plain("Which"), "element": boxes},
        actions({"type": "users_select", "action_id": "u"}),
    )
    view["state"] = {"values": {"acts": {"u": {"type": "users_select", "selected_user": "U1"}}}}
    assert render_view(view, names=NAMES, errors={"b": "Taken"}).split("\n") == [
        "╭─ Title ".ljust(100, "─"),
        "│ Name (optional)",
        "│   [ Name ]",
        "│   ┆ As on the bill",
        "│   ! Taken",
        "│",
        "│ Which",
        "│   [ ] One",
        "│   [x] Two",
        "│",
        "│ [Dana Whitfield ▾]",
        "╰─ [Cancel]  [Save] ".ljust(100, "─"),
    ]


def test_home_has_no_frame() -> None:
    assert render_view(home(section("Hello"))) == "Hello"


def test_everything_fits_the_width() -> None:
    blocks = [
        section("word " * 100, accessory=button(text="Go on")),
        section("x" * 500),
        {"type": "section", "fields": [mrkdwn("long words here " * 20), mrkdwn("y" * 200)]},
        actions(*[button(f"a{n}", f"Button number {n}") for n in range(20)]),
        {"type": "context", "elements": [mrkdwn("small " * 60)]},
        {"type": "header", "text": plain("h" * 150)},
    ]
    lines = render({"blocks": blocks}).split("\n")
    assert max(cells(line) for line in lines) <= WIDTH


def test_wide_letters_count_twice() -> None:
    assert (cells("abc"), cells("日本"), cells("e\u0301")) == (3, 4, 1)


def test_other_blocks() -> None:
    blocks = [
        {"type": "image", "image_url": "https://e.com/a", "alt_text": "A receipt"},
        {"type": "markdown", "text": "# Hi"},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "By "},
                        {"type": "user", "user_id": "U1"},
                        {"type": "link", "url": "https://e.com", "text": " here"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "emoji", "name": "tada"}]}],
                },
                {"type": "rich_text_quote", "elements": [{"type": "channel", "channel_id": "C1"}]},
            ],
        },
        actions(
            {"type": "overflow", "action_id": "o", "options": [option("1", "Edit"), option("2", "Remove")]},
            {"type": "static_select", "action_id": "s", "placeholder": plain("Pick"), "options": [option("1")]},
            {"type": "datepicker", "action_id": "d", "initial_date": "2026-12-01"},
        ),
        section("x", accessory={"type": "radio_buttons", "action_id": "r", "options": [option("1", "Yes")]}),
    ]
    assert render({"blocks": blocks, "attachments": [{"text": "Old"}]}, names=NAMES).split("\n") == [
        "[image: A receipt]",
        "",
        "# Hi",
        "",
        "By @Dana Whitfield here (https://e.com)",
        "1. :tada:",
        "> #finance",
        "",
        "[⋯ Edit | Remove]  [Pick ▾]  [2026-12-01 ▾]",
        "",
        "x".ljust(93) + "( ) Yes",
        "▏ Old",
    ]
