"""Pretend Bill.com: v3, the few v2 calls the bot needs, and a sign-in page for the redirect flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.bill.app import make_app
from bot.sandbox.bill.gate import count_busy
from bot.sandbox.bill.seed import Overrides, describe, plant
from bot.sandbox.bill.state import BillState
from bot.sandbox.wire import Asgi, SandboxClock, Wire, observe

__all__ = ["BillSandbox", "build"]


@dataclass(frozen=True)
class BillSandbox:
    """Hold a pretend Bill.com: its application, its record, and what a person needs to use it."""

    app: Asgi
    wire: Wire
    credentials: dict[str, Any]
    state: BillState


def build(
    clock: SandboxClock,
    seed: Literal["small", "empty"] = "small",
    *,
    dev_key: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    redirect_uris: tuple[str, ...] | None = None,
    memory: BillState | None = None,
    **switches: Any,
) -> BillSandbox:
    """Return a pretend Bill.com with the seed's organizations.

    The credentials are the same in every run unless given here. `redirect_uris` are matched
    exactly; without them any loopback address will do. `switches` are those of `Switches`.
    `memory` is the state of an earlier run to go on with, its clock included.
    """
    overrides = Overrides(
        dev_key=dev_key, client_id=client_id, client_secret=client_secret, redirect_uris=redirect_uris
    )
    if memory is None:
        state, credentials = plant(clock, seed, overrides)
    else:
        state, credentials, clock = memory, describe(memory), memory.clock
    state.switches.change(**switches)
    wire = Wire(clock)
    app = count_busy(observe(make_app(state), wire), state)
    return BillSandbox(app=app, wire=wire, credentials=credentials, state=state)
