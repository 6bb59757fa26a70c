"""The redirect arrangement with Bill.com: authorisation code with PKCE, rotating tokens.

Source: docs/bill-com.md, sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from bot.clients.bill_access import SERVICE, BillApp, BillGrant
from bot.clients.bill_doorway import certain, garbled, knock, sendable, understood
from bot.clients.bill_errors import clean, refusal
from bot.clients.bill_line import Line
from bot.clients.bill_wire import LoginReply, TokenReply
from bot.clients.http import Operation, Outgoing, Repeat
from bot.clients.wire import UnreadableError, decode
from bot.errors import CredentialsError, RefusedError, TokenRevokedError, UpstreamError

TOKEN = Operation("POST", "/authx/token", Repeat.NEVER)
WHO_AM_I = Operation("GET", "/v3/login/session", Repeat.SAFE)

_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


class TokenDesk:
    """Trade codes and refresh tokens for grants; thread-safe."""

    def __init__(self, line: Line, app: BillApp, clock: Callable[[], datetime]) -> None:
        self._line = line
        self._app = app
        self._clock = clock

    def authorize_url(self, authorize_base: str, redirect_uri: str, state: str, code_challenge: str) -> str:
        """Return where to send a person's browser; raises CredentialsError(which="client") without a client."""
        client_id, _ = self._client()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
        return f"{authorize_base.rstrip('/')}/authx/authorize?{urlencode(query)}"

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str) -> BillGrant:
        """Trade the code of a redirect for a grant, once.

        Raises TokenRevokedError when the code is used up or too old, CredentialsError(which="client"),
        RefusedError, UnavailableError, GarbledReplyError.
        """
        reply = self._trade(
            "",
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": code_verifier,
            },
        )
        access_token = sendable(reply.access_token, TOKEN)
        organization_id, user_id = reply.organizationId or "", reply.userId or ""
        if not (organization_id and user_id):
            try:
                owner = self._owner(access_token)
            except UpstreamError:
                # The code is spent: a grant is not thrown away because the user behind it stays unnamed.
                if not organization_id:
                    raise
            else:
                organization_id = organization_id or owner.organization_id
                user_id = user_id or owner.user_id
        if not organization_id:
            raise garbled(TOKEN, "no organization id")
        return BillGrant(
            access_token=access_token,
            refresh_token=sendable(reply.refresh_token, TOKEN),
            expires_at=self._end(reply),
            organization_id=organization_id,
            user_id=user_id,
        )

    def refresh(self, held: BillGrant) -> BillGrant:
        """Trade the refresh token for a new grant, once; the old tokens may be void afterwards.

        Raises TokenRevokedError when an admin must connect again, otherwise what `exchange_code` raises.
        """
        form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token.get_secret_value()}
        reply = self._trade(held.organization_id, form)
        return BillGrant(
            access_token=sendable(reply.access_token, TOKEN),
            refresh_token=sendable(reply.refresh_token or held.refresh_token, TOKEN),
            expires_at=self._end(reply),
            organization_id=held.organization_id,
            user_id=reply.userId or held.user_id,
        )

    def _trade(self, organization_id: str, form: dict[str, str]) -> TokenReply:
        client_id, client_secret = self._client()
        form = form | {"client_id": client_id, "client_secret": client_secret.get_secret_value()}
        response = knock(self._line, organization_id, TOKEN, Outgoing(_FORM, content=urlencode(form).encode()))
        if not response.is_success:
            raise self._refusal(response)
        return understood(TokenReply, response, TOKEN)

    def _refusal(self, response: httpx.Response) -> UpstreamError:
        try:
            body = decode(response.content)
        except UnreadableError:
            body = None
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(error, str) or response.status_code >= 500:
            return certain(refusal(response, TOKEN, now=self._clock()))
        detail = f"{TOKEN.path}: HTTP {response.status_code} {error[:40]}"
        if error == "invalid_grant":
            return TokenRevokedError(
                "Bill.com's permission for this connection is no longer valid. An admin has to connect again.",
                service=SERVICE,
                detail=detail,
            )
        if error in {"invalid_client", "unauthorized_client"}:
            return _wrong_client(detail)
        reason = clean(str(body.get("error_description") or error))
        return RefusedError(f"Bill.com refused the sign-in: {reason}", service=SERVICE, detail=detail, reason=reason)

    def _owner(self, access_token: SecretStr) -> LoginReply:
        headers = {"authorization": f"Bearer {access_token.get_secret_value()}"}
        response = knock(self._line, "", WHO_AM_I, Outgoing(headers))
        if not response.is_success:
            raise refusal(response, WHO_AM_I, now=self._clock())
        return understood(LoginReply, response, WHO_AM_I)

    def _client(self) -> tuple[str, SecretStr]:
        if self._app.client_id is None or self._app.client_secret is None:
            raise _wrong_client("no OAuth client is set up")
        return self._app.client_id, self._app.client_secret

    def _end(self, reply: TokenReply) -> datetime | None:
        return None if reply.expires_in is None else self._clock() + timedelta(seconds=reply.expires_in)


def _wrong_client(detail: str) -> CredentialsError:
    return CredentialsError(
        "Bill.com doesn't accept this app's OAuth client. An operator has to check it.",
        service=SERVICE,
        detail=detail,
        which="client",
    )
