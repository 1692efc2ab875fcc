"""OpenTelemetry spans, received by a collector over HTTP as any user's would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile, StartServer
from forked import command
from teacher_server import KEY

pytest.importorskip("opentelemetry.sdk", reason="needs the extra otel")
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)


@contextmanager
def collector(received: list[bytes]) -> Iterator[str]:
    """An OTLP endpoint that keeps what it gets."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_every_call_is_a_span(
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, received = start_server(broken=0.04), []
    recipe = recipe_file(server.url, target=20)
    with collector(received) as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        words = ("preview", recipe, "-n", 30, "--output", tmp_path / "out")
        done = command(*words, said=tmp_path / "said")
        assert done.ended() == 0, done.err.read_text()
    spans = [
        span
        for body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert len(spans) == server.stats()["requests"]
    well = [span for span in spans if span.status.code == 0]
    assert 0 < len(spans) - len(well) <= 10, "failed calls are spans with an error"
    found = {a.key: a.value for a in well[0].attributes}
    assert well[0].name == "chat tiny-teacher" and well[0].kind == 3
    assert found["gen_ai.operation.name"].string_value == "chat"
    assert found["gen_ai.provider.name"].string_value == "openai"
    assert found["gen_ai.response.model"].string_value == "tiny-teacher-2026-11-01"
    assert found["gen_ai.usage.output_tokens"].int_value == 60
    assert found["server.address"].string_value == "127.0.0.1"
    assert well[0].end_time_unix_nano > well[0].start_time_unix_nano
    assert all(KEY.encode() not in body for body in received)
