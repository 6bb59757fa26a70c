"""Every call teaches what it can about its leg, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.connections import Leg, LegState, Provider
from bot.errors import (
    AuthError,
    CredentialsError,
    GarbledReplyError,
    LockedOutError,
    MfaRequiredError,
    OutcomeUnknownError,
    PermissionMissingError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    SessionEndedError,
    TokenRevokedError,
    UnavailableError,
    UpstreamError,
)
from storage import breaks
from tests.support.bench import Bench, at_once

BILL, DEXT = Provider.BILL, Provider.DEXT
REFUSALS = [CredentialsError, TokenRevokedError, SessionEndedError]
OUTAGES = [UnavailableError, OutcomeUnknownError, GarbledReplyError]
SILENT = [
    PermissionMissingError,
    MfaRequiredError,
    QuotaError,
    RateLimitedError,
    RefusedError,
    AuthError,
]


def meets(bench: Bench, kind: type[UpstreamError], provider: Provider = BILL) -> Leg:
    with pytest.raises(kind), bench.health.watching(bench.business_id, provider):
        raise kind(service=provider.label)
    return bench.leg(provider)


def answers(bench: Bench, provider: Provider = BILL) -> Leg:
    with bench.health.watching(bench.business_id, provider):
        pass
    return bench.leg(provider)


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("provider", list(Provider))
def test_a_refusal_expires_its_leg_at_once(bench: Bench, kind: type[UpstreamError], provider: Provider) -> None:
    leg = meets(bench, kind, provider)
    assert (leg.state, leg.reason, leg.failures, leg.failing_since) == (LegState.EXPIRED, kind.code, 1, bench.clock())
    other = DEXT if provider is BILL else BILL
    assert bench.leg(other).state is LegState.ACTIVE


@pytest.mark.parametrize("kind", OUTAGES)
def test_an_outage_degrades_and_never_expires(bench: Bench, kind: type[UpstreamError]) -> None:
    for failures in range(1, 20):
        leg = meets(bench, kind)
        assert (leg.state, leg.failures) == (LegState.DEGRADED, failures)


@pytest.mark.parametrize("kind", SILENT)
def test_what_says_nothing_about_the_leg_changes_nothing(bench: Bench, kind: type[UpstreamError]) -> None:
    before = bench.leg(BILL)
    assert meets(bench, kind) == before


def test_a_lock_out_leaves_the_service_alone_and_says_nothing_of_the_leg(bench: Bench) -> None:
    bench.keep_leg(replace(bench.leg(BILL), due_at=bench.clock()))
    leg = meets(bench, LockedOutError)
    assert (leg.state, leg.failures) == (LegState.ACTIVE, 0)
    assert leg.locked_until == leg.due_at == bench.clock() + timedelta(minutes=30)
    before = len(bench.bill.wire.requests)
    with pytest.raises(LockedOutError), bench.health.bill(bench.business_id):
        pytest.fail("no client is opened while the sign-in is locked")
    assert len(bench.bill.wire.requests) == before
    bench.clock.pass_by(minutes=30)
    with bench.health.bill(bench.business_id) as bill:
        bill.ping()


@pytest.mark.parametrize("kind", [*REFUSALS, *OUTAGES])
def test_a_success_heals_whatever_was_wrong(bench: Bench, kind: type[UpstreamError]) -> None:
    meets(bench, kind)
    leg = answers(bench)
    assert (leg.state, leg.failures, leg.failing_since, leg.reason) == (LegState.ACTIVE, 0, None, "")
    assert leg.due_at is not None
    # Spread out, so that connections made together are not checked together for ever.
    assert timedelta(minutes=24) <= leg.due_at - bench.clock() <= timedelta(minutes=30)


def test_what_the_other_service_says_teaches_nothing(bench: Bench) -> None:
    with pytest.raises(TokenRevokedError), bench.health.watching(bench.business_id, BILL):
        raise TokenRevokedError(service="Dext")
    assert bench.leg(BILL).state is LegState.ACTIVE


def test_a_success_is_written_once_a_minute_at_most(bench: Bench) -> None:
    first = answers(bench).checked_at
    bench.clock.pass_by(seconds=59)
    assert answers(bench).checked_at == first
    bench.clock.pass_by(seconds=1)
    assert answers(bench).checked_at == bench.clock()


def test_an_outage_before_the_refusal_does_not_put_off_the_first_probe(bench: Bench) -> None:
    for _ in range(6):
        meets(bench, UnavailableError)
    assert meets(bench, CredentialsError).due_at == bench.clock() + timedelta(minutes=15)


def test_an_expired_leg_is_probed_more_and_more_seldom(bench: Bench) -> None:
    bench.bill_does("revoke", organizationId=bench.organization_id)
    waits = []
    bench.health.recheck(bench.business_id, BILL)
    for _ in range(5):
        due = bench.leg(BILL).due_at
        assert due is not None
        waits.append(due - bench.clock())
        bench.clock.at = due
        bench.health.recheck_due()
    assert waits == [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), *[timedelta(days=1)] * 2]


def test_a_break_is_opened_once_and_closed_by_the_next_success(bench: Bench) -> None:
    for _ in range(3):
        meets(bench, CredentialsError)
    (subject,) = set(bench.work.told("prompt"))
    assert bench.prompts.view(subject).rows[0].broken.closed_at is None
    answers(bench)
    assert bench.prompts.view(subject).rows[0].broken.closed_at == bench.clock()
    assert len(bench.work.told("prompt")) == 2


def test_an_outage_is_no_break(bench: Bench) -> None:
    meets(bench, UnavailableError)
    assert bench.work.told("prompt") == []


def test_two_calls_refused_at_the_same_moment_open_one_break(both: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        with both.health.watching(both.business_id, BILL):
            raise CredentialsError(service="Bill.com")

    assert at_once(monkeypatch, breaks, "add", refused, refused) == ["CredentialsError", "CredentialsError"]
    assert len(both.rows("SELECT id FROM breaks")) == 1
    assert both.leg(BILL).state is LegState.EXPIRED


# The clock.


def test_only_legs_that_are_due_are_checked(bench: Bench) -> None:
    later = bench.clock() + timedelta(minutes=1)
    bench.keep_leg(replace(bench.leg(BILL), due_at=bench.clock()))
    bench.keep_leg(replace(bench.leg(DEXT), due_at=later))
    assert bench.health.recheck_due() == 1
    assert bench.dext.wire.requests == []
    assert bench.calls("GET", "/v3/login/session")
    bench.clock.at = later
    assert bench.health.recheck_due() == 1
    assert bench.dext.wire.requests
    assert bench.health.recheck_due() == 0


def test_a_check_that_teaches_nothing_is_not_repeated_every_minute(bench: Bench) -> None:
    bench.keep_leg(replace(bench.leg(BILL), due_at=bench.clock()))
    bench.bill_does("lock-out", minutes=30)
    assert bench.health.recheck_due() == 1
    bench.clock.pass_by(minutes=1)
    assert bench.health.recheck_due() == 0
    assert bench.leg(BILL).state is LegState.ACTIVE


def test_an_idle_session_is_renewed_silently(bench: Bench) -> None:
    bench.health.recheck(bench.business_id, BILL)
    bench.bill_does("expire-sessions")
    bench.health.recheck(bench.business_id, BILL)
    assert bench.leg(BILL).state is LegState.ACTIVE
    assert bench.work.told("prompt") == []
    assert len(bench.calls("POST", "/v3/login")) == 2


def test_a_disconnected_leg_learns_nothing(bench: Bench) -> None:
    bench.keep_leg(replace(bench.leg(BILL), state=LegState.DISCONNECTED, due_at=None))
    assert meets(bench, CredentialsError).state is LegState.DISCONNECTED
    assert bench.leg(BILL).due_at is None
