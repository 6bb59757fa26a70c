"""The pretend Dext: consent, tokens and the legacy JSON API, with its wandering types.

Everything is in memory and starts anew with `build`. Shapes follow the contract of the
API; failures of `/api/*` are HTTP 200 with `errorcode`, those of `/oauth/*` HTTP 401.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette

from bot.sandbox.dext import api, control, lists, oauth, receipts
from bot.sandbox.dext.seed import Seed, plant
from bot.sandbox.dext.state import World
from bot.sandbox.dext.tokens import CLIENT_ID, CLIENT_SECRET, Tokens
from bot.sandbox.wire import Asgi, SandboxClock, Wire, observe

__all__ = ["DextSandbox", "build"]

Memory = tuple[World, Tokens]
"""Everything a pretend Dext remembers."""


@dataclass(frozen=True)
class DextSandbox:
    """Be one pretend Dext: `app` to serve, `wire` with the record and faults, `credentials` for the bot and people."""

    app: Asgi
    wire: Wire
    credentials: dict[str, Any] = field(repr=False)
    state: Memory = field(repr=False)


def build(clock: SandboxClock, *, seed: Seed = "small", memory: Memory | None = None) -> DextSandbox:
    """Build a pretend Dext with two accounts; `small` fills their inboxes, `empty` leaves them bare.

    `memory` is the state of an earlier run to go on with, its clock included.
    """
    if memory is None:
        world = World(clock)
        tokens = Tokens(world)
        plant(world, seed)
    else:
        world, tokens = memory
        clock = world.clock
    calls = api.Api(world, tokens)
    app = Starlette(
        routes=[
            *oauth.routes(world, tokens),
            *lists.routes(calls),
            *receipts.routes(calls),
            *control.routes(world, tokens),
            *api.routes(calls),
        ]
    )
    wire = Wire(clock)
    return DextSandbox(observe(app, wire), wire, _credentials(world), (world, tokens))


def _credentials(world: World) -> dict[str, Any]:
    accounts = [
        {
            "id": account.id,
            "name": account.name,
            "users": [
                {"email": user.email, "password": user.password, "suspended": user.suspended} for user in account.users
            ],
        }
        for account in world.accounts.values()
    ]
    return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": accounts}
