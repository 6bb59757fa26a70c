from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot.errors import VaultError
from storage.database import Database
from storage.tables import secrets
from storage.vault import Vault

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def vault() -> Vault:
    return Vault({"k1": OLD})


def put(database: Database, vault: Vault, owner: str, field: str, text: str) -> None:
    with database.begin() as session:
        vault.put(session, owner, field, SecretStr(text))


def found(database: Database, vault: Vault, owner: str) -> dict[str, str]:
    with database.begin() as session:
        return {field: secret.get_secret_value() for field, secret in vault.find(session, owner).items()}


def test_a_secret_comes_back_and_only_for_its_owner(database: Database, vault: Vault) -> None:
    put(database, vault, "a", "token", "geheim ü")
    put(database, vault, "a", "token", "newer")
    put(database, vault, "b", "token", "other")
    assert found(database, vault, "a") == {"token": "newer"}
    assert found(database, vault, "nobody") == {}
    with database.begin() as session:
        assert b"newer" not in b"".join(bytes(sealed) for sealed in session.scalars(select(secrets.c.sealed)))


def test_rows_that_were_swapped_do_not_open(database: Database, vault: Vault) -> None:
    put(database, vault, "a", "token", "of a")
    put(database, vault, "b", "token", "of b")
    with database.begin() as session:
        stolen = session.scalar(select(secrets.c.sealed).where(secrets.c.owner == "b"))
        session.execute(update(secrets).where(secrets.c.owner == "a").values(sealed=stolen))
    with pytest.raises(VaultError):
        found(database, vault, "a")


def test_another_field_or_owner_does_not_open(vault: Vault) -> None:
    sealed = vault.seal(SecretStr("x"), "owner", "field")
    for owner, field in (("owner", "other"), ("other", "field"), ("owner:field", ""), ("", "owner:field")):
        with pytest.raises(VaultError):
            vault.unseal(sealed, owner, field)


def test_the_place_is_told_without_doubt(vault: Vault) -> None:
    sealed = vault.seal(SecretStr("x"), "a:b", "c")
    with pytest.raises(VaultError):
        vault.unseal(sealed, "a", "b:c")


@pytest.mark.parametrize("cut", [0, 1, 3, 10, -1])
def test_what_was_cut_or_changed_does_not_open(vault: Vault, cut: int) -> None:
    sealed = vault.seal(SecretStr("x"), "o", "f")
    for broken in (sealed[:cut], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(VaultError):
            vault.unseal(broken, "o", "f")


def test_an_unknown_key_is_told(vault: Vault) -> None:
    sealed = vault.seal(SecretStr("x"), "o", "f")
    with pytest.raises(VaultError, match="k1"):
        Vault({"k2": NEW}).unseal(sealed, "o", "f")
    with pytest.raises(VaultError):
        Vault({"k1": NEW}).unseal(sealed, "o", "f")
    with pytest.raises(VaultError):
        Vault({})


def test_rotation_ends_with_nothing_under_the_old_key(database: Database, vault: Vault) -> None:
    for number in range(5):
        put(database, vault, f"o{number}", "f", str(number))
    both = Vault({"k2": NEW, "k1": OLD})
    counts = []
    for _ in range(4):
        with database.begin() as session:
            counts.append(both.rotate(session, limit=2))
    assert counts == [2, 2, 1, 0]
    assert found(database, Vault({"k2": NEW}), "o3") == {"f": "3"}


def test_moving_replaces_all_that_was_there(database: Database, vault: Vault) -> None:
    put(database, vault, "old", "token", "new token")
    put(database, vault, "live", "token", "old token")
    put(database, vault, "live", "session", "old session")
    with database.begin() as session:
        vault.move(session, "old", "live")
    assert found(database, vault, "live") == {"token": "new token"}
    assert found(database, vault, "old") == {}
