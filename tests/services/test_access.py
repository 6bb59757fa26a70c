"""Kept credentials: what is renewed while somebody disconnects or reconnects neither comes back nor overwrites."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.clients.bill import BillGrant, BillSession
from bot.clients.dext import DextGrant
from bot.domain.connections import Provider
from bot.errors import TokenRevokedError
from bot.services.access import StoredBillAccess, StoredDextAccess
from tests.support.bench import Bench

SESSION = BillSession(SecretStr("opened"), "00801", "00601")
ENDS = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def bill_grant(name: str) -> BillGrant:
    return BillGrant(SecretStr(f"at-{name}"), SecretStr(f"rt-{name}"), ENDS, "00801", "00601")


def dext_grant(name: str) -> DextGrant:
    return DextGrant(SecretStr(f"at-{name}"), SecretStr(f"rt-{name}"), None)


def kept(bench: Bench, provider: Provider) -> set[str]:
    with bench.database.begin() as session:
        return set(bench.base.vault.find(session, bench.owner(provider)))


@pytest.fixture
def bill(both: Bench) -> StoredBillAccess:
    return StoredBillAccess(both.base, both.owner(Provider.BILL))


@pytest.fixture
def dext(both: Bench) -> StoredDextAccess:
    return StoredDextAccess(both.base, both.owner(Provider.DEXT))


def test_a_renewed_grant_takes_the_place_of_its_own_predecessor_only(
    bill: StoredBillAccess, dext: StoredDextAccess
) -> None:
    bill.keep_grant(bill_grant("one"))
    bill.replace_grant(bill_grant("one"), bill_grant("two"))
    assert bill.credentials() == bill_grant("two")
    bill.replace_grant(bill_grant("one"), bill_grant("late"))
    assert bill.credentials() == bill_grant("two")
    dext.keep_grant(dext_grant("one"))
    dext.replace_grant(dext_grant("one"), dext_grant("two"))
    assert dext.grant() == dext_grant("two")
    dext.replace_grant(dext_grant("one"), dext_grant("late"))
    assert dext.grant() == dext_grant("two")


def test_nothing_comes_back_after_disconnecting(both: Bench, bill: StoredBillAccess, dext: StoredDextAccess) -> None:
    bill.keep_grant(bill_grant("one"))
    dext.keep_grant(dext_grant("one"))
    with both.database.begin() as session:
        both.base.vault.drop(session, both.owner(Provider.BILL))
        both.base.vault.drop(session, both.owner(Provider.DEXT))
    bill.keep_session(SESSION)
    bill.replace_grant(bill_grant("one"), bill_grant("two"))
    dext.replace_grant(dext_grant("one"), dext_grant("two"))
    assert kept(both, Provider.BILL) == kept(both, Provider.DEXT) == set()
    with pytest.raises(TokenRevokedError):
        bill.credentials()


def meanwhile(act: Callable[[], None]) -> threading.Thread:
    """Begin something that has to wait for a transaction of ours."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(timeout=0.2)
    return thread


def test_a_session_that_is_kept_while_somebody_disconnects_goes_too(both: Bench, bill: StoredBillAccess) -> None:
    with both.database.begin() as session:
        both.base.vault.drop(session, both.owner(Provider.BILL))
        late = meanwhile(lambda: bill.keep_session(SESSION))
    late.join()
    assert kept(both, Provider.BILL) == set()


def test_disconnecting_takes_along_what_was_just_being_kept(both: Bench, bill: StoredBillAccess) -> None:
    owner = both.owner(Provider.BILL)

    def disconnect() -> None:
        with both.database.begin() as session:
            both.base.vault.drop(session, owner)

    with both.database.begin() as session:
        assert both.base.vault.find(session, owner, lock=True)
        late = meanwhile(disconnect)
        both.base.vault.put(session, owner, "session-of-a-check", SecretStr("opened"))
    late.join()
    assert kept(both, Provider.BILL) == set()
