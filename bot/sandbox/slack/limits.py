"""Slack's limits in one dated table, as facts for the checker, the Web API and the clocks.

Sources are the vendor's reference pages, type definitions and issue threads as of
`AS_OF`. Slack moves numbers without notice: change them here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

AS_OF = "2026-11-22"
"""The day these numbers were last looked up."""

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        # Messages
        "message.blocks": 50,
        "message.text": 4_000,
        "message.text_cut": 40_000,
        "message.update_text": 4_000,
        "message.blocks_bytes_advised": 12_000,
        "message.blocks_bytes": 13_200,
        "message.attachments": 100,
        "message.attachments_advised": 20,
        "message.markdown_text": 12_000,
        # Views
        "modal.blocks": 100,
        "home.blocks": 100,
        "modal.stack": 3,
        "view.title": 24,
        "view.submit": 24,
        "view.close": 24,
        "view.private_metadata": 3_000,
        "view.callback_id": 255,
        "view.external_id": 255,
        "view.bytes": 250_000,
        "view.focus_on_load": 1,
        # Blocks
        "block_id": 255,
        "action_id": 255,
        "text": 3_000,
        "section.text": 3_000,
        "section.fields": 10,
        "section.field": 2_000,
        "header.text": 150,
        "header.level": 4,
        "context.elements": 10,
        "actions.elements": 25,
        "context_actions.elements": 5,
        "image.url": 3_000,
        "image.alt_text": 2_000,
        "image.title": 2_000,
        "input.label": 2_000,
        "input.hint": 2_000,
        "video.title": 199,
        "video.author_name": 49,
        "video.description": 199,
        "markdown.text": 12_000,
        # Elements
        "button.text": 75,
        "button.value": 2_000,
        "button.url": 3_000,
        "button.accessibility_label": 75,
        "button.agent_prompt": 4_000,
        "select.options": 100,
        "select.option_groups": 100,
        "overflow.options": 5,
        "checkboxes.options": 10,
        "radio_buttons.options": 10,
        "plain_text_input.length": 3_000,
        "rich_text_input.lines": 100,
        "file_input.files": 10,
        # Composition objects
        "placeholder": 150,
        "confirm.title": 100,
        "confirm.text": 300,
        "confirm.confirm": 30,
        "confirm.deny": 30,
        "option.text": 75,
        "option.value": 150,
        "option.description": 75,
        "option.url": 3_000,
        "option_group.label": 75,
        "option_group.options": 100,
        # Answers to an options request
        "options_response.options": 100,
        "options_response.option_groups": 100,
    }
)
"""Largest allowed length, count or number of bytes, by name."""

TIMES: Mapping[str, float] = MappingProxyType(
    {
        "ack": 3.0,
        "trigger": 3.0,
        "response_url": 1_800.0,
        "signature_age": 300.0,
    }
)
"""Lives and deadlines in seconds."""

RESPONSE_URL_USES = 5
"""How often one response URL can be used."""

EVENT_RETRY_DELAYS: tuple[float, ...] = (0.0, 60.0, 300.0)
"""Seconds to wait before each repeated delivery of a failed event."""

TIERS: Mapping[int, int] = MappingProxyType({1: 1, 2: 20, 3: 50, 4: 100})
"""Calls per minute of each rate-limit tier; each is for one method, workspace and app."""

SPECIAL_RATES: Mapping[str, int] = MappingProxyType({"auth.test": 300, "chat.postMessage": 300})
"""Calls per minute of methods outside the tiers, for the whole workspace."""

CHANNEL_POSTS_PER_MINUTE = 60
"""Messages to one channel, averaged; short bursts are let through."""


def limit(name: str) -> int:
    """Return the limit called `name`."""
    return LIMITS[name]
