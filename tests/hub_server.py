"""A hub of our own: so much of its API as sending a dataset needs. It keeps all in memory."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = "hf_of-the-tests"
"""The token that it takes."""


@dataclass
class Hub:
    """What it has been told: requests, repositories made, their files, their tags."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)

    def post(self, path: str, body: bytes) -> object:
        """The answer to a request with the right token."""
        name = path.rpartition("/api/")[2]
        if name == "repos/create":
            self.made.append(json.loads(body))
            return {"url": f"{self.url}/datasets/me/rivers"}
        if name == "validate-yaml":
            return {"errors": [], "warnings": []}
        if name.startswith("datasets/me/rivers/preupload/"):
            return {"files": [self._upload(file) for file in json.loads(body)["files"]]}
        if name.startswith("datasets/me/rivers/commit/"):
            return self._commit([json.loads(line) for line in body.splitlines()])
        assert name.startswith("datasets/me/rivers/tag/"), path
        self.tags.append(json.loads(body)["tag"])
        return {}

    def listing(self) -> list[dict[str, Any]]:
        """Files as the API lists them."""
        told = {"type": "file", "oid": "0" * 40}
        return [{**told, "path": name, "size": len(data)} for name, data in self.files.items()]

    def _upload(self, file: dict[str, Any]) -> dict[str, Any]:
        return {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None}

    def _commit(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                self.commits.append(value["summary"])
            elif line["key"] == "file":
                self.files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "deletedFile":
                del self.files[value["path"]]
        url = f"{self.url}/datasets/me/rivers/commit/{len(self.commits)}"
        return {"commitUrl": url, "commitOid": "1" * 40, "hookOutput": ""}


@contextmanager
def hub() -> Iterator[Hub]:
    """A hub that runs."""
    kept = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            self._reply(lambda: kept.post(self.path.partition("?")[0], body))

        def do_GET(self) -> None:
            self._reply(kept.listing if "/tree/" in self.path else lambda: {"sha": "1" * 40})

        def _reply(self, answer: Any) -> None:
            kept.asked.append(self.path)
            right = self.headers["Authorization"] == f"Bearer {GOOD}"
            said = answer() if right else {"error": "Invalid token"}
            data = json.dumps(said).encode()
            self.send_response(200 if right else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
