"""Forms that come back, and the menus in them that ask for choices."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from blocks.asks import ask_sent_text
from blocks.clients import business_options, copied_text
from blocks.ids import Action, Field
from blocks.kit import Block
from blocks.pickers import entry_options
from blocks.settings import zone_options
from blocks.words import plain_answer
from bot.domain.businesses import TaxTreatment
from bot.domain.connections import Provider
from bot.domain.hours import zones_like
from bot.domain.lists import ListName
from bot.domain.people import Right, Role
from bot.services.clients import Part
from bot.services.people import WantedSettings
from handlers.desk import Desk, clicked


def reject(desk: Desk, body: dict[str, Any]) -> None:
    """Reject with the reason that was typed; the card is rewritten."""
    who = clicked(body)
    memory = json.loads(body["view"]["private_metadata"])
    reason = _input(body, Field.REASON).get("value") or ""
    desk.approvals.reject(who.workspace_id, who.user_id, memory["r"], reason)


def change_settings(desk: Desk, body: dict[str, Any]) -> None:
    """Store the settings, and say so."""
    who = clicked(body)
    people = {
        role: set(_input(body, field).get("selected_users") or [])
        for role, field in (
            (Role.ADMIN, Field.ADMIN),
            (Role.FINANCE, Field.FINANCE),
            (Role.APPROVER, Field.APPROVER),
            (Role.AUDITOR, Field.AUDITOR),
        )
    }
    wanted = WantedSettings(
        channel_id=_place(body, Field.CHANNEL),
        admin_channel_id=_place(body, Field.ADMIN_CHANNEL),
        fallback_channel_id=_place(body, Field.FALLBACK_CHANNEL),
        zone=choice(body, Field.ZONE, Action.ZONE),
        closing_on=_day(body, Field.CLOSING),
        outage_hours=int(choice(body, Field.OUTAGE) or 4),
        treatment=TaxTreatment(choice(body, Field.TAX)),
        tax_account_id=choice(body, Field.TAX_ACCOUNT, Action.TAX_ACCOUNT),
        ends_on={Provider.BILL: _day(body, Field.BILL_ENDS), Provider.DEXT: _day(body, Field.DEXT_ENDS)},
    )
    business = desk.people.change_settings(
        who.workspace_id, who.user_id, wanted=wanted, roles=people, business_id=who.business_id
    )
    told = f"Settings saved. Cards and notices go to <#{business.channel_id}>." if business.channel_id else "Saved."
    desk.answer(who, plain_answer(told))


def disconnect(desk: Desk, body: dict[str, Any]) -> None:
    """Disconnect, now that it is confirmed, and say so."""
    who = clicked(body)
    business = desk.disconnecting.disconnect(who.workspace_id, who.user_id, who.business_id)
    desk.answer(who, plain_answer(f"{business.name} is disconnected. Type `/dext connect` to connect it again."))


def ask(desk: Desk, body: dict[str, Any]) -> None:
    """Tell the admins what was typed, and say so."""
    who = clicked(body)
    memory = json.loads(body["view"]["private_metadata"])
    text = _input(body, Field.WANT).get("value") or ""
    asked = desk.asking.ask(who.workspace_id, who.user_id, memory["b"], Right(memory["t"]), text)
    desk.answer(who, plain_answer(ask_sent_text(asked)))


def copy_settings(desk: Desk, body: dict[str, Any]) -> None:
    """Set one business up from another, and say what was taken over."""
    who = clicked(body)
    source, target = (
        choice(body, field, f"{Action.BUSINESS_FIND}.{end}")
        for field, end in ((Field.COPY_FROM, "from"), (Field.COPY_TO, "to"))
    )
    parts = [Part(one["value"]) for one in _input(body, Field.COPY_WHAT).get("selected_options") or []]
    copied = desk.clients.copy_settings(who.workspace_id, who.user_id, source, target, parts)
    desk.answer(who, plain_answer(copied_text(copied)))


def businesses(desk: Desk, body: dict[str, Any]) -> Block:
    """Return the businesses that match what somebody types: in a form those they are an admin of."""
    who = clicked(body)
    admin = "view" in body
    return business_options(desk.clients.mine(who.workspace_id, who.user_id, body.get("value") or "", admin=admin))


def zones(_desk: Desk, body: dict[str, Any]) -> Block:
    """Return the time zones that match what somebody types."""
    return zone_options(zones_like(body.get("value") or ""))


def tax_accounts(desk: Desk, body: dict[str, Any]) -> Block:
    """Return the accounts that match what somebody types into the tax account's menu."""
    who = clicked(body)
    words = body.get("value") or ""
    return entry_options(
        desk.lookup.find(
            who.workspace_id,
            who.user_id,
            ListName.ACCOUNTS,
            words,
            business_id=who.business_id,
            right=Right.SETTINGS,
        )
    )


def _place(body: dict[str, Any], field: Field) -> str:
    return _input(body, field).get("selected_conversation") or ""


def text(body: dict[str, Any], field: Field) -> str:
    """Return what was typed into an input of a form."""
    return str(_input(body, field).get("value") or "")


def choice(body: dict[str, Any], field: Field, action: str = "") -> str:
    """Return the value that was chosen in an input of a form."""
    return str((_input(body, field, action).get("selected_option") or {}).get("value", ""))


def _day(body: dict[str, Any], field: Field) -> date | None:
    chosen = _input(body, field).get("selected_date")
    return date.fromisoformat(chosen) if chosen else None


def _input(body: dict[str, Any], field: Field, action: str = "") -> dict[str, Any]:
    found: dict[str, Any] = body["view"]["state"]["values"].get(field.value, {}).get(action or field.value, {})
    return found
