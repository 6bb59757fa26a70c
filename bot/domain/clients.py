"""Many businesses side by side: what each needs next, and whose move it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.connections import CHECKED, Connection, LegState
from bot.domain.people import Right


class Move(StrEnum):
    """Name what a business needs next, most pressing first."""

    RECONNECT = "reconnect"
    CONNECT = "connect"
    MEND = "mend"
    DECIDE = "decide"
    REQUEST = "request"
    REVIEW = "review"
    SYNC = "sync"
    NOTHING = "nothing"


WHOSE: dict[Move, Right | None] = {
    Move.RECONNECT: Right.CONNECT,
    Move.CONNECT: Right.CONNECT,
    Move.MEND: Right.REQUEST,
    Move.DECIDE: Right.APPROVE,
    Move.REQUEST: Right.REQUEST,
    Move.REVIEW: Right.REQUEST,
    Move.SYNC: None,
    Move.NOTHING: None,
}
"""The right that each move takes; nobody has to do anything where there is none."""


@dataclass(frozen=True)
class Work:
    """Be how much of what a business has open: numbers of items."""

    ready: int = 0
    to_review: int = 0
    waiting: int = 0
    held: int = 0
    failed: int = 0


def next_move(connection: Connection, work: Work, *, synced: bool) -> Move:
    """Return what a business needs next."""
    states = {connection.bill.state, connection.dext.state}
    if LegState.EXPIRED in states:
        return Move.RECONNECT
    if not states <= CHECKED:
        return Move.CONNECT
    if not synced:
        return Move.SYNC
    for count, move in (
        (work.failed, Move.MEND),
        (work.waiting, Move.DECIDE),
        (work.ready, Move.REQUEST),
        (work.to_review, Move.REVIEW),
    ):
        if count:
            return move
    return Move.NOTHING
