"""Leases: the right to do something alone for a while, in whichever process; it runs out by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from storage.tables import leases
from storage.upserts import affected, upsert


def take(session: Session, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take a lease that is free, run out or one's own; return whether it is one's own now."""
    row = {"name": name, "holder": "", "until": now}
    session.execute(upsert(session, leases, [row], key=("name",), keep=("holder", "until")), [row])
    free = or_(leases.c.holder.in_(("", holder)), leases.c.until <= now)
    statement = update(leases).where(leases.c.name == name, free).values(holder=holder, until=until)
    return affected(session, statement) == 1


def give_back(session: Session, name: str, holder: str) -> None:
    """Give a lease back; one that somebody else has taken since stays theirs."""
    session.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
