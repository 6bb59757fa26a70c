"""Rules, and the tax rates that they and people choose from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.businesses import TaxTreatment
from bot.domain.lines import Ref
from bot.domain.rules import Auto, Rule, RuleKind
from bot.domain.tax import TaxRate
from bot.domain.terms import Terms
from bot.errors import NotFoundError
from storage.layers import dump_values, load_values
from storage.tables_rules import rules, tax_rates


def add(session: Session, rule: Rule) -> None:
    """Keep a new rule."""
    session.execute(insert(rules).values(id=rule.id, business_id=rule.business_id, **_row(rule)))


def keep(session: Session, rule: Rule) -> None:
    """Store what a rule says now."""
    session.execute(update(rules).where(rules.c.id == rule.id).values(**_row(rule)))


def remove(session: Session, rule_id: str, now: datetime) -> None:
    """Take a rule out of force; what it did to items stays, with its name."""
    session.execute(update(rules).where(rules.c.id == rule_id).values(removed_at=now))


def get(session: Session, business_id: str, rule_id: str, *, lock: bool = False) -> Rule:
    """Return a rule in force, locked until the transaction ends if asked; raise `NotFoundError`."""
    query = select(rules).where(rules.c.business_id == business_id, rules.c.id == rule_id, rules.c.removed_at.is_(None))
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError("That rule is no longer there. Type `/dext rules` to see those that are.", detail=rule_id)
    return _rule(row)


def in_force(session: Session, business_id: str) -> list[Rule]:
    """Return all rules of a business in their order, in one statement."""
    query = select(rules).where(rules.c.business_id == business_id, rules.c.removed_at.is_(None))
    return [_rule(row) for row in session.execute(query.order_by(rules.c.position, rules.c.id))]


def next_position(session: Session, business_id: str) -> int:
    """Return the place after all rules there ever were."""
    found = session.scalar(select(func.max(rules.c.position)).where(rules.c.business_id == business_id))
    return (found or 0) + 1


def order(session: Session, places: Sequence[tuple[str, int]]) -> None:
    """Put rules in their places, given by id."""
    for rule_id, position in places:
        session.execute(update(rules).where(rules.c.id == rule_id).values(position=position))


def add_rate(session: Session, business_id: str, rate: TaxRate, by: str, now: datetime) -> None:
    """Keep a new tax rate."""
    session.execute(
        insert(tax_rates).values(
            id=rate.id,
            business_id=business_id,
            name=rate.name,
            percent=rate.percent,
            treatment=rate.treatment.value,
            account_id=rate.account_id,
            made_by=by,
            made_at=now,
        )
    )


def remove_rate(session: Session, business_id: str, rate_id: str, now: datetime) -> None:
    """Take a rate out of the choices; items that have it say so."""
    session.execute(
        update(tax_rates)
        .where(tax_rates.c.business_id == business_id, tax_rates.c.id == rate_id)
        .values(removed_at=now)
    )


def rates(session: Session, business_id: str) -> list[TaxRate]:
    """Return the tax rates of a business, removed ones included, by name."""
    query = select(tax_rates).where(tax_rates.c.business_id == business_id).order_by(tax_rates.c.name, tax_rates.c.id)
    return [
        TaxRate(row.id, row.name, row.percent, TaxTreatment(row.treatment), row.account_id, row.removed_at is not None)
        for row in session.execute(query)
    ]


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "kind": rule.kind.value,
        "subject_id": rule.subject.id,
        "subject_name": rule.subject.name,
        "sets": dump_values(rule.sets),
        "terms_days": rule.terms.days if rule.terms is not None else None,
        "terms_end_of_month": rule.terms is not None and rule.terms.end_of_month,
        "auto": rule.auto.value,
        "position": rule.position,
        "version": rule.version,
        "made_by": rule.made_by,
        "made_at": rule.made_at,
    }


def _rule(row: Row[Any]) -> Rule:
    return Rule(
        id=row.id,
        business_id=row.business_id,
        kind=RuleKind(row.kind),
        subject=Ref(row.subject_id, row.subject_name),
        sets=load_values(row.sets),
        terms=Terms(row.terms_days, row.terms_end_of_month) if row.terms_days is not None else None,
        auto=Auto(row.auto),
        position=row.position,
        version=row.version,
        made_by=row.made_by,
        made_at=row.made_at,
    )
