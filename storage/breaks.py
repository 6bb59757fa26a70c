"""Breaks of legs, and the prompts that tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.breaks import Break, BreakStage, Closing, Prompt
from bot.domain.connections import Provider
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables import breaks, prompts


def add(session: Session, broken: Break) -> None:
    """Keep a new break; the database allows one open break a leg."""
    session.execute(insert(breaks).values(row_of(broken)))


def keep(session: Session, broken: Break) -> None:
    """Store what became of a break."""
    session.execute(update(breaks).where(breaks.c.id == broken.id).values(row_of(broken)))


def get(session: Session, break_id: str) -> Break:
    """Return a break; raise `NotFoundError` for an unknown id."""
    row = session.execute(select(breaks).where(breaks.c.id == break_id)).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"break {break_id}")
    return _break(row)


def open_ones(session: Session, business_id: str) -> list[Break]:
    """Return the breaks of a business that are not closed, oldest first."""
    query = select(breaks).where(breaks.c.business_id == business_id, breaks.c.closed_at.is_(None))
    return [_break(row) for row in session.execute(query.order_by(breaks.c.opened_at))]


def of_prompt(session: Session, prompt_id: str) -> list[Break]:
    """Return all breaks a prompt tells of, oldest first."""
    query = select(breaks).where(breaks.c.prompt_id == prompt_id)
    return [_break(row) for row in session.execute(query.order_by(breaks.c.opened_at, breaks.c.id))]


def add_prompt(session: Session, prompt: Prompt) -> None:
    """Keep a new prompt."""
    session.execute(insert(prompts).values(row_of(prompt)))


def keep_prompt(session: Session, prompt: Prompt) -> None:
    """Store what became of a prompt."""
    session.execute(update(prompts).where(prompts.c.id == prompt.id).values(row_of(prompt)))


def prompt(session: Session, prompt_id: str, *, lock: bool = False) -> Prompt:
    """Return a prompt, locked until the transaction ends if asked; raise `NotFoundError` for an unknown id."""
    query = select(prompts).where(prompts.c.id == prompt_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"prompt {prompt_id}")
    return _prompt(row)


def joinable(
    session: Session, workspace_id: str, provider: Provider, cause: str, channel_id: str, since: datetime
) -> Prompt | None:
    """Return the open prompt of one cause in one place that began after a time, newest first."""
    query = (
        select(prompts)
        .where(
            prompts.c.workspace_id == workspace_id,
            prompts.c.provider == provider.value,
            prompts.c.cause == cause,
            prompts.c.channel_id == channel_id,
            prompts.c.closed_at.is_(None),
            prompts.c.opened_at >= since,
        )
        .order_by(prompts.c.opened_at.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return _prompt(row) if row is not None else None


def claim_due(session: Session, now: datetime, until: datetime, limit: int) -> list[str]:
    """Claim prompts that the clock has to look at, so that nobody else takes them before `until`."""
    query = select(prompts.c.id).where(prompts.c.due_at <= now).order_by(prompts.c.due_at).limit(limit)
    found = list(session.scalars(query.with_for_update(skip_locked=True)))
    if found:
        session.execute(update(prompts).where(prompts.c.id.in_(found)).values(due_at=until))
    return found


def _break(row: Row[Any]) -> Break:
    return Break(
        **dict(row._mapping)
        | {
            "provider": Provider(row.provider),
            "stage": BreakStage(row.stage),
            "closing": Closing(row.closing) if row.closing else None,
        }
    )


def _prompt(row: Row[Any]) -> Prompt:
    return Prompt(**dict(row._mapping) | {"provider": Provider(row.provider)})
