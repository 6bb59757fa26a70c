"""Credentials and sessions as the clients see them, kept in the vault."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import datetime

from pydantic import SecretStr

from bot.clients.bill import BillGrant, BillSession, SyncToken
from bot.clients.dext import DextGrant
from bot.errors import TokenRevokedError
from bot.services.base import Base
from bot.services.leases import alone

_CREDENTIALS = "credentials"
_SESSION = "session"
_GRANT = "grant"


class StoredBillAccess:
    """Keep a Bill.com leg's credentials and session under an owner in the vault."""

    def __init__(self, base: Base, owner: str) -> None:
        self._base = base
        self._owner = owner

    def renewing(self) -> AbstractContextManager[None]:
        """Keep other processes from renewing the same credentials while this one does."""
        return alone(self._base, f"renew:{self._owner}")

    def credentials(self) -> SyncToken | BillGrant:
        """Return what signs in; raise `TokenRevokedError` when nothing is kept (any more)."""
        kept = self._read(_CREDENTIALS)
        if kept is None:
            raise TokenRevokedError(service="Bill.com", detail="no credentials are kept")
        if "name" in kept:
            return SyncToken(kept["name"], SecretStr(kept["value"]), kept["organization_id"])
        return BillGrant(
            access_token=SecretStr(kept["access_token"]),
            refresh_token=SecretStr(kept["refresh_token"]),
            expires_at=_time(kept["expires_at"]),
            organization_id=kept["organization_id"],
            user_id=kept["user_id"],
        )

    def session(self) -> BillSession | None:
        """Return the session that was last opened."""
        kept = self._read(_SESSION)
        if kept is None:
            return None
        return BillSession(SecretStr(kept["session_id"]), kept["organization_id"], kept["user_id"])

    def keep_session(self, session: BillSession | None) -> None:
        """Keep a session for the next call and the next process."""
        if session is None:
            self._write(_SESSION, None)
            return
        self._write(
            _SESSION,
            {
                "session_id": session.session_id.get_secret_value(),
                "organization_id": session.organization_id,
                "user_id": session.user_id,
            },
        )

    def keep_token(self, token: SyncToken) -> None:
        """Keep a sync token."""
        value = token.value.get_secret_value()
        self._write(_CREDENTIALS, {"name": token.name, "value": value, "organization_id": token.organization_id})

    def keep_grant(self, grant: BillGrant) -> None:
        """Keep an OAuth grant; called before a rotated token is used."""
        self._write(
            _CREDENTIALS,
            {
                "access_token": grant.access_token.get_secret_value(),
                "refresh_token": grant.refresh_token.get_secret_value(),
                "expires_at": _text(grant.expires_at),
                "organization_id": grant.organization_id,
                "user_id": grant.user_id,
            },
        )

    def _read(self, field: str) -> dict[str, str] | None:
        return _read(self._base, self._owner, field)

    def _write(self, field: str, value: dict[str, str] | None) -> None:
        _write(self._base, self._owner, field, value)


class StoredDextAccess:
    """Keep a Dext leg's grant under an owner in the vault."""

    def __init__(self, base: Base, owner: str) -> None:
        self._base = base
        self._owner = owner

    def renewing(self) -> AbstractContextManager[None]:
        """Keep other processes from renewing the same credentials while this one does."""
        return alone(self._base, f"renew:{self._owner}")

    def lock_key(self) -> str:
        """Return what tells this leg from others."""
        return self._owner

    def grant(self) -> DextGrant:
        """Return the grant; raise `TokenRevokedError` when none is kept (any more)."""
        kept = _read(self._base, self._owner, _GRANT)
        if kept is None:
            raise TokenRevokedError(service="Dext", detail="no grant is kept")
        return DextGrant(SecretStr(kept["access_token"]), SecretStr(kept["refresh_token"]), _time(kept["expires_at"]))

    def keep_grant(self, grant: DextGrant) -> None:
        """Keep a grant."""
        _write(
            self._base,
            self._owner,
            _GRANT,
            {
                "access_token": grant.access_token.get_secret_value(),
                "refresh_token": grant.refresh_token.get_secret_value(),
                "expires_at": _text(grant.expires_at),
            },
        )


def _read(base: Base, owner: str, field: str) -> dict[str, str] | None:
    with base.database.begin() as session:
        sealed = base.vault.find(session, owner).get(field)
    if sealed is None or not sealed.get_secret_value():
        return None
    kept: dict[str, str] = json.loads(sealed.get_secret_value())
    return kept


def _write(base: Base, owner: str, field: str, value: dict[str, str] | None) -> None:
    with base.database.begin() as session:
        base.vault.put(session, owner, field, SecretStr(json.dumps(value) if value is not None else ""))


def _text(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
