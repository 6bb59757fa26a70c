"""What a workspace consists of: people, channels, messages, views."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Blocks = list[Json]
Typed = dict[tuple[str, str], Json]
"""What somebody entered, by block id and action id, in the form Slack puts into `state.values`."""

ViewKind = Literal["modal", "home"]


@dataclass
class User:
    """A person or a bot in the workspace. `tz` is an IANA zone name."""

    id: str
    name: str
    real_name: str
    tz: str = "Europe/London"
    title: str = ""
    is_admin: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False

    def to_json(self, team_id: str, now: datetime) -> Json:
        """Return the user object of `users.info`."""
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        return {
            "id": self.id,
            "team_id": team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": {
                "title": self.title,
                "real_name": self.real_name,
                "real_name_normalized": self.real_name,
                "display_name": self.name,
                "display_name_normalized": self.name,
                "team": team_id,
            },
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": int(now.timestamp()),
        }


@dataclass
class Channel:
    """A channel, or a direct conversation between the bot and `user`."""

    id: str
    name: str
    members: set[str]
    created: int
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    user: str | None = None

    def to_json(self, bot_user_id: str, team_id: str) -> Json:
        """Return the conversation object of `conversations.info`."""
        base: Json = {"id": self.id, "created": self.created, "is_archived": self.is_archived, "is_im": self.is_im}
        if self.is_im:
            return {**base, "user": self.user, "is_org_shared": False, "is_user_deleted": False, "priority": 0}
        return {
            **base,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_general": False,
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
            "is_member": bot_user_id in self.members,
            "context_team_id": team_id,
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass
class Surface:
    """Anything with blocks that people touch.

    `typed` holds what each person entered, `suggested` the options last offered to them.
    """

    blocks: Blocks = field(default_factory=list)
    typed: dict[str, Typed] = field(default_factory=dict)
    suggested: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    revision: int = 0
    problems: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class SharedFile:
    """A file that a person shared, with its bytes. `url` is where a bot token reads it."""

    id: str
    name: str
    mimetype: str
    filetype: str
    user: str
    created: int
    url: str
    content: bytes = field(repr=False)

    def to_json(self) -> Json:
        """Return the file object of messages and of `files.info`, without the bytes."""
        return {
            "id": self.id,
            "name": self.name,
            "mimetype": self.mimetype,
            "filetype": self.filetype,
            "size": len(self.content),
            "url_private": self.url,
            "user": self.user,
            "created": self.created,
        }


@dataclass
class Message(Surface):
    """A message. `ephemeral_to` names the only person who sees it."""

    ts: str = ""
    channel: str = ""
    user: str = ""
    text: str = ""
    by_bot: bool = True
    thread_ts: str | None = None
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    edited: str | None = None
    deleted: bool = False
    earlier: list[Blocks] = field(default_factory=list)
    kind: Literal["message", "notice"] = "message"
    files: tuple[SharedFile, ...] = ()


@dataclass
class View(Surface):
    """A modal or a Home view as one person has it."""

    id: str = ""
    user: str = ""
    kind: ViewKind = "modal"
    source: Json = field(default_factory=dict)
    hash: str = ""
    root_id: str = ""
    previous_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    closed: bool = False


@dataclass
class Notice:
    """What Slack itself tells a person, for instance that a command failed."""

    user: str
    text: str
    at: str
    channel: str | None = None
    view_id: str | None = None
    revision: int = 0
