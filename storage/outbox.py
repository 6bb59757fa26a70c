"""What was told to people: living messages by key and answers to clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.tables_work import answers, messages
from storage.upserts import upsert


@dataclass(frozen=True)
class Posted:
    """Be a message that stands in Slack; `digest` is of what it says now."""

    channel_id: str
    ts: str
    digest: str


@dataclass(frozen=True)
class Answer:
    """Be something to tell one person: where they are, or by the sealed address of their click."""

    id: str
    workspace_id: str
    channel_id: str
    user_id: str
    reply_to: bytes | None
    text: str
    blocks: Sequence[Any]


def posted(session: Session, key: str) -> Posted | None:
    """Return the message written under a key, if there is one."""
    row = session.execute(select(messages).where(messages.c.key == key)).one_or_none()
    return Posted(row.channel_id, row.ts, row.digest) if row is not None else None


def written_at(session: Session, key: str) -> datetime | None:
    """Return when the message under a key was last written."""
    return session.scalar(select(messages.c.written_at).where(messages.c.key == key))


def keep_posted(session: Session, key: str, message: Posted, now: datetime) -> None:
    """Note where a message stands and what it says."""
    row = {
        "key": key,
        "channel_id": message.channel_id,
        "ts": message.ts,
        "digest": message.digest,
        "written_at": now,
    }
    session.execute(upsert(session, messages, [row], key=("key",)), [row])


def forget_posted(session: Session, key: str) -> None:
    """Forget a message that is gone from Slack."""
    session.execute(delete(messages).where(messages.c.key == key))


def add_answer(session: Session, answer: Answer, now: datetime) -> bool:
    """Keep an answer until it is delivered; one that was kept before stays as it is. Return whether it is new."""
    row = {
        "id": answer.id,
        "workspace_id": answer.workspace_id,
        "channel_id": answer.channel_id,
        "user_id": answer.user_id,
        "reply_to": answer.reply_to,
        "text": answer.text,
        "blocks": list(answer.blocks),
        "created_at": now,
    }
    # Nothing of a row that is there is overwritten.
    statement = upsert(session, answers, [row], key=["id"], keep=list(row))
    return session.execute(statement.returning(answers.c.id), row).one_or_none() is not None


def unsent_answer(session: Session, answer_id: str) -> Answer | None:
    """Return an answer that was not delivered yet."""
    query = select(answers).where(answers.c.id == answer_id, answers.c.sent_at.is_(None))
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return Answer(row.id, row.workspace_id, row.channel_id, row.user_id, row.reply_to, row.text, row.blocks)


def note_sent(session: Session, answer_id: str, now: datetime) -> None:
    """Note that an answer was delivered; its text is not needed any more."""
    session.execute(
        update(answers).where(answers.c.id == answer_id).values(sent_at=now, text="", blocks=[], reply_to=None)
    )


def sweep(session: Session, before: datetime) -> None:
    """Forget answers from before a time, delivered or not."""
    session.execute(delete(answers).where(answers.c.created_at < before))
