"""Dext's OAuth: codes and refresh tokens for grants, one renewal at a time a connection.

The token call carries the client's secret and the tokens in its query, as Dext demands (docs/dext.md,
sign-in). So no error here carries a URL, and httpx's request log is off (`bot.clients.http`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from bot.clients.dext_errors import SERVICE, complaint, readable
from bot.clients.dext_wire import TokenReply
from bot.clients.flights import SingleFlight
from bot.clients.http import Operation, Outgoing, Repeat, exchange, retry_after
from bot.clients.wire import UnreadableError, fit
from bot.errors import (
    CredentialsError,
    GarbledReplyError,
    OutcomeUnknownError,
    RateLimitedError,
    TokenRevokedError,
    UnavailableError,
    UpstreamError,
)

ACCESS_TOKEN = Operation("GET", "/oauth/access_token", Repeat.NEVER)

REFRESH_BEFORE = timedelta(seconds=60)
"""How long before its end a grant is renewed, so that it does not end while a request is under way."""


@dataclass(frozen=True)
class DextGrant:
    """Be what an admin's consent in Dext gives; `expires_at` is aware UTC, None when Dext did not say."""

    access_token: SecretStr
    refresh_token: SecretStr
    expires_at: datetime | None


class DextAccess(Protocol):
    """Say where the grant of one connection lives; thread-safe.

    `grant` must read afresh, because another thread or process may have renewed it; `replace_grant` is
    called before a new grant is used. `lock_key` is the same for all that share the grant.
    """

    def grant(self) -> DextGrant:
        """Return the present grant."""
        ...

    def replace_grant(self, old: DextGrant, new: DextGrant) -> None:
        """Keep a renewed grant, unless the old one is not the one that is kept any more."""
        ...

    def lock_key(self) -> str:
        """Return what names the connection, e.g. its id."""
        ...

    def renewing(self) -> AbstractContextManager[None]:
        """Keep other processes from renewing the grant; raises UnavailableError when one takes too long."""
        ...


class Grants:
    """Make and renew grants; thread-safe. `redirect_uri` goes along with a refresh where it is set."""

    def __init__(
        self,
        http: httpx.Client,
        client_id: str,
        client_secret: SecretStr,
        clock: Callable[[], datetime],
        redirect_uri: str,
    ) -> None:
        self._http = http
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._redirect_uri = redirect_uri
        self._flights = SingleFlight()

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return where to send a person's browser."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{str(self._http.base_url).rstrip('/')}/oauth/authorize?{urlencode(query)}"

    def exchange_code(self, code: str, redirect_uri: str) -> DextGrant:
        """Trade the code of a redirect for a grant, once.

        Raises TokenRevokedError when Dext refuses the code, CredentialsError(which="client"),
        UnavailableError, RateLimitedError, GarbledReplyError.
        """
        reply = self._trade({"grant_type": "authorization_code", "redirect_uri": redirect_uri, "code": code})
        return self._grant(reply, reply.refresh_token)

    def current(
        self, access: DextAccess, refused: DextGrant | None = None, renew_before: timedelta = REFRESH_BEFORE
    ) -> DextGrant:
        """Return the grant to use: the one that is kept if it is good, otherwise a renewed one.

        `refused` is the grant Dext just turned away; it is not used again. One that ends within
        `renew_before` is renewed. Raises TokenRevokedError
        when an admin must reconnect, otherwise what `exchange_code` raises.
        """

        def usable() -> DextGrant | None:
            held = access.grant()
            ending = held.expires_at is not None and held.expires_at - renew_before <= self._clock()
            turned_away = refused is not None and refused.access_token == held.access_token
            return None if ending or turned_away else held

        return self._flights.run(access.lock_key(), usable, lambda: self._renew_alone(access, usable))

    def _renew_alone(self, access: DextAccess, usable: Callable[[], DextGrant | None]) -> DextGrant:
        """Renew while no other process does: a refresh token that two trade in is lost to one of them."""
        with access.renewing():
            return usable() or self._renew(access)

    def _renew(self, access: DextAccess) -> DextGrant:
        held = access.grant()
        query = {"grant_type": "refresh_token", "refresh_token": held.refresh_token.get_secret_value()}
        if self._redirect_uri:
            query["redirect_uri"] = self._redirect_uri
        try:
            reply = self._trade(query)
        except TokenRevokedError:
            # Another process may have traded this token in since it was read.
            newer = access.grant()
            if newer.refresh_token != held.refresh_token:
                return newer
            raise
        fresh = self._grant(reply, reply.refresh_token or held.refresh_token)
        access.replace_grant(held, fresh)
        return fresh

    def _trade(self, query: dict[str, str]) -> TokenReply:
        query = query | {"client_id": self._client_id, "client_secret": self._client_secret.get_secret_value()}
        outgoing = Outgoing({"accept": "application/json"}, params=query)
        try:
            response = exchange(self._http, ACCESS_TOKEN, ACCESS_TOKEN.url(), outgoing, service=SERVICE)
        except OutcomeUnknownError as error:
            # It must not look as if the call that was to follow might have been done.
            raise _unavailable(error.detail) from None
        value = readable(response.content)
        found = complaint(value)
        if found is not None or not response.is_success:
            status = (found.code if found is not None else 0) or response.status_code
            raise self._refusal(status, "" if found is None else found.message, response)
        try:
            return fit(TokenReply, value)
        except UnreadableError as error:
            raise _garbled(str(error)) from None

    def _refusal(self, status: int, message: str, response: httpx.Response) -> UpstreamError:
        detail = f"{ACCESS_TOKEN.path}: HTTP {response.status_code}, code {status}"
        if status == 429:
            return RateLimitedError(
                "Dext asks me to slow down. Please try again in a moment.",
                service=SERVICE,
                detail=detail,
                retry_after=retry_after(response.headers, 5.0),
            )
        if status >= 500:
            return _unavailable(detail)
        if status not in (400, 401, 403):
            return _garbled(detail)
        if "client" in message.lower():
            return CredentialsError(
                "Dext doesn't accept this app's OAuth client. An operator has to check it.",
                service=SERVICE,
                detail=detail,
                which="client",
            )
        return TokenRevokedError(
            "Dext's permission for this connection is no longer valid. An admin has to connect Dext again.",
            service=SERVICE,
            detail=detail,
        )

    def _grant(self, reply: TokenReply, refresh_token: SecretStr | None) -> DextGrant:
        for secret in (reply.access_token, refresh_token):
            text = "" if secret is None else secret.get_secret_value()
            # What cannot stand in a header would fail later, with an error that quotes it.
            if not (text and text.isascii() and text.isprintable()):
                raise _garbled("a token is missing or has characters that no header can carry")
        assert refresh_token is not None
        ends = None if reply.expires_in is None else self._clock() + timedelta(seconds=reply.expires_in)
        return DextGrant(reply.access_token, refresh_token, ends)


def _unavailable(detail: str) -> UpstreamError:
    return UnavailableError(
        "Dext isn't answering right now. Nothing was done; please try again in a few minutes.",
        service=SERVICE,
        detail=detail,
    )


def _garbled(detail: str) -> UpstreamError:
    return GarbledReplyError(
        "Dext sent an answer to the sign-in that I can't read. Please try again later.",
        service=SERVICE,
        detail=f"{ACCESS_TOKEN.path}: {detail}",
    )
