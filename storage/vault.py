"""The vault: secrets sealed with AES-256-GCM, bound to the place they are kept in.

Format of a sealed secret: key id, NUL, 12 bytes nonce, ciphertext with tag. The associated
data names owner and field, so a ciphertext copied to another row cannot be opened there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.errors import VaultError
from storage.tables import secrets
from storage.upserts import upsert

_NONCE = 12


class Vault:
    """Seal and open secrets with a keyring: the newest key seals, every known one opens."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Take keys by id, newest first; each is 32 bytes."""
        if not keys:
            raise VaultError(detail="the keyring is empty")
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._newest = next(iter(keys))

    def seal(self, secret: SecretStr, owner: str, field: str) -> bytes:
        """Return `secret` sealed for this owner and field."""
        nonce = os.urandom(_NONCE)
        sealed = self._keys[self._newest].encrypt(nonce, secret.get_secret_value().encode(), _place(owner, field))
        return self._newest.encode() + b"\0" + nonce + sealed

    def unseal(self, sealed: bytes, owner: str, field: str) -> SecretStr:
        """Return the secret; raise `VaultError` when it was sealed elsewhere or with an unknown key."""
        key_id, _, rest = bytes(sealed).partition(b"\0")
        key = self._keys.get(key_id.decode(errors="replace"))
        if key is None:
            raise VaultError(detail=f"no key {key_id!r} in the keyring")
        try:
            return SecretStr(key.decrypt(rest[:_NONCE], rest[_NONCE:], _place(owner, field)).decode())
        except (InvalidTag, ValueError) as error:
            raise VaultError(detail=f"{owner}/{field} does not open") from error

    def put(self, session: Session, owner: str, field: str, secret: SecretStr) -> None:
        """Keep a secret, replacing the one before."""
        row = {"owner": owner, "field": field, "sealed": self.seal(secret, owner, field)}
        session.execute(upsert(session, secrets, [row], key=("owner", "field")), [row])

    def find(self, session: Session, owner: str, *, lock: bool = False) -> dict[str, SecretStr]:
        """Return all secrets of an owner by field, locked until the transaction ends if asked; empty without any."""
        query = select(secrets).where(secrets.c.owner == owner)
        rows = session.execute(query.with_for_update() if lock else query).all()
        return {row.field: self.unseal(row.sealed, owner, row.field) for row in rows}

    def drop(self, session: Session, owner: str) -> None:
        """Forget all secrets of an owner."""
        # First a lock, then a new look: what somebody else adds beside a secret they hold must be seen here.
        session.execute(select(secrets.c.field).where(secrets.c.owner == owner).with_for_update())
        session.execute(delete(secrets).where(secrets.c.owner == owner))

    def move(self, session: Session, old: str, new: str) -> None:
        """Give an owner's secrets to another, sealed anew for their new place, replacing what it had."""
        kept = self.find(session, old)
        self.drop(session, new)
        for field, secret in kept.items():
            self.put(session, new, field, secret)
        self.drop(session, old)

    def rotate(self, session: Session, limit: int = 500) -> int:
        """Seal up to `limit` secrets that have an older key with the newest; return how many were."""
        newest = self._newest.encode() + b"\0"
        rows = session.execute(select(secrets)).all()
        stale = [row for row in rows if not bytes(row.sealed).startswith(newest)][:limit]
        for row in stale:
            secret = self.unseal(row.sealed, row.owner, row.field)
            session.execute(
                update(secrets)
                .where(secrets.c.owner == row.owner, secrets.c.field == row.field)
                .values(sealed=self.seal(secret, row.owner, row.field))
            )
        return len(stale)


def _place(owner: str, field: str) -> bytes:
    return f"{len(owner)}:{owner}:{field}".encode()
