"""Forms that come back, and the menus in them that ask for choices."""

from __future__ import annotations

import json
from typing import Any

from blocks.ids import Action, Field
from blocks.kit import Block
from blocks.settings import account_options
from blocks.words import plain_answer
from bot.domain.businesses import TaxTreatment
from bot.domain.people import Role
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
    account = _input(body, Field.TAX_ACCOUNT, Action.TAX_ACCOUNT).get("selected_option") or {}
    business = desk.people.change_settings(
        who.workspace_id,
        who.user_id,
        channel_id=_input(body, Field.CHANNEL).get("selected_conversation") or "",
        roles=people,
        treatment=TaxTreatment(_input(body, Field.TAX)["selected_option"]["value"]),
        tax_account_id=account.get("value", ""),
        business_id=who.business_id,
    )
    told = f"Settings saved. Cards and notices go to <#{business.channel_id}>." if business.channel_id else "Saved."
    desk.answer(who, plain_answer(told))


def tax_accounts(desk: Desk, body: dict[str, Any]) -> Block:
    """Return the accounts that match what somebody types into the tax account's menu."""
    who = clicked(body)
    return account_options(
        desk.people.accounts(who.workspace_id, who.user_id, body.get("value") or "", who.business_id)
    )


def _input(body: dict[str, Any], field: Field, action: str = "") -> dict[str, Any]:
    found: dict[str, Any] = body["view"]["state"]["values"].get(field.value, {}).get(action or field.value, {})
    return found
