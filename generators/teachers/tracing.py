"""OpenTelemetry spans of calls, with the GenAI semantic conventions, where an endpoint is set.

Needs the extra ``otel``. Without ``OTEL_EXPORTER_OTLP_ENDPOINT`` nothing is made and nothing sent.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from configs.errors import ConfigError
from store.journal import Attempt, Ended

_BILLION = 1_000_000_000


def record(attempt: Attempt, ended: Ended, provider: str, started: float) -> None:
    """One client span for a call that ended; ``started`` in seconds since the epoch."""
    tracer = _tracer()
    if tracer is None:
        return
    from opentelemetry.trace import SpanKind, StatusCode

    span = tracer.start_span(
        f"chat {attempt.model}",
        kind=SpanKind.CLIENT,
        start_time=int(started * _BILLION),
        attributes=_attributes(attempt, ended, provider),
    )
    if ended.reply is None:
        span.set_status(StatusCode.ERROR, ended.outcome)
    span.end(int((started + ended.latency_s) * _BILLION))


def _attributes(attempt: Attempt, ended: Ended, provider: str) -> dict[str, Any]:
    address = urlsplit(attempt.endpoint)
    found: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": attempt.model,
        "server.address": address.hostname or "",
        "stillhouse.run": attempt.run,
        "stillhouse.attempt": attempt.id,
        "stillhouse.request_key": attempt.key,
        "stillhouse.prompt": attempt.prompt_id,
        "stillhouse.try": attempt.number,
    }
    if address.port:
        found["server.port"] = address.port
    reply = ended.reply
    if reply is None:
        return {**found, "error.type": str(ended.status or ended.outcome)}
    return {
        **found,
        "gen_ai.response.model": reply.model,
        "gen_ai.response.finish_reasons": [reply.finish_reason],
        "gen_ai.usage.input_tokens": reply.input_tokens,
        "gen_ai.usage.output_tokens": reply.output_tokens,
    }


@lru_cache
def _tracer() -> Any:
    """The tracer, or None where no endpoint is set.

    Raises:
        ConfigError: an endpoint is set, and the extra is not installed.
    """
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        raise ConfigError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the extra is missing: "
            "pip install 'stillhouse[otel]', or unset it"
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "stillhouse"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("stillhouse")
