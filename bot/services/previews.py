"""Previews: a document shown to one person, for ten minutes, fetched from Dext when it is looked at.

How the link is bound to the person is told in docs/documents.md, preview.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clients.dext import DextImage
from bot.domain.businesses import Business
from bot.domain.people import Right
from bot.domain.previews import (
    BROWSER_LIFE,
    CODE_LENGTH,
    CODE_SIGNS,
    PREVIEW_LIFE,
    BrowserQuestion,
    DocumentOffer,
    OpenPreview,
    Preview,
)
from bot.errors import ConflictError, NotAllowedError, NotFoundError
from bot.services.base import Base, business_in
from bot.services.connecting import digest
from bot.services.health import Health
from bot.services.people import require
from storage import inbox, items, previews

DEAD = "This link has been used, or is older than 10 minutes. Click Document in Slack for a new one."
NOT_YOURS = "This link was made for somebody else. Click Document in Slack yourself to see what you may see."
_KEPT = timedelta(days=1)


class Previews:
    """Give people their documents to look at."""

    def __init__(
        self,
        base: Base,
        health: Health,
        public: str,
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
        new_code: Callable[[], str] = lambda: "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH)),
    ) -> None:
        self._base = base
        self._health = health
        self._public = public
        self._new_secret = new_secret
        self._new_code = new_code

    def offer(self, workspace_id: str, user_id: str, item_id: str) -> DocumentOffer:
        """Make a link to an item's document for a person who may see it."""
        secret, expires_at = self._new_secret(), self._base.clock() + PREVIEW_LIFE
        with self._base.database.begin() as session:
            item = inbox.anywhere(session, item_id)
            business = business_in(session, workspace_id, item.business_id)
            require(session, business, user_id, Right.SEE)
            preview = Preview(
                self._base.new_id(), business.id, workspace_id, user_id, item.id, digest(secret), expires_at
            )
            previews.add(session, preview)
        return DocumentOffer(item, f"{self._public}/document/{secret}", expires_at)

    def look(self, secret: str) -> bool:
        """Say whether a link can still be opened; looking spends nothing, link expanders look too."""
        with self._base.database.begin() as session:
            preview = previews.find(session, digest(secret))
        return preview is not None and preview.spent_at is None and preview.expires_at > self._base.clock()

    def is_known(self, secret: str, browser: str) -> bool:
        """Say whether a link's person has confirmed this browser before: then no click on the page is needed."""
        with self._base.database.begin() as session:
            preview = previews.find(session, digest(secret))
            owner = self._owner(session, browser)
        return preview is not None and owner == (preview.workspace_id, preview.user_id)

    def spend(self, secret: str, browser: str) -> tuple[str, str]:
        """Use a link up for a browser; return the preview's id and the secret of the browser's cookie.

        A browser that nobody has confirmed shows nothing before the person has confirmed it in Slack. Raises
        `ConflictError` when the link is spent or too old, or the browser is known to be somebody else's: then
        nothing is spent. Raises `NotAllowedError` when the person has lost their role.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            preview = previews.find(session, digest(secret))
            if preview is None:
                raise ConflictError(DEAD)
            self._check(session, preview)
            owner = self._owner(session, browser)
            if owner is not None and owner != (preview.workspace_id, preview.user_id):
                raise ConflictError(NOT_YOURS)
            cookie = browser if owner is not None else self._new_secret()
            bound = previews.spend(
                session,
                preview.id,
                now,
                browser=digest(cookie),
                code="" if owner is not None else self._new_code(),
                confirmed_at=now if owner is not None else None,
            )
            if not bound:
                raise ConflictError(DEAD)
            if owner is None:
                self._base.tell(session, "browser", preview.id, preview.user_id)
        return preview.id, cookie

    def question(self, preview_id: str) -> BrowserQuestion:
        """Return the question whether a browser is the person's, as it stands."""
        with self._base.database.begin() as session:
            preview = previews.get(session, preview_id)
            return BrowserQuestion(preview, items.get(session, preview.business_id, preview.item_id))

    def confirm(self, workspace_id: str, user_id: str, preview_id: str) -> None:
        """Take a person's word that the browser with the code is theirs; raise `ConflictError` when it is too late."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            preview = previews.get(session, preview_id)
            if (preview.workspace_id, preview.user_id) != (workspace_id, user_id):
                raise NotFoundError(detail=f"preview {preview_id} is not of {user_id}")
            if preview.confirmed_at is not None:
                return
            if not previews.confirm(session, preview.id, now):
                raise ConflictError("That took longer than 10 minutes. Click Document again for a new link.")
            previews.keep_browser(session, preview.browser, workspace_id, user_id, now + BROWSER_LIFE)
            self._base.tell(session, "browser", preview.id, preview.user_id)

    def view(self, preview_id: str, browser: str) -> OpenPreview:
        """Return a preview for the browser that it is bound to; raise `ConflictError` for any other, or too late."""
        with self._base.database.begin() as session:
            try:
                preview = previews.get(session, preview_id)
            except NotFoundError:
                raise ConflictError(DEAD) from None
            mine = bool(browser) and preview.browser == digest(browser)
            if not mine or preview.expires_at <= self._base.clock():
                raise ConflictError(DEAD)
            business = self._check(session, preview)
            return OpenPreview(preview, business, items.get(session, business.id, preview.item_id))

    def file(self, preview_id: str, browser: str) -> DextImage:
        """Fetch the document from Dext for the browser that may see it.

        Raises what `view` does, `NotAllowedError` before the browser is confirmed, and what Dext raises.
        """
        shown = self.view(preview_id, browser)
        if shown.waiting:
            raise NotAllowedError("Confirm this browser in Slack first.")
        with self._health.dext(shown.business.id) as dext:
            return dext.image(shown.item.details.dext_id)

    def sweep(self) -> None:
        """Forget links and browsers that are over."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            previews.sweep(session, now - _KEPT, now)

    def _check(self, session: Session, preview: Preview) -> Business:
        """Make sure, at every look, that the person may still see this business."""
        business = business_in(session, preview.workspace_id, preview.business_id)
        require(session, business, preview.user_id, Right.SEE)
        return business

    def _owner(self, session: Session, browser: str) -> tuple[str, str] | None:
        return previews.owner_of(session, digest(browser), self._base.clock()) if browser else None
