"""Where messages stand in Slack, and answers that wait to be delivered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot.domain.work import Job, Queue
from bot.services.base import Base
from storage import homes, outbox
from storage.outbox import Answer, Posted

__all__ = ["Answer", "Messages", "Posted", "digest"]

_REPLY = "reply_to"


class Messages:
    """Remember what was told to people, so that a message is edited and not written twice."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def posted(self, key: str) -> Posted | None:
        """Return the message written under a key."""
        with self._base.database.begin() as session:
            return outbox.posted(session, key)

    def recently_written(self, key: str, within: timedelta) -> bool:
        """Say whether the message under a key was written so lately that another edit would be too many."""
        with self._base.database.read() as session:
            written_at = outbox.written_at(session, key)
        return written_at is not None and self._base.clock() - written_at < within

    def keep_posted(self, key: str, message: Posted) -> None:
        """Note where a message stands and what it says."""
        with self._base.database.begin() as session:
            outbox.keep_posted(session, key, message, self._base.clock())

    def forget_posted(self, key: str) -> None:
        """Forget a message that is gone from Slack."""
        with self._base.database.begin() as session:
            outbox.forget_posted(session, key)

    def answer(
        self,
        workspace_id: str,
        user_id: str,
        channel_id: str,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        reply_to: str = "",
        key: str = "",
    ) -> None:
        """Keep an answer to a click and ask for its delivery; one with a `key` is kept once, whoever asks again.

        `reply_to` is the address Slack gave with the click, which replaces the message that was clicked;
        whoever has it can write there, so it is sealed. Without it the answer is a new message only
        that person sees.
        """
        with self._base.database.begin() as session:
            self._answer_in(session, workspace_id, user_id, channel_id, text, blocks, reply_to, key)

    def draw_home(self, workspace_id: str, user_id: str, event_id: str) -> None:
        """Ask for a person's Home to be drawn, once an event; from now on it is also drawn when things change."""
        subject = f"{workspace_id}:{user_id}"
        job = Job("tell", f"tell:home:{event_id}", ("home", subject, user_id), Queue.MESSAGES, user_id)
        with self._base.database.begin() as session:
            homes.note_opened(session, workspace_id, user_id, self._base.clock())
            self._base.work.enqueue_in(session, job)

    def unsent(self, answer_id: str) -> tuple[Answer, SecretStr | None] | None:
        """Return an answer that is still to be delivered, with the address to deliver it to."""
        with self._base.database.begin() as session:
            answer = outbox.unsent_answer(session, answer_id)
        if answer is None:
            return None
        address = self._base.vault.unseal(answer.reply_to, answer.id, _REPLY) if answer.reply_to else None
        return answer, address

    def note_sent(self, answer_id: str) -> None:
        """Note that an answer was delivered."""
        with self._base.database.begin() as session:
            outbox.note_sent(session, answer_id, self._base.clock())

    def sweep(self) -> None:
        """Forget answers that are days old."""
        with self._base.database.begin() as session:
            outbox.sweep(session, self._base.clock() - timedelta(days=3))

    def _answer_in(
        self,
        session: Session,
        workspace_id: str,
        user_id: str,
        channel_id: str,
        text: str,
        blocks: Sequence[Mapping[str, Any]],
        reply_to: str,
        key: str,
    ) -> None:
        answer_id = key or self._base.new_id()
        sealed = self._base.vault.seal(SecretStr(reply_to), answer_id, _REPLY) if reply_to else None
        answer = Answer(answer_id, workspace_id, channel_id, user_id, sealed, text, list(blocks))
        if not outbox.add_answer(session, answer, self._base.clock()):
            return
        job = Job("tell", f"tell:answer:{answer_id}", ("answer", answer_id, user_id), Queue.MESSAGES, user_id)
        self._base.work.enqueue_in(session, job)


def digest(text: str, blocks: Sequence[Mapping[str, Any]]) -> str:
    """Return a digest of what a message says."""
    return hashlib.sha256(json.dumps([text, list(blocks)], sort_keys=True).encode()).hexdigest()
