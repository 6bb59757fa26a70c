"""Receipts: documents that people send to Dext from Slack, taken on and told about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.people import Right, may
from bot.domain.receipts import MOST_FILES, Report, Taken, Upload, UploadState
from bot.errors import ConflictError, InputError, NotFoundError
from bot.services.base import Base, business_in, find_business
from bot.services.people import require
from bot.services.receipt_course import REVIVE, receipt_job, tell
from storage import inbox, people, uploads

SWITCHED_OFF = (
    "Sending documents from Slack is switched off for this bot. Whoever runs it can switch it on (`BOT_RECEIPTS=on`); "
    "until then, send the document to Dext as you did before."
)


class Receipts:
    """Take documents on at a person's word, and say how each stands."""

    def __init__(self, base: Base, *, on: bool) -> None:
        self._base = base
        self._on = on

    def take(self, workspace_id: str, user_id: str, channel_id: str, thread_ts: str, file_ids: Sequence[str]) -> Taken:
        """Take files on to be sent; a file this person has sent before is not sent again.

        It is for the channel's business, else for the only one this person may send to; where there are several,
        they are asked. Raises `ConflictError` when this is switched off, `InputError` for a message without
        files, `NotAllowedError` when they may send to none.
        """
        if not self._on:
            raise ConflictError(SWITCHED_OFF)
        wanted = list(dict.fromkeys(one for one in file_ids if one))[:MOST_FILES]
        if not wanted:
            raise InputError("There is no file in this message. Use it on a message with a receipt or an invoice.")
        now, new = self._base.clock(), []
        with self._base.database.begin() as session:
            business = self._meant(session, workspace_id, user_id, channel_id)
            known = uploads.of_file(session, workspace_id, user_id, wanted)
            for file_id in wanted:
                if file_id in known:
                    continue
                upload = Upload(
                    id=self._base.new_id(),
                    workspace_id=workspace_id,
                    user_id=user_id,
                    channel_id=channel_id,
                    thread_ts=thread_ts,
                    file_id=file_id,
                    state=UploadState.WAITING if business is not None else UploadState.ASKING,
                    created_at=now,
                    business_id=business.id if business is not None else None,
                    due_at=now + REVIVE if business is not None else None,
                )
                uploads.add(session, upload)
                new.append(upload)
                tell(self._base, session, upload)
                if business is not None:
                    self._base.work.enqueue_in(session, receipt_job(session, upload.id))
        return Taken(tuple(new), tuple(known.values()))

    def choose(self, workspace_id: str, user_id: str, upload_id: str, business_id: str) -> None:
        """Take a person's word on which business a file is for; the message is rewritten.

        Raises `ConflictError` when that was said already, `NotFoundError` for somebody else's file.
        """
        with self._base.database.begin() as session:
            upload = uploads.get(session, upload_id, lock=True)
            if (upload.workspace_id, upload.user_id) != (workspace_id, user_id):
                raise NotFoundError("Only the person who sends a document says which business it is for.")
            business = business_in(session, workspace_id, business_id)
            require(session, business, user_id, Right.SUBMIT)
            if upload.state is not UploadState.ASKING:
                raise ConflictError("That was chosen already: the message shows how it stands.")
            due_at = self._base.clock() + REVIVE
            uploads.change(session, upload.id, state=UploadState.WAITING, business_id=business.id, due_at=due_at)
            self._base.work.enqueue_in(session, receipt_job(session, upload.id))
            tell(self._base, session, upload)

    def report(self, upload_id: str) -> Report:
        """Return how an upload stands, for its message."""
        with self._base.database.begin() as session:
            upload = uploads.get(session, upload_id)
            if upload.business_id is None:
                return Report(upload, choices=tuple(self._open_to(session, upload.workspace_id, upload.user_id)))
            earlier = uploads.get(session, upload.same_as) if upload.same_as else None
            dext_id = upload.dext_id or (earlier.dext_id if earlier is not None else "")
            return Report(
                upload,
                people.business(session, upload.business_id),
                inbox.by_dext_id(session, upload.business_id, dext_id) if dext_id else None,
                earlier=earlier,
            )

    def revive_due(self, limit: int = 100) -> int:
        """Ask anew for uploads whose time has come and that nothing works on; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = uploads.due(session, now, limit)
            for upload_id in due:
                uploads.change(session, upload_id, due_at=now + REVIVE)
                self._base.work.enqueue_in(session, receipt_job(session, upload_id))
        return len(due)

    def _meant(self, session: Session, workspace_id: str, user_id: str, channel_id: str) -> Business | None:
        """Return the business a file is for, `None` where the person has to say."""
        bound = [one for one in people.businesses_in(session, workspace_id) if one.channel_id == channel_id]
        if len(bound) == 1 and channel_id:
            require(session, bound[0], user_id, Right.SUBMIT)
            return bound[0]
        able = self._open_to(session, workspace_id, user_id)
        if not able:
            # With one business this says who can; with several there is nobody to name for all of them.
            require(session, find_business(session, workspace_id), user_id, Right.SUBMIT)
        return able[0] if len(able) == 1 else None

    def _open_to(self, session: Session, workspace_id: str, user_id: str) -> list[Business]:
        known = people.businesses_in(session, workspace_id)
        return [one for one in known if may(people.roles_of(session, one.id, user_id), Right.SUBMIT)]
