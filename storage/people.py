"""Workspaces, businesses and the roles people hold in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.businesses import Business, TaxTreatment
from bot.domain.people import Role
from bot.errors import NotFoundError
from storage.tables import businesses, roles, workspaces
from storage.upserts import upsert


def keep_workspace(session: Session, workspace_id: str, name: str, bot_user_id: str, now: datetime) -> None:
    """Note a workspace the app is installed in, or its new name."""
    row = {"id": workspace_id, "name": name, "bot_user_id": bot_user_id, "created_at": now}
    session.execute(upsert(session, workspaces, [row], key=("id",), keep=("created_at",)), [row])


def bot_user(session: Session, workspace_id: str) -> str:
    """Return the bot's own Slack id in a workspace; raise `NotFoundError` where it is not installed."""
    found = session.scalar(select(workspaces.c.bot_user_id).where(workspaces.c.id == workspace_id))
    if found is None:
        raise NotFoundError(detail=f"workspace {workspace_id}")
    return str(found)


def lock_workspace(session: Session, workspace_id: str) -> None:
    """Let one transaction at a time go on for a workspace, until this one ends."""
    session.execute(select(workspaces.c.id).where(workspaces.c.id == workspace_id).with_for_update())


def add_business(session: Session, business: Business, now: datetime) -> None:
    """Add a business that has no items yet."""
    session.execute(
        insert(businesses).values(
            id=business.id,
            workspace_id=business.workspace_id,
            name=business.name,
            channel_id=business.channel_id,
            tax_treatment=business.tax_treatment.value,
            tax_account_id=business.tax_account_id,
            admin_channel_id=business.admin_channel_id,
            fallback_channel_id=business.fallback_channel_id,
            zone=business.zone,
            closing_on=business.closing_on,
            outage_hours=business.outage_hours,
            last_number=0,
            created_at=now,
        )
    )


def business(session: Session, business_id: str, *, lock: bool = False) -> Business:
    """Return a business, locked until the transaction ends if asked; raise `NotFoundError` for an unknown id."""
    query = select(businesses).where(businesses.c.id == business_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"business {business_id}")
    return _business(row)


def businesses_in(session: Session, workspace_id: str) -> list[Business]:
    """Return the businesses of a workspace, oldest first."""
    query = select(businesses).where(businesses.c.workspace_id == workspace_id)
    return [_business(row) for row in session.execute(query.order_by(businesses.c.created_at, businesses.c.id))]


def businesses_by_id(session: Session, business_ids: Iterable[str]) -> dict[str, Business]:
    """Return businesses by their ids."""
    query = select(businesses).where(businesses.c.id.in_(list(business_ids)))
    return {row.id: _business(row) for row in session.execute(query)}


def change_business(session: Session, changed: Business) -> None:
    """Store the settings of a business."""
    session.execute(
        update(businesses)
        .where(businesses.c.id == changed.id)
        .values(
            name=changed.name,
            channel_id=changed.channel_id,
            tax_treatment=changed.tax_treatment.value,
            tax_account_id=changed.tax_account_id,
            admin_channel_id=changed.admin_channel_id,
            fallback_channel_id=changed.fallback_channel_id,
            zone=changed.zone,
            closing_on=changed.closing_on,
            outage_hours=changed.outage_hours,
        )
    )


def next_number(session: Session, business_id: str, many: int = 1) -> int:
    """Count a business's items further and return the first new number; `many` numbers are taken."""
    statement = (
        update(businesses)
        .where(businesses.c.id == business_id)
        .values(last_number=businesses.c.last_number + many)
        .returning(businesses.c.last_number)
    )
    return int(session.execute(statement).scalar_one()) - many + 1


def set_intake(session: Session, business_id: str, *, taken_in_at: datetime | None, due_at: datetime | None) -> None:
    """Note when items were last taken in (if they were) and when they are next due."""
    values: dict[str, datetime | None] = {"intake_due_at": due_at}
    if taken_in_at is not None:
        values["taken_in_at"] = taken_in_at
    session.execute(update(businesses).where(businesses.c.id == business_id).values(values))


