"""What the control API lets one look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive.events import Events
from bot.sandbox.slack.errors import ImpossibleError
from bot.sandbox.slack.limits import AS_OF, LIMITS
from bot.sandbox.slack.model import Json
from bot.sandbox.slack.shown import everything, timeline, view_seen

Query = dict[str, str]


class Looks:
    """Answer questions about what people see and what has gone on."""

    def __init__(self, slack: Slack, events: Events) -> None:
        self._slack = slack
        self._events = events

    def table(self) -> dict[str, Callable[[Query], Any]]:
        """Return the questions by name."""
        slack = self._slack
        return {
            "messages": self._messages,
            "dm": self._dm,
            "views": self._views,
            "home": self._home,
            "state": lambda _: everything(slack),
            "problems": lambda _: slack.problems,
            "warnings": lambda _: slack.warnings,
            "deliveries": lambda query: slack.deliveries[int(query.get("since", "0")) :],
            "events": lambda _: self._events.sent,
            "limits": lambda _: {"as_of": AS_OF, "limits": dict(LIMITS)},
            "settings": lambda _: settings_json(slack),
        }

    def _messages(self, query: Query) -> list[Json]:
        workspace = self._slack.workspace
        user = workspace.person(query.get("user"))
        return timeline(self._slack, workspace.room(query.get("channel"), user), user)

    def _dm(self, query: Query) -> list[Json]:
        user = self._slack.workspace.person(query.get("user"))
        return timeline(self._slack, self._slack.workspace.dm(user.id), user)

    def _views(self, query: Query) -> list[Json]:
        user = self._slack.workspace.person(query.get("user"))
        return [view_seen(self._slack, view) for view in self._slack.views.stack(user.id)]

    def _home(self, query: Query) -> Json:
        user = self._slack.workspace.person(query.get("user"))
        view = self._slack.views.homes.get(user.id)
        if view is None:
            raise ImpossibleError(f"no Home was published for {user.name}", status=404)
        return view_seen(self._slack, view)


def settings_json(slack: Slack) -> Json:
    """Return the settings in force."""
    tickets = slack.tickets
    return {
        **asdict(slack.settings),
        "enforce_rates": slack.rates.enforced,
        "trigger_seconds": tickets.trigger_seconds,
        "trigger_errors": tickets.trigger_errors,
        "response_url_seconds": tickets.response_url_seconds,
        "scopes": list(next(iter(slack.tokens.values())).scopes),
    }
