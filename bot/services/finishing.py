"""Finishing: what was signed in to becomes live by the click of the admin the link was made for, and only so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.connections import Connection, LegState, Provider, Signal, next_check
from bot.domain.links import FINISH_LIFE, Attempt, Stage
from bot.domain.people import Right, Role
from bot.domain.refreshing import Why
from bot.domain.views.connecting import FinishPrompt
from bot.domain.work import Job
from bot.errors import ConflictError, NotFoundError
from bot.services.base import Base
from bot.services.breaks import Breaks
from bot.services.connecting import candidate
from bot.services.health import secret_owner
from bot.services.people import require
from bot.services.refreshing import Refreshing
from bot.services.transitions import Transitions
from bot.services.watching import EVERY
from storage import legs, links, people, sightings


class Finishing:
    """Make live, or forget, what an attempt signed in to."""

    def __init__(self, base: Base, refreshing: Refreshing, breaks: Breaks, transitions: Transitions) -> None:
        self._base = base
        self._refreshing = refreshing
        self._breaks = breaks
        self._transitions = transitions

    def prompt(self, attempt_id: str) -> FinishPrompt:
        """Return what the admin is asked before anything becomes live."""
        with self._base.database.begin() as session:
            attempt = links.attempt(session, attempt_id)
            business = people.business(session, attempt.business_id)
            problem = self._objection(session, attempt) if attempt.stage is Stage.SIGNED_IN else ""
            admins = len(people.holders(session, business.id, [Role.ADMIN]))
            again = legs.was_connected_before(session, business.id)
        return FinishPrompt(attempt, business, problem, admins, again)

    def finish(self, workspace_id: str, user_id: str, attempt_id: str) -> None:
        """Make live what was signed in to, and begin the first synchronisation.

        Only for the admin the link was made for, and only while they still are one. Others who were at it
        are told that it is done, and what they signed in to is forgotten.
        """
        now = self._base.clock()
        with self._base.database.begin() as session:
            attempt = self._mine(session, workspace_id, user_id, attempt_id)
            business = people.business(session, attempt.business_id, lock=True)
            require(session, business, user_id, Right.CONNECT)
            objection = self._objection(session, attempt)
            if objection:
                raise ConflictError(objection)
            if attempt.expires_at <= now:
                raise ConflictError("That sign-in is more than a day old. Type `/dext connect` to begin again.")
            if not links.settle(session, attempt_id, Stage.FINISHED):
                raise ConflictError(_settled(links.attempt(session, attempt_id)))
            for provider in Provider:
                self._make_live(session, attempt, provider, now)
            if not business.channel_id:
                business = replace(business, channel_id=attempt.channel_id)
                people.change_business(session, business)
            self._base.vault.drop(session, attempt.id)
            for other in links.open_attempts(session, business.id):
                links.keep_attempt(session, replace(other, stage=Stage.OVERTAKEN, overtaken_by=user_id))
                self._forget(session, other)
                if other.user_id != user_id or other.signed_in_at is not None:  # else they know, and were asked nothing
                    self._base.tell(session, "finish", other.id, business.id)
            self._refreshing.start_in(session, business.id, user_id, business.channel_id, Why.CONNECTED)
            sightings.set_watch(session, business.id, due_at=now + EVERY)
            self._base.tell(session, "finish", attempt.id, business.id)
            if not business.zone:
                job = Job("zone", f"zone:{attempt.id}", (business.id, user_id))
                self._base.work.enqueue_in(session, job)

    def drop(self, workspace_id: str, user_id: str, attempt_id: str) -> None:
        """Forget what was signed in to; nothing of it was ever live."""
        with self._base.database.begin() as session:
            attempt = self._mine(session, workspace_id, user_id, attempt_id)
            people.business(session, attempt.business_id, lock=True)
            if not links.settle(session, attempt_id, Stage.DROPPED):
                raise ConflictError(_settled(links.attempt(session, attempt_id)))
            self._give_up(session, attempt)
            self._base.tell(session, "finish", attempt.id, attempt.business_id)

    def sweep(self) -> int:
        """Forget the secrets of sign-ins that nobody finished; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            stale = links.expired_attempts(session, now, 100)
            for attempt in stale:
                links.keep_attempt(session, replace(attempt, stage=Stage.DROPPED, state_digest=""))
                self._give_up(session, attempt)
                if attempt.signed_in_at is not None:
                    self._base.tell(session, "finish", attempt.id, attempt.business_id)
        return len(stale)

    def sweep_links(self) -> None:
        """Forget links that nobody can use any more."""
        with self._base.database.begin() as session:
            links.drop_old_links(session, self._base.clock() - FINISH_LIFE)

    def _objection(self, session: Session, attempt: Attempt) -> str:
        """Return why an attempt must not become live, or nothing."""
        before = legs.connection(session, attempt.business_id)
        problem = _other_organization(before, attempt)
        if problem:
            return problem
        for provider, account in (
            (Provider.BILL, attempt.organization_id),
            (Provider.DEXT, attempt.dext_account_id),
        ):
            if legs.holder(session, provider, account) not in (None, attempt.business_id):
                return (
                    f"This {provider.label} account is already joined to another business in this bot. Two writers "
                    "could pay a bill twice, so nothing was changed."
                )
        return ""

    def _make_live(self, session: Session, attempt: Attempt, provider: Provider, now: datetime) -> None:
        owner = secret_owner(attempt.workspace_id, attempt.business_id, provider)
        self._base.vault.move(session, candidate(attempt, provider), owner)
        bill = provider is Provider.BILL
        key = f"{attempt.business_id}:{provider.value}"
        self._transitions.move(
            session,
            legs.find(session, attempt.business_id, provider, lock=True),
            Signal.CONNECTED,
            by=attempt.user_id,
            mode=attempt.mode if bill else "sign_in",
            organization_id=attempt.organization_id if bill else attempt.dext_account_id,
            organization_name=attempt.organization_name if bill else f"account {attempt.dext_account_id}",
            user_name=attempt.bill_user if bill else attempt.dext_users,
            connected_by=attempt.user_id,
            connected_at=now,
            checked_at=now,
            due_at=next_check(LegState.ACTIVE, 0, now, self._base.pace.check, key),
            failing_since=None,
            failures=0,
            # What ended with the old credentials does not end with the new ones.
            expires_at=None,
            warn_at=None,
            locked_until=None,
        )

    def _mine(self, session: Session, workspace_id: str, user_id: str, attempt_id: str) -> Attempt:
        attempt = links.attempt(session, attempt_id)
        if attempt.workspace_id != workspace_id:
            raise NotFoundError(detail=f"attempt {attempt_id} is not of workspace {workspace_id}")
        if attempt.user_id != user_id:
            raise ConflictError(f"Only <@{attempt.user_id}>, for whom the link was made, can finish this.")
        return attempt

    def _give_up(self, session: Session, attempt: Attempt) -> None:
        """Forget an attempt that nobody finishes; what waited for it waits for somebody else now."""
        self._forget(session, attempt)
        if links.open_attempts(session, attempt.business_id):
            return
        self._breaks.repairing(session, attempt.business_id, "")
        for provider in Provider:
            leg = legs.find(session, attempt.business_id, provider, lock=True)
            self._transitions.move(session, leg, Signal.ABANDONED, by=attempt.user_id, reason=leg.reason)

    def _forget(self, session: Session, attempt: Attempt) -> None:
        self._base.vault.drop(session, attempt.id)
        for provider in Provider:
            self._base.vault.drop(session, candidate(attempt, provider))


def _settled(attempt: Attempt) -> str:
    """Say what became of an attempt whose buttons were clicked too late."""
    if attempt.stage is Stage.OVERTAKEN:
        return f"<@{attempt.overtaken_by}> has connected it already, so there is nothing left to finish."
    return "That is settled already. Type `/dext status` to see the connection."


def _other_organization(before: Connection, attempt: Attempt) -> str:
    """Refuse another organisation than the one the business had: its rules and codings would break."""
    if before.bill.organization_id not in ("", attempt.organization_id):
        return (
            f"You signed in to {attempt.organization_name} ({attempt.organization_id}); this connection is "
            f"{before.bill.organization_name} ({before.bill.organization_id}). Nothing was changed."
        )
    if before.dext.organization_id not in ("", attempt.dext_account_id):
        return (
            f"You signed in to Dext account {attempt.dext_account_id}; this connection is Dext "
            f"{before.dext.organization_name}. Nothing was changed."
        )
    return ""
