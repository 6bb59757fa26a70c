"""Slack for a year: it reads messages as people do, and knows at each moment what they say is broken."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.clients.slack import PostedMessage, SlackTargetError, SlackUser
from bot.errors import UnavailableError

Blocks = Sequence[Mapping[str, Any]]
Broken = tuple[str, str]
"""The name of a service and of a business."""

Place = tuple[str, str]

_ALIVE = re.compile(
    r"no longer lets us in|is not answering|does not accept this bot's|is reconnecting"
    r"|'s connection of .* (ends|was to end)"
)
_MENDED = re.compile(r"works again|answers again|was disconnected|nothing is to be done")
_NAME = re.compile(r"Client \d{4}")


class Killed(BaseException):
    """The process was killed in the middle of a call; nothing of it can be caught."""


@dataclass
class YearSlack:
    """Keep what stands, and count; `kill` ends the process before or after the next call."""

    down: bool = False
    kill: str = ""
    posts: int = 0
    edits: int = 0
    prompts: int = 0
    nudges: int = 0
    moved: int = 0
    rewritten: int = 0
    kills: int = 0
    said: dict[Place, set[Broken]] = field(default_factory=dict)
    alive: dict[Broken, set[Place]] = field(default_factory=lambda: defaultdict(set))
    deleted: set[Place] = field(default_factory=set)
    missing: set[Broken] = field(default_factory=set)
    most_alive: int = 0

    def post(self, channel: str, text: str, blocks: Blocks, *, thread_ts: str | None = None) -> PostedMessage:
        self._answer(may_kill_after=False)
        self.posts += 1
        place = (channel, f"{self.posts}.0")
        if thread_ts:
            self.nudges += 1
        elif _ALIVE.search(text) or _MENDED.search(text):
            self.prompts += 1
            self._read(place, text, blocks)
        return PostedMessage(*place)

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> None:
        self._answer(may_kill_after=True)
        place = (channel, ts)
        if place in self.deleted:
            self.rewritten += place in self.said
            raise SlackTargetError("message_not_found")
        self.edits += 1
        if place in self.said:
            self.moved += "moved to" in text and bool(self.said[place])
            self._read(place, text, blocks)
        if self.kill == "after":
            self._die()

    def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        self._answer(may_kill_after=False)

    def user(self, user_id: str) -> SlackUser:
        return SlackUser(user_id, user_id, "Europe/London")

    def delete(self, place: Place) -> None:
        """Let a person delete a message."""
        self.deleted.add(place)
        for broken in self.said.get(place, ()):
            self.alive[broken].discard(place)
            self.missing.add(broken)

    def standing(self) -> set[Broken]:
        """Return what some message says is broken."""
        return {broken for broken, places in self.alive.items() if places}

    def _read(self, place: Place, text: str, blocks: Blocks) -> None:
        before, now = self.said.get(place, set()), _broken(text, blocks)
        for broken in before - now:
            self.alive[broken].discard(place)
        for broken in now:
            self.alive[broken].add(place)
            self.missing.discard(broken)
            self.most_alive = max(self.most_alive, len(self.alive[broken]))
        self.said[place] = now

    def _answer(self, *, may_kill_after: bool) -> None:
        if self.down:
            raise UnavailableError(service="Slack")
        if self.kill == "before" or (self.kill == "after" and not may_kill_after):
            self._die()

    def _die(self) -> None:
        self.kill, self.kills = "", self.kills + 1
        raise Killed


def _broken(text: str, blocks: Blocks) -> set[Broken]:
    """Return which connections a message says are broken, or will be."""
    service = "Dext" if "Dext" in text.replace("/dext", "") else "Bill.com"
    if not _ALIVE.search(text):
        return set()
    if not re.search(r"business(es)?\b", text):
        return {(service, name) for name in _NAME.findall(text)}
    sections = [str(block["text"]["text"]) for block in blocks if block["type"] == "section"]
    lines = [section for section in sections if _NAME.search(section) and not _MENDED.search(section)]
    return {(service, name) for line in lines for name in _NAME.findall(line)}
