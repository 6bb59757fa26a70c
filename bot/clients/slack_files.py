"""Files that people share in Slack: the bytes, fetched with the bot's token from Slack's own addresses alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from bot.clients.http import retry_after, upstream_client
from bot.clients.slack_errors import SERVICE, unreachable
from bot.errors import (
    InvalidFieldError,
    NoSuchEntryError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)

_TIMEOUT = httpx.Timeout(20.0, connect=5.0)


@dataclass(frozen=True)
class SlackFile:
    """Be a file in Slack; `size` in bytes, `kind` is Slack's own word for its type.

    `address` is where its bytes are; whoever logs it tells which file it is, so it is not shown.
    """

    id: str
    name: str
    kind: str
    size: int
    address: str = field(repr=False)


class SlackFiles:
    """Fetch files; thread-safe."""

    def __init__(self, token: SecretStr, base_url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._token = token
        self._home = httpx.URL(base_url)
        self._http = upstream_client(base_url, timeout=_TIMEOUT, transport=transport)

    def content(self, file: SlackFile, limit: int) -> bytes:
        """Return the bytes of a file, `limit` at most.

        Raises InvalidFieldError when it is larger, NoSuchEntryError when it is gone, PermissionMissingError
        without the scope, RefusedError for an address that is not Slack's, RateLimitedError, UnavailableError.
        """
        address = self._checked(file.address)
        headers = {"authorization": f"Bearer {self._token.get_secret_value()}"}
        content = bytearray()
        try:
            with self._http.stream("GET", address, headers=headers) as response:
                _check(response)
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > limit:
                        reason = f"The file is larger than {limit // 1024**2} MB."
                        raise InvalidFieldError(reason, service=SERVICE, detail="too large", reason=reason)
        except httpx.RequestError as error:
            raise unreachable(type(error).__name__) from None
        return bytes(content)

    def _checked(self, address: str) -> httpx.URL:
        """Return an address that the token may be sent to: Slack's own over TLS, or the host of the API itself."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            url = httpx.URL("")
        ours = (url.scheme, url.host, url.port) == (self._home.scheme, self._home.host, self._home.port)
        if not ours and not (url.scheme == "https" and (url.host == "slack.com" or url.host.endswith(".slack.com"))):
            reason = "The file does not lie with Slack itself."
            raise RefusedError(reason, service=SERVICE, detail=f"host {url.host[:80]}", reason=reason)
        return url


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status == 429:
        raise RateLimitedError(service=SERVICE, detail="HTTP 429", retry_after=retry_after(dict(response.headers), 5.0))
    if status >= 500:
        raise UnavailableError(service=SERVICE, detail=f"HTTP {status}")
    if status in (404, 410):
        reason = "The file is gone from Slack."
        raise NoSuchEntryError(reason, service=SERVICE, detail=f"HTTP {status}", reason=reason)
    # Without the scope Slack sends a sign-in page instead of the file, some of the time with 200.
    is_page = response.headers.get("content-type", "").startswith("text/html")
    if not response.is_success or is_page:
        raise PermissionMissingError(
            "The app isn't permitted to read files in Slack. An admin has to install it again with `files:read`.",
            service=SERVICE,
            detail=f"HTTP {status}",
        )
