"""Files are fetched from Slack's own addresses alone, and never more of one than is wanted."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from bot.clients.slack_files import SlackFile, SlackFiles
from bot.errors import (
    BotError,
    InvalidFieldError,
    NoSuchEntryError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)

HOME, SLACKS = "https://slack.com/api/", "https://files.slack.com/files-pri/T1-F1/bill.pdf"
Answer = Callable[[httpx.Request], httpx.Response]


def fetch(answer: Answer, address: str = SLACKS, home: str = HOME, limit: int = 10) -> bytes:
    files = SlackFiles(SecretStr("xoxb-secret"), home, httpx.MockTransport(answer))
    return files.content(SlackFile("F1", "bill.pdf", "pdf", 3, address), limit)


def test_the_token_goes_along_and_the_bytes_come_back() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"PDF", headers={"content-type": "application/pdf"})

    assert fetch(answer) == b"PDF"
    assert seen[0].headers["authorization"] == "Bearer xoxb-secret"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/bill.pdf",
        "https://slack.com.evil.example/x",
        "https://notslack.com/x",
        "http://files.slack.com/x",
        "https://files.slack.com@evil.example/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_token_is_sent_to_nobody_but_slack(address: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing may leave")

    with pytest.raises(RefusedError):
        fetch(answer, address)


def test_an_api_elsewhere_may_keep_its_files_beside_it() -> None:
    home = "http://127.0.0.1:4000/api/"
    assert fetch(lambda _: httpx.Response(200, content=b"x"), "http://127.0.0.1:4000/files-pri/F1/a.pdf", home) == b"x"
    with pytest.raises(RefusedError):
        fetch(lambda _: httpx.Response(200, content=b"x"), "http://127.0.0.1:4001/files-pri/F1/a.pdf", home)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (httpx.Response(200, content=b"x" * 11), InvalidFieldError),
        (httpx.Response(200, html="<title>Sign in</title>"), PermissionMissingError),
        (httpx.Response(302, headers={"location": "https://evil.example"}), PermissionMissingError),
        (httpx.Response(403), PermissionMissingError),
        (httpx.Response(404), NoSuchEntryError),
        (httpx.Response(429, headers={"retry-after": "7"}), RateLimitedError),
        (httpx.Response(503), UnavailableError),
    ],
)
def test_what_is_no_file_is_an_error_of_ours(reply: httpx.Response, error: type[BotError]) -> None:
    with pytest.raises(error) as raised:
        fetch(lambda _: reply)
    assert "files-pri" not in f"{raised.value}{raised.value.detail}"


def test_an_outage_is_one_that_passes() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    with pytest.raises(UnavailableError):
        fetch(answer)


def test_where_a_file_lies_is_not_shown() -> None:
    assert "files-pri" not in repr(SlackFile("F1", "bill.pdf", "pdf", 3, SLACKS))