def set_refresh_due(session: Session, business_id: str, due_at: datetime | None) -> None:
    """Note when the lists are next refreshed by the clock."""
    session.execute(update(businesses).where(businesses.c.id == business_id).values(refresh_due_at=due_at))


def due_for_intake(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of businesses whose items are due to be taken in, longest overdue first."""
    query = select(businesses.c.id).where(businesses.c.intake_due_at <= now).order_by(businesses.c.intake_due_at)
    return list(session.scalars(query.limit(limit)))


def due_for_refresh(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of businesses whose lists are due for a refresh, longest overdue first."""
    query = select(businesses.c.id).where(businesses.c.refresh_due_at <= now).order_by(businesses.c.refresh_due_at)
    return list(session.scalars(query.limit(limit)))


def roles_of(session: Session, business_id: str, user_id: str) -> frozenset[Role]:
    """Return the roles a person holds in a business."""
    query = select(roles.c.role).where(roles.c.business_id == business_id, roles.c.user_id == user_id)
    return frozenset(Role(value) for value in session.scalars(query))


def holders(session: Session, business_id: str, wanted: Iterable[Role]) -> list[str]:
    """Return the people who hold any of the roles, whoever has had one longest first."""
    query = (
        select(roles.c.user_id)
        .where(roles.c.business_id == business_id, roles.c.role.in_([role.value for role in wanted]))
        .group_by(roles.c.user_id)
        .order_by(func.min(roles.c.given_at), roles.c.user_id)
    )
    return list(session.scalars(query))


def businesses_of(session: Session, workspace_id: str, user_id: str, wanted: Iterable[Role]) -> list[Business]:
    """Return the businesses of a workspace in which a person holds any of the roles, by name."""
    mine = select(roles.c.business_id).where(
        roles.c.user_id == user_id, roles.c.role.in_([role.value for role in wanted])
    )
    query = select(businesses).where(businesses.c.workspace_id == workspace_id, businesses.c.id.in_(mine))
    return [_business(row) for row in session.execute(query.order_by(businesses.c.name, businesses.c.id))]


def roles_in(session: Session, business_ids: Iterable[str]) -> dict[str, dict[str, set[Role]]]:
    """Return who holds which roles, by business and person, whoever has had one longest first."""
    query = select(roles).where(roles.c.business_id.in_(list(business_ids)))
    found: dict[str, dict[str, set[Role]]] = {}
    for row in session.execute(query.order_by(roles.c.given_at, roles.c.user_id)):
        found.setdefault(row.business_id, {}).setdefault(row.user_id, set()).add(Role(row.role))
    return found


def all_roles(session: Session, business_id: str) -> dict[Role, list[str]]:
    """Return who holds each role."""
    query = select(roles.c.role, roles.c.user_id).where(roles.c.business_id == business_id)
    held: dict[Role, list[str]] = {role: [] for role in Role}
    for row in session.execute(query.order_by(roles.c.given_at, roles.c.user_id)):
        held[Role(row.role)].append(row.user_id)
    return held


def give_role(session: Session, business_id: str, user_id: str, role: Role, given_by: str, now: datetime) -> None:
    """Give a person a role; giving it twice changes nothing."""
    row = {
        "business_id": business_id,
        "user_id": user_id,
        "role": role.value,
        "given_by": given_by,
        "given_at": now,
    }
    key = ("business_id", "user_id", "role")
    session.execute(upsert(session, roles, [row], key=key, keep=("given_by", "given_at")), [row])


def take_role(session: Session, business_id: str, user_id: str, role: Role) -> None:
    """Take a role from a person; taking one that is not held changes nothing."""
    session.execute(
        delete(roles).where(roles.c.business_id == business_id, roles.c.user_id == user_id, roles.c.role == role.value)
    )


def _business(row: Row[Any]) -> Business:
    return Business(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        channel_id=row.channel_id,
        tax_treatment=TaxTreatment(row.tax_treatment),
        tax_account_id=row.tax_account_id,
        taken_in_at=row.taken_in_at,
        admin_channel_id=row.admin_channel_id,
        fallback_channel_id=row.fallback_channel_id,
        zone=row.zone,
        closing_on=row.closing_on,
        outage_hours=row.outage_hours,
    )
