"""What the three sandbox servers share: a clock, a record of every request, and faults.

`observe` wraps an ASGI application. It keeps each request with its answer,
applies the fault rules set over the control API, and serves that API below
`/_control`. Faults are the hooks of crash tests: a rule can *hold* a request
before or after its work is done, until the test has killed the bot and lets go.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

HOLD_LIMIT_SECONDS = 120.0
"""A held request lets go by itself after this long, so that a forgotten hold ends."""


DRIP_SECONDS = 0.2
"""Seconds between two bytes of an answer that drips."""


class SandboxClock:
    """Tell the sandbox's time, which the control API can move ahead."""

    _told: Path | None = None

    def __init__(self) -> None:
        self._offset = timedelta()

    @property
    def is_told(self) -> bool:
        """Say whether a file tells others by how much this clock is ahead."""
        return self._told is not None

    def tell(self, path: Path) -> None:
        """Keep the seconds by which this clock is ahead in a file, for a program that follows it."""
        self._told = path
        self._write()

    def now(self) -> datetime:
        """Return the aware UTC time of this sandbox."""
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time ahead by `seconds`."""
        self._offset += timedelta(seconds=seconds)
        self._write()

    def _write(self) -> None:
        if self._told is not None:
            fresh = self._told.with_suffix(".new")
            fresh.write_text(str(self._offset.total_seconds()))
            fresh.replace(self._told)


@dataclass
class Recorded:
    """One request as it arrived and the answer it was given."""

    seq: int
    at: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    body_size: int
    status: int | None = None
    reply: Any = None
    fault: str | None = None


@dataclass
class Fault:
    """A rule: what happens to the next `times` requests that match.

    `phase` is `before` the work is done or `after` it. `action` is one of
    `hold`, `delay` (then goes on as usual), `cut` (the connection breaks in the
    middle of the answer), `drip` (a byte now and then, without end), `reply` (answer
    with `status`, `body`, `headers` instead).
    `body` is sent as JSON, or as it is when it is a string (garbage).
    """

    method: str = "*"
    path: str = ".*"
    phase: str = "before"
    action: str = "reply"
    times: int = 1
    skip: int = 0
    delay: float = 0.0
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def matches(self, method: str, path: str, phase: str) -> bool:
        """Say whether this rule has its turn for the request, counting skips."""
        if self.times <= 0 or self.phase != phase or self.method not in ("*", method):
            return False
        if re.fullmatch(self.path, path) is None:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Wire:
    """Hold the record and the fault rules of one sandbox server."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.requests: list[Recorded] = []
        self.faults: list[Fault] = []
        self.holding = 0
        self._release = 0
        self._lock = threading.Lock()

    def note(self, method: str, path: str, scope: Scope, body: bytes) -> Recorded:
        """Keep a request and return its entry."""
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        with self._lock:
            entry = Recorded(
                seq=len(self.requests) + 1,
                at=self.clock.now().isoformat(),
                method=method,
                path=path,
                query=dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)),
                headers=headers,
                body=readable(body, headers.get("content-type", "")),
                body_size=len(body),
            )
            self.requests.append(entry)
        return entry

    def take_fault(self, method: str, path: str, phase: str) -> Fault | None:
        """Return the rule that applies to this request in this phase, if any."""
        with self._lock:
            for rule in self.faults:
                if rule.matches(method, path, phase):
                    return rule
        return None

    async def hold(self) -> None:
        """Wait until the control API releases what is held, or the limit passes."""
        ticket = self._release
        self.holding += 1
        deadline = time.monotonic() + HOLD_LIMIT_SECONDS
        try:
            while self._release == ticket and time.monotonic() < deadline:
                await asyncio.sleep(0.01)
        finally:
            self.holding -= 1

    def release(self) -> None:
        """Let every held request go."""
        self._release += 1


def readable(body: bytes, content_type: str) -> Any:
    """Return a body as JSON, form fields or text; for anything else only its size."""
    if not body:
        return None
    kind = content_type.split(";")[0].strip()
    try:
        if kind == "application/json":
            return json.loads(body)
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
        if kind.startswith("text/"):
            return body.decode()
    except (UnicodeDecodeError, json.JSONDecodeError):
        return {"unreadable": len(body)}
    return {"bytes": len(body)}


