"""Bill.com for the rest of the bot: one gateway a process, one client a connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import httpx

from bot.clients.bill_access import BillAccess, BillApp, BillGrant, BillSession, SyncToken
from bot.clients.bill_approvers import ApproversDesk
from bot.clients.bill_auth import SignIns
from bot.clients.bill_bodies import VendorAddress
from bot.clients.bill_calls import Calls
from bot.clients.bill_client import BillClient, BillUser, Organization
from bot.clients.bill_line import AT_ONCE, Line, Turns
from bot.clients.bill_lists import ListPage
from bot.clients.bill_oauth import TokenDesk
from bot.clients.quota import Quota

__all__ = [
    "AT_ONCE",
    "BillAccess",
    "BillApp",
    "BillClient",
    "BillGateway",
    "BillGrant",
    "BillSession",
    "BillUser",
    "ListPage",
    "Organization",
    "SyncToken",
    "Turns",
    "VendorAddress",
]


class BillGateway:
    """Hold what all connections share: HTTP clients, limits, locks; one a process, thread-safe.

    `v3` and `v2` come from `upstream_client` and stay the caller's to close; without `v2` approvers
    cannot be set. `clock` gives aware UTC; `turns` are given where other processes talk to Bill.com as well.
    """

    def __init__(
        self,
        v3: httpx.Client,
        v2: httpx.Client | None,
        app: BillApp,
        quota: Quota,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        turns: Turns | None = None,
    ) -> None:
        turns = turns or Turns()
        self._clock = clock
        self._line = Line(v3, turns, quota, sleep)
        self._tokens = TokenDesk(self._line, app, clock)
        self._sign_ins = SignIns(self._line, app, self._tokens, quota, clock)
        v2_line = None if v2 is None else Line(v2, turns, quota, sleep)
        self._approvers = ApproversDesk(v2_line, app, self._sign_ins, quota, clock)

    def client(self, access: BillAccess) -> BillClient:
        """Return the client of one connection; it is cheap and thread-safe."""
        return BillClient(Calls(self._line, self._sign_ins, access, self._clock), self._approvers)

    def sign_in(self, token: SyncToken) -> BillSession:
        """Try a sync token before it is kept; the session is the caller's to keep.

        Raises CredentialsError with `which`, LockedOutError, QuotaError, UnavailableError, GarbledReplyError.
        """
        return self._sign_ins.sign_in(token)

    def authorize_url(self, authorize_base: str, redirect_uri: str, state: str, code_challenge: str) -> str:
        """Return where a browser goes to connect: `/authx/authorize` below the base, PKCE with S256.

        Raises CredentialsError(which="client") where no OAuth client is set up.
        """
        return self._tokens.authorize_url(authorize_base, redirect_uri, state, code_challenge)

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str) -> BillGrant:
        """Trade the code of a redirect for a grant, once; the grant is the caller's to keep.

        Raises TokenRevokedError when the code is used up or too old, CredentialsError(which="client"),
        RefusedError, UnavailableError, GarbledReplyError.
        """
        return self._tokens.exchange_code(code, redirect_uri, code_verifier)
