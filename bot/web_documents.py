"""The web pages that show a document to one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot import pages, pages_documents
from bot.domain.previews import BROWSER_LIFE, media_type
from bot.errors import (
    AuthError,
    BotError,
    ConflictError,
    NoSuchEntryError,
    NotAllowedError,
    UpstreamError,
)
from bot.log import get_logger
from bot.services.previews import DEAD, Previews

_COOKIE = "viewer"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# The file is framed by our own page alone. No `sandbox` for a PDF: it would keep the browser's viewer out.
_FILE_POLICY = {
    "application/pdf": "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
}
_IMAGE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"

Result = TypeVar("Result")


def document_routes(previews: Previews, *, secure: bool) -> list[Route]:
    """Return the routes of the pages that show documents."""
    web = _Documents(previews, secure)
    return [
        Route("/document/{link}", web.ask, methods=["GET"]),
        Route("/document/{link}", web.spend, methods=["POST"]),
        Route("/document/view/{id}", web.view, methods=["GET"]),
        Route("/document/file/{id}", web.file, methods=["GET"]),
    ]


class _Documents:
    def __init__(self, previews: Previews, secure: bool) -> None:
        self._previews = previews
        self._secure = secure
        self._log = get_logger(__name__)

    async def ask(self, request: Request) -> Response:
        """Ask for a click; in a browser that is known to be the person's, go on without one."""
        link, browser = request.path_params["link"], request.cookies.get(_COOKIE, "")
        if not await _run(lambda: self._previews.look(link)):
            return _html(pages.problem_page(DEAD), 410)
        # A link expander has no cookie, so it never gets past this page.
        known: bool = await _run(lambda: self._previews.is_known(link, browser))
        if known:
            return await self.spend(request)
        return _html(pages_documents.ask_page(f"/document/{link}"))

    async def spend(self, request: Request) -> Response:
        """Use the link up and bind it to this browser."""
        link, browser = request.path_params["link"], request.cookies.get(_COOKIE, "")
        try:
            preview_id, cookie = await _run(lambda: self._previews.spend(link, browser))
        except BotError as error:
            return self._problem(error)
        answer = RedirectResponse(f"/document/view/{preview_id}", 303)
        life = int(BROWSER_LIFE.total_seconds())
        # Lax: the link is followed from Slack, and the cookie has to come along.
        answer.set_cookie(
            _COOKIE, cookie, max_age=life, path="/document", httponly=True, samesite="lax", secure=self._secure
        )
        return _private(answer)

    async def view(self, request: Request) -> Response:
        """Show the document, or what is still missing for that."""
        preview_id, browser = request.path_params["id"], request.cookies.get(_COOKIE, "")
        try:
            shown = await _run(lambda: self._previews.view(preview_id, browser))
            if shown.waiting:
                return _html(pages_documents.waiting_page(shown.preview.code))
            file = await _run(lambda: self._previews.file(preview_id, browser))
        except BotError as error:
            return self._problem(error)
        path = f"/document/file/{preview_id}"
        return _html(pages_documents.document_page(shown, path, media_type(file.content)))

    async def file(self, request: Request) -> Response:
        """Give the file itself, as what its own bytes say it is; nothing that could be a page."""
        preview_id, browser = request.path_params["id"], request.cookies.get(_COOKIE, "")
        try:
            file = await _run(lambda: self._previews.file(preview_id, browser))
        except BotError as error:
            return self._problem(error)
        media = media_type(file.content)
        if not media:
            return _html(pages.problem_page("Documents of this kind cannot be shown. Open it in Dext."), 415)
        answer = _private(Response(file.content, media_type=media))
        ending = media.rpartition("/")[2]
        answer.headers["Content-Disposition"] = f'inline; filename="document.{ending}"'
        answer.headers["Content-Security-Policy"] = _FILE_POLICY.get(media, _IMAGE_POLICY)
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        return answer

    def _problem(self, error: BotError) -> Response:
        self._log.info("document page", code=error.code, detail=error.detail)
        match error:
            case ConflictError():
                return _html(pages.problem_page(error.user_message), 410)
            case NotAllowedError():
                return _html(
                    pages.problem_page("You may not see this document. Ask an admin for a role in Slack."), 403
                )
            case NoSuchEntryError():
                return _html(pages.problem_page("Dext doesn't have this document any more."), 404)
            case AuthError():
                told = (
                    "Dext no longer lets us in. An admin types `/dext reconnect` in Slack; then it can be seen again."
                )
                return _html(pages.problem_page(told), 502)
            case UpstreamError():
                told = "Dext is not answering just now, so the document can't be fetched. Try again in a minute."
                return _html(pages.problem_page(told), 502)
            case _:
                return _html(pages.problem_page("That did not work. Click Document in Slack again."), 404)


async def _run(do: Callable[[], Result]) -> Result:
    return await anyio.to_thread.run_sync(do)


def _html(text: str, status: int = 200) -> Response:
    return _private(HTMLResponse(text, status_code=status))


def _private(answer: Response) -> Response:
    """Keep what is shown out of caches, frames, other sites and their logs."""
    answer.headers.update(
        {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Content-Security-Policy": _PAGE_POLICY,
        }
    )
    return answer
