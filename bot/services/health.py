"""The health of legs: every call teaches, and the clock asks where there is silence."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.clients.bill import BillClient
from bot.clients.dext import DextClient
from bot.clients.dext_auth import REFRESH_BEFORE
from bot.domain.connections import LOCK_OUT, Leg, LegState, Provider, Signal, after, next_check
from bot.errors import (
    CredentialsError,
    GarbledReplyError,
    LockedOutError,
    MfaRequiredError,
    OutcomeUnknownError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    SessionEndedError,
    TokenRevokedError,
    UnavailableError,
    UpstreamError,
)
from bot.log import get_logger
from bot.services.access import StoredBillAccess, StoredDextAccess
from bot.services.base import Base
from bot.services.transitions import Transitions
from storage import legs, people
from storage.legs import Due, Key

_FRESH = timedelta(minutes=1)
_CHUNK = 100
_MOST_CHUNKS = 100
_CLAIM = timedelta(minutes=10)
_AT_ONCE = 8
_MARGIN = timedelta(minutes=5)

REFUSALS = (CredentialsError, TokenRevokedError, SessionEndedError)
"""Errors that say who we are is no longer accepted."""

OUTAGES = (UnavailableError, OutcomeUnknownError, GarbledReplyError)
"""Errors that say the service is not well."""

ANSWERS = (PermissionMissingError, MfaRequiredError, RefusedError)
"""Refusals of one thing by a service that knows who we are: to a check, a good answer."""


@dataclass(frozen=True)
class Lesson:
    """Be what one check taught about a leg; without a signal, only when to look again."""

    leg: Due
    signal: Signal | None
    reason: str = ""
    due_at: datetime | None = None


class Health:
    """Open clients for a business's legs and learn from what they meet."""

    def __init__(self, base: Base, transitions: Transitions) -> None:
        self._base = base
        self._transitions = transitions
        self._log = get_logger(__name__)

    @contextmanager
    def bill(self, business_id: str) -> Iterator[BillClient]:
        """Open Bill.com for a business; what happens inside is learned.

        Raises `LockedOutError` without any call while Bill.com has locked the sign-in.
        """
        owner = self._owner(business_id, Provider.BILL)
        with self.watching(business_id, Provider.BILL):
            yield self._base.bill.client(StoredBillAccess(self._base, owner))

    @contextmanager
    def dext(self, business_id: str) -> Iterator[DextClient]:
        """Open Dext for a business; what happens inside is learned."""
        owner = self._owner(business_id, Provider.DEXT)
        with self.watching(business_id, Provider.DEXT):
            yield self._base.dext.client(StoredDextAccess(self._base, owner))

    @contextmanager
    def watching(self, business_id: str, provider: Provider) -> Iterator[None]:
        """Turn the outcome of calls into what is known of the leg.

        A refusal of who we are expires it at once, an outage degrades it, a lock-out stops all calls for a
        while. A missing permission, a demand for a second factor or a spent quota says nothing about the leg.
        """
        try:
            yield
        except UpstreamError as error:
            if error.service == provider.label:  # what the other service says teaches nothing about this leg
                self.learn(business_id, provider, error)
            raise
        self.learn(business_id, provider)

    def learn(self, business_id: str, provider: Provider, error: UpstreamError | None = None) -> None:
        """Store what a call means for a leg; a success that changes nothing is not written every time."""
        now, key = self._base.clock(), (business_id, provider)
        if isinstance(error, LockedOutError):
            self._lock_out(key)
            return
        signal = _signal(error) if error is not None else Signal.ANSWERED
        if signal is None:
            return
        with self._base.database.begin() as session:
            leg = legs.find(session, business_id, provider)
            if signal is Signal.ANSWERED and leg.state is LegState.ACTIVE and _fresh(leg, now):
                return
            # Read again, locked: of two calls that are refused at the same moment one opens the break.
            leg = legs.find(session, business_id, provider, lock=True)
            self._take_in(session, leg, signal, reason_of(error))

    def recheck_due(self, at_once: int = _AT_ONCE) -> int:
        """Check the legs that are due, some at a time, a chunk after the other; return how many were.

        Each is claimed first, so two processes never check one at once; a claim of a process that died runs out.
        """
        checked = 0
        with ThreadPoolExecutor(at_once) as pool:
            for _ in range(_MOST_CHUNKS):
                now = self._base.clock()
                with self._base.database.begin() as session:
                    claimed = legs.claim_due(session, now, now + _CLAIM, _CHUNK)
                if not claimed:
                    break
                # One after the other needs no threads.
                self._take_in_all(list((pool.map if at_once > 1 else map)(self._probe, claimed)))
                checked += len(claimed)
        return checked

    def recheck(self, business_id: str, provider: Provider) -> None:
        """Ask one leg whether it still works; what it answers is learned, not raised."""
        with self._base.database.begin() as session:
            due = legs.due(session, business_id, provider)
        self._take_in_all([self._probe(due)])

    def leg(self, session: Session, business_id: str, provider: Provider) -> Leg:
        """Return one leg of a business."""
        return legs.find(session, business_id, provider)

    def _probe(self, leg: Due) -> Lesson:
        """Ask one leg, and put its answer into a lesson; Dext's token is renewed if it would end before the next."""
        owner = secret_owner(leg.workspace_id, *leg.key)
        try:
            if leg.provider is Provider.BILL:
                self._base.bill.client(StoredBillAccess(self._base, owner)).ping()
            else:
                ahead = max(self._base.pace.check + _MARGIN, REFRESH_BEFORE)
                self._base.dext.client(StoredDextAccess(self._base, owner), renew_before=ahead).account()
        except UpstreamError as error:
            self._log.info(
                "check failed", business=leg.business_id, leg=leg.provider.value, code=error.code, detail=error.detail
            )
            if isinstance(error, LockedOutError):
                self._lock_out(leg.key)
                return Lesson(leg, None)
            if isinstance(error, ANSWERS):
                return Lesson(leg, Signal.ANSWERED)
            wait = timedelta(seconds=error.retry_after) if isinstance(error, RateLimitedError) else _MARGIN
            return Lesson(leg, _signal(error), reason_of(error), self._base.clock() + max(wait, _FRESH))
        return Lesson(leg, Signal.ANSWERED)

    def _take_in_all(self, lessons: list[Lesson]) -> None:
        """Store what a chunk of checks taught: in one go what changed nothing, each alone what changed something."""
        now, every = self._base.clock(), self._base.pace.check
        working, silent, changed = [], [], []
        for lesson in lessons:
            leg = lesson.leg
            if lesson.signal is None:
                if lesson.due_at is not None:
                    silent.append((leg.key, lesson.due_at))
            elif lesson.signal is Signal.ANSWERED and leg.state is LegState.ACTIVE:
                at = next_check(LegState.ACTIVE, 0, now, every, f"{leg.business_id}:{leg.provider.value}")
                working.append((leg.key, at))
            else:
                changed.append(lesson)
        if working or silent:
            with self._base.database.begin() as session:
                legs.note_working(session, working, now)
                legs.look_again(session, silent)
        for lesson in changed:
            with self._base.database.begin() as session:
                found = legs.find(session, *lesson.leg.key, lock=True)
                self._take_in(session, found, lesson.signal or Signal.ANSWERED, lesson.reason)

    def _take_in(self, session: Session, leg: Leg, signal: Signal, reason: str) -> None:
        """Move a locked leg by what a call taught."""
        now, state = self._base.clock(), after(leg.state, signal)
        # Counted anew in each state: probing after a refusal begins soon, whatever outage came before.
        failures = 0 if state is LegState.ACTIVE else (leg.failures + 1 if state is leg.state else 1)
        self._transitions.move(
            session,
            leg,
            signal,
            reason=reason,
            checked_at=now,
            due_at=self._due(leg, state, failures),
            failing_since=None if state is LegState.ACTIVE else leg.failing_since or now,
            failures=failures,
        )

    def _due(self, leg: Leg, state: LegState, failures: int) -> datetime | None:
        key = f"{leg.business_id}:{leg.provider.value}"
        return next_check(state, failures, self._base.clock(), self._base.pace.check, key, leg.locked_until)

    def _lock_out(self, key: Key) -> None:
        """Leave a service alone for a while: every further try could lock it anew."""
        until = self._base.clock() + LOCK_OUT
        with self._base.database.begin() as session:
            leg = legs.find(session, *key, lock=True)
            if leg.state is not LegState.NOT_CONNECTED:
                legs.keep(session, replace(leg, locked_until=until, due_at=until if leg.due_at else None))

    def _owner(self, business_id: str, provider: Provider) -> str:
        with self._base.database.begin() as session:
            business = people.business(session, business_id)
            leg = legs.find(session, business_id, provider)
        if leg.locked_until is not None and leg.locked_until > self._base.clock():
            raise LockedOutError(
                f"{provider.label} has locked the sign-in for a while. It goes on by itself within half an hour.",
                service=provider.label,
                detail="left alone until the lock-out is over",
            )
        return secret_owner(business.workspace_id, business_id, provider)


def reason_of(error: UpstreamError | None) -> str:
    """Return the stable code of what was met; a wrong credential says which, so that many of one cause are seen."""
    if error is None:
        return ""
    return f"{error.code}:{error.which}" if isinstance(error, CredentialsError) and error.which else error.code


def secret_owner(workspace_id: str, business_id: str, provider: Provider) -> str:
    """Return the name under which the vault keeps a leg's secrets: tenant, business and leg."""
    return f"{workspace_id}:{business_id}:{provider.value}"


def _fresh(leg: Leg, now: datetime) -> bool:
    return leg.checked_at is not None and now - leg.checked_at < _FRESH


def _signal(error: UpstreamError) -> Signal | None:
    """Return what an error says about the leg, or nothing."""
    if isinstance(error, REFUSALS):
        return Signal.REFUSED
    return Signal.UNREACHABLE if isinstance(error, OUTAGES) else None
