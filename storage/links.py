"""Connect links and the attempts they begin; only digests of what opens them are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.links import Attempt, Link, Stage
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables import attempts, links
from storage.upserts import affected

_OPEN = [Stage.BILL.value, Stage.DEXT.value, Stage.SIGNED_IN.value]


def add(session: Session, link: Link, now: datetime) -> None:
    """Keep a new link."""
    session.execute(insert(links).values(**row_of(link), created_at=now))


def find(session: Session, digest: str) -> Link | None:
    """Return a link by its digest, whether or not it can still be used."""
    row = session.execute(select(links).where(links.c.digest == digest)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    del values["created_at"]
    return Link(**values)


def made_at(session: Session, digest: str) -> datetime | None:
    """Return when a link was made."""
    return session.scalar(select(links.c.created_at).where(links.c.digest == digest))


def kill_all(session: Session, business_id: str, now: datetime) -> None:
    """Spend every link of a business that could still be used."""
    session.execute(
        update(links).where(links.c.business_id == business_id, links.c.spent_at.is_(None)).values(spent_at=now)
    )


def open_attempts(session: Session, business_id: str) -> list[Attempt]:
    """Return the attempts of a business that could still be finished, oldest first."""
    query = select(attempts).where(attempts.c.business_id == business_id, attempts.c.stage.in_(_OPEN))
    return [_attempt(row) for row in session.execute(query.order_by(attempts.c.begun_at))]


def spend(session: Session, digest: str, now: datetime) -> bool:
    """Spend a link; return whether it was still unspent and alive: only one caller ever gets `True`."""
    statement = (
        update(links)
        .where(links.c.digest == digest, links.c.spent_at.is_(None), links.c.expires_at > now)
        .values(spent_at=now)
    )
    return affected(session, statement) == 1


def add_attempt(session: Session, attempt: Attempt) -> None:
    """Keep a new attempt."""
    session.execute(insert(attempts).values(row_of(attempt)))


def keep_attempt(session: Session, attempt: Attempt) -> None:
    """Store how far an attempt has come."""
    session.execute(update(attempts).where(attempts.c.id == attempt.id).values(row_of(attempt)))


def attempt(session: Session, attempt_id: str) -> Attempt:
    """Return an attempt; raise `NotFoundError` for an unknown id."""
    row = session.execute(select(attempts).where(attempts.c.id == attempt_id)).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"attempt {attempt_id}")
    return _attempt(row)


def find_attempt_by_cookie(session: Session, cookie_digest: str) -> Attempt | None:
    """Return the attempt that a browser's cookie belongs to."""
    row = session.execute(select(attempts).where(attempts.c.cookie_digest == cookie_digest)).one_or_none()
    return _attempt(row) if row is not None else None


def take_state(session: Session, attempt_id: str, state_digest: str) -> bool:
    """Use up the OAuth state an attempt expects; return whether it was the right one, once."""
    statement = (
        update(attempts)
        .where(attempts.c.id == attempt_id, attempts.c.state_digest == state_digest, attempts.c.state_digest != "")
        .values(state_digest="")
    )
    return affected(session, statement) == 1


def settle(session: Session, attempt_id: str, stage: Stage) -> bool:
    """Move a signed-in attempt to its end; return whether this call was the one that did."""
    statement = (
        update(attempts)
        .where(attempts.c.id == attempt_id, attempts.c.stage == Stage.SIGNED_IN.value)
        .values(stage=stage.value)
    )
    return affected(session, statement) == 1


def expired_attempts(session: Session, now: datetime, limit: int) -> list[Attempt]:
    """Return attempts past their life that were never finished, whose secrets can go."""
    query = select(attempts).where(attempts.c.expires_at < now, attempts.c.stage.in_(_OPEN)).limit(limit)
    return [_attempt(row) for row in session.execute(query)]


def drop_old_links(session: Session, before: datetime) -> None:
    """Forget links that died before a time."""
    session.execute(delete(links).where(links.c.expires_at < before))


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(**(dict(row._mapping) | {"stage": Stage(row.stage)}))
