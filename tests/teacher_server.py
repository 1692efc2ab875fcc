"""A real HTTP server that speaks the chat-completions and Messages protocols, for tests.

It answers from the passage in the request, always the same for the same body, and appends one JSON
line per request to a log before it begins to answer. Started as a process of its own, so that a
killed client does not take it along. ``GET /stats`` says what it has seen.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import scripted_answers
import scripted_methods
from aiohttp import web
from batch_server import Batches
from injections import obeyed
from scripted_judge import opinion
from scripted_lies import LIES, SENT_BACK, again, lied

KEY = "sk-test-the-right-key"
CONTENT_FAULTS = (
    *("fenced", "preamble", "comma", "invalid", "truncated", "refused", "empty"),
    *("poison", "malformed", "half"),
)
"""Faults of what is said, which befall a body whenever it is sent; all others befall a call."""


class Teacher:
    """The server with its settings; see :func:`main`. Faults are shares of bodies or of calls."""

    def __init__(self, settings: argparse.Namespace) -> None:
        self.settings = settings
        self.log = settings.log.open("a", buffering=1) if settings.log else None
        self.seen: Counter[str] = Counter()
        self.paid: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.minute: list[float] = []
        self.slots = asyncio.Semaphore(settings.capacity)
        self.in_flight, self.most, self.area, self.since = 0, 0, 0.0, time.monotonic()
        self.first = self.since
        self.batches = Batches(settings, self.execute)

    def moved(self, by: int) -> None:
        """Keep count of the calls in flight."""
        now = time.monotonic()
        if not self.area and by > 0 and not self.in_flight:
            self.first = now
        self.area += self.in_flight * (now - self.since)
        self.since = now
        self.in_flight += by
        self.most = max(self.most, self.in_flight)

    def stats(self) -> dict[str, Any]:
        """What was seen so far; ``in_flight_mean`` from the first call to the latest event."""
        return {
            "requests": sum(self.seen.values()),
            "bodies": len(self.seen),
            "paid_twice": sum(count - 1 for count in self.paid.values()),
            "paid": len(self.paid),
            "executed_most": max(self.seen.values(), default=0),
            "faults": dict(self.faults),
            "most_in_flight": self.most,
            "in_flight_mean": self.area / max(self.since - self.first, 1e-9),
            **self.batches.stats(),
        }

    def fault(self, raw: bytes, before: int) -> str:
        """The fault that befalls a call or its body, by a draw that is always the same for it."""
        given = self.settings.faults
        calls = {name: share for name, share in given.items() if name not in CONTENT_FAULTS}
        bodies = {name: share for name, share in given.items() if name in CONTENT_FAULTS}
        return _drawn(raw + b"#%d" % before, calls) or _drawn(raw, bodies)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        if request.path == "/stats":
            return web.json_response(self.stats())
        if request.path == "/revive":
            self.settings.dies_after = 0
            return web.json_response({})
        if not self.allowed(request):
            return failure(request, 401, "Incorrect API key provided")
        if "/batches" in request.path or "/files" in request.path:
            return await self.batches.handle(request)
        if request.method == "GET":
            return web.json_response(models(request))
        return await self.answer(request, await request.read())

    def allowed(self, request: web.BaseRequest) -> bool:
        """Whether the right key came with it, in either protocol's header."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return KEY in (given, request.headers.get("x-api-key"))

    async def answer(self, request: web.BaseRequest, raw: bytes) -> web.StreamResponse:
        """One call: logged, then answered or not."""
        digest, fault = self.note(raw)
        self.moved(1)
        try:
            async with self.slots:
                await asyncio.sleep(self.settings.latency)
            return await self.reply(request, json.loads(raw), digest, fault)
        finally:
            self.moved(-1)

    def note(self, raw: bytes) -> tuple[str, str]:
        """Log a call: the hash of its body, and the fault that befalls it."""
        digest = hashlib.sha256(raw).hexdigest()
        before = self.seen[digest]
        self.seen[digest] += 1
        if self.log:
            self.log.write(json.dumps({"body": digest}) + "\n")
        fault = self.fault(raw, before)
        self.faults[fault] += bool(fault)
        return digest, fault

    def execute(self, path: str, raw: bytes, body: dict[str, Any]) -> tuple[int | None, Any]:
        """One call of a batch: its status, None where its time ran out, and what comes back."""
        digest, fault = self.note(raw)
        if fault == "expired":
            return None, None
        if fault in ("busy", "broken", "poison"):
            return 429 if fault == "busy" else 500, {"error": {"message": "oops"}}
        rejection = self.rejection(body)
        if rejection:
            return 400, {"error": {"message": rejection}}
        self.paid[digest] += 1
        return 200, self.reply_data(path, body, fault)

    async def reply(
        self, request: web.BaseRequest, body: dict[str, Any], digest: str, fault: str
    ) -> web.StreamResponse:
        """What comes back."""
        failed = self.failed(request, body, fault)
        if failed is not None:
            return failed
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "reset" and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if fault == "cut":
            return await cut(request)
        if fault == "garbage":
            return web.Response(body=b"<html>gateway</html>", content_type="application/json")
        data = self.reply_data(request.path, body, fault)
        self.paid[digest] += 1
        if body.get("stream"):
            usage = bool((body.get("stream_options") or {}).get("include_usage"))
            return await stream(request, data, self.settings.token_s, usage, self.headers())
        return web.json_response(data, headers=self.headers())

    def failed(
        self, request: web.BaseRequest, body: dict[str, Any], fault: str
    ) -> web.Response | None:
        """A reply with another status than 200, where one is due."""
        limited = self.limited()
        if fault == "busy" or limited is not None:
            wait = {"retry-after": f"{self.settings.retry_after:g}", **(limited or {})}
            return failure(request, 429, "slow down", wait)
        if fault == "quota":
            error = {"message": "You exceeded your quota", "code": "insufficient_quota"}
            return web.json_response({"error": error}, status=429)
        if self.settings.dies_after and sum(self.paid.values()) >= self.settings.dies_after:
            return failure(request, 500, "oops")
        early = sum(self.seen.values()) <= self.settings.wakes_after
        if early or fault in ("broken", "poison"):
            return failure(request, 500, "oops")
        rejection = self.rejection(body)
        if not rejection and fault == "unwanted":
            rejection = self.settings.unwanted_says
        return failure(request, 400, rejection) if rejection else None

    def reply_data(self, path: str, body: dict[str, Any], fault: str) -> dict[str, Any]:
        """The body of a whole reply, in the protocol of the path."""
        ignored = not self.binds(body)
        if path.endswith("/completions") and "prompt" in body:
            return raw_completion(body)
        make = message if path.endswith("/messages") else completion
        script = ("scores", "repeats", "rewords", "wrong", "lies", "learns", "follows_orders")
        body = {**body, **{name: getattr(self.settings, name) for name in script}}
        data = make(body, fault, ignored)
        return data if self.settings.tells_usage else {**data, "usage": None}

    def binds(self, body: dict[str, Any]) -> bool:
        """Whether this server obeys the way in which the body asks for JSON."""
        return way_of(body) in self.settings.obeys

    def rejection(self, body: dict[str, Any]) -> str:
        """Why the body is not accepted, or nothing."""
        way = way_of(body)
        return f"{way}: this response_format is unavailable" if way in self.settings.rejects else ""

    def headers(self) -> dict[str, str]:
        """Rate limit headers, where there is a limit."""
        rpm = self.settings.rpm
        if not rpm or not self.settings.tells_limits:
            return {}
        left = max(0, rpm - len(self.minute))
        return {
            "x-ratelimit-limit-requests": str(rpm),
            "x-ratelimit-remaining-requests": str(left),
            "x-ratelimit-reset-requests": f"{(rpm - left) * 60 / rpm:.3f}s",
        }

    def limited(self) -> dict[str, str] | None:
        """Headers of a 429, where this call is over the limit: a bucket that leaks evenly."""
        rpm, now = self.settings.rpm, time.monotonic()
        if not rpm:
            return None
        # ``minute`` holds one entry per unit of the bucket still in use.
        self.minute = [at for at in self.minute if at > now]
        if len(self.minute) >= rpm:
            return self.headers()
        last = max([now, *self.minute[-1:]])
        self.minute.append(last + 60 / rpm)
        return None


