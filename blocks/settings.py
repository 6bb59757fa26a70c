"""The settings form."""

from __future__ import annotations

from typing import Any

from blocks.ids import Action, Field, View
from blocks.kit import Block, field, foreign, modal, option, section
from bot.domain.businesses import TaxTreatment
from bot.domain.lists import Entry
from bot.domain.people import Role
from bot.domain.views import SettingsForm

_TAX = {
    TaxTreatment.INSIDE: "Inside the category's line",
    TaxTreatment.OWN_LINE: "On a line of its own, to a tax account",
}
_ROLES = (
    (Field.ADMIN, Role.ADMIN, "Admins", "Connect, refresh, change settings; may also publish and approve."),
    (Field.FINANCE, Role.FINANCE, "Finance", "See items and ask for approval."),
    (Field.APPROVER, Role.APPROVER, "Approvers", "Approve and reject what others asked for."),
    (Field.AUDITOR, Role.AUDITOR, "Auditors", "See, but change nothing."),
)


def settings_modal(form: SettingsForm) -> Block:
    """Show channel, roles and tax treatment for an admin to change."""
    business = form.business
    channel: dict[str, Any] = {
        "type": "conversations_select",
        "action_id": Field.CHANNEL,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if business.channel_id:
        channel["initial_conversation"] = business.channel_id
    tax_account: dict[str, Any] = {
        "type": "external_select",
        "action_id": Action.TAX_ACCOUNT,
        "min_query_length": 0,
        "placeholder": {"type": "plain_text", "text": "Choose an account"},
    }
    if form.tax_account:
        tax_account["initial_option"] = option(form.tax_account, business.tax_account_id)
    choices = {treatment: option(label, treatment.value) for treatment, label in _TAX.items()}
    tax = {
        "type": "radio_buttons",
        "action_id": Field.TAX,
        "options": list(choices.values()),
        "initial_option": choices[business.tax_treatment],
    }
    return modal(
        View.SETTINGS,
        "Settings",
        "Save",
        {"b": business.id},
        section(f"*{foreign(business.name)}*"),
        field(
            Field.CHANNEL,
            "Channel for approvals and notices",
            channel,
            hint="Invite the bot there first: /invite in the channel.",
        ),
        *(field(id_, label, _people(form, id_, role), hint=hint, optional=True) for id_, role, label, hint in _ROLES),
        field(Field.TAX, "How tax is booked in Bill.com", tax, hint="Bill.com has no tax codes on bills."),
        field(Field.TAX_ACCOUNT, "Tax account", tax_account, hint="Only for tax on its own line.", optional=True),
    )


def _people(form: SettingsForm, id_: Field, role: Role) -> Block:
    element: Block = {"type": "multi_users_select", "action_id": id_}
    if form.roles[role]:
        element["initial_users"] = list(form.roles[role])
    return element


def account_options(entries: list[Entry]) -> Block:
    """Return accounts as the choices of a menu, a hundred at most."""
    return {
        "options": [
            option(f"{entry.number} {entry.name}".strip() if entry.number else entry.name, entry.id)
            for entry in entries[:100]
        ]
    }
