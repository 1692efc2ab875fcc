"""Failures by the script, from a server that is made for them: aimock."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from asking import Asked, ask, prompt
from cached import cached, running

from configs.errors import TeacherUnavailable
from generators.methods.grounded_qa import SCHEMA
from generators.replies import read_draft
from store.asking import Unanswered

CLI = cached("aimock") / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
pytestmark = pytest.mark.skipif(
    not (CLI.exists() and shutil.which("node")),
    reason="there is no aimock; `make aimock` fetches it once, and node must be installed",
)
RECORD = {"quotes": ["It is cold."], "question": "Is the river cold?", "answer": "It is cold."}
WELL = {"response": {"content": json.dumps(RECORD)}}


def error(status: int, kind: str, **more: Any) -> dict[str, Any]:
    said = {"message": f"{kind}, says the script", "type": kind, "code": kind}
    return {"response": {"error": said, "status": status, **more}}


BUSY = error(429, "rate_limit_error", retryAfter=1)
DOWN = error(503, "server_error")
OVERLOADED = error(529, "overloaded_error")
GARBAGE = {**WELL, "chaos": {"malformedRate": 1.0}}
HANGS_UP = {**WELL, "chaos": {"disconnectRate": 1.0}}
DIES = {**WELL, "chunkSize": 8, "latency": 30, "truncateAfterChunks": 4}

PASSING = {
    "busy": ([BUSY], ["rate_limited"]),
    "busy twice": ([BUSY, BUSY], ["rate_limited", "rate_limited"]),
    "down": ([DOWN], ["server"]),
    "overloaded": ([OVERLOADED], ["server"]),
    "garbage": ([GARBAGE], ["malformed"]),
    "hangs up": ([HANGS_UP], ["reset"]),
    "one after the other": ([DOWN, HANGS_UP, BUSY], ["server", "reset", "rate_limited"]),
}
LASTING = {
    "always down": [DOWN] * 9,
    "not so": [error(400, "invalid_request_error")],
    "no money": [error(429, "insufficient_quota")],
    "no entry": [error(401, "invalid_api_key")],
}


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """All scripts, each told by its name in the request; every way of asking has its own turn."""
    scripts = {name: [*failures, WELL] for name, (failures, _) in PASSING.items()}
    scripts |= {"the stream dies": [DIES, WELL]} | LASTING
    fixtures = [
        {**step, "match": {"userMessage": f"[{name}, {way}]", "sequenceIndex": turn}}
        for way in ("openai", "anthropic", "openai stream", "anthropic stream")
        for name, steps in scripts.items()
        for turn, step in enumerate(steps)
    ]
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "scripts.json").write_text(json.dumps({"fixtures": fixtures}))
    command = ["node", CLI, "--port", "{port}", "--fixtures", folder / "scripts.json"]
    with running(command, "/v1/models", folder / "log") as (url, _):
        yield f"{url}/v1"


def play(url: str, journal: Path, names: Iterable[str], kind: str, stream: bool) -> Asked:
    """All these scripts at once."""
    way = f"{kind} stream" if stream else kind
    scripts = [prompt(1, f"[{name}, {way}]") for name in names]
    return ask(url, journal, scripts, kind=kind, stream=stream, attempts=4)


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
@pytest.mark.parametrize("stream", [False, True])
def test_what_passes_is_got_over(scripted: str, tmp_path: Path, kind: str, stream: bool) -> None:
    asked = play(scripted, tmp_path / "journal.db", PASSING, kind, stream)
    for (_, expected), answered in zip(PASSING.values(), asked.answers, strict=True):
        calls = [attempt for attempt in asked.attempts if attempt["key"] == answered.key]
        outcomes = [call["outcome"] for call in calls]
        # Garbage in place of a stream is a stream without an end.
        seen = ["cut" if stream and one == "malformed" else one for one in expected]
        assert outcomes == [*seen, "ok"]
        assert read_draft(answered.reply.content or "", SCHEMA).answer == "It is cold."
        assert answered.reply.attempts == len(calls)
        started = [datetime.fromisoformat(call["started_at"]) for call in calls]
        for outcome, (before, after) in zip(outcomes, pairwise(started), strict=False):
            if outcome == "rate_limited":
                assert (after - before).total_seconds() >= 1, "the server asked for a second"


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_stream_that_dies_is_no_reply(scripted: str, tmp_path: Path, kind: str) -> None:
    asked = play(scripted, tmp_path / "journal.db", ["the stream dies"], kind, stream=True)
    assert asked.outcomes == ["cut", "ok"]
    (answered,) = asked.answers
    assert read_draft(answered.reply.content or "", SCHEMA).answer == "It is cold."
    assert asked.spent.tokens > 400, "what was cut off may have to be paid"


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
@pytest.mark.parametrize("stream", [False, True])
def test_what_lasts_is_said(scripted: str, tmp_path: Path, kind: str, stream: bool) -> None:
    asked = play(scripted, tmp_path / "lasts.db", ["always down", "not so"], kind, stream)
    down, wrong = asked.results
    assert isinstance(down, Unanswered) and down.reason == "unanswered"
    assert str(down).startswith("4 tries; the last one: server, ")
    assert isinstance(wrong, Unanswered) and wrong.reason == "rejected"
    assert str(wrong).startswith("HTTP 400: ") and "says the script" in str(wrong)
    assert sorted(asked.outcomes) == ["rejected"] + ["server"] * 4
    assert asked.spent.tokens == 0


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
@pytest.mark.parametrize(("name", "status"), [("no money", 429), ("no entry", 401)])
def test_what_is_refused_is_not_asked_again(
    scripted: str, tmp_path: Path, name: str, status: int, kind: str
) -> None:
    asked = play(scripted, tmp_path / "journal.db", [name], kind, stream=False)
    (refused,) = asked.results
    assert isinstance(refused, TeacherUnavailable) and f"HTTP {status}: " in str(refused)
    assert asked.outcomes == ["refused"] and asked.spent.tokens == 0
