"""Previews of documents, and the browsers known to be somebody's; only digests of secrets are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.previews import Preview
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables_documents import browsers, previews
from storage.upserts import affected, upsert


def add(session: Session, preview: Preview) -> None:
    """Keep a new preview."""
    session.execute(insert(previews).values(row_of(preview)))


def get(session: Session, preview_id: str) -> Preview:
    """Return a preview; raise `NotFoundError` for an unknown id."""
    row = session.execute(select(previews).where(previews.c.id == preview_id)).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"preview {preview_id}")
    return _preview(row)


def find(session: Session, digest: str) -> Preview | None:
    """Return a preview by the digest of its link, whether or not it can still be opened."""
    row = session.execute(select(previews).where(previews.c.digest == digest)).one_or_none()
    return _preview(row) if row is not None else None


def spend(
    session: Session, preview_id: str, now: datetime, *, browser: str, code: str, confirmed_at: datetime | None
) -> bool:
    """Bind a preview to a browser; return whether its link was unspent and alive: only one caller gets `True`."""
    statement = (
        update(previews)
        .where(previews.c.id == preview_id, previews.c.spent_at.is_(None), previews.c.expires_at > now)
        .values(spent_at=now, browser=browser, code=code, confirmed_at=confirmed_at)
    )
    return affected(session, statement) == 1


def confirm(session: Session, preview_id: str, now: datetime) -> bool:
    """Note that the person confirmed the browser; return whether there was something to confirm."""
    waits = previews.c.confirmed_at.is_(None), previews.c.spent_at.is_not(None), previews.c.expires_at > now
    statement = update(previews).where(previews.c.id == preview_id, *waits).values(confirmed_at=now)
    return affected(session, statement) == 1


def keep_browser(session: Session, digest: str, workspace_id: str, user_id: str, expires_at: datetime) -> None:
    """Note that a browser is somebody's."""
    row = {"digest": digest, "workspace_id": workspace_id, "user_id": user_id, "expires_at": expires_at}
    session.execute(upsert(session, browsers, [row], key=("digest",)), [row])


def owner_of(session: Session, digest: str, now: datetime) -> tuple[str, str] | None:
    """Return workspace and person that a browser belongs to, if anybody confirmed it lately."""
    query = select(browsers.c.workspace_id, browsers.c.user_id)
    row = session.execute(query.where(browsers.c.digest == digest, browsers.c.expires_at > now)).one_or_none()
    return (row.workspace_id, row.user_id) if row is not None else None


def sweep(session: Session, before: datetime, now: datetime) -> None:
    """Forget previews that ended before a time, and browsers that count no more."""
    session.execute(delete(previews).where(previews.c.expires_at < before))
    session.execute(delete(browsers).where(browsers.c.expires_at < now))


def _preview(row: Row[Any]) -> Preview:
    return Preview(**row._mapping)
