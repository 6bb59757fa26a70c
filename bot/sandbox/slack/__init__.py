"""A pretend Slack on loopback: the Web API, signed requests to the bot, and a control API.

It is strict where Slack is, and stricter where a careful app should be: every breach
of a limit is kept under `/_control/problems`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.sandbox.slack.api.routes import api_routes
from bot.sandbox.slack.control import control_routes
from bot.sandbox.slack.core import Settings, Slack
from bot.sandbox.slack.drive.outgoing import Outgoing
from bot.sandbox.slack.page import Neighbours, with_page
from bot.sandbox.slack.seed import Seed
from bot.sandbox.wire import Asgi, SandboxClock, Wire, observe

__all__ = ["Seed", "SlackSandbox", "build"]


@dataclass(frozen=True)
class SlackSandbox:
    """A pretend Slack, ready to be served. `slack` is its state, for pages and tests."""

    app: Asgi
    wire: Wire
    credentials: dict[str, Any]
    slack: Slack

    @property
    def state(self) -> Slack:
        """Return everything this pretend Slack remembers."""
        return self.slack


def build(
    clock: SandboxClock,
    *,
    bot_url: str | None = None,
    seed: Seed | None = None,
    bot_transport: httpx.AsyncBaseTransport | None = None,
    neighbours: Mapping[str, str] | None = None,
    memory: Slack | None = None,
) -> SlackSandbox:
    """Build a pretend Slack that talks to the bot at `bot_url`.

    `seed` invents the workspace; `bot_transport` reaches the bot without a network. `neighbours`
    are the addresses of the pretend services by name (`bill`, `dext`), for the page's buttons. `memory` is the
    state of an earlier run to go on with, its clock included.
    """
    slack = memory or Slack(seed or Seed(), clock, Settings(bot_url=bot_url))
    clock = slack.clock
    out = Outgoing(slack, bot_transport)
    wire = Wire(clock)
    app = Starlette(routes=[*api_routes(slack), *control_routes(slack, out)])
    served = with_page(observe(app, wire), slack, Neighbours(neighbours))
    return SlackSandbox(served, wire, _credentials(slack), slack)


def _credentials(slack: Slack) -> dict[str, Any]:
    seed, workspace = slack.seed, slack.workspace
    return {
        "bot_token": seed.bot_token,
        "signing_secret": seed.signing_secret,
        "team_id": seed.team_id,
        "team_name": seed.team_name,
        "team_domain": seed.team_domain,
        "app_id": seed.app_id,
        "bot_id": seed.bot_id,
        "bot_user_id": seed.bot_user_id,
        "command": seed.command,
        "users": {user.name: user.id for user in workspace.users.values() if not user.is_bot},
        "channels": {channel.name: channel.id for channel in workspace.channels.values() if not channel.is_im},
        "client_id": seed.client_id,
        "client_secret": seed.client_secret,
        "scopes": list(seed.scopes),
    }
