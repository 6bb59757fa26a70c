"""What a Web API method declares: its arguments, scope, rate tier and work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.model import Json

Kind = Literal["string", "boolean", "integer", "list", "object"]


@dataclass(frozen=True)
class Call:
    """One call: the server's state, the arguments in their declared types, and the token."""

    slack: Slack
    method: str
    args: Json
    token: str


Work = Callable[[Call], Json]


@dataclass(frozen=True)
class Method:
    """A method. `tier` None means a special rate; `scope` None means that any token will do."""

    work: Work
    args: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    scope: str | None = None
    tier: int | None = 3
    needs_token: bool = True
    ignored: frozenset[str] = field(default_factory=frozenset)
    """Arguments that real Slack takes and that change nothing here."""
