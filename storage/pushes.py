"""What Dext has of our lists, what it refused, and when it is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.lists import Entry, ListName
from storage.lists import entry_of
from storage.tables_lists import entries, list_states, refusals
from storage.upserts import upsert


@dataclass(frozen=True)
class DuePush:
    """Be a list whose push is to be tried again."""

    business_id: str
    name: ListName
    tries: int


def unpushed(
    session: Session, business_id: str, name: ListName, limit: int, after: str = ""
) -> list[tuple[Entry, str]]:
    """Return entries that Dext does not have as they are now, each with its digest, those behind `after`.

    What Dext refused is not among them until it changes, or its refusal is forgotten.
    """
    refused = exists().where(
        refusals.c.business_id == entries.c.business_id,
        refusals.c.list == entries.c.list,
        refusals.c.entry_id == entries.c.id,
        refusals.c.digest == entries.c.digest,
    )
    query = (
        select(entries)
        .where(entries.c.business_id == business_id, entries.c.list == name.value, entries.c.id > after)
        .where(entries.c.digest != entries.c.pushed_digest, ~refused)
        .where(or_(entries.c.archived.is_(False), entries.c.pushed_digest != ""))
        .order_by(entries.c.id)
        .limit(limit)
    )
    return [(entry_of(row), row.digest) for row in session.execute(query)]


def note_pushed(session: Session, business_id: str, name: ListName, pushed: Sequence[tuple[str, str]]) -> None:
    """Note that Dext has these entries, given by id and the digest that was sent."""
    if not pushed:
        return
    statement = (
        update(entries)
        .where(
            entries.c.business_id == business_id, entries.c.list == name.value, entries.c.id == bindparam("entry_id")
        )
        .values(pushed_digest=bindparam("sent"))
    )
    session.connection().execute(statement, [{"entry_id": entry_id, "sent": sent} for entry_id, sent in pushed])


def note_refused(
    session: Session, business_id: str, name: ListName, entry_id: str, digest: str, reason: str, now: datetime
) -> None:
    """Note that Dext refused an entry as it is now."""
    row = {
        "business_id": business_id,
        "list": name.value,
        "entry_id": entry_id,
        "digest": digest,
        "reason": reason,
        "at": now,
    }
    session.execute(upsert(session, refusals, [row], key=("business_id", "list", "entry_id")), [row])


def refused(session: Session, business_id: str, name: ListName, limit: int) -> tuple[list[tuple[str, str]], int]:
    """Return what Dext refuses as it is now: names and reasons of the first so many, and how many there are."""
    standing = and_(
        refusals.c.business_id == business_id,
        refusals.c.list == name.value,
        entries.c.business_id == refusals.c.business_id,
        entries.c.list == refusals.c.list,
        entries.c.id == refusals.c.entry_id,
        entries.c.digest == refusals.c.digest,
    )
    query = select(entries.c.name, refusals.c.reason).where(standing).order_by(entries.c.name_key, entries.c.id)
    found = [(row.name, row.reason) for row in session.execute(query.limit(limit))]
    if len(found) < limit:
        return found, len(found)
    return found, session.execute(select(func.count()).select_from(refusals).where(standing)).scalar_one()


def forget_refusals(session: Session, business_id: str, name: ListName) -> None:
    """Forget what Dext refused of a list, so that it is sent once more."""
    session.execute(delete(refusals).where(refusals.c.business_id == business_id, refusals.c.list == name.value))


def keep_push(
    session: Session, business_id: str, name: ListName, problem: str, tries: int, due_at: datetime | None
) -> None:
    """Store how the push of a list stands; without `due_at` it is not tried again by itself."""
    session.execute(
        update(list_states)
        .where(list_states.c.business_id == business_id, list_states.c.list == name.value)
        .values(push_problem=problem, push_tries=tries, push_due_at=due_at)
    )


def tries(session: Session, business_id: str, name: ListName) -> int:
    """Return how often in a row the push of a list failed."""
    query = select(list_states.c.push_tries).where(
        list_states.c.business_id == business_id, list_states.c.list == name.value
    )
    return session.scalar(query) or 0


def due(session: Session, now: datetime, until: datetime, limit: int) -> list[DuePush]:
    """Claim the pushes that are due, until then: a claim of a process that died runs out."""
    query = select(list_states).where(list_states.c.push_due_at <= now).order_by(list_states.c.push_due_at)
    rows = session.execute(query.limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        session.execute(
            update(list_states)
            .where(list_states.c.business_id == row.business_id, list_states.c.list == row.list)
            .values(push_due_at=until)
        )
    return [DuePush(row.business_id, ListName(row.list), row.push_tries) for row in rows]
