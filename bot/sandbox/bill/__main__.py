"""Serve the pretend Bill.com by itself: `python -m bot.sandbox.bill [--port N] [--seed small|empty]`."""

from __future__ import annotations

import argparse

from bot.sandbox.bill import build
from bot.sandbox.serve import serve
from bot.sandbox.wire import SandboxClock


def main() -> None:
    """Read the options and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.bill")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", choices=["small", "empty"], default="small")
    options = parser.parse_args()
    sandbox = build(SandboxClock(), options.seed)
    serve("bill", sandbox.app, options.port, sandbox.credentials)


if __name__ == "__main__":
    main()
