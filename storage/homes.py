"""Who looks at the app's Home, so that it can be drawn anew when something changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import businesses, homes, roles
from storage.upserts import upsert


def note_opened(session: Session, workspace_id: str, user_id: str, now: datetime) -> None:
    """Note that a person looked at their Home."""
    row = {"workspace_id": workspace_id, "user_id": user_id, "opened_at": now}
    session.execute(upsert(session, homes, [row], key=("workspace_id", "user_id")), [row])


def viewers(session: Session, business_id: str, since: datetime) -> list[tuple[str, str]]:
    """Return workspace and id of people with a role in a business who looked at their Home since a time."""
    query = (
        select(homes.c.workspace_id, homes.c.user_id)
        .join(businesses, businesses.c.workspace_id == homes.c.workspace_id)
        .join(roles, (roles.c.business_id == businesses.c.id) & (roles.c.user_id == homes.c.user_id))
        .where(businesses.c.id == business_id, homes.c.opened_at >= since)
        .distinct()
    )
    return [(row.workspace_id, row.user_id) for row in session.execute(query.order_by(homes.c.user_id))]
