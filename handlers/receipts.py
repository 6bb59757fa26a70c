"""Documents that people send to Dext: by a shortcut on a message, or straight to the bot."""

from __future__ import annotations

from typing import Any

from blocks.receipts import taken_message
from handlers.commands import OpenView
from handlers.desk import Desk, clicked


def send_receipt(desk: Desk, body: dict[str, Any]) -> None:
    """Send the files of a message to Dext; what becomes of them is told in its thread."""
    who, message = clicked(body), body.get("message") or {}
    thread = message.get("thread_ts") or message.get("ts") or ""
    files = [file.get("id", "") for file in message.get("files") or []]
    taken = desk.receipts.take(who.workspace_id, who.user_id, who.channel_id, thread, files)
    desk.answer(who, taken_message(taken))


def file_shared(desk: Desk, body: dict[str, Any]) -> None:
    """Send a file to Dext that somebody shared with the bot itself; files in channels are nobody's business here."""
    event = body["event"]
    channel = event.get("channel_id") or ""
    if channel.startswith("D") and event.get("user_id"):
        desk.receipts.take(body["team_id"], event["user_id"], channel, "", [event.get("file_id") or ""])


def receipt_business(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Take a person's word on which business a document is for; the message is rewritten."""
    who = clicked(body)
    upload_id, _, business_id = body["actions"][0]["selected_option"]["value"].partition(":")
    desk.receipts.choose(who.workspace_id, who.user_id, upload_id, business_id)