def observe(app: Asgi, wire: Wire) -> Asgi:
    """Wrap `app` so that requests are recorded and faults applied; serve `/_control/…`.

    `GET /_control/requests[?since=N]`, `POST /_control/faults` (a rule),
    `DELETE /_control/faults`, `GET /_control/holding`, `POST /_control/release`,
    `POST /_control/clock` (`{"advance": seconds}`; `told` in the answer says whether the bot
    follows this clock). Other `/_control` paths, pages and
    assets go to `app` unrecorded.
    """

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        body = await _read(receive)
        if path.startswith("/_control/"):
            if not await _control(wire, method, path, scope, body, send):
                await app(scope, _replay(body), send)
            return
        entry = wire.note(method, path, scope, body)
        if await _meddle(wire, entry, "before", receive, send):
            return
        answer: list[Event] = []

        async def keep(event: Event) -> None:
            answer.append(event)

        await app(scope, _replay(body), keep)
        start = answer[0]
        payload = b"".join(event.get("body", b"") for event in answer[1:])
        kinds = [v.decode("latin-1") for k, v in start["headers"] if k == b"content-type"]
        entry.status = start["status"]
        entry.reply = readable(payload, kinds[0] if kinds else "")
        if await _meddle(wire, entry, "after", receive, send, payload):
            return
        for event in answer:
            await send(event)

    return served


async def _meddle(
    wire: Wire, entry: Recorded, phase: str, receive: Receive, send: Send, payload: bytes = b"{ "
) -> bool:
    """Apply a fault; return whether it has answered in the application's place.

    `payload` is the application's answer, as far as there is one.
    """
    rule = wire.take_fault(entry.method, entry.path, phase)
    if rule is None:
        return False
    entry.fault = f"{phase}:{rule.action}"
    if rule.delay:
        await asyncio.sleep(rule.delay)
    match rule.action:
        case "hold":
            await wire.hold()
            return False
        case "delay":
            return False
        case "cut":
            # A promise of more bytes than are sent: the server then breaks the connection.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"999999")]})
            await send({"type": "http.response.body", "body": payload[: len(payload) // 2], "more_body": True})
            return True
        case "drip":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"999999")]})
            gone = asyncio.ensure_future(receive())
            deadline = time.monotonic() + HOLD_LIMIT_SECONDS
            while time.monotonic() < deadline and not gone.done():
                await send({"type": "http.response.body", "body": b" ", "more_body": True})
                await asyncio.sleep(DRIP_SECONDS)
            gone.cancel()
            return True
        case _:
            entry.status, entry.reply = rule.status, rule.body
            await _answer(send, rule.status, rule.body, rule.headers)
            return True


async def _control(wire: Wire, method: str, path: str, scope: Scope, body: bytes, send: Send) -> bool:
    """Serve the control calls that all sandboxes have; return False for any other."""
    query = dict(parse_qsl(scope.get("query_string", b"").decode()))
    match method, path.removeprefix("/_control/"):
        case "GET", "requests":
            since = int(query.get("since", "0"))
            await _answer(send, 200, [asdict(entry) for entry in wire.requests[since:]])
        case "POST", "faults":
            wire.faults.append(Fault(**json.loads(body)))
            await _answer(send, 200, {"ok": True})
        case "DELETE", "faults":
            wire.faults.clear()
            await _answer(send, 200, {"ok": True})
        case "GET", "holding":
            await _answer(send, 200, {"holding": wire.holding})
        case "POST", "release":
            wire.release()
            await _answer(send, 200, {"ok": True})
        case "POST", "clock":
            wire.clock.advance(float(json.loads(body)["advance"]))
            await _answer(send, 200, {"now": wire.clock.now().isoformat(), "told": wire.clock.is_told})
        case _:
            return False
    return True


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        event = await receive()
        chunks.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(chunks)


def _replay(body: bytes) -> Receive:
    async def receive() -> Event:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    kind = "text/html" if isinstance(body, str) else "application/json"
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    extra = [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
    start = [(b"content-type", kind.encode()), (b"content-length", str(len(raw)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": raw})
