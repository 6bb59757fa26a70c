"""Whether what people read is what is true, looked at after every tick of the clock, and once at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.breaks import BreakStage
from bot.domain.connections import Provider
from storage.tables import breaks, prompts
from tests.year.people import People
from tests.year.slack import Broken
from tests.year.town import CHECK, YearTown
from tests.year.world import Key, Spell

PROBE = timedelta(days=1)
"""An expired leg is probed at least so often."""


@dataclass
class Judge:
    """Compare the truth with Slack and with the database."""

    town: YearTown
    people: People
    step: timedelta
    quiet: list[tuple[datetime, datetime]] = field(default_factory=list)
    latest: timedelta = timedelta()
    told: int = 0

    def look(self, react: Callable[[Spell], None]) -> None:
        """Look at what stands, once all that there was to do is done."""
        world, slack, now = self.town.world, self.town.slack, self.town.bench.clock()
        if slack.down or not self.town.up or not self.town.work.empty():
            return
        standing = slack.standing()
        open_ones = self._open()
        missing = {broken for broken in slack.missing if broken in open_ones}
        assert standing | missing == open_ones, f"{now}: Slack says {standing ^ open_ones} otherwise"
        for spell in world.open_spells.values():
            broken = self.people.broken(spell.key)
            if spell.told_at is None and broken in standing and self._stage(spell.key) == "expired":
                spell.told_at = now
                self.told += 1
                self.latest = max(self.latest, self.late(spell.begin, now))
                react(spell)
            late = self.late(spell.begin, now)
            assert spell.told_at or late <= CHECK + self.step, f"{spell} was not told by {now}"
        world.mended = [spell for spell in world.mended if not self._over(spell, standing, now)]

    def _over(self, spell: Spell, standing: set[Broken], now: datetime) -> bool:
        """Say whether nothing tells any more of a leg that was mended, or it is broken anew."""
        assert spell.mended_at is not None
        if spell.key in self.town.world.open_spells or self.people.broken(spell.key) not in standing:
            return True
        late = self.late(spell.mended_at, now)
        no_answer = any(
            key == spell.key and begin < now and end > spell.mended_at for key, begin, end in self.town.world.outages
        )
        assert no_answer or late <= PROBE + self.step, f"{spell} was mended, and at {now} nobody knows"
        return False

    def late(self, since: datetime, now: datetime) -> timedelta:
        """Return how long something took, without the times in which the bot or Slack was down."""
        silent = sum((max(min(end, now) - max(begin, since), timedelta()) for begin, end in self.quiet), timedelta())
        return now - since - silent

    def _open(self) -> set[Broken]:
        rows = self.town.bench.rows("SELECT business_id, provider FROM breaks WHERE closed_at IS NULL")
        return {self.people.broken((row.business_id, Provider(row.provider))) for row in rows}

    def _stage(self, key: Key) -> str:
        rows = self.town.bench.rows(
            "SELECT stage FROM breaks WHERE closed_at IS NULL AND business_id = :b AND provider = :p",
            b=key[0], p=key[1].value,
        )  # fmt: skip
        return str(rows[0].stage) if rows else ""

    def sum_up(self) -> dict[str, int]:
        """Match every break with its cause, and every refusal with its break; return what was counted."""
        world, bench = self.town.world, self.town.bench
        with bench.database.begin() as session:
            kept = session.execute(breaks.select().order_by(breaks.c.opened_at)).all()
            many = len(session.execute(prompts.select()).all())
        of_refusals, missed = 0, []
        matched: set[str] = set()
        for spell in world.spells:
            end = (spell.mended_at or bench.clock()) + PROBE + self.step
            found = [
                row for row in kept
                if (row.business_id, Provider(row.provider)) == spell.key
                and row.stage == BreakStage.EXPIRED.value
                and spell.begin <= row.broken_at <= end and row.id not in matched
            ]  # fmt: skip
            if len(found) != 1:
                missed.append(spell)
                continue
            matched.add(found[0].id)
            of_refusals += 1
        others = [row for row in kept if row.id not in matched]
        for row in others:
            key = (row.business_id, Provider(row.provider))
            assert row.stage != BreakStage.EXPIRED.value, f"nothing refused {row}"
            if row.stage == BreakStage.OUTAGE.value:
                lasted = [
                    end - begin for one, begin, end in world.outages if one == key and begin <= row.broken_at <= end
                ]
                assert lasted, f"nothing was down for {row}"
                assert max(lasted) >= timedelta(hours=4), f"told of an outage of {lasted}"
        return {
            "prompts": many,
            "breaks": len(kept),
            "refusals": len(world.spells),
            "refusals told": of_refusals,
            "refusals missed": len(missed),
            "outages told": sum(row.stage == BreakStage.OUTAGE.value for row in others),
            "ends told": sum(row.stage == BreakStage.ENDING.value for row in others),
        }