def _drawn(seed: bytes, shares: dict[str, float]) -> str:
    place = int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") / 2**64
    for name, share in shares.items():
        if place < share:
            return name
        place -= share
    return ""


ERRORS = {
    400: ("invalid_request_error", None, "invalid_request_error"),
    401: ("invalid_request_error", "invalid_api_key", "authentication_error"),
    429: ("requests", "rate_limit_exceeded", "rate_limit_error"),
    500: ("server_error", None, "api_error"),
}
"""Type and code of an error as OpenAI names them, and its type as Anthropic does."""


def speaks_messages(request: web.BaseRequest) -> bool:
    """Whether the client speaks Anthropic's protocol."""
    return request.path.endswith("/messages") or "anthropic-version" in request.headers


def failure(
    request: web.BaseRequest, status: int, said: str, headers: dict[str, str] | None = None
) -> web.Response:
    """An error in the form of the client's protocol."""
    kind, code, name = ERRORS[status]
    body: dict[str, Any] = {"error": {"message": said, "type": kind, "param": None, "code": code}}
    if speaks_messages(request):
        body = {"type": "error", "error": {"type": name, "message": said}, "request_id": "req-1"}
    return web.json_response(body, status=status, headers=headers)


def models(request: web.BaseRequest) -> dict[str, Any]:
    """The list of models in the form of the client's protocol."""
    name = "tiny-teacher"
    if not speaks_messages(request):
        model = {"id": name, "object": "model", "created": 1, "owned_by": "tests"}
        return {"object": "list", "data": [model]}
    model = {"id": name, "type": "model", "display_name": "T", "created_at": "2026-11-01T00:00:00Z"}
    return {"data": [model], "has_more": False, "first_id": name, "last_id": name}


