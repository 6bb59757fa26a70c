"""Answers to a click in place of the message that was clicked, at the address Slack gave with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr
from slack_sdk.webhook import WebhookClient

from bot.errors import UnavailableError

_TIMEOUT = 10


def replace_original(address: SecretStr, text: str, blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Replace the message that was clicked; return whether Slack took it.

    The address lives 30 minutes and takes five answers (docs/slack.md, time limits): past that Slack says
    no, and the caller tells the person in a message of its own. Raises `UnavailableError` when Slack is
    not reached: replacing a message twice changes nothing.
    """
    client = WebhookClient(address.get_secret_value(), timeout=_TIMEOUT)
    try:
        reply = client.send(text=text, blocks=[dict(block) for block in blocks], replace_original=True)
    except OSError as error:
        raise UnavailableError(service="Slack", detail=type(error).__name__) from None
    return reply.status_code == 200
