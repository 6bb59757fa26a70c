"""Approvals: who may decide, and what becomes of a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.plans import Plan


class RequestState(StrEnum):
    """Name the state of a request for approval; only `PENDING` has buttons."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Request:
    """Be a request for approval of one item, for exactly the plan that was shown.

    A rule that asks by itself has no `requested_by`; `why` is then its reason, in words.
    """

    id: str
    business_id: str
    item_id: str
    state: RequestState
    plan: Plan
    fingerprint: str
    requested_by: str
    requested_at: datetime
    channel_id: str
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    changes: tuple[str, ...] = ()
    why: str = ""


def may_decide(request: Request, user_id: str, prepared_by: Iterable[str] = ()) -> bool:
    """Say whether `user_id`, who has the right to approve, may decide this request.

    Nobody approves what they prepared, edited or requested, by any route (docs/approvals.md, four eyes).
    """
    return user_id != request.requested_by and user_id not in prepared_by
