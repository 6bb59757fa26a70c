"""What people do in a year: they reconnect, put off, delete a message, do work that meets a refusal."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from bot.domain.connections import Provider
from bot.errors import ConflictError, UpstreamError
from tests.year.slack import Broken
from tests.year.town import YearTown
from tests.year.wire import token
from tests.year.world import BILL, DEXT, Key, Spell


class People:
    """Act on what stands in Slack."""

    def __init__(self, town: YearTown, workspaces: dict[str, str], names: dict[str, str]) -> None:
        self._town, self._workspaces, self._names = town, workspaces, names
        self.reconnects = self.snoozes = self.deletions = self.calls = 0

    def call(self, spell: Spell) -> None:
        """Do work that needs the leg, at the moment it is refused."""
        if not self._town.up:
            return
        health, (business_id, provider) = self._town.bench.health, spell.key
        self.calls += 1
        with suppress(UpstreamError):
            if provider is BILL:
                with health.bill(business_id) as bill:
                    bill.ping()
            else:
                with health.dext(business_id) as dext:
                    dext.account()

    def react(self, spell: Spell) -> None:
        """Plan what people do about a prompt that has just come to stand in Slack."""
        world, now = self._town.world, self._town.bench.clock()
        roll = world.chance.random()
        if not spell.elsewhere:
            world.at(now + spell.after, lambda: self.reconnect(spell))
        if roll < 0.12:
            world.at(now + timedelta(minutes=40), lambda: self._delete(spell.key))
        elif roll < 0.24:
            world.at(now + timedelta(minutes=20), lambda: self._snooze(spell.key))

    def reconnect(self, spell: Spell) -> None:
        """Go the whole way: link, both sign-ins, Finish; while the bot is down, try again later."""
        town, (business_id, _) = self._town, spell.key
        world, bench = town.world, town.bench
        if spell.mended_at is not None:
            return
        if not town.up or any((business_id, provider) in world.down for provider in Provider):
            world.at(bench.clock() + timedelta(hours=2), lambda: self.reconnect(spell))
            return
        workspace_id, admin = self._workspaces[business_id], self.admin(business_id)
        world.tokens[business_id] = world.tokens.get(business_id, 1) + 1
        for provider in Provider:
            world.mend((business_id, provider), bench.clock())
        link = bench.connecting.offer(workspace_id, admin, "", business_id).url.rpartition("/")[2]
        cookie = bench.connecting.spend(link)
        bench.connecting.enter_sync_token(cookie, "dext", token(world, business_id), f"o{business_id}")
        state = parse_qs(urlsplit(bench.connecting.begin_dext(cookie)).query)["state"][0]
        attempt = bench.connecting.dext_callback(cookie, state, f"{business_id}-code")
        bench.finishing.finish(workspace_id, admin, attempt.id)
        self.reconnects += 1

    @staticmethod
    def admin(business_id: str) -> str:
        """Return the Slack id of a business's first admin."""
        return f"U{business_id}"

    def broken(self, key: Key) -> Broken:
        """Return a leg as messages name it."""
        return key[1].label, self._names[key[0]]

    def _delete(self, key: Key) -> None:
        broken = self.broken(key)
        for place in list(self._town.slack.alive.get(broken, ())):
            self._town.slack.delete(place)
            self.deletions += 1

    def _snooze(self, key: Key) -> None:
        bench = self._town.bench
        found = bench.rows(
            "SELECT prompt_id FROM breaks WHERE business_id = :b AND provider = :p AND closed_at IS NULL",
            b=key[0], p=key[1].value,
        )  # fmt: skip
        if found and self._town.up:
            with suppress(ConflictError):
                bench.prompts.snooze(self._workspaces[key[0]], self.admin(key[0]), found[0].prompt_id)
                self.snoozes += 1


__all__ = ["BILL", "DEXT", "People"]
