"""Optional traces of calls to Bill.com and Dext, by OTLP over HTTP; importing this needs the extra `otel`.

A span tells which call it was, how long it took and how it ended. Addresses lose their query, which
in Dext's sign-in carries secrets, and their ids: nothing of a trace is worth stealing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

_ADDRESSES = ("http.url", "url.full", "http.target", "url.path")
_DROPPED = ("url.query",)
_ID = re.compile(r"/[0-9][0-9A-Za-z]{6,}(?=/|$)")


def bare_address(address: str) -> str:
    """Return an address without its query and with its ids replaced."""
    return _ID.sub("/{id}", address.split("?", 1)[0])


def redacted(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a span's attributes with bare addresses and nothing of headers."""
    return {
        name: bare_address(str(value)) if name in _ADDRESSES else value
        for name, value in attributes.items()
        if name not in _DROPPED and ".header." not in name
    }


def start_telemetry(collector: str, clients: Sequence[httpx.Client]) -> Callable[[], None]:
    """Send spans of all calls of these clients to a collector; return what flushes and stops it."""
    provider = TracerProvider(resource=Resource.create({"service.name": "dext-bill-bot"}))
    exporter = _Redacting(OTLPSpanExporter(endpoint=f"{collector}/v1/traces"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    for client in clients:
        HTTPXClientInstrumentor.instrument_client(client, tracer_provider=provider)
    return provider.shutdown


class _Redacting(SpanExporter):
    """Pass spans on to an exporter without what is secret."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([_without_secrets(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _without_secrets(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=bare_address(span.name),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=redacted(span.attributes or {}),
        # No events and no words with the status: both repeat an exception's message, addresses included.
        events=(),
        status=type(span.status)(span.status.status_code),
        kind=span.kind,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
