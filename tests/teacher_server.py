"""A real HTTP server that speaks the OpenAI chat-completions protocol, for tests.

It answers from the passage in the request, always the same for the same body, and appends one JSON
line per request to a log before it begins to answer. Started as a process of its own, so that a
killed client does not take it along.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEY = "sk-test-the-right-key"


class Teacher(ThreadingHTTPServer):
    """The server with its settings: latency in seconds, and faults by their share of bodies."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, log: Path, latency: float, faults: dict[str, float]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.log, self.latency, self.faults = log, latency, faults
        self.lock = threading.Lock()
        self.seen: dict[str, int] = {}

    def note(self, body: dict[str, Any]) -> int:
        """Log a request; how many of the same body came before it."""
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        with self.lock:
            before = self.seen.get(digest, 0)
            self.seen[digest] = before + 1
            with self.log.open("a") as file:
                file.write(json.dumps({"body": digest}) + "\n")
        return before

    def fault(self, body: dict[str, Any]) -> str:
        """The fault that befalls a body, by a draw that is always the same for it."""
        draw = int(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:8], 16)
        place = draw / 16**8
        for name, share in self.faults.items():
            if place < share:
                return name
            place -= share
        return ""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Teacher

    def do_GET(self) -> None:
        if self._refused():
            return
        self._send(200, {"object": "list", "data": [{"id": "tiny-teacher", "object": "model"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self._refused():
            return
        before = self.server.note(body)
        time.sleep(self.server.latency)
        fault = self.server.fault(body)
        if fault == "busy" and before == 0:
            self._send(429, {"error": {"message": "slow down", "code": None}}, {"retry-after": "0"})
        elif fault == "dead" or (fault == "broken" and before == 0):
            self._send(500, {"error": {"message": "oops"}})
        elif fault == "cut" and before == 0:
            self._cut()
        else:
            self._send(200, completion(body, fault))

    def _refused(self) -> bool:
        if self.headers.get("authorization") == f"Bearer {KEY}":
            return False
        self._send(401, {"error": {"message": "Incorrect API key provided", "code": "bad_key"}})
        return True

    def _cut(self) -> None:
        """Promise more than is sent, then hang up."""
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(b'{"choices": [')
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, data: Any, more: dict[str, str] | None = None) -> None:
        raw = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def completion(body: dict[str, Any], fault: str) -> dict[str, Any]:
    """A whole reply."""
    content: str | None = json.dumps(record(body))
    finish, refusal = "stop", None
    repairing = body["messages"][-1]["content"].startswith("That reply could not be used")
    if fault == "fenced":
        content = f"Here you are:\n```json\n{content}\n```"
    elif fault == "invalid" and not repairing:
        content = json.dumps({"question": "What?"})
    elif fault == "truncated":
        content, finish = (content or "")[: len(content or "") // 2], "length"
    elif fault == "refused":
        content, refusal = None, "I can't help with that."
    words = sum(len(m["content"].split()) for m in body["messages"])
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny-teacher-2026-11-01",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": words, "completion_tokens": 60, "total_tokens": words + 60},
    }


def record(body: dict[str, Any]) -> dict[str, Any]:
    """A grounded record: one sentence of the passage, chosen by the body's seed."""
    text = body["messages"][1]["content"]
    title = re.search(r'Passage from "([^">]+)', text)
    passage = re.search(r"<passage>\n(.*?)\n</passage>", text, re.DOTALL)
    found = re.findall(r"[A-Z][^.\n*]{30,220}\.(?=\s|$)", passage.group(1) if passage else "")
    found = found or [(passage.group(1) if passage else "nothing").strip().splitlines()[0]]
    chosen = found[body["seed"] % len(found)]
    number = body["seed"] % 1000
    subject = title.group(1).strip() if title else "it"
    question = f"What should one know about {subject}, in the way of fact number {number}?"
    return {"quotes": [chosen], "question": question, "answer": chosen}


def main() -> None:
    """Serve until killed; the port is printed first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--faults", type=json.loads, default={})
    settings = parser.parse_args()
    server = Teacher(settings.port, settings.log, settings.latency, settings.faults)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
