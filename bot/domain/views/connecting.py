"""Connecting, settings and disconnecting, as people are asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.businesses import Business
from bot.domain.connections import Connection
from bot.domain.links import Attempt
from bot.domain.people import Role


@dataclass(frozen=True)
class ConnectOffer:
    """Be a fresh connect link; `before` is how the connection stands, if there is one."""

    business: Business
    url: str
    expires_at: datetime
    before: Connection


@dataclass(frozen=True)
class FinishPrompt:
    """Be the question whether what was signed in to is the right thing to connect, `again` for a reconnect."""

    attempt: Attempt
    business: Business
    problem: str
    admins: int = 1
    again: bool = False


@dataclass(frozen=True)
class DisconnectForm:
    """Be what an admin is to confirm before a connection is taken down.

    `kept_organization` says that bills were sent, so that the business stays bound to its organisation.
    """

    business: Business
    connection: Connection
    waiting: int
    under_way: int
    kept_organization: bool


@dataclass(frozen=True)
class SettingsForm:
    """Be the settings as the form shows them."""

    business: Business
    roles: dict[Role, tuple[str, ...]]
    tax_account: str
    connection: Connection
