"""Everything the pretend Slack knows, in one place that routes and pages look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.limits import EVENT_RETRY_DELAYS, TIMES
from bot.sandbox.slack.modals import Views
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.rates import Rates
from bot.sandbox.slack.rules.walk import Problem
from bot.sandbox.slack.seed import Seed, made_secret
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.wire import SandboxClock


@dataclass
class Settings:
    """What the control API can turn. Times are in seconds.

    `events` are the events the app is subscribed to of those that happen by themselves (`file_shared`).
    """

    bot_url: str | None = None
    ack_seconds: float = TIMES["ack"]
    retry_delays: tuple[float, ...] = EVENT_RETRY_DELAYS
    public_url: str = "http://127.0.0.1"
    events: tuple[str, ...] = ()


@dataclass
class Token:
    """A bot token with the scopes it was given."""

    scopes: tuple[str, ...]
    revoked: bool = False


@dataclass
class Slack:
    """One app in one workspace."""

    seed: Seed
    clock: SandboxClock
    settings: Settings
    workspace: Workspace = field(init=False)
    views: Views = field(init=False)
    tickets: Tickets = field(init=False)
    rates: Rates = field(init=False)
    tokens: dict[str, Token] = field(init=False)
    problems: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)
    deliveries: list[Json] = field(default_factory=list)
    """Every request to the bot with what came of it."""

    def __post_init__(self) -> None:
        self.workspace = Workspace(self.seed, self.clock)
        self.views = Views(self.workspace)
        self.tickets = Tickets(self.clock)
        self.rates = Rates(self.clock)
        self.tokens = {self.seed.bot_token: Token(self.seed.scopes)}

    @property
    def verification_token(self) -> str:
        """Return the legacy token in payloads, which apps should not look at."""
        return made_secret("verification")[:24]

    def record(self, where: str, problems: Iterable[Problem], payload: Any) -> list[Json]:
        """Keep what is wrong with a payload and return it as JSON; a payload that Slack refuses is kept too."""
        found = [{"at": self.clock.now().isoformat(), "where": where, **asdict(problem)} for problem in problems]
        for first in [problem for problem in found if problem["hard"]][:1]:
            first["payload"] = payload
        self.problems.extend(found)
        return found

    def warn(self, where: str, message: str, **details: Any) -> None:
        """Keep something odd that Slack would let pass."""
        self.warnings.append({"at": self.clock.now().isoformat(), "where": where, "message": message, **details})

    def demand(
        self, where: str, problems: list[Problem], payload: Json, *, prefix: str = "", view: bool = False
    ) -> list[Json]:
        """Keep the problems and raise Slack's error if one of them is hard."""
        found = self.record(where, problems, payload)
        hard = [problem for problem in problems if problem.hard]
        if hard:
            names = {problem.limit for problem in hard}
            said = [f"[ERROR] {p.message} [json-pointer:{prefix}{p.path}]" for p in hard]
            raise SlackError(_refusal(names, hard, view=view), said)
        return found


def _refusal(names: set[str], hard: list[Problem], *, view: bool) -> str:
    if view:
        return "view_too_large" if names == {"view.bytes"} else "invalid_arguments"
    if any(problem.path == "/text" and problem.limit == "message.text" for problem in hard):
        return "no_text"
    if "message.update_text" in names:
        return "msg_too_long"
    if names == {"message.blocks_bytes"}:
        return "msg_blocks_too_long"
    if names <= {"message.attachments"}:
        return "too_many_attachments"
    return "invalid_blocks"
