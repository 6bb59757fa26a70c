"""Breaks: each trouble of a leg is told in one living message, from the first sign to the catch-up after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.breaks import (
    ENDING_CAUSE,
    OUTAGE_CAUSE,
    Break,
    BreakStage,
    Closing,
    Prompt,
    Step,
    closing_soon,
    next_look,
    next_step,
    next_warning,
    warned_of,
)
from bot.domain.businesses import Business
from bot.domain.connections import Leg, LegState, Signal
from bot.domain.people import Role
from bot.domain.publishing import PublishState
from bot.services.base import Base
from storage import breaks, legs, people, publishes

_TOGETHER = 2
"""How many check periods after the first break others of the same cause still join its message."""


class Breaks:
    """Open, follow and close breaks; every change rewrites the one message that tells of them."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def note(self, session: Session, leg: Leg, signal: Signal, by: str = "") -> None:
        """Open, worsen or close the break of a leg as its state demands; the same state twice changes nothing."""
        found = next((one for one in breaks.open_ones(session, leg.business_id) if one.provider is leg.provider), None)
        match leg.state:
            case LegState.EXPIRED:
                self._come_to(session, leg, found, BreakStage.EXPIRED, leg.reason)
            case LegState.DEGRADED if self._lasts(session, leg):
                self._come_to(session, leg, found, BreakStage.OUTAGE, OUTAGE_CAUSE)
            case LegState.ACTIVE if found is not None:
                self._heal(session, found, signal, by)
                if found.stage is not BreakStage.ENDING and leg.expires_at and leg.expires_at > self._base.clock():
                    self.warn(session, leg)  # the end that was near before is near still
            case LegState.NOT_CONNECTED | LegState.DISCONNECTED if found is not None:
                self._close(session, found, Closing.DISCONNECTED, by)
            case _:
                pass

    def warn(self, session: Session, leg: Leg) -> None:
        """Tell that a connection will end, or no longer does, and note when to do so again."""
        business, now = people.business(session, leg.business_id), self._base.clock()
        found = next((one for one in breaks.open_ones(session, leg.business_id) if one.provider is leg.provider), None)
        warned = leg.expires_at is not None and leg.usable and warned_of(leg.expires_at, now, business.zone)
        if warned:
            self._come_to(session, leg, found, BreakStage.ENDING, ENDING_CAUSE)
            if found is not None:
                self._tell(session, found.prompt_id)
        elif found is not None and found.stage is BreakStage.ENDING:
            self._close(session, found, Closing.WITHDRAWN, "")
        warn_at = next_warning(leg.expires_at, now, business.zone) if leg.expires_at is not None else None
        legs.keep(session, replace(leg, warn_at=warn_at))

    def warn_due(self, limit: int = 200) -> int:
        """Warn of the ends that are near enough; return how many legs were looked at."""
        with self._base.database.begin() as session:
            due = legs.claim_warnings(session, self._base.clock(), limit)
            for leg in due:
                self.warn(session, leg)
        return len(due)

    def repairing(self, session: Session, business_id: str, user_id: str) -> None:
        """Note who is at it, or with no name that nobody is any more, so that others know."""
        for broken in breaks.open_ones(session, business_id):
            at = self._base.clock() if user_id else None
            breaks.keep(session, replace(broken, repairing_by=user_id, repairing_at=at))
            self.reschedule(session, broken.prompt_id)
            self._tell(session, broken.prompt_id)

    def holding(self, session: Session, business_id: str) -> str:
        """Return the id of the break that keeps items of a business from going out, or nothing."""
        found = breaks.open_ones(session, business_id)
        return next((one.id for one in found if one.stage is BreakStage.EXPIRED), "")

    def recount(self, session: Session, break_id: str) -> None:
        """Let the message of a break count what it holds anew; with a closing date near, it presses sooner."""
        broken = breaks.get(session, break_id)
        self.reschedule(session, broken.prompt_id)
        self._tell(session, broken.prompt_id)

    def reconsider(self, session: Session, business_id: str) -> None:
        """Let the clock look at a business's prompts by its new settings: a closing date may press now."""
        for broken in breaks.open_ones(session, business_id):
            self.reschedule(session, broken.prompt_id)

    def reschedule(self, session: Session, prompt_id: str) -> None:
        """Set when the clock looks at a prompt next, from what is known of it now."""
        prompt = breaks.prompt(session, prompt_id, lock=True)
        if prompt.closed_at is None:
            self.keep_due(session, prompt, self.step(session, prompt)[1])

    def keep_due(self, session: Session, prompt: Prompt, at: datetime | None) -> None:
        """Store a prompt that the clock looks at next for a step at `at`, and to see that it still stands."""
        now = self._base.clock()
        due_at = now if at is not None and at <= now else next_look(prompt.opened_at, now, at)
        breaks.keep_prompt(session, replace(prompt, due_at=due_at))

    def step(self, session: Session, prompt: Prompt) -> tuple[Step, datetime | None]:
        """Return what is to be done about a prompt that nobody acted on, and when."""
        open_ones = self._open(session, prompt)
        expired = [one for one in open_ones if one.stage is BreakStage.EXPIRED]
        if not expired:
            return Step.WATCH, None
        known = people.businesses_by_id(session, {one.business_id for one in expired})
        counts = publishes.counts_held_by(session, [one.id for one in expired])
        urgent = any(
            counts.get(one.id, {}).get(PublishState.HELD, 0)
            and closing_soon(known[one.business_id].closing_on, self._base.clock(), known[one.business_id].zone)
            for one in expired
        )
        since = min(one.broken_at for one in expired)
        at_it = max((one.repairing_at for one in expired if one.repairing_at is not None), default=None)
        zone = known[expired[0].business_id].zone
        return next_step(prompt, since, at_it, zone, self._base.clock(), urgent=urgent)

    def _open(self, session: Session, prompt: Prompt) -> list[Break]:
        return [one for one in breaks.of_prompt(session, prompt.id) if one.closed_at is None]

    def _lasts(self, session: Session, leg: Leg) -> bool:
        if leg.failing_since is None:
            return False
        patience = timedelta(hours=people.business(session, leg.business_id).outage_hours)
        return self._base.clock() - leg.failing_since >= patience

    def _come_to(self, session: Session, leg: Leg, found: Break | None, stage: BreakStage, cause: str) -> None:
        """Bring a leg's break to a stage: open one, or let the one there is grow worse, never better."""
        now = self._base.clock()
        if found is None:
            prompt = self._prompt_for(session, leg, cause)
            broken = Break(
                id=self._base.new_id(),
                prompt_id=prompt.id,
                business_id=leg.business_id,
                provider=leg.provider,
                stage=stage,
                cause=cause,
                opened_at=now,
                broken_at=now,
            )
            breaks.add(session, broken)
        elif _WORSE[stage] > _WORSE[found.stage]:
            broken = replace(found, stage=stage, cause=cause, broken_at=now)
            breaks.keep(session, broken)
        else:
            return
        self.reschedule(session, broken.prompt_id)
        self._tell(session, broken.prompt_id)

    def _prompt_for(self, session: Session, leg: Leg, cause: str) -> Prompt:
        """Return the message that a new break is told in: one of the same cause in the same place, else a new one."""
        business, now = people.business(session, leg.business_id), self._base.clock()
        # One at a time for a workspace: two breaks of one cause at the same moment share one message.
        people.lock_workspace(session, business.workspace_id)
        place = self.place(session, business)
        since = now - self._base.pace.check * _TOGETHER
        found = breaks.joinable(session, business.workspace_id, leg.provider, cause, place, since)
        if found is not None:
            return found
        prompt = Prompt(
            id=self._base.new_id(),
            workspace_id=business.workspace_id,
            provider=leg.provider,
            cause=cause,
            channel_id=place,
            opened_at=now,
            due_at=None,
        )
        breaks.add_prompt(session, prompt)
        return prompt

    def place(self, session: Session, business: Business) -> str:
        """Return where admins of a business are told: their channel, else the longest-standing of them."""
        admins = people.holders(session, business.id, [Role.ADMIN])
        return business.admins_channel_id or next(iter(admins), "")

    def _heal(self, session: Session, found: Break, signal: Signal, by: str) -> None:
        if signal is Signal.CONNECTED:
            self._close(session, found, Closing.RECONNECTED, by)
        elif found.stage is BreakStage.EXPIRED:
            self._close(session, found, Closing.REPAIRED, "")
        elif found.stage is BreakStage.OUTAGE:
            self._close(session, found, Closing.ANSWERED, "")

    def _close(self, session: Session, found: Break, closing: Closing, by: str) -> None:
        now = self._base.clock()
        breaks.keep(session, replace(found, closed_at=now, closed_by=by, closing=closing))
        prompt = breaks.prompt(session, found.prompt_id, lock=True)
        if self._open(session, prompt):
            self.reschedule(session, prompt.id)
        else:
            breaks.keep_prompt(session, replace(prompt, closed_at=now, due_at=None))
        self._tell(session, found.prompt_id)

    def _tell(self, session: Session, prompt_id: str) -> None:
        self._base.tell(session, "prompt", prompt_id, prompt_id)


_WORSE = {BreakStage.ENDING: 0, BreakStage.OUTAGE: 1, BreakStage.EXPIRED: 2}
