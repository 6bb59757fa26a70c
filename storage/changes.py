"""What was changed on items and rules, by whom: appended, never altered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.domain.fields import ItemField
from bot.domain.items import Item
from bot.domain.layers import Source
from bot.domain.receiving import Change
from storage.tables_rules import item_changes, rule_changes


@dataclass(frozen=True)
class Changed:
    """Be a change as it is kept: with the version of the item that it led to."""

    change: Change
    version: int
    at: datetime


@dataclass(frozen=True)
class RuleChange:
    """Be a change of a rule: what was done to it, and its phrase before and after."""

    rule_id: str
    at: datetime
    by: str
    what: str
    old: str
    new: str


def add(session: Session, of: Sequence[tuple[Item, Sequence[Change]]], now: datetime) -> None:
    """Keep what was changed on items, in one statement for all of them."""
    rows = [
        {
            "business_id": item.business_id,
            "item_id": item.id,
            "version": item.version,
            "at": now,
            "field": change.field.value,
            "old": change.old,
            "new": change.new,
            "source": change.source.value,
            "by": change.by,
        }
        for item, made in of
        for change in made
    ]
    if rows:
        session.execute(insert(item_changes), rows)


def since(session: Session, item_id: str, version: int) -> list[Changed]:
    """Return what was changed on an item after a version, oldest first."""
    query = select(item_changes).where(item_changes.c.item_id == item_id, item_changes.c.version > version)
    return [
        Changed(Change(ItemField(row.field), row.old, row.new, Source(row.source), row.by), row.version, row.at)
        for row in session.execute(query.order_by(item_changes.c.id))
    ]


def of_item(session: Session, item_id: str) -> list[Changed]:
    """Return all that was ever changed on an item, oldest first."""
    return since(session, item_id, 0)


def add_of_rule(session: Session, business_id: str, change: RuleChange) -> None:
    """Keep what was done to a rule."""
    session.execute(
        insert(rule_changes).values(
            business_id=business_id,
            rule_id=change.rule_id,
            at=change.at,
            by=change.by,
            what=change.what,
            old=change.old,
            new=change.new,
        )
    )


def of_rules(session: Session, business_id: str, limit: int) -> list[RuleChange]:
    """Return what was last done to a business's rules, newest first."""
    query = select(rule_changes).where(rule_changes.c.business_id == business_id)
    rows = session.execute(query.order_by(rule_changes.c.id.desc()).limit(limit))
    return [RuleChange(row.rule_id, row.at, row.by, row.what, row.old, row.new) for row in rows]
