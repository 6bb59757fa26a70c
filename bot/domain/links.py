"""Connect links and the attempts they begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LINK_LIFE = timedelta(minutes=15)
"""How long a link can be opened."""

ATTEMPT_LIFE = timedelta(minutes=30)
"""How long the pages behind a link can be worked through, from the moment it is spent."""

FINISH_LIFE = timedelta(hours=24)
"""How long Finish can be clicked after signing in; then the credentials are dropped."""


@dataclass(frozen=True)
class Link:
    """Be a link made for one person to connect one business; only its digest is stored."""

    digest: str
    business_id: str
    workspace_id: str
    user_id: str
    channel_id: str
    expires_at: datetime
    spent_at: datetime | None = None


class Stage(StrEnum):
    """Name how far an attempt has come."""

    BILL = "bill"
    DEXT = "dext"
    SIGNED_IN = "signed_in"
    FINISHED = "finished"
    OVERTAKEN = "overtaken"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Attempt:
    """Be one walk through the connect pages; nothing of it is live before Finish.

    `cookie_digest` binds it to the browser that spent the link; `state_digest` is the
    OAuth state now expected back, cleared by its first use. `overtaken_by` is who finished first, where
    two admins were at it at once.
    """

    id: str
    business_id: str
    workspace_id: str
    user_id: str
    channel_id: str
    cookie_digest: str
    stage: Stage
    expires_at: datetime
    state_digest: str = ""
    mode: str = ""
    organization_id: str = ""
    organization_name: str = ""
    bill_user: str = ""
    dext_account_id: str = ""
    dext_users: str = ""
    begun_at: datetime | None = None
    signed_in_at: datetime | None = None
    overtaken_by: str = ""