def way_of(body: dict[str, Any]) -> str:
    """How a body asks for JSON."""
    if "output_config" in body:
        return "json_schema"
    if "structured_outputs" in body:
        return "guided"
    if "tools" in body:
        return "tools"
    return str(body.get("response_format", {}).get("type", "none"))


async def cut(request: web.BaseRequest) -> web.StreamResponse:
    """Promise more than is sent, then hang up."""
    response = web.StreamResponse(headers={"content-length": "1000"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    if request.transport is not None:
        request.transport.close()
    return response


async def stream(
    request: web.BaseRequest,
    data: dict[str, Any],
    token_s: float,
    usage: bool,
    headers: dict[str, str],
) -> web.StreamResponse:
    """The same reply as server-sent events."""
    response = web.StreamResponse(headers={**headers, "content-type": "text/event-stream"})
    await response.prepare(request)
    events = message_events(data) if "stop_reason" in data else completion_events(data, usage)
    async for event in paced(events, token_s):
        named = f"event: {event['type']}\n" if "type" in event else ""
        await response.write(f"{named}data: {json.dumps(event)}\n\n".encode())
    if "choices" in data:
        await response.write(b"data: [DONE]\n\n")
    return response


async def paced(events: list[dict[str, Any]], token_s: float) -> AsyncIterator[dict[str, Any]]:
    for event in events:
        yield event
        if token_s:
            await asyncio.sleep(token_s)


def completion_events(data: dict[str, Any], usage: bool) -> list[dict[str, Any]]:
    """Chunks of a chat completion: a role, words, the finish, and the usage where it is wanted."""
    choice = data["choices"][0]
    same = {"id": data["id"], "object": "chat.completion.chunk", "created": 1}
    same["model"] = data["model"]

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**same, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    pieces = re.findall(r"\S*\s*", choice["message"].get("content") or "")[:-1]
    calls = choice["message"].get("tool_calls")
    middle = [chunk({"content": piece}) for piece in pieces]
    if calls:
        middle.append(chunk({"tool_calls": [{"index": 0, **calls[0]}]}))
    if choice["message"].get("refusal"):
        middle.append(chunk({"refusal": choice["message"]["refusal"]}))
    last = chunk({}, choice["finish_reason"])
    return [
        chunk({"role": "assistant", "content": ""}),
        *middle,
        last,
        *([{**same, "choices": [], "usage": data["usage"]}] if usage else []),
    ]


def message_events(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Events of a message, as the Messages API names them."""
    start = {**data, "content": [], "stop_reason": None, "usage": {**data["usage"]}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(data["content"]):
        text = block["type"] == "text"
        empty = {**block, "text": ""} if text else {**block, "input": {}}
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        whole = block["text"] if text else json.dumps(block["input"])
        for piece in re.findall(r"\S*\s*", whole)[:-1]:
            name, kind = ("text", "text_delta") if text else ("partial_json", "input_json_delta")
            delta = {"type": kind, name: piece}
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": data["stop_reason"], "stop_sequence": None}
    usage = {"output_tokens": data["usage"]["output_tokens"]}
    return [*events, {"type": "message_delta", "delta": stop, "usage": usage},
            {"type": "message_stop"}]  # fmt: skip


def completion(body: dict[str, Any], fault: str, ignored: bool) -> dict[str, Any]:
    """A whole chat completion."""
    content, finish = said(body, fault, ignored)
    refusal = content if finish == "refusal" else None
    words = sum(len(m["content"].split()) for m in body["messages"])
    answer: dict[str, Any] = {"role": "assistant", "content": content, "refusal": refusal}
    if refusal:
        answer["content"], finish = None, "stop"
    elif way_of(body) == "tools" and not ignored and finish == "stop":
        call = {"name": body["tools"][0]["function"]["name"], "arguments": content}
        answer["tool_calls"] = [{"id": "call-1", "type": "function", "function": call}]
        answer["content"], finish = None, "tool_calls"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny-teacher-2026-11-01",
        "choices": [{"index": 0, "message": answer, "finish_reason": finish}],
        "usage": {"prompt_tokens": words, "completion_tokens": 60, "total_tokens": words + 60},
    }


def raw_completion(body: dict[str, Any]) -> dict[str, Any]:
    """A whole raw completion."""
    text = scripted_methods.completed(body["prompt"], body.get("seed", 0))
    words = len(body["prompt"].split())
    return {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1,
        "model": "tiny-teacher-2026-11-01",
        "choices": [{"index": 0, "text": text, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": words, "completion_tokens": 40, "total_tokens": words + 40},
    }


def message(body: dict[str, Any], fault: str, ignored: bool) -> dict[str, Any]:
    """A whole message of the Messages API."""
    content, finish = said(body, fault, ignored)
    stops = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}
    block: dict[str, Any] = {"type": "text", "text": content or ""}
    stop = stops[finish]
    if way_of(body) == "tools" and not ignored and finish == "stop":
        tool = {"type": "tool_use", "id": "toolu-1", "name": body["tools"][0]["name"]}
        block, stop = {**tool, "input": json.loads(content or "{}")}, "tool_use"
    words = sum(len(m["content"].split()) for m in body["messages"])
    usage = {"input_tokens": words, "output_tokens": 60, "cache_read_input_tokens": 12}
    return {
        "id": "msg-1",
        "type": "message",
        "role": "assistant",
        "model": "tiny-teacher-2026-11-01",
        "content": [block] if content is not None else [],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {**usage, "cache_creation_input_tokens": 0},
    }


def said(body: dict[str, Any], fault: str, ignored: bool) -> tuple[str | None, str]:
    """The text of a reply and why it ended."""
    content = json.dumps(record(body))
    repairing = text_of(body["messages"][-1]).startswith("That reply could not be used")
    if fault == "fenced" or ignored:
        content = f"Here you are:\n```json\n{content}\n```"
    elif fault == "preamble":
        content = f"Sure! {content} I hope this helps."
    elif fault == "half":
        answer = {**record(body), "answer": record(body)["answer"] + " \ud83d"}
        content = json.dumps(answer, ensure_ascii=False)
    elif fault == "comma":
        content = content[:-1] + ",}"
    elif fault == "malformed" and not repairing:
        content = content[: len(content) // 3]
    elif fault == "invalid" and not repairing:
        content = json.dumps({"question": "What?"})
    elif fault == "truncated":
        return content[: len(content) // 2], "length"
    elif fault == "refused":
        return "I can't help with that.", "refusal"
    elif fault == "empty":
        return None, "stop"
    return content, "stop"


def text_of(turn: dict[str, Any]) -> str:
    """The text of a message, whole or in parts."""
    content = turn["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def record(body: dict[str, Any]) -> dict[str, Any]:
    """A grounded record: one sentence of the passage, chosen by the body's seed; or an object that
    fits another schema than the records'.
    """
    wanted = schema_of(body)
    if wanted and "reason" in wanted.get("properties", {}):
        material = "\n".join(text_of(m) for m in body["messages"] if m["role"] == "user")
        return opinion(material, wanted["properties"], body["scores"])
    if wanted and "properties" in wanted:
        said = "\n".join(text_of(m) for m in body["messages"] if m["role"] == "user")
        scripted = scripted_methods.answer([*wanted["properties"]], said, body.get("seed", 0))
        if scripted is not None:
            return scripted
    if wanted and list(wanted.get("properties", {})) == ["answer"]:
        return {"answer": scripted_answers.answer(text_of(body["messages"][-1]))}
    if wanted and "quotes" not in wanted.get("properties", {}):
        return {name: sample(part) for name, part in wanted["properties"].items()}
    turns = [text_of(m) for m in body["messages"]]
    if any(turn.startswith(SENT_BACK) for turn in turns):
        place = next(i for i, turn in enumerate(turns) if turn.startswith(SENT_BACK))
        return again(turns[: place + 1], body["learns"])
    text = next((text_of(m) for m in body["messages"] if m["role"] == "user"), "")
    ordered = obeyed(text) if body["follows_orders"] else None
    if ordered is not None:
        return ordered
    title = re.search(r'Passage from "([^">]+)', text)
    passage = re.search(r"<passage>\n(.*?)\n</passage>", text, re.DOTALL)
    found = re.findall(r"[A-Z][^.\n*]{30,220}\.(?=\s|$)", passage.group(1) if passage else "")
    found = found or [(passage.group(1) if passage else "nothing").strip().splitlines()[0]]
    seed = body.get("seed", int(hashlib.sha256(text.encode()).hexdigest()[:6], 16))
    chosen = found[seed % len(found)]
    subject = title.group(1).strip() if title else "it"
    question = f"What should one know about {subject}, in the way of fact number {seed % 1000}?"
    if body["repeats"]:
        how = ("short", "quick", "careful", "friendly", "plain", "rather formal and detailed")
        question = f"What should one know about {subject}, told in a {how[seed % 6]} way?"
    wrong = random.Random(seed).random() < body["wrong"]
    answer = lied(chosen, seed, body["lies"]) if wrong else chosen
    answer = f"People there have it that {answer}" if body["rewords"] else answer
    return {"quotes": [chosen], "question": question, "answer": answer}


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """The schema a body asks for, however it does."""
    for path in (
        ("response_format", "json_schema", "schema"),
        ("structured_outputs", "json"),
        ("output_config", "format", "schema"),
        ("tools", 0, "function", "parameters"),
        ("tools", 0, "input_schema"),
    ):
        node: Any = body
        for part in path:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                node = None
                break
        if isinstance(node, dict):
            return node
    return None


def sample(part: dict[str, Any]) -> Any:
    """A value that fits a property's schema."""
    if "enum" in part:
        return part["enum"][0]
    return {"integer": 1, "number": 1.0, "boolean": True, "array": []}.get(part["type"], "text")


async def serve(settings: argparse.Namespace) -> None:
    """Serve until killed; the port is printed first."""
    teacher = Teacher(settings)
    runner = web.ServerRunner(web.Server(cast(Any, teacher.handle), access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", settings.port, backlog=1024)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Read the settings and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, default=None)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--token-s", type=float, default=0.0)
    parser.add_argument("--capacity", type=int, default=100_000, help="calls worked on at once")
    parser.add_argument("--rpm", type=int, default=0, help="requests a minute; 0 for no limit")
    parser.add_argument("--tells-limits", type=json.loads, default=True, help="in headers")
    parser.add_argument("--unwanted-says", default="this content is not allowed")
    parser.add_argument("--wakes-after", type=int, default=0, help="calls that fail at first")
    parser.add_argument("--scores", type=json.loads, default={}, help="a judge's, by pattern")
    parser.add_argument("--repeats", type=json.loads, default=False, help="asks alike again")
    parser.add_argument("--rewords", type=json.loads, default=False, help="answers in own words")
    parser.add_argument("--wrong", type=float, default=0.0, help="share of answers that are false")
    parser.add_argument("--lies", type=json.loads, default=[*LIES], help="kinds of false answers")
    parser.add_argument("--learns", type=json.loads, default=True, help="of evidence in a repair")
    parser.add_argument("--follows-orders", type=json.loads, default=False, help="of documents")
    parser.add_argument("--tells-usage", type=json.loads, default=True)
    parser.add_argument("--dies-after", type=int, default=0, help="replies until it only fails")
    parser.add_argument("--retry-after", type=float, default=0)
    parser.add_argument("--batch-delay", type=float, default=0.0, help="seconds a batch takes")
    parser.add_argument("--batch-stall", type=float, default=0.0, help="first answer held back")
    parser.add_argument("--batch-flaky", type=int, default=0, help="one of so many answers is 503")
    parser.add_argument("--batch-fails", default="", help="why batches fail as a whole")
    parser.add_argument("--batch-page", type=int, default=100, help="batches in a page of the list")
    parser.add_argument("--faults", type=json.loads, default={})
    every = ["json_schema", "guided", "json_object", "tools", "none"]
    parser.add_argument("--obeys", type=json.loads, default=every)
    parser.add_argument("--rejects", type=json.loads, default=[])
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
