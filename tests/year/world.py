"""What is true: which of a thousand connections is let in, idle, refused or without an answer, and since when."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.connections import Provider

Key = tuple[str, Provider]
BILL, DEXT = Provider.BILL, Provider.DEXT


@dataclass
class Spell:
    """Be a time in which a leg is refused, from its beginning to whoever mends it.

    `noticed_by_call` says that somebody's work meets it at once; `after` is how long it takes until it is
    mended, elsewhere from the beginning, by an admin from the moment the prompt stands in Slack.
    """

    key: Key
    begin: datetime
    elsewhere: bool
    after: timedelta
    noticed_by_call: bool = False
    warned: bool = False
    told_at: datetime | None = None
    mended_at: datetime | None = None


@dataclass
class World:
    """Hold the truth about both services; what changes it is an event with its time."""

    now: datetime
    chance: random.Random
    refused: set[Key] = field(default_factory=set)
    idle: set[Key] = field(default_factory=set)
    down: set[Key] = field(default_factory=set)
    odd: dict[Key, str] = field(default_factory=dict)
    grant_ends: dict[str, datetime] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    spells: list[Spell] = field(default_factory=list)
    open_spells: dict[Key, Spell] = field(default_factory=dict)
    mended: list[Spell] = field(default_factory=list)
    outages: list[tuple[Key, datetime, datetime]] = field(default_factory=list)
    idle_sessions: int = 0
    _events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: Iterable[int] = field(default_factory=itertools.count)

    def fine(self, key: Key) -> bool:
        """Say whether a call would simply be answered."""
        return not (key in self.refused or key in self.idle or key in self.down or self.odd.get(key))

    # Events, in the order of their times.

    def at(self, when: datetime, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(iter(self._order)), event))

    def next_event(self, until: datetime) -> tuple[datetime, Callable[[], None]] | None:
        """Take the next event that happens before a time."""
        if not self._events or self._events[0][0] > until:
            return None
        when, _, event = heapq.heappop(self._events)
        return when, event

    # What happens to connections.

    def plan_outage(self, keys: Iterable[Key], begin: datetime, length: timedelta) -> None:
        """Let legs get no answer for a while."""
        hit = list(keys)
        self.outages += [(key, begin, begin + length) for key in hit]
        self.at(begin, lambda: self.down.update(hit))
        self.at(begin + length, lambda: self.down.difference_update(hit))

    def plan_idle(self, key: Key, when: datetime) -> None:
        """Let a session end because nobody used it."""

        def end() -> None:
            self.idle_sessions += 1
            self.idle.add(key)

        self.at(when, end)

    def plan_odd(self, key: Key, code: str, begin: datetime, length: timedelta) -> None:
        """Let a leg be answered with something that says nothing about it: a lock-out, a missing permission."""
        self.at(begin, lambda: self.odd.update({key: code}))
        self.at(begin + length, lambda: self.odd.update({key: ""}))

    def plan_refusal(self, spell: Spell, call: Callable[[Spell], None]) -> None:
        """Let a leg be refused; `call` is the work that meets it at once, where there is some."""

        def begin() -> None:
            if spell.key in self.refused:
                return  # it is refused already, and stays so until that is mended
            self.spells.append(spell)
            self.open_spells[spell.key] = spell
            self.refused.add(spell.key)
            self.idle.add(spell.key)
            if spell.elsewhere:
                self.at(spell.begin + spell.after, lambda: self.mend(spell.key, spell.begin + spell.after, spell))
            if spell.noticed_by_call:
                self.at(spell.begin + timedelta(minutes=5), lambda: call(spell))

        self.at(spell.begin, begin)

    def mend(self, key: Key, when: datetime, only: Spell | None = None) -> None:
        """Let a leg be let in again: its credentials are good, or there are new ones."""
        spell = self.open_spells.get(key)
        if spell is None or (only is not None and spell is not only):
            return
        del self.open_spells[key]
        self.refused.discard(key)
        spell.mended_at = when
        self.mended.append(spell)
