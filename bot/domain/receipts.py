"""Documents that people send to Dext from Slack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.businesses import Business
from bot.domain.items import Item

FILE_LIMIT = 6 * 1024 * 1024
"""Bytes that Dext takes of an image or document (docs/dext.md, sending documents)."""

MOST_FILES = 10
"""Files of one message that are sent."""

PATIENCE = timedelta(days=2)
"""How long Dext may read a document before we stop looking."""

_ENDINGS = ("pdf", "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "doc", "docx", "odt", "rtf")
_ODD = re.compile(r"[^A-Za-z0-9._ -]+")
_WAITS = (3, 5, 10, 20, 30, 60, 120, 300, 900)


class UploadState(StrEnum):
    """Name how far a document sent from Slack has come; the last four are ends.

    `ASKING` waits for the person to say which business it is for, `WAITING` is to be sent, `READING` is with
    Dext, `TAKING` has been read there and is about to be an item here. `KNOWN` is a file that Dext had already,
    `SLOW` one that Dext did not finish in two days.
    """

    ASKING = "asking"
    WAITING = "waiting"
    READING = "reading"
    TAKING = "taking"
    READ = "read"
    KNOWN = "known"
    REFUSED = "refused"
    SLOW = "slow"


UNDER_WAY = frozenset({UploadState.WAITING, UploadState.READING, UploadState.TAKING})
"""States in which something is still to be done."""


@dataclass(frozen=True)
class Upload:
    """Be one file that a person sends to Dext, and how far it came.

    `sent_at` is written before the file is sent; without a `dext_id` beside it, the outcome has to be looked up.
    `digest` is of the file's bytes. `same_as` is the upload that brought the same file before.
    """

    id: str
    workspace_id: str
    user_id: str
    channel_id: str
    thread_ts: str
    file_id: str
    state: UploadState
    created_at: datetime
    business_id: str | None = None
    file_name: str = ""
    digest: str = ""
    dext_id: str = ""
    sent_at: datetime | None = None
    attempts: int = 0
    jobs: int = 0
    due_at: datetime | None = None
    problem: str = ""
    same_as: str = ""

    @property
    def under_way(self) -> bool:
        """Say whether something is still to be done for it."""
        return self.state in UNDER_WAY


@dataclass(frozen=True)
class Taken:
    """Be what was taken on at a person's word: new files, and those they had sent before."""

    new: tuple[Upload, ...]
    before: tuple[Upload, ...]


@dataclass(frozen=True)
class Report:
    """Be an upload as its message shows it; `choices` are the businesses it could be for."""

    upload: Upload
    business: Business | None = None
    item: Item | None = None
    choices: tuple[Business, ...] = ()
    earlier: Upload | None = None


def unsendable(name: str, size: int) -> str:
    """Return why a file cannot be sent to Dext, or nothing; `size` in bytes."""
    if ending_of(name) not in _ENDINGS:
        return (
            "Dext takes PDF, JPG, PNG, GIF, BMP, TIFF, DOC, DOCX, ODT and RTF. Save it as one of these and send it anew"
        )
    if size <= 0:
        return "the file is empty"
    if size > FILE_LIMIT:
        return f"it has {size / 1024**2:.1f} MB, and Dext takes at most 6 MB. Make it smaller, then send it"
    return ""


def ending_of(name: str) -> str:
    """Return the ending of a file's name, in lower case."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def sent_name(name: str, kind: str, file_id: str) -> str:
    """Return the name under which a file is sent: its own in plain signs, with an ending that Dext knows.

    `kind` is what Slack takes the file for; it stands in where the name has no ending of use.
    """
    stem, ending = name, ending_of(name)
    if ending in _ENDINGS:
        stem = name[: -len(ending) - 1]
    elif kind.lower() in _ENDINGS:
        ending = kind.lower()
    plain = _ODD.sub(" ", stem).strip(" .")[:80] or file_id
    return f"{plain}.{ending}" if ending in _ENDINGS else plain


def next_look(attempts: int) -> timedelta:
    """Return how long to wait before the next attempt: seconds at first, a quarter of an hour at most."""
    return timedelta(seconds=_WAITS[min(attempts, len(_WAITS) - 1)])
