"""The workspace: who is in it, which channels there are, what was said, who sees it."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.errors import ImpossibleError
from bot.sandbox.slack.model import Blocks, Channel, Json, Message, Notice, SharedFile, User
from bot.sandbox.slack.parts import filled, still_there
from bot.sandbox.slack.seed import Seed, made_id
from bot.sandbox.wire import SandboxClock


class Workspace:
    """Hold people, channels, messages and notices of one workspace."""

    def __init__(self, seed: Seed, clock: SandboxClock) -> None:
        self.team_id = seed.team_id
        self.bot_user_id = seed.bot_user_id
        self.bot_id = seed.bot_id
        self.app_id = seed.app_id
        self.clock = clock
        self.revision = 0
        self.messages: list[Message] = []
        self.notices: list[Notice] = []
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self._last_ts = 0
        for person in seed.people:
            self.users[person.id] = User(
                id=person.id,
                name=person.name,
                real_name=person.real_name,
                tz=person.tz,
                title=person.title,
                is_admin=person.is_admin,
                is_restricted=person.is_restricted,
            )
        bot = User(self.bot_user_id, seed.app_name, seed.app_name.capitalize(), tz="UTC", is_bot=True)
        self.users[bot.id] = bot
        for room in seed.rooms:
            members = {made_id("U", name) for name in room.members}
            if room.with_bot:
                members.add(self.bot_user_id)
            self.add_channel(room.name, members, is_private=room.is_private)

    def touch(self) -> int:
        """Return the next revision: whatever changes takes one, so that changes can be found."""
        self.revision += 1
        return self.revision

    def new_ts(self) -> str:
        """Return a message time stamp that is later than any before."""
        now = int(self.clock.now().timestamp() * 1_000_000)
        self._last_ts = max(now, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_user(self, user: User) -> None:
        """Add a person, or replace the one with the same id."""
        self.users[user.id] = user

    def add_channel(self, name: str, members: set[str], *, is_private: bool = False) -> Channel:
        """Add a channel with these members and return it."""
        created = int(self.clock.now().timestamp())
        channel = Channel(made_id("C", name), name, set(members), created, is_private=is_private)
        self.channels[channel.id] = channel
        return channel

    def dm(self, user_id: str) -> Channel:
        """Return the direct conversation between the bot and this user, opening it if need be."""
        channel_id = made_id("D", user_id)
        if channel_id not in self.channels:
            created = int(self.clock.now().timestamp())
            members = {user_id, self.bot_user_id}
            self.channels[channel_id] = Channel(channel_id, "directmessage", members, created, is_im=True, user=user_id)
        return self.channels[channel_id]

    def person(self, who: Any) -> User:
        """Return the user with this id, handle or full name, or raise ImpossibleError."""
        for user in self.users.values():
            if who in (user.id, user.name, user.real_name):
                return user
        raise ImpossibleError(f"there is no user {who!r}", status=404)

    def room(self, where: Any, user: User | None = None) -> Channel:
        """Return the channel with this id or name, or raise ImpossibleError.

        `dm` is the conversation of `user` with the bot.
        """
        if where == "dm" and user is not None:
            return self.dm(user.id)
        for channel in self.channels.values():
            if where == channel.id or (not channel.is_im and where in (channel.name, f"#{channel.name}")):
                return channel
        raise ImpossibleError(f"there is no channel {where!r}", status=404)

    def post(
        self,
        channel: Channel,
        user: str,
        text: str,
        blocks: Blocks | None = None,
        *,
        thread_ts: str | None = None,
        metadata: Json | None = None,
        attachments: list[Json] | None = None,
        ephemeral_to: str | None = None,
    ) -> Message:
        """Add a message and return it."""
        message = Message(
            ts=self.new_ts(),
            channel=channel.id,
            user=user,
            text=text,
            blocks=filled(blocks or []),
            by_bot=user == self.bot_user_id,
            thread_ts=thread_ts,
            metadata=metadata,
            attachments=attachments or [],
            ephemeral_to=ephemeral_to,
            revision=self.touch(),
        )
        self.messages.append(message)
        return message

    def update(self, message: Message, text: str, blocks: Blocks | None) -> None:
        """Replace the content of a message. Block messages carry no mark of it."""
        message.earlier.append(message.blocks)
        message.text = text
        message.blocks = filled(blocks or [])
        message.typed = {user: still_there(message.blocks, typed) for user, typed in message.typed.items()}
        message.edited = None if message.blocks else self.new_ts()
        message.problems = []
        message.revision = self.touch()

    def delete(self, message: Message) -> None:
        """Take a message out of everybody's sight."""
        message.deleted = True
        message.revision = self.touch()

    def notify(self, user: str, text: str, channel: str | None = None, view_id: str | None = None) -> None:
        """Tell a person something in Slack's own name."""
        self.notices.append(Notice(user, text, self.new_ts(), channel, view_id, self.touch()))

    def find_message(self, channel: str, ts: str, *, ephemeral: bool = False) -> Message | None:
        """Return the message, if there is one that was not deleted."""
        for message in reversed(self.messages):
            if message.channel == channel and message.ts == ts and not message.deleted:
                return message if ephemeral or message.ephemeral_to is None else None
        return None

    def find_file(self, file_id: Any) -> tuple[Message, SharedFile] | None:
        """Return a shared file with its message, if there is one that was not deleted."""
        for message in self.messages:
            for file in message.files:
                if file.id == file_id and not message.deleted:
                    return message, file
        return None

    def can_see(self, user: User, channel: Channel) -> bool:
        """Say whether this person can read the channel."""
        if user.id in channel.members:
            return True
        return not (channel.is_im or channel.is_private or user.is_restricted)

    def seen_by(self, user: User, channel: Channel) -> list[Message]:
        """Return what this person sees in the channel, in order."""
        if not self.can_see(user, channel):
            raise ImpossibleError(f"{user.name} cannot see {channel.name}", status=403)
        return [
            message
            for message in self.messages
            if message.channel == channel.id and not message.deleted and message.ephemeral_to in (None, user.id)
        ]

    def message_json(self, message: Message) -> Json:
        """Return the message object of the Web API and of payloads."""
        body: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
        if message.by_bot:
            body |= {"bot_id": self.bot_id, "app_id": self.app_id, "team": self.team_id}
        optional = {
            "blocks": message.blocks,
            "attachments": message.attachments,
            "files": [file.to_json() for file in message.files],
            "thread_ts": message.thread_ts,
            "metadata": message.metadata,
            "edited": message.edited and {"user": message.user, "ts": message.edited},
        }
        return body | {key: value for key, value in optional.items() if value}
