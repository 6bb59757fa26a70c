from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from bot.clients import slack
from bot.clients.slack import (
    PostedMessage,
    SlackGateway,
    SlackTargetError,
    SlackUser,
    TeamIdentity,
    TriggerExpiredError,
)
from bot.errors import (
    BotError,
    GarbledReplyError,
    OutcomeUnknownError,
    PermissionMissingError,
    RateLimitedError,
    RefusedError,
    TokenRevokedError,
    UnavailableError,
)

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "Hi"}}]
POSTED = {"ok": True, "channel": "D1", "ts": "1.2"}

Reply = tuple[int, dict[str, str], str] | None


class FakeSlack:
    """Answer from a list, the last answer again and again; None cuts the connection."""

    def __init__(self) -> None:
        fake = self
        self.replies: list[Reply] = []
        self.calls: list[tuple[str, dict[str, Any], str]] = []
        self.delay = 0.0

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                if self.headers.get("content-type", "").startswith("application/json"):
                    sent = json.loads(raw or "{}")
                else:
                    sent = {name: values[0] for name, values in parse_qs(raw).items()}
                fake.calls.append((self.path, sent, self.headers["authorization"]))
                time.sleep(fake.delay)
                reply = fake.replies.pop(0) if len(fake.replies) > 1 else fake.replies[0]
                self.close_connection = True
                if reply is None:
                    return
                status, headers, text = reply
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text.encode())))
                # Whoever waited too briefly is gone by now.
                with suppress(BrokenPipeError, ConnectionResetError):
                    self.end_headers()
                    self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/api/"

    def says(self, *replies: dict[str, Any] | Reply) -> None:
        self.replies = [
            (200, {"content-type": "application/json"}, json.dumps(one)) if isinstance(one, dict) else one
            for one in replies
        ]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    made = FakeSlack()
    yield made
    made.close()


@pytest.fixture
def gateway(fake: FakeSlack) -> SlackGateway:
    return SlackGateway(SecretStr("xoxb-s3cret"), fake.url)


def post(gateway: SlackGateway) -> PostedMessage:
    return gateway.post("C1", "Hi", BLOCKS)


def test_a_message_is_posted_without_unfurling(fake: FakeSlack, gateway: SlackGateway) -> None:
    fake.says(POSTED)
    assert post(gateway) == PostedMessage("D1", "1.2")
    gateway.post("C1", "Hi", BLOCKS, thread_ts="1.1")
    path, sent, token = fake.calls[0]
    assert (path, token) == ("/api/chat.postMessage", "Bearer xoxb-s3cret")
    blocks = sent.pop("blocks")
    assert (json.loads(blocks) if isinstance(blocks, str) else blocks) == BLOCKS
    assert {name: str(value).lower() for name, value in sent.items()} in (
        {"channel": "c1", "text": "hi", "unfurl_links": "0", "unfurl_media": "0"},
        {"channel": "c1", "text": "hi", "unfurl_links": "false", "unfurl_media": "false"},
    )
    assert fake.calls[1][1]["thread_ts"] == "1.1"


def test_other_writes(fake: FakeSlack, gateway: SlackGateway) -> None:
    fake.says({"ok": True, "view": {"id": "V1"}, "message_ts": "1.2"})
    gateway.update("C1", "1.2", "Hi", BLOCKS)
    gateway.ephemeral("C1", "U1", "Hi", BLOCKS)
    assert gateway.open_view("T1", {"type": "modal"}) == "V1"
    gateway.update_view("V1", {"type": "modal"}, hash="h")
    gateway.publish_home("U1", {"type": "home"})
    assert [path.removeprefix("/api/") for path, _, _ in fake.calls] == [
        "chat.update",
        "chat.postEphemeral",
        "views.open",
        "views.update",
        "views.publish",
    ]
    assert fake.calls[0][1]["ts"] == "1.2"
    assert fake.calls[1][1]["user"] == "U1"
    assert fake.calls[2][1]["trigger_id"] == "T1"
    assert fake.calls[3][1]["view_id"] == "V1"
    assert fake.calls[3][1]["hash"] == "h"
    assert fake.calls[4][1]["user_id"] == "U1"


