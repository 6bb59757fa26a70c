"""A town: the three pretend services and the real bot, each a process of its own, on loopback.

Used by the story, by crash tests and by whoever wants to look at the whole. Everything goes over
HTTP; nothing of the bot is imported.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from bot.sandbox.browser import Browser
from bot.sandbox.processes import (
    START_SECONDS,
    end,
    first_line,
    free_port,
    is_free,
    launch,
    plain_environment,
    undisturbed,
)
from bot.sandbox.serve import HOST
from bot.sandbox.slack.seed import SCOPES

Json = dict[str, Any]

_PORTS = "ports.json"
_CLOCK = "clock"


class TownError(Exception):
    """Something in the town did not start, or did not happen in time; the first line says what, the rest is the log."""


@dataclass
class Service:
    """Be one pretend service: its process, address and credentials."""

    name: str
    process: subprocess.Popen[str]
    address: str
    credentials: Json
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30.0, trust_env=False))

    def look(self, what: str, **query: str) -> Any:
        """Ask the control API."""
        reply = self.http.get(f"{self.address}/_control/{what}", params=query)
        reply.raise_for_status()
        return reply.json()

    def do(self, what: str, **body: Any) -> Any:
        """Tell the control API to do something."""
        reply = self.http.post(f"{self.address}/_control/{what}", json=body)
        if reply.status_code >= 400:
            raise TownError(f"{self.name} control {what}: {reply.status_code} {reply.text}")
        return reply.json()

    def requests(self, method: str = "", path: str = "") -> list[Json]:
        """Return the recorded requests, narrowed by method and by the beginning of the path."""
        found: list[Json] = self.look("requests")
        return [
            entry for entry in found if (not method or entry["method"] == method) and entry["path"].startswith(path)
        ]

    def stop(self) -> None:
        """End the process."""
        self.http.close()
        end(self.process)


class Town:
    """Start the services and the bot, act as people, and look at what came of it."""

    def __init__(
        self,
        folder: Path,
        database_url: str = "",
        settings: Mapping[str, str] | None = None,
        *,
        page_port: int = 0,
        keep: bool = False,
        held: Sequence[int] = (),
    ) -> None:
        """Start the services; with `keep` they go on with what the folder holds, and keep it there.

        `page_port` is the pretend Slack's, whose page people open; 0 takes a free one. Every process
        keeps the descriptors `held` open as long as it runs.
        """
        self.folder = folder
        self._keep, self._held = keep, held
        self.database_url = database_url or f"sqlite:///{folder / 'bot.db'}"
        self._settings = dict(settings or {})
        self._started: list[Service] = []
        self._ports = _remembered(folder / _PORTS) if keep else {}
        self.bot: subprocess.Popen[str] | None = None
        try:
            self._start_services(page_port)
        except BaseException:
            self.stop()
            raise
        self.port = self._port("bot") or free_port()
        self.slack.do("bot", url=self.address)
        if keep:
            used = {"bill": httpx.URL(self.bill.address).port, "dext": httpx.URL(self.dext.address).port}
            (folder / _PORTS).write_text(json.dumps({**used, "bot": self.port}))

    def _start_services(self, page_port: int) -> None:
        self.bill = self._service("bill", self._port("bill"))
        self.dext = self._service("dext", self._port("dext"))
        self.slack = self._service("slack", page_port)
        self.slack.do("neighbours", bill=self.bill.address, dext=self.dext.address)
        # As if an admin had granted the optional scope too, when installing the app.
        self.slack.do("settings", scopes=[*SCOPES, "files:read"], events=["file_shared"])

    def __enter__(self) -> Town:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Return the bot's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def people(self) -> Mapping[str, str]:
        """Return the Slack ids of the people in the workspace, by their short names."""
        people: dict[str, str] = self.slack.credentials["users"]
        return people

    @property
    def channels(self) -> Mapping[str, str]:
        """Return the ids of the channels, by name."""
        channels: dict[str, str] = self.slack.credentials["channels"]
        return channels

    @property
    def log_file(self) -> Path:
        """Return where the bot's log is."""
        return self.folder / "bot.log"

    def start_bot(self) -> None:
        """Start the bot and wait until it is ready."""
        log = self.log_file.open("a")
        self.bot = launch(["run"], self.folder, self._environment(), stdout=log, stderr=log, held=self._held)
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.bot.poll() is not None:
                raise TownError(f"the bot ended with {self.bot.returncode}:\n{self.log()[-3000:]}")
            try:
                if httpx.get(f"{self.address}/readyz", timeout=2.0, trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise TownError(f"the bot did not get ready:\n{self.log()[-3000:]}")

    def kill_bot(self) -> None:
        """Kill the bot as a power cut would: no signal it could handle."""
        if self.bot is not None:
            self.bot.kill()
            self.bot.wait()
            self.bot = None

    def log(self) -> str:
        """Return what the bot logged."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    def stop(self) -> None:
        """End the bot and the services; a second Ctrl-C or kill does not interrupt that."""
        with undisturbed():
            if self.bot is not None:
                end(self.bot)
                self.bot = None
            while self._started:
                self._started.pop().stop()

    # Acting as people.

    def types(self, who: str, text: str, channel: str = "finance") -> Json:
        """Type a `/dext` command; return what the person then sees."""
        outcome: Json = self.slack.do("command", user=self.people[who], channel=self.channels[channel], text=text)
        return _answered(outcome)

    def clicks(self, who: str, message: Json, action: str, **more: Any) -> Json:
        """Click a button of a message, passing its dialog."""
        outcome: Json = self.slack.do(
            "click",
            user=self.people[who], channel=message["channel"], ts=message["ts"], action_id=action, confirm=True, **more,
        )  # fmt: skip
        return _answered(outcome)

    def submits(self, who: str, view_id: str, values: Json) -> Json:
        """Fill in a modal and submit it."""
        outcome: Json = self.slack.do("submit", user=self.people[who], view_id=view_id, values=values)
        return _answered(outcome)

    def shares(self, who: str, name: str, content: bytes, channel: str = "dm") -> Json:
        """Share a file in a channel, or with the bot itself; return the message."""
        place = self.channels.get(channel, channel)
        sent = base64.b64encode(content).decode()
        outcome: Json = self.slack.do("share", user=self.people[who], channel=place, name=name, content=sent)
        message: Json = outcome["message"]
        return message

    def uses(self, who: str, shortcut: str, message: Json, channel: str = "finance") -> Json:
        """Use a shortcut on a message; return what the person then sees."""
        where = {"channel": self.channels[channel], "ts": message["ts"]}
        outcome: Json = self.slack.do("shortcut", user=self.people[who], callback_id=shortcut, **where)
        return _answered(outcome)

    def reads(self, who: str, channel: str = "finance") -> list[Json]:
        """Return what a person sees in a channel, oldest first."""
        found: list[Json] = self.slack.look("messages", channel=self.channels[channel], user=self.people[who])
        return found

    def reads_dm(self, who: str) -> list[Json]:
        """Return a person's direct messages with the bot, oldest first."""
        found: list[Json] = self.slack.look("dm", user=self.people[who])
        return found

    def browser(self) -> Browser:
        """Return a fresh browser."""
        return Browser()

    def wait(self, what: str, find: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Wait until `find` returns something true; return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = find()
            if found:
                return found
            time.sleep(0.1)
        raise TownError(f"in {seconds:.0f} s this did not happen: {what}\n{self.log()[-2000:]}")

    # Starting processes.

    def _port(self, name: str) -> int:
        """Return the port somebody had last time, if it is free: links told then still lead there. Else 0."""
        port = self._ports.get(name, 0)
        return port if port and is_free(port) else 0

    def _service(self, name: str, port: int = 0) -> Service:
        words = ["sandbox", name, "--port", str(port)]
        if name == "slack":
            words += ["--clock-file", str(self.folder / _CLOCK)]  # its page has the buttons; the bot follows
        if self._keep:
            words += ["--keep", str(self.folder / f"{name}.state")]
        process = launch(words, self.folder, plain_environment(), stdout=subprocess.PIPE, held=self._held)
        line = first_line(process)
        if not line:
            end(process)
            raise TownError(f"the pretend {name} did not start" + (f": port {port} is taken" if port else ""))
        told = json.loads(line)
        self._started.append(Service(name, process, told["address"], told))
        return self._started[-1]

    def _environment(self) -> dict[str, str]:
        bill, dext, slack = self.bill, self.dext, self.slack
        return {
            **plain_environment(),
            "BOT_ENVIRONMENT": "sandbox",
            "BOT_PUBLIC_URL": self.address,
            "BOT_PORT": str(self.port),
            "BOT_DATABASE_URL": self.database_url,
            "BOT_FIRST_ADMIN": self.people["dana"],
            "BOT_BUSINESS_NAME": "Harbor & Pine Interiors",
            "BOT_RECEIPTS": "on",
            "SLACK_API_URL": f"{slack.address}/api",
            "SLACK_BOT_TOKEN": slack.credentials["bot_token"],
            "SLACK_SIGNING_SECRET": slack.credentials["signing_secret"],
            "BILL_API_URL": bill.address,
            "BILL_V2_URL": f"{bill.address}/api/v2",
            "BILL_WEB_URL": bill.address,
            "BILL_DEVELOPER_KEY": bill.credentials["devKey"],
            "BILL_CLIENT_ID": bill.credentials["oauth"]["clientId"],
            "BILL_CLIENT_SECRET": bill.credentials["oauth"]["clientSecret"],
            "DEXT_API_URL": dext.address,
            "DEXT_CLIENT_ID": dext.credentials["client_id"],
            "DEXT_CLIENT_SECRET": dext.credentials["client_secret"],
            "BOT_CLOCK_FILE": str(self.folder / _CLOCK),
            "SETTLE_SECONDS": "4",
            **self._settings,
        }


def _remembered(path: Path) -> dict[str, int]:
    """Return the ports of the last start, by name."""
    ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    return ports


def _answered(outcome: Json) -> Json:
    if outcome["timed_out"] or outcome["status"] != 200:
        raise TownError(f"the bot did not answer properly: {json.dumps(outcome)[:2000]}")
    return outcome
