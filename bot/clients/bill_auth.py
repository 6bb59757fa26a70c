"""Signing in to Bill.com and staying signed in, with one renewal at a time an organisation.

Source: docs/bill-com.md, sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.clients.bill_access import SERVICE, BillAccess, BillApp, BillGrant, BillSession, SyncToken, Ticket
from bot.clients.bill_doorway import carriable, certain, knock, sendable, understood
from bot.clients.bill_errors import refusal
from bot.clients.bill_line import Line
from bot.clients.bill_oauth import TokenDesk
from bot.clients.bill_wire import LoginReply
from bot.clients.flights import SingleFlight
from bot.clients.http import Operation, Outgoing, Repeat
from bot.clients.quota import BILL_LOGINS, Quota
from bot.clients.wire import encode
from bot.errors import AuthError, CredentialsError, SessionEndedError, TokenRevokedError, UpstreamError

LOGIN = Operation("POST", "/v3/login", Repeat.NEVER)

REFRESH_BEFORE = timedelta(seconds=60)
"""How long before its end a grant is renewed, so that it does not end while a request is under way."""

JSON_HEADERS = {"content-type": "application/json", "accept": "application/json"}


class SignIns:
    """Make and renew what requests show at the door; thread-safe."""

    def __init__(
        self, line: Line, app: BillApp, tokens: TokenDesk, quota: Quota, clock: Callable[[], datetime]
    ) -> None:
        self._line = line
        self._app = app
        self._tokens = tokens
        self._quota = quota
        self._clock = clock
        self._flights = SingleFlight()

    def sign_in(self, token: SyncToken) -> BillSession:
        """Sign in with a sync token, once.

        Raises CredentialsError with `which`, LockedOutError, QuotaError, UnavailableError, GarbledReplyError.
        """
        self._quota.take(BILL_LOGINS)
        body = {
            "username": token.name,
            "password": token.value.get_secret_value(),
            "organizationId": token.organization_id,
            "devKey": self._app.developer_key.get_secret_value(),
        }
        response = knock(self._line, token.organization_id, LOGIN, Outgoing(JSON_HEADERS, content=encode(body)))
        if not response.is_success:
            raise credentials_at_fault(refusal(response, LOGIN, now=self._clock()))
        reply = understood(LoginReply, response, LOGIN)
        return BillSession(
            session_id=sendable(reply.session_id, LOGIN),
            organization_id=reply.organization_id or token.organization_id,
            user_id=reply.user_id,
        )

    def ticket(self, access: BillAccess, refused: Ticket | None = None) -> Ticket:
        """Return what the next request shows: what is kept if it is good, otherwise a renewed one.

        `refused` is the ticket that Bill.com just called ended; it is not used again. Raises
        CredentialsError or TokenRevokedError when an admin must act, otherwise what `sign_in` raises.
        """
        return self._flights.run(
            access.credentials().organization_id,
            lambda: self._usable(access, refused),
            lambda: self._renew_alone(access, refused),
        )

    def headers(self, ticket: Ticket) -> dict[str, str]:
        """Return the headers that show a ticket; raises CredentialsError for a malformed developer key."""
        if isinstance(ticket, BillGrant):
            return {"authorization": f"Bearer {ticket.access_token.get_secret_value()}"}
        key = self._app.developer_key.get_secret_value()
        if not carriable(key):
            raise CredentialsError(
                "This app's developer key for Bill.com is malformed. An operator has to check it.",
                service=SERVICE,
                detail="the developer key is empty or has characters that no header can carry",
                which="developer_key",
            )
        return {"sessionId": ticket.session_id.get_secret_value(), "devKey": key}

    def _usable(self, access: BillAccess, refused: Ticket | None) -> Ticket | None:
        held = access.credentials()
        if isinstance(held, BillGrant):
            ending = held.expires_at is not None and held.expires_at - REFRESH_BEFORE <= self._clock()
            ended = isinstance(refused, BillGrant) and refused.access_token == held.access_token
            return None if ending or ended else held
        session = access.session()
        # A session of another organisation is left over from before a reconnection.
        if session is None or session.organization_id != held.organization_id:
            return None
        ended = isinstance(refused, BillSession) and refused.session_id == session.session_id
        return None if ended else session

    def _renew_alone(self, access: BillAccess, refused: Ticket | None) -> Ticket:
        """Renew while no other process does: log-ins are counted, and tokens rotate."""
        with access.renewing():
            return self._usable(access, refused) or self._renew(access)

    def _renew(self, access: BillAccess) -> Ticket:
        held = access.credentials()
        if isinstance(held, SyncToken):
            return self._signed_in(access, held)
        try:
            grant = self._tokens.refresh(held)
        except TokenRevokedError:
            # Tokens rotate: another process may have traded this one in since it was read.
            newer = access.credentials()
            if isinstance(newer, BillGrant) and newer.refresh_token != held.refresh_token:
                return newer
            raise
        access.replace_grant(held, grant)
        return grant

    def _signed_in(self, access: BillAccess, token: SyncToken) -> BillSession:
        try:
            session = self.sign_in(token)
        except CredentialsError:
            access.keep_session(None)
            raise
        access.keep_session(session)
        return session


def credentials_at_fault(error: UpstreamError) -> UpstreamError:
    """Take a refusal at the door that names no cause for a refusal of the token; leave others as they are."""
    error = certain(error)
    # A sign-in has no session that could have ended, so both mean the same here.
    if type(error) not in (AuthError, SessionEndedError):
        return error
    return CredentialsError(
        "Bill.com doesn't accept the token's name or value. An admin should enter both again.",
        service=SERVICE,
        detail=error.detail,
        which="token_name_or_value",
    )