def test_looking_up(fake: FakeSlack, gateway: SlackGateway) -> None:
    fake.says({"ok": True, "team_id": "T1", "team": "Acme", "user_id": "UBOT"})
    assert gateway.team() == TeamIdentity("T1", "Acme", "UBOT")
    fake.says(
        {"ok": True, "user": {"id": "U1", "name": "ada", "tz": "Europe/Rome", "profile": {"display_name": "Ada"}}}
    )
    assert gateway.user("U1") == SlackUser("U1", "Ada", "Europe/Rome")
    fake.says({"ok": True, "user": {"id": "U1", "name": "ada", "tz": None, "profile": {"display_name": ""}}})
    assert gateway.user("U1") == SlackUser("U1", "ada", "UTC")
    fake.says({"ok": True, "user": {"id": "U1"}})
    assert gateway.user("U1").name == "U1"
    fake.says({"ok": True, "user": []})
    with pytest.raises(GarbledReplyError):
        gateway.user("U1")


@pytest.mark.parametrize(
    ("reply", "member"),
    [
        ({"ok": True, "channel": {"id": "C1", "is_member": True}}, True),
        ({"ok": True, "channel": {"id": "C1", "is_member": False}}, False),
        ({"ok": True, "channel": {"id": "C1", "is_member": True, "is_archived": True}}, False),
        ({"ok": True, "channel": {"id": "D1", "is_im": True}}, True),
        ({"ok": False, "error": "channel_not_found"}, False),
    ],
)
def test_in_channel(fake: FakeSlack, gateway: SlackGateway, reply: dict[str, Any], member: bool) -> None:
    fake.says(reply)
    assert gateway.in_channel("C1") is member


def test_a_channel_must_be_in_the_answer(fake: FakeSlack, gateway: SlackGateway) -> None:
    fake.says({"ok": True})
    with pytest.raises(GarbledReplyError):
        gateway.in_channel("C1")


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("channel_not_found", SlackTargetError),
        ("not_in_channel", SlackTargetError),
        ("is_archived", SlackTargetError),
        ("user_not_found", SlackTargetError),
        ("message_not_found", SlackTargetError),
        ("cant_update_message", SlackTargetError),
        ("edit_window_closed", SlackTargetError),
        ("trigger_expired", TriggerExpiredError),
        ("trigger_exchanged", TriggerExpiredError),
        ("expired_trigger_id", TriggerExpiredError),
        ("invalid_trigger_id", TriggerExpiredError),
        ("invalid_auth", TokenRevokedError),
        ("token_revoked", TokenRevokedError),
        ("account_inactive", TokenRevokedError),
        ("missing_scope", PermissionMissingError),
        ("ratelimited", RateLimitedError),
        ("internal_error", OutcomeUnknownError),
        ("fatal_error", OutcomeUnknownError),
        ("msg_too_long", RefusedError),
        ("invalid_arguments", RefusedError),
    ],
)
def test_slacks_words_become_errors(fake: FakeSlack, gateway: SlackGateway, word: str, error: type[BotError]) -> None:
    fake.says({"ok": False, "error": word, "needed": "chat:write", "response_metadata": {"messages": ["[ERROR] x"]}})
    with pytest.raises(error) as caught:
        post(gateway)
    assert type(caught.value) is error
    if error in (SlackTargetError, RefusedError):
        assert getattr(caught.value, "reason", None) == word
    assert len(fake.calls) == 1


def test_invalid_arguments_about_a_trigger(fake: FakeSlack, gateway: SlackGateway) -> None:
    messages = {"messages": ["[ERROR] invalid trigger [json-pointer:/trigger_id]"]}
    fake.says({"ok": False, "error": "invalid_arguments", "response_metadata": messages})
    with pytest.raises(TriggerExpiredError):
        gateway.open_view("T1", {"type": "modal"})


