from __future__ import annotations

import httpx
import pytest
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.web import build_web

from .site import Site, chunks

_HEADERS = {
    "x-slack-request-timestamp": "1795424400",
    "x-slack-signature": "v0=" + "ab" * 32,
    "content-type": "application/x-www-form-urlencoded",
}


def _bolt() -> App:
    def nobody(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        raise AssertionError("no request here gets as far")

    return App(
        signing_secret="secret",
        client=WebClient(token="xoxb-none"),
        authorize=nobody,
        process_before_response=True,
        ssl_check_enabled=False,
    )


@pytest.fixture
def site() -> Site:
    return Site()


def _post(site: Site, content: object = b"command=%2Fdext", **headers: str) -> httpx.Response:
    return site.ask("POST", "/slack/events", content=content, headers=_HEADERS | headers)


def test_a_request_reaches_bolt_as_it_was_sent(site: Site) -> None:
    answer = _post(site, "text=M%C3%BCller&x=ü".encode())
    (request,) = site.dispatched
    assert request.raw_body == "text=M%C3%BCller&x=ü"
    assert request.headers["x-slack-signature"] == [_HEADERS["x-slack-signature"]]
    assert (answer.status_code, answer.json()) == (200, {"text": "hello"})
    assert answer.headers["content-type"] == "application/json"


def test_background_work_stands_back_while_a_request_is_answered(site: Site) -> None:
    meanwhile = []

    def answer(_request: object) -> BoltResponse:
        meanwhile.append(site.courtesy.stand_back(0))
        raise RuntimeError("the end of a request that fails is an end too")

    site.slack.dispatch.side_effect = answer
    assert site.courtesy.stand_back(0)
    with pytest.raises(RuntimeError):
        _post(site)
    assert meanwhile == [False]
    assert site.courtesy.stand_back(0)


def test_bolts_refusal_is_passed_on(site: Site) -> None:
    site.slack.dispatch.side_effect = lambda _request: BoltResponse(status=401, body="")
    assert _post(site).status_code == 401


@pytest.mark.parametrize(
    "timestamp", ["", "now", "12.5", "-5", "1e9", " ", "0x10", "²", "9" * 5_000], ids=lambda text: text[:10]
)
def test_a_time_that_is_no_number_is_refused(timestamp: str) -> None:
    """With the real Bolt behind it, which answers 500 to a time it cannot read."""
    site = Site()
    site.app = build_web(_bolt(), site.connecting, lambda: True, courtesy=site.courtesy, secure=True)
    headers = [(name, value) for name, value in _HEADERS.items() if "timestamp" not in name]
    headers.append(("x-slack-request-timestamp", timestamp))
    raw = [(name.encode(), value.encode()) for name, value in headers]
    assert site.ask("POST", "/slack/events", content=b"command=%2Fdext", headers=raw).status_code == 401


def test_a_request_without_a_time_is_refused(site: Site) -> None:
    answer = site.ask("POST", "/slack/events", content=b"ssl_check=1")
    assert answer.status_code == 401
    assert site.dispatched == []


def test_a_body_too_long_is_refused(site: Site) -> None:
    assert _post(site, b"x" * 1_000_001).status_code == 413
    assert site.dispatched == []


def test_a_body_too_long_is_refused_also_without_a_length(site: Site) -> None:
    assert _post(site, chunks(100_000, 30)()).status_code == 413
    assert site.dispatched == []


def test_a_body_in_chunks_that_is_not_too_long_is_taken(site: Site) -> None:
    assert _post(site, chunks(100_000, 10)()).status_code == 200
    assert len(site.dispatched[0].raw_body) == 1_000_000


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"", b"payload=%7Bnot+json"], ids=["no text", "empty", "no json"])
def test_a_body_that_cannot_be_read_is_no_error_of_ours(body: bytes) -> None:
    site = Site()
    site.app = build_web(_bolt(), site.connecting, lambda: True, courtesy=site.courtesy, secure=True)
    assert _post(site, body).status_code < 500


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_slack_only_posts(site: Site, method: str) -> None:
    assert site.ask(method, "/slack/events", headers=_HEADERS).status_code == 405


def test_the_process_says_that_it_lives(site: Site) -> None:
    site.is_ready = False
    answer = site.ask("GET", "/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


@pytest.mark.parametrize(("is_ready", "status", "text"), [(True, 200, "ready"), (False, 503, "not ready")])
def test_the_process_says_whether_it_can_work(site: Site, is_ready: bool, status: int, text: str) -> None:
    site.is_ready = is_ready
    answer = site.ask("GET", "/readyz")
    assert (answer.status_code, answer.text) == (status, text)


@pytest.mark.parametrize("path", ["/", "/connect", "/docs", "/openapi.json", "/metrics", "/oauth/bill"])
def test_nothing_else_is_there(site: Site, path: str) -> None:
    assert site.ask("GET", path).status_code == 404


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0=abc", "v0=é", "v1=" + "ab" * 32, "v0=" + "AB" * 32, "v0=" + "ab" * 33]
)
@pytest.mark.parametrize(
    "content", [b"command=%2Fdext", b"payload=%7B%22type%22%3A%22block_actions%22%7D", b'{"type":"event_callback"}']
)
def test_what_is_not_shaped_like_a_signature_is_refused_before_anything_looks_at_it(
    site: Site, signature: str, content: bytes
) -> None:
    headers = {**_HEADERS, "x-slack-signature": signature.encode()}
    answer = site.ask("POST", "/slack/events", content=content, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert site.dispatched == []
