"""Holding: what waits for a reconnect goes out afterwards, except what a person keeps back."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.domain.approvals import Request
from bot.domain.items import ItemStatus
from bot.domain.people import Right
from bot.domain.publishing import Publish, PublishState
from bot.errors import ConflictError
from bot.services.approvals import restart
from bot.services.base import Base, business_in
from bot.services.breaks import Breaks
from bot.services.people import require
from storage import approvals, items, legs, publishes


class Holding:
    """Release what is held, and keep back what a person paused."""

    def __init__(self, base: Base, breaks: Breaks) -> None:
        self._base = base
        self._breaks = breaks

    def pause(self, workspace_id: str, user_id: str, request_id: str) -> None:
        """Keep a held item back: it does not go out by itself, also after the reconnect."""
        with self._base.database.begin() as session:
            request, publish = self._held(session, workspace_id, user_id, request_id)
            if publish.paused_by:
                raise ConflictError(f"<@{publish.paused_by}> has paused it already.")
            publishes.change(session, publish.id, paused_by=user_id)
            self._tell(session, request, publish)

    def resume(self, workspace_id: str, user_id: str, request_id: str) -> None:
        """Let a paused item go out: at once if the connection works, else after the reconnect."""
        with self._base.database.begin() as session:
            request, publish = self._held(session, workspace_id, user_id, request_id)
            if not publish.paused_by:
                raise ConflictError("It is not paused: it goes out by itself as soon as it can.")
            publishes.change(session, publish.id, paused_by="")
            if legs.connection(session, request.business_id).live:
                self._release(session, replace(publish, paused_by=""))
            self._tell(session, request, publish)

    def release_healed(self) -> int:
        """Take up what is held for businesses whose connection works again; return how many."""
        with self._base.database.begin() as session:
            connections = legs.of_businesses(session, publishes.holding(session))
        healed = [business_id for business_id, connection in connections.items() if connection.live]
        return sum(self.release_held(business_id) for business_id in healed)

    def release_held(self, business_id: str) -> int:
        """Take up what was held while the connection was down; return how many."""
        released = 0
        with self._base.database.begin() as session:
            for publish_id in publishes.held(session, business_id):
                publish = publishes.get(session, publish_id, lock=True)
                # Somebody else may have taken it up, or paused it, since the list was read.
                if publish.state is PublishState.HELD and not publish.paused_by:
                    self._release(session, publish)
                    self._base.tell(session, "card", publish.request_id, business_id)
                    released += 1
        return released

    def _release(self, session: Session, publish: Publish) -> None:
        item = items.get(session, publish.business_id, publish.item_id, lock=True)
        restart(self._base, session, publish.id, publish.business_id)
        items.keep(session, replace(item, status=ItemStatus.PUBLISHING, note=""), self._base.clock())

    def _tell(self, session: Session, request: Request, publish: Publish) -> None:
        self._base.tell(session, "card", request.id, request.business_id)
        if publish.held_by:
            self._breaks.recount(session, publish.held_by)

    def _held(self, session: Session, workspace_id: str, user_id: str, request_id: str) -> tuple[Request, Publish]:
        request = approvals.get(session, request_id, lock=True)
        business = business_in(session, workspace_id, request.business_id)
        require(session, business, user_id, Right.REQUEST)
        found = publishes.find_of(session, request.item_id)
        publish = publishes.get(session, found.id, lock=True) if found is not None else None
        if publish is None or publish.request_id != request.id or publish.state is not PublishState.HELD:
            raise ConflictError("It is not held any more: its card shows how it stands.")
        return request, publish
