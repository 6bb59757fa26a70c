"""Refreshes and their progress, list by list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.lists import ListName
from bot.domain.refreshing import ListResult, ListState, Refresh, RefreshState, Why
from bot.errors import NotFoundError
from storage.tables_lists import refresh_lists, refreshes


def add(session: Session, refresh: Refresh, generations: dict[ListName, int]) -> None:
    """Keep a new refresh; the database allows one running refresh a business."""
    session.execute(
        insert(refreshes).values(
            id=refresh.id,
            business_id=refresh.business_id,
            requested_by=refresh.requested_by,
            channel_id=refresh.channel_id,
            state=refresh.state.value,
            first=refresh.first,
            attempts=refresh.attempts,
            started_at=refresh.started_at,
            due_at=refresh.due_at,
            problem="",
        )
    )
    rows = [
        _row(result) | {"refresh_id": refresh.id, "generation": generations[result.name]} for result in refresh.lists
    ]
    session.execute(insert(refresh_lists), rows)


def get(session: Session, refresh_id: str) -> Refresh:
    """Return a refresh with its lists; raise `NotFoundError` for an unknown id."""
    row = session.execute(select(refreshes).where(refreshes.c.id == refresh_id)).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"refresh {refresh_id}")
    return _refresh(session, row)


def running(session: Session, business_id: str) -> Refresh | None:
    """Return the refresh of a business that is under way."""
    query = select(refreshes).where(
        refreshes.c.business_id == business_id, refreshes.c.state == RefreshState.RUNNING.value
    )
    row = session.execute(query).one_or_none()
    return _refresh(session, row) if row is not None else None


def latest(session: Session, business_id: str) -> Refresh | None:
    """Return the newest refresh of a business, locked until the transaction ends."""
    query = select(refreshes).where(refreshes.c.business_id == business_id).with_for_update()
    row = session.execute(query.order_by(refreshes.c.started_at.desc(), refreshes.c.id.desc()).limit(1)).one_or_none()
    return _refresh(session, row) if row is not None else None


def generations(session: Session, refresh_id: str) -> dict[ListName, int]:
    """Return the generations a refresh gives to the entries of its lists."""
    query = select(refresh_lists.c.list, refresh_lists.c.generation).where(refresh_lists.c.refresh_id == refresh_id)
    return {ListName(row.list): row.generation for row in session.execute(query)}


def generation(session: Session, refresh_id: str, name: ListName) -> int:
    """Return the generation a refresh gives to a list's entries."""
    query = select(refresh_lists.c.generation).where(
        refresh_lists.c.refresh_id == refresh_id, refresh_lists.c.list == name.value
    )
    return int(session.execute(query).scalar_one())


def note_push(session: Session, refresh_id: str, name: ListName, problem: str) -> None:
    """Store what Dext did not take of a list; nothing when it has it all."""
    session.execute(
        update(refresh_lists)
        .where(refresh_lists.c.refresh_id == refresh_id, refresh_lists.c.list == name.value)
        .values(push_problem=problem)
    )


def keep_list(session: Session, refresh_id: str, result: ListResult) -> None:
    """Store how one list of a refresh stands."""
    session.execute(
        update(refresh_lists)
        .where(refresh_lists.c.refresh_id == refresh_id, refresh_lists.c.list == result.name.value)
        .values(**_row(result))
    )


def change(session: Session, refresh_id: str, **values: Any) -> None:
    """Store the columns that changed."""
    session.execute(update(refreshes).where(refreshes.c.id == refresh_id).values(**values))


def due(session: Session, now: datetime, limit: int) -> Sequence[str]:
    """Return ids of running refreshes whose next attempt is due."""
    query = select(refreshes.c.id).where(refreshes.c.due_at <= now).order_by(refreshes.c.due_at).limit(limit)
    return list(session.scalars(query))


def _row(result: ListResult) -> dict[str, Any]:
    return {
        "list": result.name.value,
        "state": result.state.value,
        "read": result.read,
        "added": result.added,
        "changed": result.changed,
        "archived": result.archived,
        "total": result.total,
        "problem": result.problem,
        "push_problem": result.push_problem,
        "why": result.why.value,
        "since": result.since,
    }


def _refresh(session: Session, row: Row[Any]) -> Refresh:
    query = select(refresh_lists).where(refresh_lists.c.refresh_id == row.id)
    found = {ListName(line.list): line for line in session.execute(query)}
    results = tuple(
        ListResult(
            name=name,
            state=ListState(found[name].state),
            read=found[name].read,
            added=found[name].added,
            changed=found[name].changed,
            archived=found[name].archived,
            total=found[name].total,
            problem=found[name].problem,
            push_problem=found[name].push_problem,
            why=Why(found[name].why),
            since=found[name].since,
        )
        for name in ListName
        if name in found
    )
    return Refresh(
        id=row.id,
        business_id=row.business_id,
        requested_by=row.requested_by,
        channel_id=row.channel_id,
        state=RefreshState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        due_at=row.due_at,
        attempts=row.attempts,
        first=row.first,
        lists=results,
        problem=row.problem,
    )
