"""Asking an admin: whoever is refused for lack of a role says what is wanted and why, and hears what came of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.domain.asks import TEXT_LIMIT, Ask, AskState
from bot.domain.businesses import Business
from bot.domain.people import Right, Role, may
from bot.domain.views.asking import AskForm, AskView
from bot.errors import ConflictError, InputError
from bot.services.ask_answers import settle_in
from bot.services.base import Base, business_in
from bot.services.people import mentions, require
from storage import asks, people

_DONE_FOR_THEM = frozenset({Right.CONNECT, Right.REFRESH})
"""What an admin does in somebody's place; for all else the person needs a role."""


class Asking:
    """Carry a request to the admins of a business, and their answer back."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def form(self, workspace_id: str, user_id: str, business_id: str, right: Right) -> AskForm:
        """Return what the form shows; raise `ConflictError` when there is nothing to ask for, or nobody to ask."""
        with self._base.database.begin() as session:
            business = business_in(session, workspace_id, business_id)
            admins = self._check(session, business, user_id, right)
        return AskForm(business, right, tuple(admins))

    def ask(self, workspace_id: str, user_id: str, business_id: str, right: Right, text: str) -> AskForm:
        """Tell the admins what somebody wants; raise `InputError` without words, `ConflictError` the second time."""
        words = text.strip()
        if not words:
            raise InputError("Say what you need and why, so that an admin can decide.", field="want")
        if len(words) > TEXT_LIMIT:
            raise InputError(f"Keep it under {TEXT_LIMIT} characters.", field="want")
        with self._base.database.begin() as session:
            # Locked: of two clicks at one moment the second reads that it was asked already.
            business = business_in(session, workspace_id, business_id, lock=True)
            admins = self._check(session, business, user_id, right)
            ask = Ask(
                id=self._base.new_id(),
                business_id=business.id,
                user_id=user_id,
                right=right,
                text=words,
                channel_id=business.admins_channel_id or admins[0],
                asked_at=self._base.clock(),
            )
            asks.add(session, ask)
            self._base.tell(session, "ask", ask.id, business.id)
        return AskForm(business, right, tuple(admins))

    def settle(self, workspace_id: str, user_id: str, ask_id: str, *, done: bool) -> None:
        """Answer: it is done, or it is declined; whoever asked is told."""
        with self._base.database.begin() as session:
            ask = asks.get(session, ask_id, lock=True)
            business = business_in(session, workspace_id, ask.business_id)
            require(session, business, user_id, Right.SETTINGS)
            if ask.state is not AskState.OPEN:
                raise ConflictError(f"<@{ask.settled_by}> has answered that already.")
            if done and ask.right not in _DONE_FOR_THEM:
                # Nothing is called done that is not: giving the role answers by itself (`settle_granted`).
                raise ConflictError(
                    f"<@{ask.user_id}> has no role for it yet. Give it in Settings, and they are told by themselves; "
                    "or decline."
                )
            settle_in(self._base, session, ask, user_id, AskState.DONE if done else AskState.DECLINED)

    def view(self, ask_id: str) -> AskView:
        """Return a request as its message shows it."""
        with self._base.database.begin() as session:
            ask = asks.get(session, ask_id)
            business = people.business(session, ask.business_id)
            return AskView(business, ask, tuple(people.holders(session, business.id, [Role.ADMIN])))

    def _check(self, session: Session, business: Business, user_id: str, right: Right) -> list[str]:
        if may(people.roles_of(session, business.id, user_id), right):
            raise ConflictError("You have the role for it by now. Please try again.")
        admins = people.holders(session, business.id, [Role.ADMIN])
        if not admins:
            raise ConflictError(f"{business.name} has no admin yet. Whoever runs the bot names one in its settings.")
        if asks.find_open(session, business.id, user_id, right) is not None:
            raise ConflictError(f"You have asked already. You hear from me when {mentions(admins)} answers.")
        return admins
