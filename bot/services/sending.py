"""Sending: a file from Slack into Dext, once, and following it until Dext has read it.

Each step is remembered. A kill between sending a file and noting its id is settled by sending it again: Dext takes a
file once, so its refusal says that it arrived (docs/documents.md, receipts).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.clients.dext import DextClient
from bot.clients.slack import SlackGateway, SlackTargetError
from bot.domain.receipts import FILE_LIMIT, PATIENCE, Upload, UploadState, next_look, sent_name, unsendable
from bot.domain.work import Job
from bot.errors import (
    AuthError,
    DuplicateError,
    GarbledReplyError,
    InvalidFieldError,
    NoSuchEntryError,
    OutcomeUnknownError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)
from bot.services.base import Base
from bot.services.health import REFUSALS, Health
from bot.services.receipt_course import Course
from storage import inbox, legs, people, uploads

_NOT_CONNECTED = "this business is not connected to Dext yet. An admin types `/dext connect`; then send it again"
_RECONNECT = "goes out when Dext is reconnected; an admin types `/dext reconnect`"
_UNSEEN = "I can't see this file. Invite me to the channel (`/invite`), or send it to me directly"
_NO_SCOPE = "I may not read files here. An admin of this workspace installs the app again with the scope `files:read`"
_PASSING = (UnavailableError, OutcomeUnknownError, GarbledReplyError, RateLimitedError)
_LOOKED_THROUGH = 30
"""Newest documents whose files are compared with one that Dext says it has."""

_MISSED = 12
"""Looks into Dext's inbox after which a document that is read and not there is given up."""


