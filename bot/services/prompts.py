"""Prompts: being heard about a break, once, without shouting: snooze, nudge, the fallback channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain.breaks import Break, Prompt, Step
from bot.domain.businesses import Business
from bot.domain.connections import Provider
from bot.domain.hours import next_morning
from bot.domain.people import Right, Role, may
from bot.domain.publishing import PublishState
from bot.domain.views.breaks import BreakRow, PromptView, StoppedItem, StoppedItems
from bot.errors import ConflictError, NotFoundError
from bot.services.base import Base
from bot.services.breaks import Breaks
from bot.services.people import require
from storage import breaks, items, legs, people, publishes

_CLAIM = timedelta(minutes=10)
_MOST_STOPPED = 10


class Prompts:
    """Show prompts, put them off, and follow them up."""

    def __init__(self, base: Base, own: Breaks) -> None:
        self._base = base
        self._breaks = own

    def view(self, prompt_id: str) -> PromptView:
        """Return a prompt as its message shows it."""
        with self._base.database.begin() as session:
            prompt = breaks.prompt(session, prompt_id)
            told = _latest(breaks.of_prompt(session, prompt_id))
            known = people.businesses_by_id(session, {one.business_id for one in told})
            ids = [one.id for one in told]
            counts, paused = publishes.counts_held_by(session, ids), publishes.paused_by_break(session, ids)
            joined = legs.of_businesses(session, known)
            rows = []
            for broken in told:
                states = counts.get(broken.id, {})
                connection = joined[broken.business_id]
                leg = connection.bill if broken.provider is Provider.BILL else connection.dext
                rows.append(
                    BreakRow(
                        business=known[broken.business_id],
                        broken=broken,
                        expires_at=leg.expires_at,
                        held=states.get(PublishState.HELD, 0),
                        published=states.get(PublishState.DONE, 0),
                        stopped=states.get(PublishState.STOPPED, 0),
                        under_way=states.get(PublishState.RUNNING, 0),
                        paused=paused.get(broken.id, 0),
                    )
                )
            return PromptView(prompt, tuple(rows), self._admins(session, rows), self._base.clock())

    def snooze(self, workspace_id: str, user_id: str, prompt_id: str) -> None:
        """Put off nudge and fallback until the next working morning; the message stays, and says so."""
        with self._base.database.begin() as session:
            prompt, business = self._mine(session, workspace_id, user_id, prompt_id)
            until = next_morning(self._base.clock(), business.zone)
            breaks.keep_prompt(session, replace(prompt, snoozed_by=user_id, snoozed_until=until))
            self._follow(session, prompt_id)

    def wake(self, workspace_id: str, user_id: str, prompt_id: str) -> None:
        """End a snooze."""
        with self._base.database.begin() as session:
            prompt, _ = self._mine(session, workspace_id, user_id, prompt_id)
            breaks.keep_prompt(session, replace(prompt, snoozed_by="", snoozed_until=None))
            self._follow(session, prompt_id)

    def stopped(self, workspace_id: str, user_id: str, break_id: str) -> StoppedItems:
        """Return the items that a break held and that could not go out after it, with their reasons."""
        with self._base.database.begin() as session:
            broken = breaks.get(session, break_id)
            business = people.business(session, broken.business_id)
            if business.workspace_id != workspace_id:
                raise NotFoundError(detail=f"break {break_id} is not of workspace {workspace_id}")
            require(session, business, user_id, Right.SEE)
            found = publishes.stopped_of(session, break_id, _MOST_STOPPED)
            told = [
                StoppedItem(items.get(session, business.id, publish.item_id), publish.problem, publish.request_id)
                for publish in found
            ]
            return StoppedItems(business, tuple(told))

    def follow_up_due(self, limit: int = 200) -> int:
        """Do what is due about prompts that nobody acted on, and see that their messages still stand."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = breaks.claim_due(session, now, now + _CLAIM, limit)
        for prompt_id in due:
            with self._base.database.begin() as session:
                self._follow_up(session, breaks.prompt(session, prompt_id, lock=True))
        return len(due)

    def _follow_up(self, session: Session, prompt: Prompt) -> None:
        if prompt.closed_at is not None:
            return
        now = self._base.clock()
        step, at = self._breaks.step(session, prompt)
        if at is not None and at <= now:
            if step is Step.NUDGE:
                prompt = replace(prompt, nudged_at=now)
                self._base.tell(session, "nudge", prompt.id, prompt.id)
            elif step is Step.MOVE:
                prompt = self._moved(session, prompt)
            _, at = self._breaks.step(session, prompt)
        self._breaks.keep_due(session, prompt, at)
        self._base.tell(session, "prompt", prompt.id, prompt.id)

    def _moved(self, session: Session, prompt: Prompt) -> Prompt:
        """Let a prompt stand in the fallback channel from now on; where there is none, it stays."""
        now = self._base.clock()
        open_one = next(one for one in breaks.of_prompt(session, prompt.id) if one.closed_at is None)
        business = people.business(session, open_one.business_id)
        others = [
            business.fallback_channel_id,
            business.channel_id,
            *people.holders(session, business.id, [Role.ADMIN]),
        ]
        place = next((one for one in others if one and one != prompt.channel_id), "")
        if not place:
            return replace(prompt, moved_at=now)
        return replace(prompt, moved_at=now, moved_from=prompt.channel_id, channel_id=place)

    def _follow(self, session: Session, prompt_id: str) -> None:
        self._breaks.reschedule(session, prompt_id)
        self._base.tell(session, "prompt", prompt_id, prompt_id)

    def _mine(self, session: Session, workspace_id: str, user_id: str, prompt_id: str) -> tuple[Prompt, Business]:
        prompt = breaks.prompt(session, prompt_id, lock=True)
        if prompt.workspace_id != workspace_id:
            raise NotFoundError(detail=f"prompt {prompt_id} is not of workspace {workspace_id}")
        if prompt.closed_at is not None:
            raise ConflictError("That is mended already; there is nothing to put off.")
        told = {one.business_id for one in breaks.of_prompt(session, prompt_id)}
        known = list(people.businesses_by_id(session, told).values())
        own = (one for one in known if may(people.roles_of(session, one.id, user_id), Right.CONNECT))
        business = next(own, known[0])
        require(session, business, user_id, Right.CONNECT)
        return prompt, business

    def _admins(self, session: Session, rows: list[BreakRow]) -> tuple[str, ...]:
        open_ones = [row for row in rows if row.broken.closed_at is None]
        found = (admin for row in open_ones for admin in people.holders(session, row.business.id, [Role.ADMIN]))
        return tuple(dict.fromkeys(found))


def _latest(told: list[Break]) -> list[Break]:
    """Return the newest break of each leg: one that broke again is told once."""
    return list({(one.business_id, one.provider): one for one in told}.values())
