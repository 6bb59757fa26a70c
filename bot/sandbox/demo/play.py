"""Start the demo, keep it running until Ctrl-C, and leave nothing running behind."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from bot.sandbox.demo.alone import RunningError, alone
from bot.sandbox.demo.scenes import set_the_scene
from bot.sandbox.processes import ENDINGS, HIGHEST_PORT, is_free
from bot.sandbox.serve import HOST
from bot.sandbox.town import Town, TownError

FOLDER = Path("var/demo")
_DONE = "scene.ready"
_SHORT_SECONDS = 30.0
_SHORT_LIVES = 5
"""A bot that lives this often for so short a time is not started again."""


def play(port: int, anew: bool | None) -> int:
    """Run the demo on a port; return the exit status."""
    address = f"http://{HOST}:{port}/"
    try:
        with _endings(), alone(FOLDER.with_suffix(".lock"), address) as lock:
            if not is_free(port):
                _say(f"Something else listens on port {port}. Choose another one: make demo PORT={_another(port)}")
                return 1
            if _begins_anew(anew):
                shutil.rmtree(FOLDER, ignore_errors=True)
            FOLDER.mkdir(parents=True, exist_ok=True)
            _run(FOLDER.resolve(), port, lock)
    except RunningError as error:
        _say(f"A demo is already running at {error.address}")
        _say("Open that page; or end it with Ctrl-C in its terminal, wait a moment, and start again.")
        return 1
    except TownError as error:
        _say(f"The demo ended: {str(error).splitlines()[0]}")
        _say(f"Why is in the bot's log: {_log()}")
        return 1
    except KeyboardInterrupt:
        _say("\nStopped. Nothing is left running.")
    return 0


def _run(folder: Path, port: int, lock: int) -> None:
    """Start everything, tell the address, and see to it that it goes on."""
    with Town(folder, page_port=port, keep=True, held=[lock]) as town:
        town.start_bot()
        if not (folder / _DONE).exists():
            _say("Setting up two businesses with a few weeks of data, about half a minute…")
            set_the_scene(town, _say)
            (folder / _DONE).touch()
        _say(f"\n  Open {town.slack.address}/\n")
        _say("This is a sandbox, not Slack. Ctrl-C ends it; the next start goes on where you left.")
        _keep_going(town)


def _keep_going(town: Town) -> None:
    """Start the bot again whenever it ends; raise TownError when it will not live."""
    short_lives = 0
    while short_lives < _SHORT_LIVES:
        began = time.monotonic()
        while town.bot is not None and town.bot.poll() is None:
            time.sleep(0.5)
        short_lives = short_lives + 1 if time.monotonic() - began < _SHORT_SECONDS else 1
        _say(f"The bot ended; starting it again. Why is in its log: {_log()}")
        town.start_bot()
    raise TownError(f"the bot ended {short_lives} times soon after its start")


def _another(port: int) -> int:
    return port + 10 if port + 10 <= HIGHEST_PORT else port - 10


def _begins_anew(anew: bool | None) -> bool:
    """Say whether to throw away the last demo; ask where somebody can answer."""
    if not (FOLDER / _DONE).exists():
        return True
    if anew is not None:
        return anew
    if not sys.stdin.isatty():
        return False
    sys.stdout.write("Go on where the last demo ended? [Y/n] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower().startswith("n")


@contextmanager
def _endings() -> Iterator[None]:
    """Make a kill and the terminal's end what Ctrl-C is, unless they are ignored (nohup)."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in ENDINGS}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _log() -> str:
    return str(FOLDER / "bot.log")


def _say(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
