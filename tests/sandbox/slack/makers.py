"""Makers of payloads of an exact size, and what the checker says of them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.check import check_message, check_view, size
from bot.sandbox.slack.rules.walk import Problem

from .support import Json, actions, button, modal, mrkdwn, option, plain, section, text_input


def message(*blocks: Json) -> list[Problem]:
    return check_message({"text": "Hello", "blocks": list(blocks)})


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": "a", **more}


def in_input(held: Json, **more: Any) -> list[Problem]:
    return check_view(modal({"type": "input", "label": plain("Name"), "element": held, **more}))


def options(count: int) -> list[Json]:
    return [option(f"v{n}") for n in range(count)]


def context(count: int) -> Json:
    return {"type": "context", "elements": [mrkdwn("x")] * count}


def confirm(**changed: Json) -> Json:
    parts = {"title": plain("T"), "text": plain("T"), "confirm": plain("Y"), "deny": plain("N"), **changed}
    return actions(button(confirm=parts))


def one_option(**changed: Any) -> list[Problem]:
    return message(actions(element("static_select", options=[{**option("v"), **changed}])))


def image(**changed: Any) -> list[Problem]:
    return message({"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", **changed})


def video(**changed: Any) -> list[Problem]:
    base = {"type": "video", "alt_text": "a", "title": plain("t"), "thumbnail_url": "https://e.com/a"}
    return message({**base, "video_url": "https://e.com/v", **changed})


def long_url(length: int) -> str:
    return "https://e.com/".ljust(length, "x")


def groups(count: int) -> list[Json]:
    return [{"label": plain("g"), "options": [option(f"v{n}")]} for n in range(count)]


def sized_blocks(total: int) -> list[Problem]:
    """A message whose blocks take exactly `total` bytes."""
    blocks = [section("x") for _ in range(8)]
    spare = total - size(blocks)
    for block in blocks:
        take = min(spare, 2_900)
        block["text"]["text"] += "x" * take
        spare -= take
    assert size(blocks) == total
    return message(*blocks)


def sized_view(total: int) -> list[Problem]:
    view = modal(*[section("x") for _ in range(95)])
    spare = total - size(view)
    for block in view["blocks"]:
        take = min(spare, 2_900)
        block["text"]["text"] += "x" * take
        spare -= take
    assert size(view) == total
    return check_view(view)


def feedback(count: int) -> list[Problem]:
    icon = {"type": "icon_button", "icon": "trash", "text": plain("x")}
    held = [{**icon, "action_id": f"a{n}"} for n in range(count)]
    return message({"type": "context_actions", "elements": held})


def focused(count: int) -> list[Problem]:
    return check_view(modal(*[text_input(f"b{n}", f"a{n}", element={"focus_on_load": True}) for n in range(count)]))
