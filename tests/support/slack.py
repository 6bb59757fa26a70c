"""A Slack for the bench: it keeps what is posted and edited, and is down when a test says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from bot.clients.slack import PostedMessage, SlackGateway, SlackTargetError, SlackUser
from bot.errors import UnavailableError
from bot.notify import Notify
from bot.services.consequences import Consequences
from tests.support.bench import Bench

Blocks = Sequence[Mapping[str, Any]]


@dataclass
class Told:
    """Be a message that stands in Slack; `edits` counts how often it was rewritten, with the same words too."""

    channel: str
    ts: str
    text: str
    blocks: Blocks
    thread: str = ""
    edits: int = 0
    deleted: bool = False

    @property
    def words(self) -> str:
        """Return all that people read, in one line."""
        return " ".join(_words(list(self.blocks)).split())


@dataclass
class FakeSlack:
    """Take what the bot posts; `closed` are channels it is not a member of."""

    told: list[Told] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    down: bool = False
    homes: list[str] = field(default_factory=list)
    whispered: list[tuple[str, str, str]] = field(default_factory=list)

    def post(self, channel: str, text: str, blocks: Blocks, *, thread_ts: str | None = None) -> PostedMessage:
        self._answer()
        if channel in self.closed:
            raise SlackTargetError("not_in_channel")
        place = f"D{channel}" if channel.startswith("U") else channel
        self.told.append(Told(place, f"{len(self.told) + 1}.0", text, blocks, thread_ts or ""))
        return PostedMessage(place, self.told[-1].ts)

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> None:
        self._answer()
        message = next((one for one in self.told if (one.channel, one.ts) == (channel, ts)), None)
        if message is None or message.deleted:
            raise SlackTargetError("message_not_found")
        message.text, message.blocks, message.edits = text, blocks, message.edits + 1

    def ephemeral(self, channel: str, user: str, text: str, blocks: Blocks) -> None:
        self._answer()
        if channel in self.closed:
            raise SlackTargetError("not_in_channel")
        self.whispered.append((channel, user, text))

    def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        self._answer()
        self.homes.append(user)

    def user(self, user_id: str) -> SlackUser:
        self._answer()
        return SlackUser(user_id, user_id, "Europe/London")

    def standing(self, channel: str = "") -> list[Told]:
        """Return the messages nobody deleted, replies left out, oldest first."""
        return [one for one in self.told if not one.deleted and not one.thread and channel in ("", one.channel)]

    def replies(self) -> list[Told]:
        return [one for one in self.told if one.thread]

    def _answer(self) -> None:
        if self.down:
            raise UnavailableError(service="Slack")


@dataclass
class Desk:
    """Write the bench's messages into a Slack."""

    bench: Bench
    slack: FakeSlack

    def catch_up(self) -> None:
        """Write what waits to be told; what Slack did not take waits on."""
        while waiting := [job for job in self.bench.work.named("tell") if not job.delay]:
            for job in waiting:
                self.bench.work.waiting.remove(job)
                self.bench.jobs.tell(*job.args)

    def pass_by(self, **span: float) -> None:
        """Let time pass, let the clock tick once, and write what there is to tell, put off or not."""
        self.bench.clock.pass_by(**span)
        self.bench.jobs.every_minute()
        self.bench.work_off("check", "publish")
        waiting = self.bench.work.waiting
        waiting[:] = [replace(job, delay=0.0) if job.name == "tell" else job for job in waiting]
        self.catch_up()

    def let_days_pass(self, days: float) -> None:
        """Let days pass, with a tick every six hours."""
        for _ in range(round(days * 4)):
            self.pass_by(hours=6)

    def only(self) -> Told:
        """Return the one message that stands, brought up to date."""
        self.catch_up()
        (message,) = self.slack.standing()
        return message


def desk_of(bench: Bench) -> Desk:
    """Let a bench's jobs write into a Slack of their own."""
    slack = FakeSlack()
    bench.jobs = replace(bench.jobs, notify=notify_of(bench, cast("SlackGateway", slack)))
    return Desk(bench, slack)


def notify_of(bench: Bench, slack: SlackGateway) -> Notify:
    """Return what writes a bench's messages into a Slack."""
    return Notify(
        slack=slack,
        messages=bench.messages,
        people=bench.people,
        prompts=bench.prompts,
        approvals=bench.approvals,
        finishing=bench.finishing,
        refreshing=bench.refreshing,
        consequences=Consequences(bench.base),
        status=bench.status,
        asking=bench.asking,
        watching=bench.watching,
        previews=bench.previews,
        receipts=bench.receipts,
        suppliers=bench.suppliers,
        writing=bench.writing,
        applying=bench.applying,
    )


def _words(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_words(one) for one in value)
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    return " ".join(_words(value[key]) for key in ("text", "fields", "elements", "accessory") if key in value)
