"""Both batch APIs of the test server: what is submitted is executed after a while, each call once.

Files, batches, metadata, lists in pages. Per-call faults come out of the server's own mechanism;
``expired`` befalls calls of a batch only.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

Execute = Callable[[str, bytes, dict[str, Any]], tuple[int | None, Any]]
"""Path, raw body and body of a call to its status and what comes back."""


class Batches:
    """Batches and files, in the order they came."""

    def __init__(self, settings: argparse.Namespace, execute: Execute) -> None:
        self.settings, self.execute = settings, execute
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.results: dict[str, list[dict[str, Any]]] = {}
        self.looks = self.calls = 0
        self.numbers = itertools.count(1)
        self.tasks: set[asyncio.Task[None]] = set()

    def stats(self) -> dict[str, Any]:
        """Batches so far, and how often one was looked at."""
        return {"batches": len(self.batches), "looks": self.looks}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request to a batch API; some are done, and answered as if they had failed."""
        self.calls += 1
        hidden = self.settings.batch_flaky and self.calls % self.settings.batch_flaky == 1
        response = await self.answer(request)
        if not hidden:
            return response
        return web.json_response({"error": {"message": "come back later"}}, status=503)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """What is done and found."""
        path = request.path.removeprefix("/v1")
        anthropic = path.startswith("/messages")
        if path == "/files":
            return await self.upload(request)
        if path.startswith("/files/"):
            return self.download(path.split("/")[2])
        ids = path.split("/batches")[1].strip("/").split("/")
        if request.method == "POST":
            return await self.create(json.loads(await request.content.read()), anthropic)
        if not ids[0]:
            return self.listed(request.query, "after_id" if anthropic else "after")
        if ids[0] not in self.batches:
            return web.json_response({"error": {"message": "no such batch"}}, status=404)
        if ids[1:] == ["results"]:
            return lines(self.results[ids[0]])
        self.looks += 1
        return web.json_response(self.batches[ids[0]])

    async def upload(self, request: web.BaseRequest) -> web.Response:
        """Take a file."""
        parts: dict[str, bytes] = {}
        # A file may be larger than what the server takes in one read.
        async for part in await request.multipart():
            while chunk := await part.read_chunk(2**20):
                parts[part.name] = parts.get(part.name, b"") + chunk
        if parts.get("purpose") != b"batch":
            return web.json_response({"error": {"message": "bad purpose"}}, status=400)
        id_ = f"file-{next(self.numbers)}"
        self.files[id_] = parts["file"]
        return web.json_response({"id": id_, "object": "file", "purpose": "batch"})

    def download(self, id_: str) -> web.Response:
        if id_ not in self.files:
            return web.json_response({"error": {"message": "no such file"}}, status=404)
        return web.Response(body=self.files[id_])

    async def create(self, wanted: dict[str, Any], anthropic: bool) -> web.Response:
        """Accept a batch; the answer to the first one may be held back."""
        if anthropic:
            calls = [(c["custom_id"], "/v1/messages", c["params"]) for c in wanted["requests"]]
        else:
            given = map(json.loads, self.files[wanted["input_file_id"]].splitlines())
            calls = [(c["custom_id"], c["url"], c["body"]) for c in given]
        ids = [id_ for id_, *_ in calls]
        if len(ids) != len(set(ids)) or max(map(len, ids)) > 64:
            return web.json_response({"error": {"message": "bad custom_id"}}, status=400)
        id_ = f"{'msgbatch' if anthropic else 'batch'}_{next(self.numbers)}"
        self.batches[id_] = accepted(id_, wanted, len(calls), anthropic)
        work = self.work(id_, calls, anthropic)
        self.tasks.add(asyncio.get_running_loop().create_task(work))
        if len(self.batches) == 1:
            await asyncio.sleep(self.settings.batch_stall)
        return web.json_response(self.batches[id_])

    async def work(self, id_: str, calls: list[tuple[str, str, Any]], anthropic: bool) -> None:
        """Execute the calls of a batch once its time has come."""
        await asyncio.sleep(self.settings.batch_delay)
        if self.settings.batch_fails:
            why = [{"code": "invalid", "message": self.settings.batch_fails}]
            self.batches[id_].update(status="failed", errors={"data": why})
            return
        done = []
        for key, path, body in calls:
            raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
            done.append((key, *self.execute(path, raw, body)))
        batch = self.batches[id_]
        if anthropic:
            self.results[id_] = [message_line(*one) for one in done]
            counts = {"processing": 0, "succeeded": sum(one[1] == 200 for one in done)}
            counts["errored"] = len(done) - counts["succeeded"]
            batch.update(processing_status="ended", request_counts=counts)
            return
        well = [completion_line(*one) for one in done if one[1] == 200]
        badly = [completion_line(*one) for one in done if one[1] != 200]
        for name, some in (("output_file_id", well), ("error_file_id", badly)):
            if some:
                batch[name] = f"file-{next(self.numbers)}"
                self.files[batch[name]] = lines(some).body  # type: ignore[assignment]
        batch["status"] = "expired" if any(one[1] is None for one in done) else "completed"

    def listed(self, query: Any, cursor: str) -> web.Response:
        """A page of the list, latest first."""
        every = list(self.batches.values())[::-1]
        after = query.get(cursor)
        start = [one["id"] for one in every].index(after) + 1 if after else 0
        stop = start + min(int(query.get("limit", 20)), self.settings.batch_page)
        return web.json_response({"data": every[start:stop], "has_more": stop < len(every)})


def accepted(id_: str, wanted: dict[str, Any], count: int, anthropic: bool) -> dict[str, Any]:
    """A batch that has just come in."""
    if anthropic:
        return {
            "id": id_,
            "type": "message_batch",
            "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "processing_status": "in_progress",
            "request_counts": {"processing": count, "succeeded": 0, "errored": 0},
            # Nobody may be sent there with the key.
            "results_url": f"http://127.0.0.1:9/v1/messages/batches/{id_}/results",
        }
    named = {name: wanted[name] for name in ("input_file_id", "endpoint", "metadata")}
    same = {"id": id_, "object": "batch", "created_at": int(time.time())}
    return {**same, **named, "status": "in_progress", "output_file_id": None}


def completion_line(key: str, status: int | None, data: Any) -> dict[str, Any]:
    """A line of a file of replies or errors."""
    if status is None:
        error = {"code": "batch_expired", "message": "could not be executed in time"}
        return {"custom_id": key, "response": None, "error": error}
    response = {"status_code": status, "request_id": "r", "body": data}
    return {"id": f"r-{key[:6]}", "custom_id": key, "response": response, "error": None}


def message_line(key: str, status: int | None, data: Any) -> dict[str, Any]:
    """A line of the results of a batch of messages."""
    if status == 200:
        return {"custom_id": key, "result": {"type": "succeeded", "message": data}}
    if status is None:
        return {"custom_id": key, "result": {"type": "expired"}}
    kinds = {400: "invalid_request_error", 429: "rate_limit_error", 500: "api_error"}
    error = {"type": kinds[status], "message": data["error"]["message"]}
    result = {"type": "errored", "error": {"type": "error", "error": error}}
    return {"custom_id": key, "result": result}


def lines(rows: list[dict[str, Any]]) -> web.Response:
    """Rows as JSONL, in another order than they were asked for; U+2028 is left as it is."""
    mixed = sorted(rows, key=lambda row: hashlib.sha256(row["custom_id"].encode()).digest())
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in mixed)
    return web.Response(body=text.encode(), content_type="application/x-jsonl")
