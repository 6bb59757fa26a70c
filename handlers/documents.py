"""Clicks that lead to a document."""

from __future__ import annotations

from typing import Any

from blocks.documents import document_message
from handlers.commands import OpenView
from handlers.desk import Desk, clicked, value_of


def document_show(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Give a person a link to a document that only they see."""
    who = clicked(body)
    item_id = value_of(body).get("i") or body["actions"][0]["selected_option"]["value"]
    desk.answer(who, document_message(desk.previews.offer(who.workspace_id, who.user_id, item_id)))


def browser_confirm(desk: Desk, body: dict[str, Any], _open: OpenView) -> None:
    """Take a person's word that a browser is theirs; the question is rewritten."""
    who = clicked(body)
    desk.previews.confirm(who.workspace_id, who.user_id, value_of(body)["v"])
