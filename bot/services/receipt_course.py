"""The course of a document sent from Slack: how it goes on, waits, or ends, each with what people are told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.receipts import Upload, UploadState, next_look
from bot.domain.work import Job
from bot.errors import RateLimitedError, UpstreamError
from bot.log import get_logger
from bot.services.base import Base
from storage import uploads

REVIVE = timedelta(minutes=2)
"""An upload that shows no sign of life for this long is taken up anew by the clock."""


class Course:
    """Write where uploads stand."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._log = get_logger(__name__)

    def get(self, upload_id: str) -> Upload:
        """Return an upload as it stands."""
        with self._base.database.begin() as session:
            return uploads.get(session, upload_id)

    def begin(self, upload_id: str) -> Upload:
        """Note a sign of life, and return the upload as it stands."""
        with self._base.database.begin() as session:
            upload = uploads.get(session, upload_id, lock=True)
            if upload.under_way:
                uploads.change(session, upload_id, due_at=self._base.clock() + REVIVE)
        return upload

    def end(self, upload: Upload, state: UploadState, problem: str = "", **values: object) -> None:
        """Say how it ended."""
        with self._base.database.begin() as session:
            uploads.change(session, upload.id, state=state, problem=problem, due_at=None, **values)
            tell(self._base, session, upload)
        self._log.info("receipt ended", upload=upload.id, state=state.value)

    def arrived(self, upload: Upload, dext_id: str) -> None:
        """Note the document's id in Dext, and follow it from now on."""
        with self._base.database.begin() as session:
            uploads.change(session, upload.id, state=UploadState.READING, dext_id=dext_id, attempts=0, problem="")
            self._look_again(session, upload, next_look(0), 0)
            tell(self._base, session, upload)
        self._log.info("receipt sent", upload=upload.id, business=upload.business_id, document=dext_id)

    def again(self, upload: Upload, wait: timedelta, *, problem: str = "", sent: bool = True) -> None:
        """Go on after a wait; `problem` is what the message says meanwhile. `sent` is False if nothing left."""
        with self._base.database.begin() as session:
            values: dict[str, object] = {} if sent else {"sent_at": None}
            uploads.change(session, upload.id, problem=problem, **values)
            self._look_again(session, upload, wait, upload.attempts + 1)
            if problem != upload.problem:
                tell(self._base, session, upload)

    def later(self, upload: Upload, error: UpstreamError, *, sent: bool) -> None:
        """Go on later, after somebody else's failure that may pass."""
        wait = next_look(upload.attempts)
        if isinstance(error, RateLimitedError):
            wait = max(wait, timedelta(seconds=error.retry_after))
        self._log.info("receipt waits", upload=upload.id, code=error.code, seconds=wait.total_seconds())
        service = error.service or "Dext"
        self.again(upload, wait, problem=f"{service} is not answering; it goes on by itself", sent=sent)

    def _look_again(self, session: Session, upload: Upload, wait: timedelta, attempts: int) -> None:
        # The clock revives it if the queue should lose the job: its due time lies a little later.
        due_at = self._base.clock() + wait + REVIVE
        uploads.change(session, upload.id, attempts=attempts, due_at=due_at)
        self._base.work.enqueue_in(session, receipt_job(session, upload.id, wait.total_seconds()))


def tell(base: Base, session: Session, upload: Upload) -> None:
    """Ask for the upload's message to be written."""
    base.tell(session, "receipt", upload.id, upload.business_id or upload.user_id)


def receipt_job(session: Session, upload_id: str, delay: float = 0.0) -> Job:
    """Return the next job that works on an upload; no two have the same id."""
    number = uploads.count_job(session, upload_id)
    return Job("receipt", f"receipt:{upload_id}:{number}", (upload_id,), delay=delay)
