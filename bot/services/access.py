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

Kept = dict[str, str]


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
        """Keep a session for the next call and the next process; not when somebody has disconnected meanwhile."""
        value = None
        if session is not None:
            value = {
                "session_id": session.session_id.get_secret_value(),
                "organization_id": session.organization_id,
                "user_id": session.user_id,
            }
        _write(self._base, self._owner, _SESSION, value, beside=_CREDENTIALS)

    def keep_token(self, token: SyncToken) -> None:
        """Keep a sync token."""
        value = token.value.get_secret_value()
        kept = {"name": token.name, "value": value, "organization_id": token.organization_id}
        _write(self._base, self._owner, _CREDENTIALS, kept)

    def keep_grant(self, grant: BillGrant) -> None:
        """Keep the OAuth grant of a sign-in."""
        _write(self._base, self._owner, _CREDENTIALS, _bill_grant(grant))

    def replace_grant(self, old: BillGrant, new: BillGrant) -> None:
        """Keep a renewed grant before it is used; not when the old one was replaced or dropped meanwhile."""
        _write(self._base, self._owner, _CREDENTIALS, _bill_grant(new), instead_of=_bill_grant(old))

    def _read(self, field: str) -> Kept | None:
        return _read(self._base, self._owner, field)


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
        """Keep the grant of a sign-in."""
        _write(self._base, self._owner, _GRANT, _dext_grant(grant))

    def replace_grant(self, old: DextGrant, new: DextGrant) -> None:
        """Keep a renewed grant before it is used; not when the old one was replaced or dropped meanwhile."""
        _write(self._base, self._owner, _GRANT, _dext_grant(new), instead_of=_dext_grant(old))


def _bill_grant(grant: BillGrant) -> Kept:
    return {
        "access_token": grant.access_token.get_secret_value(),
        "refresh_token": grant.refresh_token.get_secret_value(),
        "expires_at": _text(grant.expires_at),
        "organization_id": grant.organization_id,
        "user_id": grant.user_id,
    }


def _dext_grant(grant: DextGrant) -> Kept:
    return {
        "access_token": grant.access_token.get_secret_value(),
        "refresh_token": grant.refresh_token.get_secret_value(),
        "expires_at": _text(grant.expires_at),
    }


def _read(base: Base, owner: str, field: str) -> Kept | None:
    with base.database.begin() as session:
        secret = base.vault.find(session, owner).get(field)
    return _opened(secret) if secret is not None else None


def _write(
    base: Base, owner: str, field: str, value: Kept | None, *, beside: str = "", instead_of: Kept | None = None
) -> None:
    """Keep a secret; only beside another field that is kept, or only instead of a value, where one is given.

    What is renewed while an admin disconnects or reconnects must not come back, nor overwrite the new sign-in.
    """
    with base.database.begin() as session:
        if beside or instead_of is not None:
            kept = base.vault.find(session, owner, lock=True)
            if beside and beside not in kept:
                return
            if instead_of is not None and (field not in kept or _opened(kept[field]) != instead_of):
                return
        base.vault.put(session, owner, field, SecretStr(json.dumps(value) if value is not None else ""))


def _opened(secret: SecretStr) -> Kept | None:
    value: Kept | None = json.loads(secret.get_secret_value() or "null")
    return value


def _text(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
