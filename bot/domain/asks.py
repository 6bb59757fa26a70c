"""What people without a role ask an admin for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.people import Right

TEXT_LIMIT = 500


class AskState(StrEnum):
    """Name where a request to an admin stands."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True)
class Ask:
    """Be what somebody asked an admin for; `right` is what they lacked, `text` what they want and why.

    `channel_id` is where admins read it: their channel, or an admin where there is none.
    """

    id: str
    business_id: str
    user_id: str
    right: Right
    text: str
    channel_id: str
    asked_at: datetime
    state: AskState = AskState.OPEN
    settled_by: str = ""
    settled_at: datetime | None = None
