"""Disconnecting: calls stop and credentials go; lists, items, rules and history stay."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.domain.businesses import Business
from bot.domain.connections import Leg, LegState, Provider, Signal
from bot.domain.links import Stage
from bot.domain.people import Right
from bot.domain.views.connecting import DisconnectForm
from bot.errors import ConflictError
from bot.services.base import Base, find_business
from bot.services.connecting import candidate
from bot.services.health import secret_owner
from bot.services.people import require
from bot.services.transitions import Transitions
from storage import approvals, legs, links, publishes

_NOTHING = frozenset({LegState.NOT_CONNECTED, LegState.DISCONNECTED})


class Disconnecting:
    """Take a connection down by the will of an admin."""

    def __init__(self, base: Base, transitions: Transitions) -> None:
        self._base = base
        self._transitions = transitions

    def form(self, workspace_id: str, user_id: str, channel_id: str = "", business_id: str = "") -> DisconnectForm:
        """Return what the admin is to confirm; raise `ConflictError` when nothing is connected."""
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, channel_id, business_id)
            require(session, business, user_id, Right.CONNECT)
            connection = legs.connection(session, business.id)
            _check_connected(business, [connection.bill, connection.dext])
            return DisconnectForm(
                business,
                connection,
                waiting=approvals.pending_count(session, business.id),
                under_way=publishes.unsettled_count(session, business.id),
                kept_organization=publishes.anything_sent(session, business.id),
            )

    def disconnect(self, workspace_id: str, user_id: str, business_id: str) -> Business:
        """Forget the credentials of both legs, stop what stands on them, and tell the channel.

        Links and sign-ins under way are void. While nothing was ever sent to the organisation, the
        business is free for another one afterwards.
        """
        with self._base.database.begin() as session:
            business = find_business(session, workspace_id, "", business_id, lock=True)
            require(session, business, user_id, Right.CONNECT)
            both = [legs.find(session, business.id, provider, lock=True) for provider in Provider]
            _check_connected(business, both)
            bound = publishes.anything_sent(session, business.id)
            for leg in both:
                self._take_down(session, business, leg, user_id, bound=bound)
            links.kill_all(session, business.id, self._base.clock())
            for attempt in links.open_attempts(session, business.id):
                links.keep_attempt(session, replace(attempt, stage=Stage.DROPPED, state_digest=""))
                for owner in (attempt.id, *(candidate(attempt, provider) for provider in Provider)):
                    self._base.vault.drop(session, owner)
                self._base.tell(session, "finish", attempt.id, business.id)
            subject = f"{business.id}:{user_id}:{self._base.new_id()}"
            self._base.tell(session, "disconnected", subject, business.id)
        return business

    def _take_down(self, session: Session, business: Business, leg: Leg, user_id: str, *, bound: bool) -> None:
        self._base.vault.drop(session, secret_owner(business.workspace_id, business.id, leg.provider))
        kept = leg if bound else replace(leg, organization_id="", organization_name="", user_name="")
        self._transitions.move(
            session,
            kept,
            Signal.DISCONNECTED,
            by=user_id,
            due_at=None,
            warn_at=None,
            expires_at=None,
            locked_until=None,
            failing_since=None,
            failures=0,
        )


def _check_connected(business: Business, both: list[Leg]) -> None:
    if all(leg.state in _NOTHING for leg in both):
        raise ConflictError(f"{business.name} is not connected, so there is nothing to disconnect.")
