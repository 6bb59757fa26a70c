"""Documents sent to Dext from Slack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.receipts import UNDER_WAY, Upload, UploadState
from bot.errors import NotFoundError
from storage.rows import row_of
from storage.tables_documents import uploads
from storage.upserts import affected

_UNDER_WAY = sorted(state.value for state in UNDER_WAY)


def add(session: Session, upload: Upload) -> None:
    """Keep a new upload; the database allows one a person and file."""
    session.execute(insert(uploads).values(row_of(upload)))


def get(session: Session, upload_id: str, *, lock: bool = False) -> Upload:
    """Return an upload, locked until the transaction ends if asked; raise `NotFoundError` for an unknown id."""
    query = select(uploads).where(uploads.c.id == upload_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(detail=f"upload {upload_id}")
    return _upload(row)


def of_file(session: Session, workspace_id: str, user_id: str, file_ids: Sequence[str]) -> dict[str, Upload]:
    """Return what a person has sent of these files, by the file's id."""
    query = select(uploads).where(
        uploads.c.workspace_id == workspace_id, uploads.c.user_id == user_id, uploads.c.file_id.in_(file_ids)
    )
    return {row.file_id: _upload(row) for row in session.execute(query)}


def change(session: Session, upload_id: str, **values: Any) -> None:
    """Store the columns that changed; a state is given as its enum."""
    if isinstance(values.get("state"), UploadState):
        values["state"] = values["state"].value
    session.execute(update(uploads).where(uploads.c.id == upload_id).values(**values))


def claim(session: Session, upload_id: str, digest: str, seen: datetime | None, now: datetime) -> bool:
    """Write that a file is about to be sent; return whether nobody else wrote so since it was read."""
    statement = (
        update(uploads)
        .where(uploads.c.id == upload_id, uploads.c.state == UploadState.WAITING.value)
        .where(uploads.c.sent_at.is_(None) if seen is None else uploads.c.sent_at == seen)
        .values(sent_at=now, digest=digest)
    )
    return affected(session, statement) == 1


def sender_of(session: Session, business_id: str, digest: str) -> Upload | None:
    """Return the upload that has sent, or is sending, a file with these bytes to a business's Dext."""
    query = select(uploads).where(
        uploads.c.business_id == business_id, uploads.c.digest == digest, uploads.c.sent_at.is_not(None)
    )
    row = session.execute(query).one_or_none()
    return _upload(row) if row is not None else None


def uploaders_of(session: Session, business_id: str, dext_ids: Sequence[str]) -> dict[str, str]:
    """Return who sent these documents from Slack, by Dext's id; what came another way is left out."""
    query = select(uploads.c.dext_id, uploads.c.user_id).where(
        uploads.c.business_id == business_id,
        uploads.c.dext_id.in_(dext_ids),
        uploads.c.dext_id != "",
        uploads.c.sent_at.is_not(None),
    )
    return {row.dext_id: row.user_id for row in session.execute(query)}


def of_document(session: Session, business_id: str, dext_id: str) -> Upload | None:
    """Return the upload that brought a document into Dext, if it came from Slack."""
    query = select(uploads).where(
        uploads.c.business_id == business_id, uploads.c.dext_id == dext_id, uploads.c.sent_at.is_not(None)
    )
    row = session.execute(query.order_by(uploads.c.created_at).limit(1)).one_or_none()
    return _upload(row) if row is not None else None


def count_job(session: Session, upload_id: str) -> int:
    """Count the jobs asked for one further and return the number: no two jobs of an upload share an id."""
    statement = (
        update(uploads).where(uploads.c.id == upload_id).values(jobs=uploads.c.jobs + 1).returning(uploads.c.jobs)
    )
    return int(session.execute(statement).scalar_one())


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Return ids of uploads whose next step is due, longest overdue first."""
    query = (
        select(uploads.c.id)
        .where(uploads.c.due_at <= now, uploads.c.state.in_(_UNDER_WAY))
        .order_by(uploads.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def _upload(row: Row[Any]) -> Upload:
    return Upload(**(dict(row._mapping) | {"state": UploadState(row.state)}))
