"""The demo as a process: one at a time, ended by every signal, leaving nothing running."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.sandbox import memory
from bot.sandbox.processes import free_port

ROOT = Path(__file__).parents[3]
SECONDS = 120.0


@dataclass
class Demo:
    """A demo in a folder of its own, whose scene is already set: it starts in a few seconds."""

    folder: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def home(self) -> Path:
        return self.folder / "var" / "demo"

    def said(self) -> str:
        return (self.folder / "said").read_text()

    def running(self) -> list[int]:
        """Return the ids of the processes that work in this demo's folder."""
        return [process for process in processes() if works_in(process, self.home)]

    def bot(self) -> int:
        """Return the id of the bot's process."""
        (found,) = [one for one in self.running() if words_of(one)[-1] == "run"]
        return found

    def ends(self) -> int:
        return self.process.wait(SECONDS)


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def works_in(process: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{process}/cwd").readlink() == folder
    except OSError:
        return False


def words_of(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().strip("\0").split("\0")
    except OSError:
        return [""]


def wait(what: str, true: Callable[[], object]) -> None:
    until = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def start(folder: Path, port: int, *words: str, said: str = "said") -> Demo:
    with (folder / said).open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", str(port), *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    return Demo(folder, port, process)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    home = tmp_path / "var" / "demo"
    home.mkdir(parents=True)
    (home / "scene.ready").touch()
    demo = start(tmp_path, free_port())
    wait("the address", lambda: "  Open http" in demo.said() or demo.process.poll() is not None)
    assert demo.process.poll() is None, demo.said()
    yield demo
    if demo.process.poll() is None:
        demo.process.terminate()
        demo.ends()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_every_ending_leaves_nothing_running(demo: Demo, number: signal.Signals) -> None:
    assert len(demo.running()) == 4
    demo.process.send_signal(number)
    assert demo.ends() == 0
    assert demo.running() == []
    assert "Nothing is left running." in demo.said()


def test_even_a_demo_that_is_killed_outright_leaves_nothing_running(demo: Demo) -> None:
    demo.process.kill()
    demo.process.wait()
    wait("the end of its processes", lambda: not demo.running())


def test_a_second_demo_says_where_the_first_is_and_touches_nothing(demo: Demo) -> None:
    second = start(demo.folder, free_port(), "--anew", said="said-second")
    assert second.ends() == 1
    assert (demo.folder / "said-second").read_text().splitlines() == [
        f"A demo is already running at http://127.0.0.1:{demo.port}/",
        "Open that page; or end it with Ctrl-C in its terminal, wait a moment, and start again.",
    ]
    assert (demo.home / "scene.ready").exists()
    assert len(demo.running()) == 4


@pytest.mark.parametrize("port", ["99999", "65536", "abc", "0", "80", "-1"])
def test_what_is_no_port_is_refused_in_a_sentence(tmp_path: Path, port: str) -> None:
    words = [sys.executable, "-m", "bot", "demo", f"--port={port}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert ended.returncode == 1
    sentence = f"Error: '{port}' is no port: choose a number from 1024 to 65535, as in PORT=4010.\n"
    assert (ended.stdout, ended.stderr) == ("", sentence)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_named_before_anything_is_deleted(tmp_path: Path) -> None:
    home = tmp_path / "var" / "demo"
    home.mkdir(parents=True)
    (home / "scene.ready").touch()
    listener = subprocess.Popen(
        [sys.executable, "-c", "import socket; s = socket.create_server(('127.0.0.1', 0)); "
         "print(s.getsockname()[1], flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert listener.stdout is not None
    port = int(listener.stdout.readline())
    demo = start(tmp_path, port, "--anew")
    assert demo.ends() == 1
    listener.communicate("\n", timeout=SECONDS)
    assert demo.said() == f"Something else listens on port {port}. Choose another one: make demo PORT={port + 10}\n"
    assert (home / "scene.ready").exists()


def test_a_bot_that_ends_is_started_again_with_the_page_still_there(demo: Demo) -> None:
    first = demo.bot()
    os.kill(first, signal.SIGKILL)
    line = "The bot ended; starting it again. Why is in its log: var/demo/bot.log"
    wait("the next bot", lambda: line in demo.said() and any(words_of(one)[-1] == "run" for one in demo.running()))
    assert demo.bot() != first
    assert httpx.get(f"http://127.0.0.1:{demo.port}/", trust_env=False).status_code == 200
    assert demo.process.poll() is None


def test_the_next_start_has_the_same_addresses(demo: Demo) -> None:
    page = f"http://127.0.0.1:{demo.port}/_control"
    before = httpx.get(f"{page}/neighbours", trust_env=False).json()
    bot = httpx.get(f"{page}/settings", trust_env=False).json()["bot_url"]
    demo.process.terminate()
    demo.ends()
    again = start(demo.folder, demo.port, "--go-on", said="said-again")
    try:
        wait("the address", lambda: "  Open http" in (demo.folder / "said-again").read_text())
        assert httpx.get(f"{page}/neighbours", trust_env=False).json() == before
        assert httpx.get(f"{page}/settings", trust_env=False).json()["bot_url"] == bot
    finally:
        again.process.terminate()
        again.ends()


def test_what_was_written_outlives_a_power_cut(demo: Demo) -> None:
    bill = httpx.get(f"http://127.0.0.1:{demo.port}/_control/neighbours", trust_env=False).json()["bill"]
    kept = demo.home / "bill.state"
    before = kept.stat().st_mtime_ns if kept.exists() else 0
    made = {"list": "vendors", "name": "Quartz & Daughters"}
    assert httpx.post(f"{bill}/_control/add", json=made, trust_env=False).status_code == 200
    wait("the state", lambda: kept.exists() and kept.stat().st_mtime_ns > before)
    for process in demo.running():
        os.kill(process, signal.SIGKILL)
    organization = next(iter(memory.load(kept).organizations.values()))
    assert "Quartz & Daughters" in [row["name"] for row in organization.lists["vendors"].values()]


def test_a_year_that_passes_on_the_page_passes_for_the_bot(demo: Demo) -> None:
    """The bot marks its ticks with its own time: after the jump they are of another year."""
    year = 365 * 86_400

    def ticks() -> set[str]:
        with sqlite3.connect(demo.home / "bot.db") as database:
            return {row[0] for row in database.execute("SELECT workflow_uuid FROM workflow_status")}

    later = (datetime.now(UTC) + timedelta(seconds=year)).strftime("%Y-%m-")
    assert not any(later in one for one in ticks())
    page = f"http://127.0.0.1:{demo.port}/_control"
    told = httpx.post(f"{page}/clock", json={"advance": year}, trust_env=False).json()["told"]
    assert told is True
    os.kill(demo.bot(), signal.SIGKILL)  # the next bot ticks as it starts; this one would at the full minute
    wait("a tick of the next year", lambda: any(later in one for one in ticks()))