@pytest.mark.parametrize("text", ["", "<html>", '{"ok": false, "error": "ratelimited"}'])
def test_429_is_told_by_the_status(fake: FakeSlack, gateway: SlackGateway, text: str) -> None:
    fake.says((429, {"Retry-After": "17"}, text))
    with pytest.raises(RateLimitedError) as caught:
        post(gateway)
    assert caught.value.retry_after == 17
    with pytest.raises(RateLimitedError):
        gateway.team()
    assert len(fake.calls) == 2


@pytest.mark.parametrize(
    ("reply", "posting", "updating", "reading"),
    [
        ((500, {}, "oops"), OutcomeUnknownError, UnavailableError, UnavailableError),
        ((503, {}, "{}"), OutcomeUnknownError, UnavailableError, UnavailableError),
        ((200, {}, "<html>"), OutcomeUnknownError, UnavailableError, GarbledReplyError),
        ((200, {}, "{broken"), OutcomeUnknownError, UnavailableError, GarbledReplyError),
        ((200, {}, '{"ok": false}'), OutcomeUnknownError, UnavailableError, GarbledReplyError),
        (None, OutcomeUnknownError, UnavailableError, UnavailableError),
    ],
)
def test_answers_without_a_word(
    fake: FakeSlack,
    gateway: SlackGateway,
    reply: Reply,
    posting: type[BotError],
    updating: type[BotError],
    reading: type[BotError],
) -> None:
    fake.says(reply)
    with pytest.raises(posting):
        post(gateway)
    with pytest.raises(updating):
        gateway.update("C1", "1.2", "Hi", BLOCKS)
    assert len(fake.calls) == 2
    with pytest.raises(reading):
        gateway.team()


def test_a_post_that_says_not_where_it_went_is_doubtful(fake: FakeSlack, gateway: SlackGateway) -> None:
    fake.says({"ok": True})
    with pytest.raises(OutcomeUnknownError):
        post(gateway)


def test_only_reads_are_repeated_after_a_cut(fake: FakeSlack, gateway: SlackGateway) -> None:
    fake.says(None, {"ok": True, "team_id": "T1", "team": "Acme", "user_id": "UBOT"})
    assert gateway.team().team_id == "T1"
    assert len(fake.calls) == 2


def test_a_slow_answer(fake: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "TIMEOUT", 0.1)
    gateway = SlackGateway(SecretStr("xoxb-s3cret"), fake.url)
    fake.says(POSTED)
    fake.delay = 0.4
    with pytest.raises(OutcomeUnknownError):
        post(gateway)
    with pytest.raises(UnavailableError):
        gateway.team()


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UnavailableError):
        post(SlackGateway(SecretStr("xoxb-s3cret"), f"http://127.0.0.1:{port}"))
    with pytest.raises(UnavailableError):
        post(SlackGateway(SecretStr("xoxb-s3cret"), "ftp://127.0.0.1/"))


def test_a_torn_answer_is_doubtful(gateway: SlackGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(**_: object) -> object:
        raise IncompleteRead(b"")

    monkeypatch.setattr(gateway._writer, "chat_postMessage", torn)
    with pytest.raises(OutcomeUnknownError):
        post(gateway)


def test_no_token_and_no_text_reach_a_log(
    fake: FakeSlack, gateway: SlackGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.says(POSTED, {"ok": False, "error": "invalid_auth"}, None)
    gateway.post("C1", "private words", BLOCKS)
    for _ in range(2):
        with pytest.raises(BotError) as caught:
            gateway.post("C1", "private words", BLOCKS)
        assert "s3cret" not in f"{caught.value} {caught.value!r}"
    assert "s3cret" not in caplog.text
    assert "private words" not in caplog.text
