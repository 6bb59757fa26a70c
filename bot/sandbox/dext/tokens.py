"""Sessions, codes and tokens: who may call, until when."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.dext.state import Account, Refusal, User, World

CLIENT_ID = "sandbox-dext-client"
CLIENT_SECRET = "sandbox-dext-secret"


class OAuthError(Exception):
    """Say why `/oauth/*` refuses; it goes out as HTTP 401 with `errors` (facts 1.5)."""


@dataclass
class Grant:
    """Be one person's consent; all tokens made from it live and die with it."""

    account_id: int
    email: str
    redirect_uri: str
    revoked: bool = False


@dataclass
class _Code:
    grant: Grant
    expires_at: datetime


@dataclass
class _Access:
    grant: Grant
    expires_at: datetime


@dataclass(frozen=True)
class Issued:
    """Be a pair of tokens as the token endpoint gives them out."""

    access_token: str
    refresh_token: str


class Tokens:
    """Issue, check and end everything that proves who is calling."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Access] = {}
        self._refresh: dict[str, Grant] = {}
        self._sessions: dict[str, Grant] = {}

    def person(self, email: str, password: str) -> tuple[Account, User] | None:
        """Return who signs in with these, or `None` for wrong ones and suspended people."""
        for account in self._world.accounts.values():
            for user in account.users:
                if user.email == email.strip().lower() and user.password == password and not user.suspended:
                    return account, user
        return None

    def code(self, account: Account, user: User, redirect_uri: str) -> str:
        """Issue a single-use code for a consent just given."""
        code = secrets.token_urlsafe(24)
        until = self._world.clock.now() + timedelta(seconds=self._world.switches.code_seconds)
        self._codes[code] = _Code(Grant(account.id, user.email, redirect_uri), until)
        return code

    def redeem(self, code: str, redirect_uri: str) -> Issued:
        """Change a code for tokens; a code is spent by the first attempt, right or wrong."""
        kept = self._codes.pop(code, None)
        if kept is None or kept.expires_at <= self._world.clock.now():
            raise OAuthError("The code is unknown, used or expired")
        if kept.grant.redirect_uri != redirect_uri:
            raise OAuthError("redirect_uri differs from the one of the authorization")
        return self.grant(kept.grant)

    def grant(self, grant: Grant) -> Issued:
        """Issue the first tokens of a consent."""
        refresh = secrets.token_urlsafe(32)
        self._refresh[refresh] = grant
        return Issued(self._new_access(grant), refresh)

    def refresh(self, token: str) -> Issued:
        """Issue a new access token, and with the switch `rotate_refresh` a new refresh token too."""
        grant = self.consent(token)
        if self._world.switches.rotate_refresh:
            del self._refresh[token]
            return self.grant(grant)
        return Issued(self._new_access(grant), token)

    def consent(self, refresh_token: str) -> Grant:
        """Return the consent behind a refresh token that is still good."""
        grant = self._refresh.get(refresh_token)
        if grant is None or grant.revoked:
            raise OAuthError("The refresh token is unknown, used or revoked")
        return grant

    def login_token(self) -> str:
        """Issue a token for single sign-on, which nothing in this sandbox takes."""
        return secrets.token_urlsafe(24)

    def log_in(self, account: Account, user: User) -> str:
        """Open a session and return its id; sessions last until logout or revocation."""
        session = secrets.token_hex(16)
        self._sessions[session] = Grant(account.id, user.email, "")
        return session

    def log_out(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(session, None)

    def account(self, bearer: str | None, session: object) -> Account:
        """Return the account of a caller, by bearer token first, else by session; or refuse with 403."""
        grant: Grant | None = None
        if bearer is not None:
            access = self._access.get(bearer)
            if access is not None and access.expires_at > self._world.clock.now():
                grant = access.grant
        elif isinstance(session, str):
            grant = self._sessions.get(session)
        if grant is None or grant.revoked:
            raise Refusal(403, "Invalid or expired " + ("session" if bearer is None else "access token"))
        return self._world.accounts[grant.account_id]

    def set_revoked(self, account: Account, revoked: bool) -> None:
        """Kill everything issued so far for an account, or bring it back to life.

        What is issued after a revocation is good: signing in again heals.
        """
        for grant in self._grants():
            if grant.account_id == account.id:
                grant.revoked = revoked

    def expire(self, account: Account | None) -> None:
        """Let the access tokens of one account, or of all, lapse now."""
        for access in self._access.values():
            if account is None or access.grant.account_id == account.id:
                access.expires_at = self._world.clock.now()

    def live(self, account: Account) -> dict[str, int]:
        """Count what still works for an account: access tokens, refresh tokens, sessions."""
        now = self._world.clock.now()
        access = [kept.grant for kept in self._access.values() if kept.expires_at > now]
        kinds = {"access_tokens": access, "refresh_tokens": self._refresh.values(), "sessions": self._sessions.values()}
        return {
            kind: sum(grant.account_id == account.id and not grant.revoked for grant in grants)
            for kind, grants in kinds.items()
        }

    def _grants(self) -> list[Grant]:
        codes = [kept.grant for kept in self._codes.values()]
        access = [kept.grant for kept in self._access.values()]
        return [*codes, *access, *self._refresh.values(), *self._sessions.values()]

    def _new_access(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(32)
        until = self._world.clock.now() + timedelta(seconds=self._world.switches.access_token_seconds)
        self._access[token] = _Access(grant, until)
        return token
