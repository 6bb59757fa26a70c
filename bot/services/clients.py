"""Many businesses in one workspace: which are mine, how each stands, and one set up from another's settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.domain.businesses import Business, TaxTreatment
from bot.domain.clients import WHOSE, Move, Work, next_move
from bot.domain.coding import normalised
from bot.domain.connections import Connection
from bot.domain.items import ItemStatus
from bot.domain.lists import ListName
from bot.domain.people import Right, Role, roles_with
from bot.domain.views.clients import ClientRow, ClientsPage, Copied
from bot.errors import InputError, NotAllowedError
from bot.services.base import Base, business_in
from bot.services.copying import copy_rates, copy_rules, told
from bot.services.people import mentions, require
from storage import items, legs, lists, people

PAGE = 10
MOST_CHOICES = 100
_ORDER = {move: place for place, move in enumerate(Move)}
_PRESSING = frozenset({Move.RECONNECT, Move.CONNECT, Move.MEND})


class Part(StrEnum):
    """Name what can be taken over from another business's settings."""

    ROLES = "roles"
    TAX = "tax"
    TIMES = "times"
    CHANNELS = "channels"
    RATES = "rates"
    RULES = "rules"


class Clients:
    """Look after many businesses."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def mine(self, workspace_id: str, user_id: str, words: str = "", *, admin: bool = False) -> list[Business]:
        """Return the businesses a person has a role in, or is an admin of, whose names hold the words; by name."""
        with self._base.database.begin() as session:
            wanted = [Role.ADMIN] if admin else list(Role)
            known = people.businesses_of(session, workspace_id, user_id, wanted)
        return [business for business in known if _named(business, words)][:MOST_CHOICES]

    def page(self, workspace_id: str, user_id: str, words: str, page: int) -> ClientsPage:
        """Return a page of the businesses a person is an admin of, most pressing first; pages count from 0.

        The number of statements does not depend on how many there are. Raises `NotAllowedError` for nobody's admin.
        """
        with self._base.database.begin() as session:
            known = people.businesses_of(session, workspace_id, user_id, [Role.ADMIN])
            if not known:
                raise NotAllowedError(self._no_admin(session, workspace_id))
            named = [business for business in known if _named(business, words)]
            rows = self._rows(session, named)
            pages = max(1, -(-len(rows) // PAGE))
            page = min(max(page, 0), pages - 1)
            shown = rows[page * PAGE : (page + 1) * PAGE]
            holders = people.roles_in(session, [row.business.id for row in shown])
        return ClientsPage(
            rows=tuple(replace(row, whose=_whose(row.move, holders.get(row.business.id, {}))) for row in shown),
            count=len(rows),
            pressing=sum(row.move in _PRESSING for row in rows),
            page=page,
            pages=pages,
            words=words,
        )

    def copy_settings(
        self, workspace_id: str, user_id: str, source_id: str, target_id: str, parts: Collection[Part]
    ) -> Copied:
        """Take settings over from one business into another; the person is an admin of both.

        Roles, tax rates and rules are added, none is taken. Entries are found by their names, since each organisation
        has its own.
        """
        if not parts:
            raise InputError("Choose what to take over.", field="copy_what")
        if source_id == target_id:
            raise InputError("Choose two different businesses.", field="copy_from")
        taken: list[str] = []
        left: list[str] = []
        with self._base.database.begin() as session:
            source = business_in(session, workspace_id, source_id)
            target = business_in(session, workspace_id, target_id, lock=True)
            for business in (source, target):
                require(session, business, user_id, Right.SETTINGS)
            changed = target
            if Part.TIMES in parts:
                changed = replace(
                    changed, zone=source.zone, outage_hours=source.outage_hours, closing_on=source.closing_on
                )
                taken.append("time zone, closing date, and when an outage is told")
            if Part.CHANNELS in parts:
                changed = replace(
                    changed,
                    admin_channel_id=source.admins_channel_id,
                    fallback_channel_id=source.fallback_channel_id,
                )
                taken.append("channels for what concerns admins")
            if Part.TAX in parts:
                changed = self._tax(session, source, changed, taken, left)
            people.change_business(session, changed)
            if Part.RATES in parts:  # before the rules, which name them
                rates, without = told("tax rates", copy_rates(self._base, session, source, target, user_id))
                taken.append(rates)
                left += without
            if Part.RULES in parts:
                require(session, target, user_id, Right.RULES)
                rules, without = told("rules", copy_rules(self._base, session, source, target, user_id))
                taken.append(rules)
                left += without
            if Part.ROLES in parts:
                self._roles(session, source, target, user_id, taken)
        return Copied(source, changed, tuple(taken), tuple(left))

    def _tax(self, session: Session, source: Business, target: Business, taken: list[str], left: list[str]) -> Business:
        account_id = ""
        if source.tax_treatment is TaxTreatment.OWN_LINE:
            entry = lists.by_ids(session, source.id, [source.tax_account_id]).get(
                (ListName.ACCOUNTS, source.tax_account_id)
            )
            name = entry.name if entry is not None else ""
            found = lists.by_names(session, target.id, [normalised(name)]).get(
                (ListName.ACCOUNTS, normalised(name)), ()
            )
            active = [one for one in found if not one.archived]
            if len(active) != 1:
                how = "is not" if not active else "is more than once"
                left.append(f"how tax is booked: the account “{name}” {how} in {target.name}'s chart of accounts")
                return target
            account_id = active[0].id
        taken.append("how tax is booked")
        return replace(target, tax_treatment=source.tax_treatment, tax_account_id=account_id)

    def _roles(self, session: Session, source: Business, target: Business, user_id: str, taken: list[str]) -> None:
        now, held = self._base.clock(), people.all_roles(session, target.id)
        new = [
            (person, role)
            for role, persons in people.all_roles(session, source.id).items()
            for person in persons
            if person not in held[role]
        ]
        for person, role in new:
            people.give_role(session, target.id, person, role, user_id, now)
        taken.append(f"roles: {len(new)} added" if new else "roles: everybody had theirs already")

    def _rows(self, session: Session, known: list[Business]) -> list[ClientRow]:
        ids = [business.id for business in known]
        joined, counts, synced = (
            legs.of_businesses(session, ids),
            items.open_counts(session, ids),
            lists.synced(session, ids),
        )
        rows = [
            _row(business, joined[business.id], counts.get(business.id, {}), synced=business.id in synced)
            for business in known
        ]
        return sorted(rows, key=lambda row: (_ORDER[row.move], -row.work.held, normalised(row.business.name)))

    def _no_admin(self, session: Session, workspace_id: str) -> str:
        admins = [
            admin
            for business in people.businesses_in(session, workspace_id)[:MOST_CHOICES]
            for admin in people.holders(session, business.id, [Role.ADMIN])
        ]
        return (
            "`/dext clients` is for admins and bookkeepers: it shows the businesses you are an admin of, and there is "
            f"none. These people are: {mentions(list(dict.fromkeys(admins))) or 'nobody yet'}."
        )


def _named(business: Business, words: str) -> bool:
    name = normalised(business.name)
    return all(word in name for word in normalised(words).split())


def _row(business: Business, connection: Connection, counts: dict[ItemStatus, int], *, synced: bool) -> ClientRow:
    work = Work(
        ready=counts.get(ItemStatus.READY, 0),
        to_review=counts.get(ItemStatus.TO_REVIEW, 0),
        waiting=counts.get(ItemStatus.WAITING, 0),
        held=counts.get(ItemStatus.HELD, 0),
        failed=counts.get(ItemStatus.FAILED, 0),
    )
    return ClientRow(business, connection, work, next_move(connection, work, synced=synced), ())


def _whose(move: Move, holders: dict[str, set[Role]]) -> tuple[str, ...]:
    right = WHOSE[move]
    if right is None:
        return ()
    return tuple(person for person, roles in holders.items() if not roles.isdisjoint(roles_with(right)))
