"""Passing our lists on to Dext: only what it does not have, apart from the reading, and tried again by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from bot.clients.dext import DextClient, Kind
from bot.domain.lists import Entry, ListName, name_in_dext
from bot.domain.refreshing import next_push
from bot.domain.work import Job, Queue
from bot.errors import RefusedError, UpstreamError
from bot.services.base import Base
from bot.services.health import Health
from bot.services.reading import why
from storage import legs, pushes, refreshes

PUSHED_AS: dict[ListName, Kind] = {
    ListName.ACCOUNTS: "categories",
    ListName.SUPPLIERS: "payees",
    ListName.CUSTOMERS: "clients",
    ListName.CLASSES: "projects",
    ListName.LOCATIONS: "projects",
}
"""Where each list goes in Dext; payment methods and approvers have no call there."""

_BATCH = 200
_MOST_REFUSED = 20
_NAMED = 5
_CLAIM = timedelta(minutes=10)

_Row = tuple[Entry, str]


class Pushing:
    """Keep Dext's lists in step with ours; a failure here never touches our copy."""

    def __init__(self, base: Base, health: Health) -> None:
        self._base = base
        self._health = health

    def push(self, business_id: str, name: ListName, heard: Callable[[], None] = lambda: None) -> str:
        """Send Dext what it does not have of a list; return what it did not take, in words, or nothing.

        What failed is due again later, with growing pauses, until Dext has it.
        """
        if name not in PUSHED_AS:
            return ""
        problem, again = self._attempt(business_id, name, heard), True
        with self._base.database.begin() as session:
            if not problem:
                problem, again = _refused(*pushes.refused(session, business_id, name, _NAMED)), False
            tries = pushes.tries(session, business_id, name) + 1 if problem and again else 0
            due_at = next_push(tries, self._base.clock()) if tries else None
            pushes.keep_push(session, business_id, name, problem, tries, due_at)
        return problem

    def forget_refusals(self, business_id: str, name: ListName) -> None:
        """Let what Dext refused be sent once more, because somebody asked for everything anew."""
        with self._base.database.begin() as session:
            pushes.forget_refusals(session, business_id, name)

    def start_due(self, limit: int = 100) -> int:
        """Ask for the pushes that are to be tried again; return how many."""
        now = self._base.clock()
        with self._base.database.begin() as session:
            due = pushes.due(session, now, now + _CLAIM, limit)
            for push in due:
                # On the queue of refreshes: never while one of the same business is under way.
                job_id = f"push:{push.business_id}:{push.name.value}:{self._base.new_id()}"
                args = (push.business_id, push.name.value)
                self._base.work.enqueue_in(session, Job("push", job_id, args, Queue.REFRESH, push.business_id))
        return len(due)

    def run(self, business_id: str, name: ListName) -> None:
        """Try a push again; the message of the last refresh then says how it stands."""
        with self._base.database.begin() as session:
            usable = legs.connection(session, business_id).dext.usable
            if not usable:
                tries = pushes.tries(session, business_id, name)
                waits = "Dext is not connected; it is sent when an admin has reconnected"
                pushes.keep_push(session, business_id, name, waits, tries, next_push(tries + 1, self._base.clock()))
        if not usable:
            return
        problem = self.push(business_id, name)
        with self._base.database.begin() as session:
            refresh = refreshes.latest(session, business_id)
            if refresh is None:
                return
            before = next((row.push_problem for row in refresh.lists if row.name is name), problem)
            if before != problem:
                refreshes.note_push(session, refresh.id, name, problem)
                self._base.tell(session, "refresh", refresh.id, business_id)
                self._base.tell(session, "refreshed", refresh.id, business_id)

    def _attempt(self, business_id: str, name: ListName, heard: Callable[[], None]) -> str:
        try:
            with self._health.dext(business_id) as dext:
                after, refused = "", 0
                while True:
                    with self._base.database.begin() as session:
                        batch = pushes.unpushed(session, business_id, name, _BATCH, after)
                    if not batch:
                        return ""
                    after = batch[-1][0].id
                    for sent, refusal in _sent(dext, name, batch):
                        refused += refusal is not None
                        self._note(business_id, name, sent, refusal)
                        heard()
                        if refusal is not None and refused >= _MOST_REFUSED:
                            return why(refusal)
        except UpstreamError as error:
            return why(error).replace("the next refresh tries again", "it is tried again by itself")

    def _note(self, business_id: str, name: ListName, rows: Sequence[_Row], refusal: RefusedError | None) -> None:
        now = self._base.clock()
        with self._base.database.begin() as session:
            if refusal is None:
                pushes.note_pushed(session, business_id, name, [(entry.id, digest) for entry, digest in rows])
                return
            for entry, digest in rows:
                pushes.note_refused(session, business_id, name, entry.id, digest, refusal.reason, now)


def _sent(
    dext: DextClient, name: ListName, rows: Sequence[_Row]
) -> Iterator[tuple[Sequence[_Row], RefusedError | None]]:
    """Send a batch; when Dext refuses it, halve it until the refused entries stand alone and the rest has gone."""
    kind = PUSHED_AS[name]
    try:
        kept = [(one.id, name_in_dext(name, one.name), one.number) for one, _ in rows if not one.archived]
        gone = [one.id for one, _ in rows if one.archived]
        if kept:
            dext.push(kind, kept)
        if gone:
            dext.delete(kind, gone)
    except RefusedError as error:
        if len(rows) == 1:
            yield rows, error
            return
        half = len(rows) // 2
        yield from _sent(dext, name, rows[:half])
        yield from _sent(dext, name, rows[half:])
        return
    yield rows, None


def _refused(named: Sequence[tuple[str, str]], count: int) -> str:
    """Say which entries Dext refuses, five by name; nothing when there are none."""
    if not named:
        return ""
    each = "; ".join(f"“{name[:60]}” ({reason[:100] or 'no reason given'})" for name, reason in named)
    more = f" and {count - len(named)} more" if count > len(named) else ""
    return f"Dext refused {each}{more}. Change the entry in Bill.com, and the next refresh sends it again"
