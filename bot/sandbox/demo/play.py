"""Start the demo, keep it running until Ctrl-C, and leave nothing running behind."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from bot.sandbox.demo.scenes import set_the_scene
from bot.sandbox.town import Town, TownError

FOLDER = Path("var/demo")
_DONE = "scene.ready"


def play(port: int, anew: bool | None) -> int:
    """Run the demo on a port; return the exit status."""
    if _begins_anew(anew):
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = FOLDER.resolve()
    try:
        with Town(folder, page_port=port, keep=True) as town:
            town.start_bot()
            if not (folder / _DONE).exists():
                _say("Setting up two businesses with a few weeks of data, about half a minute…")
                set_the_scene(town, _say)
                (folder / _DONE).touch()
            _say(f"\n  Open {town.slack.address}/\n")
            _say("This is a sandbox, not Slack. Ctrl-C ends it; the next start goes on where you left.")
            _wait(town)
    except TownError as error:
        _say(f"The demo did not start: {error}")
        if "is taken" in str(error):
            _say(f"Something else listens there. Choose another port: make demo PORT={port + 10}")
        return 1
    except KeyboardInterrupt:
        _say("\nStopped. Nothing is left running.")
    return 0


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


def _wait(town: Town) -> None:
    while True:
        time.sleep(1)
        if town.bot is not None and town.bot.poll() is not None:
            raise TownError(f"the bot ended:\n{town.log()[-2000:]}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
