"""The health of legs: every call teaches, and the clock asks where there is silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clients.bill import BillClient
from bot.clients.dext import DextClient
from bot.domain.connections import Leg, LegState, Provider, Signal, after, next_check
from bot.errors import (
    CredentialsError,
    GarbledReplyError,
    OutcomeUnknownError,
    SessionEndedError,
    TokenRevokedError,
    UnavailableError,
    UpstreamError,
)
from bot.log import get_logger
from bot.services.access import StoredBillAccess, StoredDextAccess
from bot.services.base import Base
from bot.services.breaks import Breaks
from storage import legs, people

_FRESH = timedelta(minutes=1)
_CHUNK = 200
_CLAIM = timedelta(minutes=10)


class Health:
    """Open clients for a business's legs and learn from what they meet."""

    def __init__(self, base: Base, breaks: Breaks) -> None:
        self._base = base
        self._breaks = breaks
        self._log = get_logger(__name__)

    @contextmanager
    def bill(self, business_id: str) -> Iterator[BillClient]:
        """Open Bill.com for a business; what happens inside is learned."""
        owner = self._owner(business_id, Provider.BILL)
        access = StoredBillAccess(self._base.database, self._base.vault, owner)
        with self.watching(business_id, Provider.BILL):
            yield self._base.bill.client(access)

    @contextmanager
    def dext(self, business_id: str) -> Iterator[DextClient]:
        """Open Dext for a business; what happens inside is learned."""
        owner = self._owner(business_id, Provider.DEXT)
        access = StoredDextAccess(self._base.database, self._base.vault, owner)
        with self.watching(business_id, Provider.DEXT):
            yield self._base.dext.client(access)

    @contextmanager
    def watching(self, business_id: str, provider: Provider) -> Iterator[None]:
        """Turn the outcome of calls into what is known of the leg.

        A refusal of who we are expires it at once, an outage degrades it. A missing permission,
        a demand for a second factor, a lock-out or a spent quota says nothing about the leg.
        """
        try:
            yield
        except (CredentialsError, TokenRevokedError, SessionEndedError) as error:
            if error.service == provider.label:  # what the other service says teaches nothing about this leg
                self.learn(business_id, provider, Signal.REFUSED, error)
            raise
        except (UnavailableError, OutcomeUnknownError, GarbledReplyError) as error:
            if error.service == provider.label:
                self.learn(business_id, provider, Signal.UNREACHABLE, error)
            raise
        self.learn(business_id, provider, Signal.ANSWERED)

    def learn(self, business_id: str, provider: Provider, signal: Signal, error: UpstreamError | None = None) -> None:
        """Store what a signal means for a leg; a success that changes nothing is not written every time."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            leg = legs.find(session, business_id, provider)
            state = after(leg.state, signal)
            fresh = leg.checked_at is not None and now - leg.checked_at < _FRESH
            if signal is Signal.ANSWERED and state is leg.state and fresh:
                return
            # Counted anew in each state: probing after a refusal begins soon, whatever outage came before.
            failures = 0 if state is LegState.ACTIVE else (leg.failures + 1 if state is leg.state else 1)
            legs.keep(
                session,
                replace(
                    leg,
                    state=state,
                    checked_at=now,
                    due_at=next_check(state, failures, now, self._base.pace.check),
                    failing_since=None if state is LegState.ACTIVE else leg.failing_since or now,
                    failures=failures,
                    reason=error.code if error is not None else "",
                ),
            )
            if state is not leg.state:
                self._breaks.note(session, business_id, provider, state)
        if state is not leg.state:
            self._log.info(
                "leg changed", business=business_id, leg=provider.value, was=leg.state.value, now=state.value,
                detail=error.detail if error is not None else "",
            )  # fmt: skip

    def recheck_due(self) -> int:
        """Check the legs that are due, a chunk of them; return how many were.

        Each is claimed first, so two processes never check one at once; the claim runs out by itself.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            claimed = legs.claim_due(session, now, now + _CLAIM, _CHUNK)
        for business_id, provider in claimed:
            self.recheck(business_id, provider)
        return len(claimed)

    def recheck(self, business_id: str, provider: Provider) -> None:
        """Ask one leg whether it still works; what it answers is learned, not raised."""
        try:
            if provider is Provider.BILL:
                with self.bill(business_id) as bill:
                    bill.ping()
            else:
                with self.dext(business_id) as dext:
                    dext.account()
        except UpstreamError as error:
            self._log.info("check failed", business=business_id, leg=provider.value, code=error.code)

    def leg(self, session: Session, business_id: str, provider: Provider) -> Leg:
        """Return one leg of a business."""
        return legs.find(session, business_id, provider)

    def _owner(self, business_id: str, provider: Provider) -> str:
        with self._base.database.begin() as session:
            business = people.business(session, business_id)
        return secret_owner(business.workspace_id, business_id, provider)


def secret_owner(workspace_id: str, business_id: str, provider: Provider) -> str:
    """Return the name under which the vault keeps a leg's secrets: tenant, business and leg."""
    return f"{workspace_id}:{business_id}:{provider.value}"
