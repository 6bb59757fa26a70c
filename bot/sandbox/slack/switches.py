"""What the control API lets one change."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.sandbox.slack.core import Slack
from bot.sandbox.slack.drive.sharing import FILE_SHARED
from bot.sandbox.slack.errors import ImpossibleError, need
from bot.sandbox.slack.looks import settings_json
from bot.sandbox.slack.model import Json, User
from bot.sandbox.slack.seed import made_id
from bot.sandbox.slack.shown import message_seen
from bot.sandbox.slack.tickets import TRIGGER_ERRORS

_USER_FIELDS = ("real_name", "tz", "title", "is_admin", "is_restricted", "deleted")


class Switches:
    """Change the workspace and the settings."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def table(self) -> dict[str, Callable[[Json], Json]]:
        """Return the changes by name."""
        return {
            "bot": self._bot,
            "settings": self._settings,
            "join": self._join,
            "kick": self._kick,
            "user": self._user,
            "channel": self._channel,
            "archive_channel": self._archive,
            "say": self._say,
            "oauth_code": lambda _: {"code": self._slack.tickets.issue_code()},
            "revoke": self._revoke,
            "forget": self._forget,
        }

    def _bot(self, body: Json) -> Json:
        self._slack.settings.bot_url = need(body, "url")
        return {"url": need(body, "url")}

    def _settings(self, body: Json) -> Json:
        slack = self._slack
        for key, value in body.items():
            match key:
                case "ack_seconds":
                    slack.settings.ack_seconds = float(value)
                case "retry_delays":
                    slack.settings.retry_delays = tuple(float(delay) for delay in value)
                case "events" if isinstance(value, list) and all(name == FILE_SHARED for name in value):
                    slack.settings.events = tuple(value)
                case "enforce_rates":
                    slack.rates.enforced = bool(value)
                case "trigger_seconds":
                    slack.tickets.trigger_seconds = float(value)
                case "response_url_seconds":
                    slack.tickets.response_url_seconds = float(value)
                case "trigger_errors" if value in TRIGGER_ERRORS:
                    slack.tickets.trigger_errors = value
                case "scopes":
                    for token in slack.tokens.values():
                        token.scopes = tuple(value)
                case _:
                    raise ImpossibleError(f"no setting {key!r} with value {value!r}", status=400)
        return {"settings": settings_json(slack)}

    def _join(self, body: Json) -> Json:
        return self._membership(body, joins=True)

    def _kick(self, body: Json) -> Json:
        return self._membership(body, joins=False)

    def _membership(self, body: Json, *, joins: bool) -> Json:
        workspace = self._slack.workspace
        channel = workspace.room(need(body, "channel"))
        who = workspace.person(body["user"]).id if "user" in body else workspace.bot_user_id
        if joins:
            channel.members.add(who)
        else:
            channel.members.discard(who)
        return {"channel": channel.id, "members": sorted(channel.members)}

    def _user(self, body: Json) -> Json:
        workspace = self._slack.workspace
        name = need(body, "name")
        user_id: str = body.get("id") or made_id("U", name)
        user = workspace.users.get(user_id) or User(user_id, name, str(body.get("real_name", name)))
        for key in _USER_FIELDS:
            if key in body:
                setattr(user, key, body[key])
        try:
            ZoneInfo(user.tz)
        except (ZoneInfoNotFoundError, ValueError):
            raise ImpossibleError(f"there is no time zone {user.tz!r}", status=400) from None
        workspace.add_user(user)
        for channel in body.get("channels", []):
            workspace.room(channel).members.add(user.id)
        return {"user": user.to_json(workspace.team_id, self._slack.clock.now())}

    def _channel(self, body: Json) -> Json:
        workspace = self._slack.workspace
        members = {workspace.person(name).id for name in body.get("members", [])}
        if body.get("with_bot", True):
            members.add(workspace.bot_user_id)
        channel = workspace.add_channel(need(body, "name"), members, is_private=bool(body.get("is_private")))
        return {"channel": channel.to_json(workspace.bot_user_id, workspace.team_id)}

    def _archive(self, body: Json) -> Json:
        channel = self._slack.workspace.room(need(body, "channel"))
        channel.is_archived = bool(body.get("archived", True))
        return {"channel": channel.id, "is_archived": channel.is_archived}

    def _say(self, body: Json) -> Json:
        workspace = self._slack.workspace
        user = workspace.person(need(body, "user"))
        channel = workspace.room(need(body, "channel"), user)
        if user.id not in channel.members or channel.is_archived:
            raise ImpossibleError(f"{user.real_name} cannot write in #{channel.name}")
        message = workspace.post(channel, user.id, need(body, "text"), thread_ts=body.get("thread_ts"))
        return {"message": message_seen(self._slack, message, user)}

    def _revoke(self, body: Json) -> Json:
        for name, token in self._slack.tokens.items():
            if body.get("token") in (None, name):
                token.revoked = bool(body.get("revoked", True))
        return {"revoked": bool(body.get("revoked", True))}

    def _forget(self, body: Json) -> Json:
        """Empty the records of problems, warnings and deliveries; the workspace stays."""
        for kept in (self._slack.problems, self._slack.warnings, self._slack.deliveries):
            kept.clear()
        return {"kept": sorted(body)}
