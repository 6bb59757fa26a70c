"""The settings form."""

from __future__ import annotations

from datetime import date
from typing import Any

from blocks.ids import Action, Field, View
from blocks.kit import Block, field, foreign, modal, option, plural, section
from bot.domain.businesses import TaxTreatment
from bot.domain.hours import today
from bot.domain.people import Role
from bot.domain.views.connecting import SettingsForm

_TAX = {
    TaxTreatment.INSIDE: "Inside the category's line",
    TaxTreatment.OWN_LINE: "On a line of its own, to a tax account",
}
_OUTAGES = (1, 2, 4, 8, 24)
_ROLES = (
    (Field.ADMIN, Role.ADMIN, "Admins", "Connect, refresh, change settings; may also publish and approve."),
    (Field.FINANCE, Role.FINANCE, "Finance", "See items and ask for approval."),
    (Field.APPROVER, Role.APPROVER, "Approvers", "Approve and reject what others asked for."),
    (Field.AUDITOR, Role.AUDITOR, "Auditors", "See, but change nothing."),
)


def settings_modal(form: SettingsForm) -> Block:
    """Show channel, roles and tax treatment for an admin to change."""
    business = form.business
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
            _place(business.channel_id, Field.CHANNEL),
            hint="Invite the bot there first: /invite in the channel.",
        ),
        field(
            Field.ADMIN_CHANNEL,
            "Channel for admins",
            _place(business.admin_channel_id, Field.ADMIN_CHANNEL),
            hint="Expired connections are told here. Without one, in the channel above.",
            optional=True,
        ),
        field(
            Field.FALLBACK_CHANNEL,
            "Channel when no admin acts",
            _place(business.fallback_channel_id, Field.FALLBACK_CHANNEL),
            hint="Where an expired connection goes when nobody mended it for two working days.",
            optional=True,
        ),
        *(field(id_, label, _people(form, id_, role), hint=hint, optional=True) for id_, role, label, hint in _ROLES),
        field(Field.TAX, "How tax is booked in Bill.com", tax, hint="Bill.com has no tax codes on bills."),
        field(Field.TAX_ACCOUNT, "Tax account", tax_account, hint="Only for tax on its own line.", optional=True),
        field(Field.ZONE, "Time zone", _zone(business.zone), hint="Reminders come Monday to Friday, nine to five."),
        field(
            Field.CLOSING,
            "The books close on",
            _date(Field.CLOSING, business.closing_on),
            hint="Two days before, an expired connection that holds items is pressed for after half an hour.",
            optional=True,
        ),
        field(Field.OUTAGE, "Tell of an outage after", _outage(business.outage_hours)),
        *(
            field(
                id_,
                f"{leg.provider.label}'s connection ends on",
                _date(id_, today(leg.expires_at, business.zone) if leg.expires_at else None),
                hint="If you know it: you are reminded 14, 7, 2 and 0 days before.",
                optional=True,
            )
            for id_, leg in ((Field.BILL_ENDS, form.connection.bill), (Field.DEXT_ENDS, form.connection.dext))
            if leg.organization_id
        ),
    )


def _place(channel_id: str, id_: Field) -> Block:
    element: Block = {
        "type": "conversations_select",
        "action_id": id_,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return element | {"initial_conversation": channel_id} if channel_id else element


def _zone(zone: str) -> Block:
    return {
        "type": "external_select",
        "action_id": Action.ZONE,
        "min_query_length": 0,
        "placeholder": {"type": "plain_text", "text": "Type a city"},
        "initial_option": option(zone or "UTC", zone or "UTC"),
    }


def _date(id_: Field, on: date | None) -> Block:
    element: Block = {"type": "datepicker", "action_id": id_}
    return element | {"initial_date": on.isoformat()} if on else element


def _outage(hours: int) -> Block:
    choices = {each: option(plural(each, "hour"), str(each)) for each in sorted({*_OUTAGES, hours})}
    return {
        "type": "static_select",
        "action_id": Field.OUTAGE,
        "options": list(choices.values()),
        "initial_option": choices[hours],
    }


def zone_options(names: list[str]) -> Block:
    """Return time zones as the choices of a menu."""
    return {"options": [option(name, name) for name in names]}


def _people(form: SettingsForm, id_: Field, role: Role) -> Block:
    element: Block = {"type": "multi_users_select", "action_id": id_}
    if form.roles[role]:
        element["initial_users"] = list(form.roles[role])
    return element
