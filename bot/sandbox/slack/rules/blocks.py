"""Layout blocks: what each holds and on which surface it may stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.limits import limit
from bot.sandbox.slack.rules.elements import ACCESSORIES, ACTIONS, INPUTS, element
from bot.sandbox.slack.rules.objects import SLACK_FILE, plain, text
from bot.sandbox.slack.rules.walk import (
    Check,
    Shape,
    Walk,
    any_string,
    boolean,
    exactly_one,
    integer,
    items,
    kind_of,
    nothing,
    one_of,
    string,
    url,
)


def _block_id(walk: Walk, path: str, value: Any) -> None:
    string("block_id")(walk, path, value)
    if isinstance(value, str):
        if value in walk.block_ids:
            walk.breach(path, "block_id.unique", f"block_id {value!r} is used twice")
        walk.block_ids.add(value)


def _says_something(walk: Walk, path: str, value: Any) -> None:
    if "text" not in value and "fields" not in value:
        walk.breach(path, "section.content", "must have text or fields")


def _context_part(walk: Walk, path: str, value: Any) -> None:
    kind = kind_of(value)
    if kind == "image":
        element(frozenset({"image"}))(walk, path, value)
    elif kind in ("plain_text", "mrkdwn"):
        text("text")(walk, path, value)
    else:
        walk.breach(path, "element.place", "a context holds texts and images only")


def _input_rule(walk: Walk, path: str, value: Any) -> None:
    walk.inputs += 1
    held = value.get("element")
    if value.get("dispatch_action") is True and kind_of(held) == "file_input":
        walk.breach(f"{path}/dispatch_action", "input.dispatch_action", "not with file_input")


def _markdown(walk: Walk, path: str, value: Any) -> None:
    string("markdown.text")(walk, path, value)
    if isinstance(value, str):
        before, walk.markdown = walk.markdown, walk.markdown + len(value)
        if before and walk.markdown > limit("markdown.text") >= len(value):
            walk.breach(path, "markdown.text", f"together at most {limit('markdown.text')} characters")


_RICH_LEAVES = frozenset(
    {"text", "link", "emoji", "user", "channel", "usergroup", "broadcast", "date", "color", "team"},
)
_RICH_STYLES: Mapping[str, Check] = {
    "type": nothing,
    "border": integer(0),
    "indent": integer(0),
    "offset": integer(0),
    "style": one_of("bullet", "ordered"),
}


def _rich_part(walk: Walk, path: str, value: Any) -> None:
    kind = kind_of(value)
    if kind == "rich_text_list":
        Shape({"elements": items(None, _rich_part), "style": nothing}, _RICH_STYLES).check(walk, path, value)
    elif kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
        extra = {"type": nothing, "border": integer(0), "language": any_string}
        Shape({"elements": items(None, _rich_leaf, least=0)}, extra).check(walk, path, value)
    else:
        walk.breach(f"{path}/type", "rich_text.type", f"unknown rich text part {kind!r}")


def _rich_leaf(walk: Walk, path: str, value: Any) -> None:
    kind = kind_of(value)
    if kind not in _RICH_LEAVES:
        walk.breach(f"{path}/type", "rich_text.type", f"unknown rich text element {kind!r}")
    elif kind == "text":
        Shape({"type": nothing, "text": any_string}, {"style": nothing}).check(walk, path, value)


_BASE: Mapping[str, Check] = {"block_id": _block_id}
_TYPE: Mapping[str, Check] = {"type": nothing}
_FEEDBACK = frozenset({"feedback_buttons", "icon_button"})

BLOCKS: Mapping[str, Shape] = {
    "section": Shape(
        _TYPE,
        {
            **_BASE,
            "text": text("section.text"),
            "fields": items("section.fields", text("section.field")),
            "accessory": element(ACCESSORIES),
            "expand": boolean,
        },
        (_says_something,),
    ),
    "header": Shape({**_TYPE, "text": plain("header.text")}, {**_BASE, "level": integer(1, "header.level")}),
    "divider": Shape(_TYPE, _BASE),
    "context": Shape({**_TYPE, "elements": items("context.elements", _context_part)}, _BASE),
    "actions": Shape({**_TYPE, "elements": items("actions.elements", element(ACTIONS))}, _BASE),
    "context_actions": Shape({**_TYPE, "elements": items("context_actions.elements", element(_FEEDBACK))}, _BASE),
    "image": Shape(
        {**_TYPE, "alt_text": string("image.alt_text")},
        {**_BASE, "image_url": url("image.url"), "slack_file": SLACK_FILE, "title": plain("image.title")},
        (exactly_one("image_url", "slack_file"),),
    ),
    "input": Shape(
        {**_TYPE, "label": plain("input.label"), "element": element(INPUTS)},
        {**_BASE, "hint": plain("input.hint"), "optional": boolean, "dispatch_action": boolean},
        (_input_rule,),
    ),
    "video": Shape(
        {
            **_TYPE,
            "alt_text": any_string,
            "title": plain("video.title"),
            "thumbnail_url": url("image.url"),
            "video_url": url("image.url"),
        },
        {
            **_BASE,
            "author_name": string("video.author_name"),
            "description": plain("video.description"),
            "provider_icon_url": url("image.url"),
            "provider_name": any_string,
            "title_url": url("image.url"),
        },
    ),
    "markdown": Shape({**_TYPE, "text": _markdown}, _BASE),
    "rich_text": Shape({**_TYPE, "elements": items(None, _rich_part)}, _BASE),
}
"""Every block this sandbox knows: the classic ones, which each client shows."""

MESSAGE_ONLY = frozenset({"context_actions", "markdown"})
"""Blocks that do not work in modals and Home."""


def check_blocks(walk: Walk, path: str, blocks: Any, *, least: int) -> None:
    """Check a list of blocks and add what is wrong to `walk`."""
    if not isinstance(blocks, list):
        walk.breach(path, "type", "must be a list of blocks")
        return
    name = f"{walk.surface}.blocks"
    if len(blocks) < least:
        walk.breach(path, name, f"should have at least {least} block(s)", hard=False)
    walk.at_most(path, name, len(blocks), "blocks")
    for index, block in enumerate(blocks):
        _block(walk, f"{path}/{index}", block)


def _block(walk: Walk, path: str, block: Any) -> None:
    walk.action_ids_in_block = set()
    if not isinstance(block, dict):
        walk.breach(path, "type", "must be a block object")
        return
    kind = kind_of(block)
    if kind == "file":
        walk.breach(path, "file.source", "apps cannot send file blocks")
    elif kind not in BLOCKS:
        walk.breach(f"{path}/type", "block.type", f"unknown block type {kind!r}")
    else:
        if kind in MESSAGE_ONLY and walk.surface != "message":
            walk.breach(path, "block.surface", f"{kind} works in messages only")
        BLOCKS[kind].check(walk, path, block)
