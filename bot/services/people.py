"""People: who may do what, checked on every route in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from bot.domain.businesses import Business, TaxTreatment
from bot.domain.coding import normalised
from bot.domain.connections import Provider
from bot.domain.hours import end_of, is_zone
from bot.domain.lists import ListName
from bot.domain.people import WHAT, Right, Role, may, roles_with
from bot.domain.views.connecting import SettingsForm
from bot.domain.work import Job
from bot.errors import ConflictError, InputError, NotAllowedError
from bot.services.ask_answers import settle_granted
from bot.services.base import Base, find_business
from bot.services.breaks import Breaks
from storage import legs, lists, people


@dataclass(frozen=True)
class WantedSettings:
    """Be the settings an admin asked for; `ends_on` is the last day of each leg, where somebody knows it."""

    channel_id: str
    admin_channel_id: str = ""
    fallback_channel_id: str = ""
    zone: str = ""
    closing_on: date | None = None
    outage_hours: int = 4
    treatment: TaxTreatment = TaxTreatment.INSIDE
    tax_account_id: str = ""
    ends_on: Mapping[Provider, date | None] = field(default_factory=dict)


def require(session: Session, business: Business, user_id: str, right: Right) -> None:
    """Raise `NotAllowedError`, naming who can, unless the person has the right."""
    if may(people.roles_of(session, business.id, user_id), right):
        return
    admins = people.holders(session, business.id, [Role.ADMIN])
    who = mentions(admins) if admins else "nobody yet; whoever runs the bot names the first one in its settings"
    if right is Right.SEE:
        raise NotAllowedError(
            f"You have no role in {business.name} yet, so there is nothing I can show you. An admin adds you in "
            f"`/dext settings`: {who}.",
            business_id=business.id,
            right=right,
        )
    able = people.holders(session, business.id, roles_with(right))
    role = "" if able == admins else f", or ask an admin for the role: {who}"
    raise NotAllowedError(
        f"You can't {WHAT[right]} for {business.name}. These people can: {mentions(able) or 'nobody yet'}. Ask one of "
        f"them{role}.",
        business_id=business.id,
        right=right,
    )


def mentions(user_ids: list[str]) -> str:
    """Return people as Slack shows them, five at most."""
    named = ", ".join(f"<@{user_id}>" for user_id in user_ids[:5])
    more = len(user_ids) - 5
    return f"{named} and {more} more" if more > 0 else named


class People:
    """Install the app, and keep roles and settings."""

    def __init__(self, base: Base, breaks: Breaks) -> None:
        self._base = base
        self._breaks = breaks

    def install(self, workspace_id: str, name: str, bot_user_id: str, business_name: str, first_admin: str) -> None:
        """Note the workspace, with a first business and its first admin where there is none yet.

        The nominated admin is only used while a business has no admin: a setting that stays in the
        environment never gives back a role that was taken.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            people.keep_workspace(session, workspace_id, name, bot_user_id, now)
            business = next(iter(people.businesses_in(session, workspace_id)), None)
            if business is None:
                business = Business(self._base.new_id(), workspace_id, business_name)
                people.add_business(session, business, now)
            if not people.holders(session, business.id, [Role.ADMIN]):
                people.give_role(session, business.id, first_admin, Role.ADMIN, "installation", now)

    def bot_user(self, workspace_id: str) -> str:
        """Return the bot's own Slack id; raise `NotFoundError` where it is not installed."""
        with self._base.database.read() as session:
            return people.bot_user(session, workspace_id)

    def workspace_of(self, business_id: str) -> str:
        """Return the workspace that a business belongs to."""
        with self._base.database.begin() as session:
            return people.business(session, business_id).workspace_id

    def business(self, business_id: str) -> Business:
        """Return a business."""
        with self._base.database.begin() as session:
            return people.business(session, business_id)

    def found(self, workspace_id: str, user_id: str, channel_id: str, name: str) -> Business:
        """Add a business to the workspace, bound to a channel; whoever may connect one may add one.

        Raises `ConflictError` when the channel belongs to a business, `InputError` for an empty name.
        """
        title, now = " ".join(name.split()), self._base.clock()
        with self._base.database.begin() as session:
            known = people.businesses_in(session, workspace_id)
            self._check_may_found(session, known, user_id)
            if not title or len(title) > 80:
                raise InputError("Type the new business's name after it, such as `/dext connect new Pine Workshop`.")
            taken = next((business for business in known if business.channel_id == channel_id), None)
            if taken is not None:
                raise ConflictError(f"This channel belongs to {taken.name}. Use another channel for another business.")
            if any(normalised(business.name) == normalised(title) for business in known):
                raise ConflictError(f"There is a business called {title} already.")
            business = Business(self._base.new_id(), workspace_id, title, channel_id=channel_id)
            people.add_business(session, business, now)
            people.give_role(session, business.id, user_id, Role.ADMIN, user_id, now)
        return business

    def settings(self, workspace_id: str, user_id: str, channel_id: str = "", business_id: str = "") -> SettingsForm:
        """Return the settings for an admin to change."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.SETTINGS)
            held = people.all_roles(session, business.id)
            account = lists.by_ids(session, business.id, [business.tax_account_id])
            entry = account.get((ListName.ACCOUNTS, business.tax_account_id))
            connection = legs.connection(session, business.id)
        return SettingsForm(
            business,
            {role: tuple(users) for role, users in held.items()},
            entry.name if entry is not None else "",
            connection,
        )

    def change_settings(
        self,
        workspace_id: str,
        user_id: str,
        *,
        wanted: WantedSettings,
        roles: dict[Role, set[str]],
        business_id: str = "",
    ) -> Business:
        """Store the settings and roles; raise `InputError` with the field that is wrong."""
        if not roles[Role.ADMIN]:
            raise InputError("Keep at least one admin, or nobody can mend the connection.", field="admin")
        if wanted.treatment is TaxTreatment.OWN_LINE and not wanted.tax_account_id:
            raise InputError("Choose the account that the tax goes to.", field="tax_account")
        if wanted.zone and not is_zone(wanted.zone):
            raise InputError("Choose one of the time zones.", field="zone")
        now = self._base.clock()
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, "", business_id, lock=True)
            require(session, business, user_id, Right.SETTINGS)
            others = [one for one in people.businesses_in(session, workspace_id) if one.id != business.id]
            channel_id = wanted.channel_id
            taken = next((one.name for one in others if channel_id and one.channel_id == channel_id), "")
            if taken:
                raise InputError(f"That channel belongs to {taken}.", field="channel")
            if wanted.tax_account_id:
                self._check_account(session, business, wanted.tax_account_id)
            held = people.all_roles(session, business.id)
            for role in Role:
                for gone in set(held[role]) - roles[role]:
                    people.take_role(session, business.id, gone, role)
                for new in sorted(roles[role] - set(held[role])):
                    people.give_role(session, business.id, new, role, user_id, now)
            changed = replace(
                business,
                channel_id=channel_id,
                admin_channel_id=wanted.admin_channel_id,
                fallback_channel_id=wanted.fallback_channel_id,
                zone=wanted.zone,
                closing_on=wanted.closing_on,
                outage_hours=wanted.outage_hours,
                tax_treatment=wanted.treatment,
                tax_account_id=wanted.tax_account_id,
            )
            people.change_business(session, changed)
            if (changed.tax_treatment, changed.tax_account_id) != (business.tax_treatment, business.tax_account_id):
                job = Job("look_again", f"look:{business.id}:{self._base.new_id()}", (business.id,))
                self._base.work.enqueue_in(session, job)
            self._keep_ends(session, changed, wanted)
            settle_granted(self._base, session, business.id, user_id)
            self._breaks.reconsider(session, business.id)
        return changed

    def keep_zone(self, business_id: str, zone: str) -> None:
        """Note the time zone of a business, unless somebody chose one."""
        with self._base.database.begin() as session:
            business = people.business(session, business_id, lock=True)
            if not business.zone and is_zone(zone):
                people.change_business(session, replace(business, zone=zone))

    def _keep_ends(self, session: Session, business: Business, wanted: WantedSettings) -> None:
        """Note when the connections end, and warn, or stop warning, accordingly."""
        for provider, ends_on in wanted.ends_on.items():
            leg = legs.find(session, business.id, provider, lock=True)
            ends_at = end_of(ends_on, business.zone) if ends_on is not None else None
            if leg.organization_id and leg.expires_at != ends_at:
                self._breaks.warn(session, replace(leg, expires_at=ends_at))

    def _check_may_found(self, session: Session, known: list[Business], user_id: str) -> None:
        admins = [admin for business in known for admin in people.holders(session, business.id, [Role.ADMIN])]
        if user_id not in admins:
            raise NotAllowedError(
                f"You can't add a business. These people can: {mentions(list(dict.fromkeys(admins)))}."
            )

    def _check_account(self, session: Session, business: Business, account_id: str) -> None:
        entry = lists.by_ids(session, business.id, [account_id]).get((ListName.ACCOUNTS, account_id))
        if entry is None or entry.archived:
            raise ConflictError("That account is no longer in Bill.com's chart of accounts. Choose another.")
