"""Each limit holds at its edge and breaks one past it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.sandbox.slack.check import check_home, check_message, check_options, check_view
from bot.sandbox.slack.limits import AS_OF, LIMITS
from bot.sandbox.slack.rules.walk import Problem

from .makers import (
    confirm,
    context,
    element,
    feedback,
    focused,
    groups,
    image,
    in_input,
    long_url,
    message,
    one_option,
    options,
    sized_blocks,
    sized_view,
    video,
)
from .support import actions, button, home, modal, mrkdwn, option, plain, section, text_input

Make = Callable[[int], list[Problem]]

CASES: dict[str, Make] = {
    "message.blocks": lambda n: message(*[{"type": "divider"}] * n),
    "message.text": lambda n: check_message({"text": "x" * n}),
    "message.update_text": lambda n: check_message({"text": "x" * n}, update=True),
    "message.blocks_bytes_advised": sized_blocks,
    "message.blocks_bytes": lambda n: [p for p in sized_blocks(n) if p.hard],
    "message.attachments": lambda n: [p for p in check_message({"text": "x", "attachments": [{}] * n}) if p.hard],
    "message.attachments_advised": lambda n: check_message({"text": "x", "attachments": [{}] * n}),
    "message.markdown_text": lambda n: check_message({"markdown_text": "x" * n}),
    "modal.blocks": lambda n: check_view(modal(*[section() for _ in range(n)])),
    "home.blocks": lambda n: check_home(home(*[section() for _ in range(n)])),
    "view.title": lambda n: check_view(modal(section(), title=plain("x" * n))),
    "view.submit": lambda n: check_view(modal(section(), submit=plain("x" * n))),
    "view.close": lambda n: check_view(modal(section(), close=plain("x" * n))),
    "view.private_metadata": lambda n: check_view(modal(section(), private_metadata="x" * n)),
    "view.callback_id": lambda n: check_view(modal(section(), callback_id="x" * n)),
    "view.external_id": lambda n: check_view(modal(section(), external_id="x" * n)),
    "view.bytes": sized_view,
    "view.focus_on_load": focused,
    "block_id": lambda n: message(section(block_id="x" * n)),
    "action_id": lambda n: message(actions(button("x" * n))),
    "text": lambda n: message({"type": "context", "elements": [mrkdwn("x" * n)]}),
    "section.text": lambda n: message(section("x" * n)),
    "section.fields": lambda n: message({"type": "section", "fields": [plain("x")] * n}),
    "section.field": lambda n: message({"type": "section", "fields": [plain("x" * n)]}),
    "header.text": lambda n: message({"type": "header", "text": plain("x" * n)}),
    "header.level": lambda n: message({"type": "header", "text": plain("x"), "level": n}),
    "context.elements": lambda n: message(context(n)),
    "actions.elements": lambda n: message(actions(*[button(f"a{k}") for k in range(n)])),
    "context_actions.elements": feedback,
    "image.url": lambda n: image(image_url=long_url(n)),
    "image.alt_text": lambda n: image(alt_text="x" * n),
    "image.title": lambda n: image(title=plain("x" * n)),
    "input.label": lambda n: check_view(modal(text_input(label=plain("x" * n)))),
    "input.hint": lambda n: check_view(modal(text_input(hint=plain("x" * n)))),
    "video.title": lambda n: video(title=plain("x" * n)),
    "video.author_name": lambda n: video(author_name="x" * n),
    "video.description": lambda n: video(description=plain("x" * n)),
    "markdown.text": lambda n: [
        p
        for p in message({"type": "markdown", "text": "x" * 5_000}, {"type": "markdown", "text": "x" * (n - 5_000)})
        if p.limit == "markdown.text"
    ],
    "button.text": lambda n: message(actions(button(text="x" * n))),
    "button.value": lambda n: message(actions(button(value="x" * n))),
    "button.url": lambda n: message(actions(button(url=long_url(n)))),
    "button.accessibility_label": lambda n: message(actions(button(accessibility_label="x" * n))),
    "button.agent_prompt": lambda n: message(actions(button(agent_prompt="x" * n))),
    "select.options": lambda n: message(actions(element("static_select", options=options(n)))),
    "select.option_groups": lambda n: message(actions(element("multi_static_select", option_groups=groups(n)))),
    "overflow.options": lambda n: message(section(accessory=element("overflow", options=options(n)))),
    "checkboxes.options": lambda n: message(actions(element("checkboxes", options=options(n)))),
    "radio_buttons.options": lambda n: message(actions(element("radio_buttons", options=options(n)))),
    "plain_text_input.length": lambda n: in_input(element("plain_text_input", max_length=n)),
    "rich_text_input.lines": lambda n: in_input(element("rich_text_input", max_lines=n)),
    "file_input.files": lambda n: in_input(element("file_input", max_files=n)),
    "placeholder": lambda n: message(actions(element("users_select", placeholder=plain("x" * n)))),
    "confirm.title": lambda n: message(confirm(title=plain("x" * n))),
    "confirm.text": lambda n: message(confirm(text=mrkdwn("x" * n))),
    "confirm.confirm": lambda n: message(confirm(confirm=plain("x" * n))),
    "confirm.deny": lambda n: message(confirm(deny=plain("x" * n))),
    "option.text": lambda n: one_option(text=plain("x" * n)),
    "option.value": lambda n: one_option(value="x" * n),
    "option.description": lambda n: one_option(description=plain("x" * n)),
    "option.url": lambda n: message(
        section(accessory=element("overflow", options=[{**option("v"), "url": long_url(n)}]))
    ),
    "option_group.label": lambda n: message(
        actions(element("static_select", option_groups=[{"label": plain("x" * n), "options": options(1)}]))
    ),
    "option_group.options": lambda n: message(
        actions(element("static_select", option_groups=[{"label": plain("x"), "options": options(n)}]))
    ),
    "options_response.options": lambda n: check_options({"options": options(n)}),
    "options_response.option_groups": lambda n: check_options({"option_groups": groups(n)}),
}
ELSEWHERE = {"modal.stack", "message.text_cut"}


def test_every_limit_has_a_case() -> None:
    assert set(CASES) | ELSEWHERE == set(LIMITS)
    assert AS_OF.startswith("20")


@pytest.mark.parametrize("name", CASES)
def test_limit_at_its_edge_and_past_it(name: str) -> None:
    edge = LIMITS[name]
    ignored = {"message.blocks_bytes_advised", "option.unique"} - {name}
    assert [p for p in CASES[name](edge) if p.limit not in ignored] == []
    assert name in {p.limit for p in CASES[name](edge + 1)}
