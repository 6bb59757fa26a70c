"""What telemetry sends holds nothing worth stealing."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
import responses
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr

from bot.clients.dext import DextGateway
from bot.telemetry import bare_address, redacted, start_telemetry

COLLECTOR = "http://127.0.0.1:4318"
SECRETS = ("code-from-dext", "client-secret-of-ours", "access-token-1", "refresh-token-1", "sessionid-77", "1284.50")


@responses.activate
def test_spans_of_a_sign_in_and_a_failing_call_hold_no_secret() -> None:
    responses.post(f"{COLLECTOR}/v1/traces", status=200)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/access_token":
            tokens = {"access_token": "access-token-1", "refresh_token": "refresh-token-1", "expires_in": 3600}
            return httpx.Response(200, json=tokens | {"token_type": "bearer"})
        raise httpx.ReadTimeout(f"no answer for {request.url} with 1284.50")

    http = httpx.Client(base_url="https://dext.example", transport=httpx.MockTransport(answer))
    stop = start_telemetry(COLLECTOR, [http])
    try:
        gateway = DextGateway(
            http, "client", SecretStr("client-secret-of-ours"), lambda: datetime(2026, 11, 23, tzinfo=UTC)
        )
        gateway.exchange_code("code-from-dext", "https://bot.example.com/oauth/dext/callback")
        with pytest.raises(httpx.ReadTimeout):
            http.get("/v3/bills/00n0123456789ABCDEFG", params={"sessionId": "sessionid-77", "devKey": "dk"})
    finally:
        stop()

    sent = [call.request.body for call in responses.calls]
    assert sent
    spans = [span for body in sent for span in _spans(body)]
    text = " ".join(str(span) for span in spans)
    assert "dext.example" in text
    assert "/oauth/access_token" in text
    for secret in SECRETS:
        assert secret not in text
    assert "00n0123456789ABCDEFG" not in text


def test_an_address_loses_its_query_and_its_ids() -> None:
    assert bare_address("https://x.example/v3/bills/00n0123456789?a=1") == "https://x.example/v3/bills/{id}"
    assert bare_address("/v3/bills") == "/v3/bills"


def test_headers_are_never_kept() -> None:
    attributes = {"http.request.header.authorization": "Bearer x", "url.query": "token=1", "http.method": "GET"}
    assert redacted(attributes) == {"http.method": "GET"}


def _spans(body: object) -> list[object]:
    request = ExportTraceServiceRequest()
    request.ParseFromString(bytes(body))  # type: ignore[call-overload]
    return [span for one in request.resource_spans for scope in one.scope_spans for span in scope.spans]
