"""A year of a thousand connections: every break is told, once, in time, and nothing else is.

The services, their store and the clock's jobs are the real ones; time and the wire are not. Restarts put the bot
together anew, also in the middle of a call to Slack.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from bot.clients.bill import SyncToken
from bot.clients.dext import DextGrant
from bot.domain.businesses import Business
from bot.domain.connections import Leg, LegState, next_check
from bot.domain.hours import end_of
from bot.domain.people import Role
from bot.services.access import StoredBillAccess, StoredDextAccess
from bot.services.health import secret_owner
from storage import legs, people
from storage.database import Database, open_engine
from storage.migrate import migrate
from tests.conftest import FakeClock
from tests.support.bench import Bench, Stages
from tests.year.judge import Judge
from tests.year.people import People
from tests.year.script import Script
from tests.year.town import CHECK, YearTown
from tests.year.wire import token
from tests.year.world import BILL, DEXT, World

CONNECTIONS, FIRMS, CLIENTS, ENDS = 1000, 4, 12, 30
"""So many connections, some of them of firms whose clients share one channel for admins; of some the end is known."""

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 365
STEP = timedelta(hours=4)
"""Between two ticks of the clock, which in life are a minute apart."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Give services on a file of their own; a power cut is not played, so nothing waits for the disk."""
    url, stages = f"sqlite:///{tmp_path / 'bot.db'}", Stages()
    migrate(url)
    database = Database(open_engine(url))

    @event.listens_for(database.engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    made = Bench(stages, database, FakeClock(BEGIN))
    yield made
    made.close()
    database.close()
    stages.close()


def connect_all(bench: Bench, world: World) -> tuple[dict[str, str], dict[str, str]]:
    """Connect every business; return their workspaces and their names."""
    workspaces, names = {}, {}
    for number in range(CONNECTIONS):
        business_id = f"b{number:04}"
        firm = number // CLIENTS
        workspace_id = f"TFIRM{firm}" if firm < FIRMS else f"T{number:04}"
        workspaces[business_id], names[business_id] = workspace_id, f"Client {number:04}"
        world.grant_ends[business_id] = BEGIN + timedelta(days=world.chance.randint(5, 300))
        with bench.database.begin() as session:
            people.keep_workspace(session, workspace_id, workspace_id, "UBOT", BEGIN)
            admins = f"CFIRM{firm}" if firm < FIRMS else f"CADMINS{number:04}"
            business = Business(
                business_id, workspace_id, names[business_id], f"C{number:04}",
                admin_channel_id=admins, zone="Europe/London",
            )  # fmt: skip
            people.add_business(session, business, BEGIN)
            people.give_role(session, business_id, People.admin(business_id), Role.ADMIN, "installation", BEGIN)
            for provider, where in ((BILL, f"o{business_id}"), (DEXT, f"a{business_id}")):
                due = next_check(LegState.ACTIVE, 0, BEGIN, CHECK * world.chance.random(), business_id)
                leg = Leg(business_id, provider, LegState.ACTIVE, "sync_token", where, where, due_at=due)
                legs.keep(session, leg)
        bill, dext = (secret_owner(workspace_id, business_id, provider) for provider in (BILL, DEXT))
        value = SecretStr(token(world, business_id))
        StoredBillAccess(bench.base, bill).keep_token(SyncToken("dext", value, f"o{business_id}"))
        grant = DextGrant(SecretStr(f"{business_id}-0"), SecretStr(f"{business_id}-r0"), world.grant_ends[business_id])
        StoredDextAccess(bench.base, dext).keep_grant(grant)
    return workspaces, names


def enter_ends(bench: Bench, world: World, script: Script, names: dict[str, str]) -> None:
    """Let admins of some businesses have entered on which day the connection ends."""
    for number, business_id in enumerate(list(names)[-ENDS:]):
        last_day = (BEGIN + timedelta(days=world.chance.randint(20, 330))).date()
        ends_at = end_of(last_day, "Europe/London")
        with bench.database.begin() as session:
            leg = legs.find(session, business_id, BILL, lock=True)
            bench.breaks.warn(session, Leg(**{**vars(leg), "expires_at": ends_at}))
        script.plan_end(business_id, ends_at, renewed=number % 2 == 0)


def live(town: YearTown, judge: Judge, script: Script, people: People) -> int:
    """Let the year pass; return how often the clock ticked."""
    world, clock, chance, ticks = town.world, town.bench.clock, town.world.chance, 0
    judge.quiet = [(begin, end) for _, begin, end in script.quiet]
    for what, begin, end in script.quiet:
        if what == "bot":
            world.at(begin, lambda: town.restart(up=False))
            world.at(end, lambda: town.restart(up=True))
        else:
            world.at(begin, lambda: setattr(town.slack, "down", True))
            world.at(end, lambda: setattr(town.slack, "down", False))
    for number in range(40):
        kill = partial(setattr, town.slack, "kill", "before" if number % 2 else "after")
        world.at(BEGIN + timedelta(minutes=chance.randint(0, 340 * 1440)), kill)
    tick = BEGIN
    while tick < BEGIN + timedelta(days=DAYS):
        tick += STEP
        while (found := world.next_event(tick)) is not None:
            clock.at, happens = max(clock.at, found[0]), found[1]
            happens()
            if town.up and town.work.waits():
                town.catch_up()
                judge.look(people.react)
        clock.at = tick
        if town.up:
            town.tick()
            ticks += 1
            judge.look(people.react)
    return ticks


@pytest.mark.no_cover  # other tests cover what it runs; counting lines would take as long again
def test_a_year_of_a_thousand_connections(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    world = World(BEGIN, random.Random(2026))
    workspaces, names = connect_all(bench, world)
    town = YearTown(bench, world)
    actors = People(town, workspaces, names)
    script = Script(
        world, actors, list(names)[:-ENDS], [list(names)[one * CLIENTS :][:CLIENTS] for one in range(FIRMS)]
    )
    script.plan()
    enter_ends(bench, world, script, names)
    judge = Judge(town, actors, STEP)
    capsys.readouterr()
    ticks = live(town, judge, script, actors)
    counted, slack = judge.sum_up(), town.slack
    checks = sum(door.checks for door in town.doors)
    lines = [
        f"{CONNECTIONS} connections, {DAYS} days, {ticks} ticks, {checks} checks, {town.jobs_done} jobs, "
        f"{town.restarts} restarts ({slack.kills} in the middle of a call to Slack)",
        f"refused {counted['refusals']}, told {counted['refusals told']}, missed {counted['refusals missed']}; "
        f"the latest after {judge.latest}",
        f"idle sessions {world.idle_sessions}, outages {len(world.outages)}, "
        f"told of lasting ones {counted['outages told']}, of ends ahead {counted['ends told']}",
        f"breaks {counted['breaks']} in {counted['prompts']} messages, {slack.prompts} posted "
        f"({slack.rewritten} after a deletion, {slack.moved} moved to another channel), {slack.edits} edits, "
        f"{slack.nudges} nudges; alive at once for one break: {slack.most_alive} at most",
        f"{actors.reconnects} reconnects, {actors.snoozes} snoozes, {actors.deletions} deletions, "
        f"{actors.calls} calls that met a refusal",
        f"{time.monotonic() - began:.0f} seconds",
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "".join(f"  {line}\n" for line in lines))
    assert counted["refusals missed"] == 0
    assert counted["refusals told"] == counted["refusals"] == judge.told
    assert judge.latest <= CHECK + STEP
    assert slack.most_alive == 1
    assert slack.prompts == counted["prompts"] + slack.rewritten + slack.moved
    assert min(world.idle_sessions, slack.nudges, slack.moved, slack.rewritten, slack.kills, town.restarts) > 0