class Sending:
    """Carry files from Slack into Dext."""

    def __init__(self, base: Base, health: Health, slack: SlackGateway) -> None:
        self._base = base
        self._health = health
        self._slack = slack
        self._course = Course(base)

    def run(self, upload_id: str) -> None:
        """Do what is to be done next for an upload, or note when to go on and why it cannot go on now."""
        upload = self._course.begin(upload_id)
        if upload.state is UploadState.WAITING:
            self._send(upload)
        elif upload.state is UploadState.READING:
            self._follow(upload)
        elif upload.state is UploadState.TAKING:
            self._take(upload)

    def _send(self, upload: Upload) -> None:
        try:
            file = self._slack.file(upload.file_id)
            name = sent_name(file.name, file.kind, file.id)
            upload = self._named(upload, file.name)
            problem = unsendable(name, file.size)
            content = b"" if problem else self._slack.content(file, FILE_LIMIT)
        except _PASSING as error:
            self._course.later(upload, error, sent=upload.sent_at is not None)
            return
        except (PermissionMissingError, AuthError):
            self._course.end(upload, UploadState.REFUSED, _NO_SCOPE)
            return
        except InvalidFieldError:
            self._course.end(upload, UploadState.REFUSED, unsendable(name, FILE_LIMIT + 1))
            return
        except (RefusedError, SlackTargetError):
            self._course.end(upload, UploadState.REFUSED, _UNSEEN)
            return
        problem = problem or unsendable(name, len(content)) or self._why_not_dext(upload)
        if problem:
            self._course.end(upload, UploadState.REFUSED, problem)
            return
        before = upload.sent_at is not None
        claimed = self._claim(upload, hashlib.sha256(content).hexdigest())
        if claimed is not None:
            self._post(claimed, name, content, before=before)

    def _claim(self, upload: Upload, digest: str) -> Upload | None:
        """Write that the file is about to be sent; return nothing when it was sent before, or another worker sends it.

        The business is locked meanwhile: of two who send one file at the same moment, the second sees the first.
        """
        assert upload.business_id is not None
        now = self._base.clock()
        with self._base.database.begin() as session:
            people.business(session, upload.business_id, lock=True)
            earlier = uploads.sender_of(session, upload.business_id, digest)
            if earlier is None or earlier.id == upload.id:
                mine = uploads.claim(session, upload.id, digest, upload.sent_at, now)
                return replace(upload, digest=digest, sent_at=now) if mine else None
        self._course.end(upload, UploadState.KNOWN, same_as=earlier.id, digest=digest)
        return None

    def _post(self, upload: Upload, name: str, content: bytes, *, before: bool) -> None:
        """Send the file; `before` says that an earlier attempt may have sent it."""
        try:
            with self._health.dext(str(upload.business_id)) as dext:
                try:
                    dext_id = dext.post_receipt(name, content)
                except (DuplicateError, RefusedError) as error:
                    if not before and not isinstance(error, DuplicateError):
                        raise
                    dext_id = _same_file(dext, content)
                    if not before or not dext_id:
                        self._refused(upload, error, dext_id, before=before)
                        return
        except (UnavailableError, RateLimitedError) as error:
            # Never sent: unless an earlier attempt was, nothing has to be looked for.
            self._course.later(upload, error, sent=before)
            return
        except (OutcomeUnknownError, GarbledReplyError) as error:
            self._course.later(upload, error, sent=True)
            return
        except REFUSALS:
            self._course.again(upload, next_look(upload.attempts), problem=_RECONNECT, sent=before)
            return
        except PermissionMissingError:
            told = "the Dext user of this connection may not send documents; an admin changes that in Dext"
            self._course.end(upload, UploadState.REFUSED, told, sent_at=None)
            return
        except RefusedError as error:
            self._course.end(upload, UploadState.REFUSED, f"Dext refused it: {error.reason}", sent_at=None)
            return
        self._course.arrived(upload, dext_id)

    def _refused(self, upload: Upload, error: RefusedError, dext_id: str, *, before: bool) -> None:
        """End with what Dext had already, or with its refusal."""
        if isinstance(error, DuplicateError):
            # Not ours to claim: another way brought it there, or it was read and archived since.
            sent_at = upload.sent_at if before else None
            self._course.end(upload, UploadState.KNOWN, dext_id=dext_id, sent_at=sent_at)
        else:
            self._course.end(upload, UploadState.REFUSED, f"Dext refused it: {error.reason}", sent_at=None)

    def _follow(self, upload: Upload) -> None:
        """Look how far Dext is; once it has read the document, have it taken in."""
        business_id = str(upload.business_id)
        try:
            with self._health.dext(business_id) as dext:
                read = dext.is_read(upload.dext_id)
        except NoSuchEntryError:
            told = "Dext doesn't have it any more: it was deleted there, or merged with another document"
            self._course.end(upload, UploadState.REFUSED, told)
            return
        except _PASSING as error:
            self._course.later(upload, error, sent=True)
            return
        except (AuthError, RefusedError):
            self._course.again(upload, next_look(upload.attempts), problem="waits until Dext is reconnected")
            return
        if not read:
            if self._base.clock() - upload.created_at > PATIENCE:
                self._course.end(upload, UploadState.SLOW)
            else:
                self._course.again(upload, next_look(upload.attempts))
            return
        with self._base.database.begin() as session:
            uploads.change(session, upload.id, state=UploadState.TAKING, attempts=0, problem="")
        self._take(self._course.get(upload.id))

    def _take(self, upload: Upload) -> None:
        """Have what Dext has read taken in, and say what it is once it is an item; the inbox may be a little late."""
        business_id = str(upload.business_id)
        with self._base.database.begin() as session:
            item = inbox.by_dext_id(session, business_id, upload.dext_id)
            here = item is not None and item.details.processed
            if not here and upload.attempts < _MISSED:
                job = Job("intake", f"intake:{business_id}:{upload.id}:{upload.jobs}", (business_id, ""))
                self._base.work.enqueue_in(session, job)
        if here or upload.attempts >= _MISSED:
            self._course.end(upload, UploadState.READ)
        else:
            self._course.again(upload, next_look(upload.attempts))

    def _why_not_dext(self, upload: Upload) -> str:
        with self._base.database.begin() as session:
            connection = legs.connection(session, str(upload.business_id))
        return "" if connection.started else _NOT_CONNECTED

    def _named(self, upload: Upload, name: str) -> Upload:
        if upload.file_name != name:
            with self._base.database.begin() as session:
                uploads.change(session, upload.id, file_name=name)
        return replace(upload, file_name=name)


def _same_file(dext: DextClient, content: bytes) -> str:
    """Find the document whose file has the same bytes, among the newest; return its id, or nothing."""
    for receipt in dext.unarchived()[:_LOOKED_THROUGH]:
        try:
            if dext.image(receipt.id).content == content:
                return receipt.id
        except (NoSuchEntryError, GarbledReplyError):
            continue
    return ""
