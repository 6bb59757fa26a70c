"""Start and end processes of ours, and find ports for them."""

from __future__ import annotations

import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.sandbox.serve import HOST

START_SECONDS = 60.0
"""How long a process may take until it is there."""

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a program that runs in a terminal: Ctrl-C, a kill, the terminal's end."""

HIGHEST_PORT = 65_535

_NEVER_LENT = range(20_000, 30_000)  # below the ports that systems give to outgoing connections

_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


def launch(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    stdout: IO[str] | int,
    stderr: IO[str] | int | None = None,
    held: Sequence[int] = (),
) -> subprocess.Popen[str]:
    """Start a command of the command line that ends with us; it keeps the descriptors `held` open."""
    # A session of its own: Ctrl-C in the terminal reaches us alone, and we end the others in order.
    return subprocess.Popen(
        [sys.executable, "-m", "bot.sandbox.tether", str(os.getpid()), *words],
        cwd=folder, env=environment, stdout=stdout, stderr=stderr, text=True, start_new_session=True, pass_fds=held,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> None:
    """End a process of ours: ask first, then kill."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let whatever would end us wait: what is half ended would be left running."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def plain_environment() -> dict[str, str]:
    """Return what a process of ours needs of our own environment."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1"}


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line a process prints, or nothing when it ends or takes too long."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    return process.stdout.readline() if ready else ""


def free_port() -> int:
    """Return a port that nobody has, and that no outgoing connection is given while its server starts again."""
    return next(port for port in random.sample(_NEVER_LENT, len(_NEVER_LENT)) if is_free(port))


def is_free(port: int) -> bool:
    """Say whether a server of ours could take a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
