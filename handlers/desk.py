"""What handlers work with: the services, and who did what where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from blocks.kit import Message
from bot.services.applying import Applying
from bot.services.approvals import Approvals
from bot.services.asking import Asking
from bot.services.clients import Clients
from bot.services.connecting import Connecting
from bot.services.disconnecting import Disconnecting
from bot.services.dividing import Dividing
from bot.services.editing import Editing
from bot.services.finishing import Finishing
from bot.services.holding import Holding
from bot.services.inbox import Inbox
from bot.services.intake import Intake
from bot.services.lookup import Lookup
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.previews import Previews
from bot.services.prompts import Prompts
from bot.services.rates import Rates
from bot.services.receipts import Receipts
from bot.services.refreshing import Refreshing
from bot.services.rules import Rules
from bot.services.status import Status
from bot.services.suppliers import Suppliers
from bot.services.watching import Watching


@dataclass(frozen=True)
class Who:
    """Be the person behind a request, and where an answer reaches them.

    `reply_to` is only set when they clicked on a message that only they see: it can be replaced.
    `business_id` is known when what they clicked belongs to a business; else the channel tells.
    """

    workspace_id: str
    user_id: str
    channel_id: str
    reply_to: str = ""
    business_id: str = ""


@dataclass(frozen=True)
class Desk:
    """Be the services that handlers call."""

    people: People
    asking: Asking
    clients: Clients
    watching: Watching
    connecting: Connecting
    finishing: Finishing
    refreshing: Refreshing
    intake: Intake
    approvals: Approvals
    holding: Holding
    prompts: Prompts
    disconnecting: Disconnecting
    status: Status
    lookup: Lookup
    messages: Messages
    inbox: Inbox
    previews: Previews
    receipts: Receipts
    suppliers: Suppliers
    editing: Editing
    dividing: Dividing
    rules: Rules
    applying: Applying
    rates: Rates

    def answer(self, who: Who, what: Message, *, replace: bool = False) -> None:
        """Answer a click, with a message of its own or in place of the one that was clicked."""
        reply_to = who.reply_to if replace else ""
        self.messages.answer(who.workspace_id, who.user_id, who.channel_id, what.text, what.blocks, reply_to)


def typed(body: dict[str, Any]) -> Who:
    """Return who typed a command."""
    return Who(body["team_id"], body["user_id"], body["channel_id"])


def clicked(body: dict[str, Any]) -> Who:
    """Return who clicked, or submitted a form."""
    container = body.get("container") or {}
    reply_to = body.get("response_url") or "" if container.get("is_ephemeral") else ""
    business_id = (value_of(body) | _memory(body)).get("b", "")
    return Who(body["team"]["id"], body["user"]["id"], place_of(body), reply_to, business_id)


def place_of(body: dict[str, Any]) -> str:
    """Return the channel in which something was typed or clicked, or its form opened; Home is in none."""
    container = body.get("container") or {}
    clicked_in = container.get("channel_id") or (body.get("channel") or {}).get("id")
    return str(body.get("channel_id") or clicked_in or _memory(body).get("c", ""))


def placed(view: dict[str, Any], channel_id: str) -> dict[str, Any]:
    """Return a form that remembers the channel it was opened in: what comes of it is told there."""
    if not channel_id:
        return view
    memory = json.loads(view.get("private_metadata") or "{}") | {"c": channel_id}
    return view | {"private_metadata": json.dumps(memory, separators=(",", ":"), ensure_ascii=False)}


def _memory(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((body.get("view") or {}).get("private_metadata") or "{}")
    return found


def value_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return the ids that a clicked button carries; a menu or a form carries none."""
    clicked_on = (body.get("actions") or [{}])[0]
    found: dict[str, Any] = json.loads(clicked_on.get("value") or "{}") if clicked_on.get("type") == "button" else {}
    return found


def chosen_business(body: dict[str, Any]) -> tuple[str, str]:
    """Return the business that was chosen, by button or menu, and the command that waited for it."""
    value, element = value_of(body), (body.get("actions") or [{}])[0]
    if value:
        return value["b"], value.get("w", "")
    words = str(element.get("block_id") or "").removeprefix("which:")
    return str((element.get("selected_option") or {}).get("value", "")), words


def ephemeral(what: Message) -> dict[str, Any]:
    """Return a message as the answer to a command, for the person alone."""
    return {"response_type": "ephemeral", "text": what.text, "blocks": list(what.blocks)}
