"""The pages that show a document: what spends a link, what a browser is told, and that nothing leaks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import Mock, create_autospec

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from bot.clients.dext import DextImage
from bot.domain.previews import OpenPreview
from bot.errors import (
    BotError,
    ConflictError,
    NoSuchEntryError,
    NotAllowedError,
    NotFoundError,
    TokenRevokedError,
    UnavailableError,
)
from bot.services.previews import DEAD, NOT_YOURS, Previews
from bot.web_documents import document_routes
from tests.blocks import inbox_views as iv
from tests.blocks import views as v

PDF, PNG, PAGE = b"%PDF-1.4 pretend", b"\x89PNG\r\n\x1a\n pretend", b"<html><script>alert(1)</script>"
COOKIE = {"viewer": "the-browsers-secret"}

Ask = Callable[..., httpx.Response]


def _shown(**changes: Any) -> OpenPreview:
    preview = iv.browser_question(confirmed_at=v.NOW, **changes).preview
    return OpenPreview(preview, v.BUSINESS, v.item())


@pytest.fixture
def previews() -> Mock:
    service: Mock = create_autospec(Previews, instance=True)
    service.look.return_value = True
    service.is_known.return_value = False
    service.spend.return_value = ("prv1", "the-browsers-secret")
    service.view.return_value = _shown()
    service.file.return_value = DextImage(PDF, "text/html", "<script>.html")
    return service


@pytest.fixture
def ask(previews: Mock) -> Ask:
    app = Starlette(routes=document_routes(previews, secure=True))

    async def send(method: str, path: str, cookies: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://bot.test", cookies=cookies) as browser:
            return await browser.request(method, path)

    return lambda method, path, cookies=COOKIE: anyio.run(partial(send, method, path, cookies))


def assert_private(reply: httpx.Response) -> None:
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert reply.headers.get("content-security-policy", "").startswith("default-src 'none'")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_spends_and_tells_nothing(ask: Ask, previews: Mock, method: str) -> None:
    """Link expanders open links too, without a cookie."""
    reply = ask(method, "/document/secret", {})
    assert reply.status_code == 200
    assert_private(reply)
    assert "Müller" not in reply.text
    assert "set-cookie" not in reply.headers
    previews.spend.assert_not_called()
    previews.view.assert_not_called()


def test_a_link_that_is_over_says_so(ask: Ask, previews: Mock) -> None:
    previews.look.return_value = False
    reply = ask("GET", "/document/secret")
    assert reply.status_code == 410
    assert DEAD.split(",")[0] in reply.text


def test_the_click_binds_the_browser_with_a_cookie_that_only_these_pages_get(ask: Ask, previews: Mock) -> None:
    reply = ask("POST", "/document/secret", {})
    assert (reply.status_code, reply.headers["location"]) == (303, "/document/view/prv1")
    cookie = reply.headers["set-cookie"]
    for part in ("viewer=the-browsers-secret", "HttpOnly", "Path=/document", "SameSite=lax", "Secure"):
        assert part in cookie
    assert "secret" not in reply.headers["location"]
    previews.spend.assert_called_once_with("secret", "")


def test_a_known_browser_goes_straight_to_the_document(ask: Ask, previews: Mock) -> None:
    previews.is_known.return_value = True
    assert ask("GET", "/document/secret").headers["location"] == "/document/view/prv1"
    previews.spend.assert_called_once_with("secret", "the-browsers-secret")


def test_somebody_elses_browser_is_told_so(ask: Ask, previews: Mock) -> None:
    previews.spend.side_effect = ConflictError(NOT_YOURS)
    reply = ask("POST", "/document/secret")
    assert reply.status_code == 410
    assert "made for somebody else" in reply.text
    assert "set-cookie" not in reply.headers


def test_before_it_is_confirmed_the_page_shows_the_code_and_nothing_else(ask: Ask, previews: Mock) -> None:
    previews.view.return_value = OpenPreview(iv.browser_question().preview, v.BUSINESS, v.item())
    reply = ask("GET", "/document/view/prv1")
    assert "K7QM" in reply.text
    assert 'http-equiv="refresh"' in reply.text
    assert "Müller" not in reply.text
    previews.file.assert_not_called()


@pytest.mark.parametrize(("content", "tag"), [(PDF, "<iframe"), (PNG, "<img")])
def test_a_document_is_shown_in_the_page(ask: Ask, previews: Mock, content: bytes, tag: str) -> None:
    previews.file.return_value = DextImage(content, "text/html", "x")
    reply = ask("GET", "/document/view/prv1")
    assert reply.status_code == 200
    assert_private(reply)
    assert tag in reply.text
    assert "/document/file/prv1" in reply.text
    assert "#7 Müller &amp; Söhne GmbH" in reply.text
    assert "script" not in reply.text
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize(("content", "media"), [(PDF, "application/pdf"), (PNG, "image/png")])
def test_the_file_is_named_and_typed_by_us_alone(ask: Ask, previews: Mock, content: bytes, media: str) -> None:
    previews.file.return_value = DextImage(content, "text/html; charset=utf-8", '"><script>.html')
    reply = ask("GET", "/document/file/prv1")
    assert (reply.content, reply.headers["content-type"]) == (content, media)
    assert reply.headers["content-disposition"] == f'inline; filename="document.{media.rpartition("/")[2]}"'
    assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]
    assert ("sandbox" in reply.headers["content-security-policy"]) is (media != "application/pdf")
    assert_private(reply)


def test_what_no_browser_shows_is_said_and_never_served(ask: Ask, previews: Mock) -> None:
    previews.file.return_value = DextImage(PAGE, "image/png", "photo.png")
    assert "cannot be shown in a browser" in ask("GET", "/document/view/prv1").text
    reply = ask("GET", "/document/file/prv1")
    assert reply.status_code == 415
    assert b"alert(1)" not in reply.content


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ConflictError(DEAD), 410, "older than 10 minutes"),
        (NotAllowedError("…"), 403, "may not see"),
        (NoSuchEntryError(service="Dext"), 404, "have this document any more"),
        (UnavailableError(service="Dext"), 502, "not answering just now"),
        (TokenRevokedError(service="Dext"), 502, "no longer lets us in"),
        (NotFoundError(), 404, "Click Document"),
    ],
)
@pytest.mark.parametrize("path", ["/document/view/prv1", "/document/file/prv1"])
def test_trouble_gets_a_clear_page(
    ask: Ask, previews: Mock, path: str, error: BotError, status: int, words: str
) -> None:
    previews.file.side_effect = error
    reply = ask("GET", path)
    assert reply.status_code == status
    assert words in reply.text
    assert_private(reply)
