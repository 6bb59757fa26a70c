from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest

from bot.clients.http import (
    DEFAULT_TIMEOUT,
    Operation,
    Outgoing,
    Repeat,
    exchange,
    repeating,
    retry_after,
    upstream_client,
)
from bot.errors import GarbledReplyError, NoSuchEntryError, OutcomeUnknownError, UnavailableError

SAFE = Operation("GET", "/things/{thing_id}", Repeat.SAFE)
CREATE = Operation("POST", "/things", Repeat.FIND_FIRST)
ONCE = Operation("POST", "/once", Repeat.NEVER)


def send(operation: Operation, fault: Exception) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise fault

    with upstream_client("https://up.test/base", transport=httpx.MockTransport(fail)) as http:
        exchange(http, operation, "/x", Outgoing({"secret": "s3cret"}), service="Up")


def test_the_client_has_timeouts_no_redirects_and_no_request_log() -> None:
    with upstream_client("https://up.test/base") as http:
        assert http.timeout == DEFAULT_TIMEOUT
        assert DEFAULT_TIMEOUT.connect == 5
        assert DEFAULT_TIMEOUT.read == 20
        assert not http.follow_redirects
    for name in ("httpx", "httpcore"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
)
@pytest.mark.parametrize("operation", [SAFE, CREATE, ONCE])
def test_what_never_left_is_unavailable(operation: Operation, fault: Exception) -> None:
    with pytest.raises(UnavailableError):
        send(operation, fault)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("cut"),
        httpx.LocalProtocolError("Illegal header value b's3cret'"),
    ],
)
def test_what_left_is_doubtful_for_writes_only(fault: Exception) -> None:
    with pytest.raises(UnavailableError) as caught:
        send(SAFE, fault)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    for operation in (CREATE, ONCE):
        with pytest.raises(OutcomeUnknownError):
            send(operation, fault)


class Dripping(httpx.SyncByteStream):
    """Send a piece that the clock of the test says took so many seconds, as often as asked."""

    def __init__(self, clock: list[float], seconds: float, pieces: int) -> None:
        self.clock, self.seconds, self.pieces, self.closed = clock, seconds, pieces, False

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.pieces):
            self.clock[0] += self.seconds
            yield b" "

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("pieces", "whole"), [(20, True), (21, False), (10**9, False)])
def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch, pieces: int, whole: bool) -> None:
    clock = [1000.0]
    monkeypatch.setattr("bot.clients.http.time.monotonic", lambda: clock[0])
    body = Dripping(clock, 1.0, pieces)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    with upstream_client("https://up.test", timeout=httpx.Timeout(10.0), transport=transport) as http:
        if whole:
            answer = exchange(http, SAFE, "/x", Outgoing({}), service="Up")
            assert answer.content == b" " * pieces
        else:
            with pytest.raises(UnavailableError):
                exchange(http, SAFE, "/x", Outgoing({}), service="Up")
            assert clock[0] == 1021.0
            # What was written may have been done: only its answer drips.
            with pytest.raises(OutcomeUnknownError):
                exchange(http, CREATE, "/x", Outgoing({}), service="Up")
    assert body.closed


def test_an_undecodable_body_is_garbled_or_doubtful() -> None:
    with pytest.raises(GarbledReplyError):
        send(SAFE, httpx.DecodingError("bad gzip"))
    with pytest.raises(OutcomeUnknownError):
        send(CREATE, httpx.DecodingError("bad gzip"))


def test_safe_calls_are_tried_three_times_with_growing_pauses() -> None:
    pauses: list[float] = []
    answers = [httpx.Response(503), httpx.Response(502), httpx.Response(200)]
    assert repeating(Repeat.SAFE, lambda: answers.pop(0), sleep=pauses.append).status_code == 200
    assert 0.2 <= pauses[0] <= 0.4
    assert 0.4 <= pauses[1] <= 0.6


def test_the_last_answer_or_error_comes_through() -> None:
    tries: list[int] = []

    def gone() -> httpx.Response:
        tries.append(1)
        raise UnavailableError("no")

    assert repeating(Repeat.SAFE, lambda: httpx.Response(504), sleep=lambda _: None).status_code == 504
    with pytest.raises(UnavailableError):
        repeating(Repeat.SAFE, gone, sleep=lambda _: None)
    assert len(tries) == 3


@pytest.mark.parametrize("repeat", [Repeat.FIND_FIRST, Repeat.NEVER])
def test_other_calls_are_tried_once(repeat: Repeat) -> None:
    answers = [httpx.Response(503), httpx.Response(200)]
    assert repeating(repeat, lambda: answers.pop(0)).status_code == 503


@pytest.mark.parametrize("strange", ["", "..", "a/b", "a?b", "a b", "ä"])
def test_what_is_no_id_is_not_sent(strange: str) -> None:
    assert SAFE.url(thing_id="00n_A-1") == "/things/00n_A-1"
    with pytest.raises(NoSuchEntryError):
        SAFE.url(thing_id=strange)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "7"}, 7), ({"retry-after": " 1.5 "}, 1.5), ({}, 3), ({"Retry-After": "Mon, 1 Jan"}, 3)],
)
def test_retry_after(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, 3) == seconds
