"""Run the command line so that it ends when whoever started it is gone, however they went.

`python -m bot.sandbox.tether <pid of the starter> <words of the command line>`. A starter that is
killed outright cannot end its children; they notice that they were given to another parent.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

_LOOK_SECONDS = 0.5
_END_SECONDS = 20.0
"""How long an orderly end may take before it is cut short."""


def _follow(starter: int) -> None:
    while os.getppid() == starter:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_follow, args=(int(sys.argv[1]),), daemon=True, name="tether").start()
    sys.argv[1:] = sys.argv[2:]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
