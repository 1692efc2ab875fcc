"""A student whose knowledge, form and obedience are set: a chat-completions server in a thread.

It knows a book of questions and answers. Which facts it has forgotten is drawn by the text of the
question, so a student that forgets more has forgotten what one that forgets less has.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REFUSAL = "I'm sorry, but I can't help with that request."
RAMBLE = "Well, that is a long story, and as everybody in the village knows it goes back many years"


@dataclass
class Student:
    """Shares of facts it has forgotten, of those it admits not to know, and of prompts whose form
    it ignores or to which it replies in circles.
    """

    book: Mapping[str, str]
    forgets: float = 0.0
    admits: float = 0.0
    ignores: float = 0.0
    stutters: float = 0.0
    complies: bool = False
    bodies: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def reply(self, prompt: str) -> str:
        """What it says to a prompt."""
        if drawn("stutter", prompt) < self.stutters:
            return "the lake the lake the lake the lake the lake the lake"
        asked = prompt.rpartition("Question: ")[2]
        question = next((known for known in self.book if known in asked), None)
        if question is None:
            free = "It is a place of some size. Many people have been there."
            return REFUSAL if "harm" in prompt and not self.complies else free
        said = self.said(question, asked)
        if drawn("ignore", prompt) < self.ignores:
            return f"{RAMBLE}, {said}"
        return json.dumps({"answer": said}) if "JSON object" in prompt else said

    def said(self, question: str, asked: str) -> str:
        """The answer in the form asked for: right, forgotten, or admitted not to be known."""
        answer = self.book[question]
        options = dict(re.findall(r"^([A-D])\) (.*)$", asked, re.M))
        known = drawn("forget", question) >= self.forgets
        if not known and drawn("admit", question) < self.admits:
            return "I don't know"
        if not options:
            return answer if known else "Nowhere Hill"
        right = next(letter for letter, option in options.items() if option == answer)
        return right if known else next(letter for letter in options if letter != right)


def drawn(what: str, text: str) -> float:
    """A number from 0 to 1, always the same for a text."""
    return int.from_bytes(hashlib.sha256(f"{what}:{text}".encode()).digest()[:8], "big") / 2**64


@contextmanager
def serving(student: Student) -> Iterator[str]:
    """The address of a server behind which this student answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send({"data": []})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            student.seen[hashlib.sha256(raw).hexdigest()] += 1
            student.bodies.append(raw.decode())
            said = student.reply(json.loads(raw)["messages"][-1]["content"])
            message = {"role": "assistant", "content": said}
            choice = {"message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 9, "completion_tokens": 9}
            self._send({"model": "s", "choices": [choice], "usage": usage})

        def _send(self, data: dict[str, Any]) -> None:
            body = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
