"""Serve one sandbox on loopback until it is told to stop."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from bot.sandbox.wire import Asgi

HOST = "127.0.0.1"


def serve(
    name: str, app: Asgi, port: int, credentials: dict[str, Any], at_end: Callable[[], None] = lambda: None
) -> None:
    """Print one JSON line with the address and credentials, then serve `app` until SIGTERM or Ctrl-C.

    `port` 0 takes a free one. Whoever starts this reads the line from standard output. `at_end` is
    called when the server has stopped. Ends with status 3 when the port is taken.
    """
    config = uvicorn.Config(app, host=HOST, port=port, log_level="critical", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    try:
        sock = config.bind_socket()
        sock.listen(2048)  # before the address is told: whoever reads it may connect at once
    except SystemExit:
        sys.stderr.write(f"port {port} is taken\n")
        sys.exit(3)
    address = f"http://{HOST}:{sock.getsockname()[1]}"
    sys.stdout.write(json.dumps({"sandbox": name, "address": address, **credentials}) + "\n")
    sys.stdout.flush()
    # The server raises the signal again once it has stopped; as an exit, what follows still happens.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        at_end()
