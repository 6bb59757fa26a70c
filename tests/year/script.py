"""What is to happen in the year: drawn by lot, the same each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.year.people import People
from tests.year.world import BILL, DEXT, Key, Spell, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Script:
    """Plan a year of outages, idle sessions, refusals and mishaps."""

    def __init__(self, world: World, people: People, businesses: list[str], firms: list[list[str]]) -> None:
        self._world, self._people, self._chance = world, people, world.chance
        self._begin = world.now
        self._bill: list[Key] = [(one, BILL) for one in businesses]
        self._keys: list[Key] = [*self._bill, *((one, DEXT) for one in businesses)]
        self._firms = firms
        self._broken: set[Key] = {(one, BILL) for firm in firms for one in firm}
        self.quiet: list[tuple[str, datetime, datetime]] = []

    def plan(self) -> None:
        """Put everything on the calendar."""
        for _ in range(220):
            self._refusal(self._fresh(self._keys), self._some_day())
        for firm in self._firms:
            day = self._some_day()
            for business_id in firm:
                self._refusal((business_id, BILL), day, elsewhere=False, call=False)
        for key in self._chance.sample(self._keys, 500):
            self._world.plan_outage([key], self._some_day(), self._hours(0.2, 3.8))
        for _ in range(2):
            self._world.plan_outage(self._bill, self._some_day(), self._hours(1, 3.5))
        for key in self._chance.sample(self._keys, 40):
            self._world.plan_outage([key], self._some_day(), self._hours(8, 30))
        self._world.plan_outage(self._bill[100:140], self._some_day(), 30 * HOUR)
        for key in self._chance.sample(self._bill, 600):
            self._world.plan_idle(key, self._some_day())
        for code in ("BDC_1107", "BDC_1145", "BDC_1361"):
            for key in self._chance.sample(self._bill, 30):
                self._world.plan_odd(key, code, self._some_day(), 25 * HOUR)
        for what, times in (("slack", 6), ("bot", 10)):
            for _ in range(times):
                day = self._some_day()
                self.quiet.append((what, day, day + self._hours(1, 9)))

    def plan_end(self, business_id: str, last_moment: datetime, *, renewed: bool) -> None:
        """Let Bill.com's leg of a business end on a day that was entered, unless an admin renews it before."""
        spell = Spell((business_id, BILL), last_moment, elsewhere=False, after=self._hours(1, 60), warned=True)
        self._broken.add(spell.key)
        if renewed:
            self._world.at(last_moment - self._chance.randint(1, 9) * DAY, lambda: self._people.reconnect(spell))
        else:
            self._world.plan_refusal(spell, self._people.call)

    def _refusal(self, key: Key, day: datetime, *, elsewhere: bool | None = None, call: bool | None = None) -> None:
        elsewhere = self._chance.random() < 0.4 if elsewhere is None else elsewhere
        after = self._hours(60, 200) if elsewhere else self._hours(1, 40)
        if self._chance.random() < 0.05:
            after += 5 * DAY  # nobody acts: the nudge and the fallback channel have their turn
        noticed = self._chance.random() < 0.3 if call is None else call
        self._world.plan_refusal(Spell(key, day, elsewhere, after, noticed), self._people.call)

    def _fresh(self, keys: list[Key]) -> Key:
        """Return a leg of a business that nothing else breaks: a reconnect renews both of its legs."""
        while True:
            key = self._chance.choice(keys)
            if not any((key[0], provider) in self._broken for provider in (BILL, DEXT)):
                self._broken.add(key)
                return key

    def _some_day(self) -> datetime:
        return self._begin + timedelta(minutes=self._chance.randint(2 * 1440, 345 * 1440))

    def _hours(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=int(60 * self._chance.uniform(least, most)))
