"""Previews of documents: a short-lived link for one person, and the browsers that are known to be theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.businesses import Business
from bot.domain.items import Item

PREVIEW_LIFE = timedelta(minutes=10)
"""How long a document can be looked at, from the click in Slack."""

BROWSER_LIFE = timedelta(days=30)
"""How long a browser that somebody confirmed in Slack counts as theirs."""

CODE_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""What codes are made of: signs that nobody takes for one another."""

CODE_LENGTH = 4

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


@dataclass(frozen=True)
class Preview:
    """Be a link to one item's document, for one person; only digests of what opens it are stored.

    `browser` is the digest of the cookie of the browser that opened it. Nothing is shown there before
    `confirmed_at`: at once in a browser known to be this person's, else when they confirm `code` in Slack.
    """

    id: str
    business_id: str
    workspace_id: str
    user_id: str
    item_id: str
    digest: str
    expires_at: datetime
    browser: str = ""
    code: str = ""
    spent_at: datetime | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class DocumentOffer:
    """Be a fresh link to a document."""

    item: Item
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class BrowserQuestion:
    """Be the question whether a browser that nobody knows is the person's own."""

    preview: Preview
    item: Item


@dataclass(frozen=True)
class OpenPreview:
    """Be a preview as the browser that opened it may see it."""

    preview: Preview
    business: Business
    item: Item

    @property
    def waiting(self) -> bool:
        """Say whether the person has still to confirm the browser."""
        return self.preview.confirmed_at is None


def media_type(content: bytes) -> str:
    """Return what kind of file this is, by its own first bytes, or nothing for what no browser shows.

    What a file is called, or said to be, does not count: a page in disguise must not be shown as one.
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), "")
