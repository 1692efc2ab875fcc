"""The teacher layer against a real engine, llama.cpp's server, with a model of our own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import jsonschema
import orjson
import pytest
from asking import Asked, ask, prompt
from cached import cached, running
from tiny_model import write_model

from configs.errors import ParseError, TeacherUnavailable
from generators.methods.grounded_qa import SCHEMA
from generators.replies import read_draft
from generators.teacher import Request, worst_case_tokens
from store.asking import Unanswered
from store.journal import Journal, Reply
from store.replies import check_ending

BINARY = cached("llama-server")
pytestmark = pytest.mark.skipif(
    not BINARY.exists(), reason="there is no llama-server; `make llama-server` builds it once"
)
KEY = "sk-test-the-engine's-key"
BOUNDED = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["river", "lake"]},
        "length": {"type": "integer", "minimum": 1, "maximum": 900},
        "known": {"type": "boolean"},
        "names": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3},
    },
    "required": ["kind", "length", "known", "names"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@contextmanager
def serving(model: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    # One thread each: they would spin on each other where the cores are busy.
    settings = "--ctx-size 32768 --parallel 4 --threads 1 --threads-batch 1 --no-warmup --metrics"
    command = [BINARY, "--model", model, "--port", "{port}", "--api-key", KEY, *settings.split()]
    with running(command, "/health", model.with_name("log")) as (url, process):
        yield f"{url}/v1", process


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[str]:
    with serving(model) as (url, _):
        yield url


def of_engine(url: str, path: str, **sent: object) -> httpx.Response:
    """What the engine says outside of the protocols that we test."""
    headers = {"authorization": f"Bearer {KEY}"}
    where = url.removesuffix("/v1") + path
    return httpx.post(where, json=sent, headers=headers).raise_for_status()


def predicted(url: str) -> int:
    """How many tokens the engine has written since it started, by its own count."""
    where = url.removesuffix("/v1") + "/metrics"
    text = httpx.get(where, headers={"authorization": f"Bearer {KEY}"}).raise_for_status().text
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return next(int(float(n)) for name, n in lines if name == "llamacpp:tokens_predicted_total")


def prompt_tokens(url: str, request: Request) -> int:
    """Tokens of a rendered prompt, by the engine's own tokeniser."""
    text = of_engine(url, "/apply-template", messages=request.messages).json()["prompt"]
    found = of_engine(url, "/tokenize", content=text, parse_special=True).json()["tokens"]
    return len(found)


def replies(asked: Asked) -> list[Reply]:
    assert len(asked.answers) == len(asked.results), asked.results
    return [answered.reply for answered in asked.answers]


def is_record(reply: Reply) -> bool:
    """Whether the reply would become a record."""
    if check_ending(reply) is not None:
        return False
    try:
        read_draft(reply.content or "", SCHEMA)
    except ParseError:
        return False
    return True


@pytest.mark.parametrize("structured", ["auto", "json_schema"])
@pytest.mark.parametrize("schema", [SCHEMA, BOUNDED], ids=["records", "bounded"])
def test_every_reply_satisfies_the_schema(
    engine: str, tmp_path: Path, schema: dict[str, object], structured: str
) -> None:
    requests = [prompt(seed, schema=schema) for seed in range(8)]
    more = {"structured": structured, "max_tokens": 1500}
    asked = ask(engine, tmp_path / "journal.db", requests, KEY, **more)
    for reply in replies(asked):
        assert reply.finish_reason == "stop" and reply.structured == "json_schema"
        jsonschema.validate(orjson.loads(reply.content or ""), schema)
    assert len({reply.content for reply in replies(asked)}) > 6, "the seeds are of no consequence"


@pytest.mark.parametrize("stream", [False, True])
def test_tokens_are_those_that_the_engine_counts(engine: str, tmp_path: Path, stream: bool) -> None:
    requests = [prompt(seed) for seed in range(20, 26)]
    before = predicted(engine)
    asked = ask(engine, tmp_path / "journal.db", requests, KEY, stream=stream, max_tokens=1500)
    written = [reply.output_tokens for reply in replies(asked)]
    assert sum(written) == predicted(engine) - before > 0
    read = [reply.input_tokens for reply in replies(asked)]
    assert read == [prompt_tokens(engine, request) for request in requests]
    assert asked.spent.tokens == sum(read) + sum(written)
    # With a token for every byte, no model can need more.
    for request, reply in zip(requests, replies(asked), strict=True):
        most_in, most_out = worst_case_tokens(request, 1500)
        assert reply.input_tokens <= most_in and reply.output_tokens <= most_out
    booked = sorted((a["input_tokens"], a["output_tokens"]) for a in asked.attempts)
    assert booked == sorted(zip(read, written, strict=True))


def test_a_streamed_reply_is_the_same_and_its_first_token_is_timed(
    engine: str, tmp_path: Path
) -> None:
    whole = replies(ask(engine, tmp_path / "whole.db", [prompt(7)], KEY, max_tokens=1500))[0]
    asked = ask(engine, tmp_path / "parts.db", [prompt(7)], KEY, max_tokens=1500, stream=True)
    (parts,) = replies(asked)
    assert (parts.content, parts.finish_reason) == (whole.content, "stop")
    assert (parts.input_tokens, parts.output_tokens) == (whole.input_tokens, whole.output_tokens)
    assert whole.ttft_s is None
    assert parts.ttft_s is not None and 0 < parts.ttft_s < parts.latency_s
    assert asked.attempts[0]["ttft_s"] == parts.ttft_s


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_cut_at_max_tokens_is_no_record(
    engine: str, tmp_path: Path, kind: str, stream: bool
) -> None:
    more = {"kind": kind, "stream": stream, "max_tokens": 16}
    asked = ask(engine, tmp_path / "journal.db", [prompt(seed) for seed in range(4)], KEY, **more)
    for reply in replies(asked):
        assert reply.output_tokens <= 16
        assert not is_record(reply)
    cut = [reply for reply in replies(asked) if reply.finish_reason == "length"]
    assert len(cut) >= 3, "hardly any text of the model's is that short"
    assert {getattr(check_ending(reply), "reason", None) for reply in cut} == {"truncated"}


@pytest.mark.parametrize("stream", [False, True])
def test_messages_have_text_and_usage(engine: str, tmp_path: Path, stream: bool) -> None:
    requests = [prompt(seed) for seed in range(30, 34)]
    before = predicted(engine)
    asked = ask(engine, tmp_path / "journal.db", requests, KEY, kind="anthropic", stream=stream)
    for request, reply in zip(requests, replies(asked), strict=True):
        assert reply.content and reply.finish_reason in ("stop", "length")
        assert reply.model and reply.input_tokens == prompt_tokens(engine, request)
        assert (reply.ttft_s is not None) == stream
    assert sum(r.output_tokens for r in replies(asked)) == predicted(engine) - before


def test_messages_are_not_bound_by_this_engine_and_no_record_comes_of_it(
    engine: str, tmp_path: Path
) -> None:
    """It answers 200 to `output_config` and to tools, and obeys neither."""
    for structured in ("json_schema", "tools"):
        more = {"kind": "anthropic", "structured": structured}
        asked = ask(engine, tmp_path / f"{structured}.db", [prompt(1), prompt(2)], KEY, **more)
        assert asked.outcomes == ["ok", "ok"]
        assert not any(is_record(reply) for reply in replies(asked))


def test_a_wrong_key_is_said(engine: str, tmp_path: Path) -> None:
    asked = ask(engine, tmp_path / "journal.db", [prompt(1)], "sk-test-a-wrong-key")
    (failure,) = asked.results
    assert isinstance(failure, TeacherUnavailable) and "is refused" in str(failure)
    assert "sk-test" not in str(failure) and asked.outcomes == ["refused"]


def test_a_prompt_longer_than_the_context_is_set_aside(engine: str, tmp_path: Path) -> None:
    long = prompt(1, "The river carries its water past the mill. " * 1000)
    asked = ask(engine, tmp_path / "journal.db", [long, prompt(2)], KEY, max_tokens=1500)
    failure, answered = asked.results
    assert isinstance(failure, Unanswered) and failure.reason == "rejected"
    assert "context" in str(failure)
    assert is_record(answered.reply)
    assert sorted(asked.outcomes) == ["ok", "rejected"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_is_killed_is_reported_and_nobody_hangs(
    model: Path, tmp_path: Path, stream: bool
) -> None:
    with serving(model) as (url, process):
        journal = tmp_path / "journal.db"
        requests = [prompt(number) for number in range(60)]
        more = {"patience_s": 3, "max_tokens": 1500, "stream": stream}
        asked = ask(url, journal, requests, KEY, after=process.kill, **more)
    failures = [result for result in asked.results if result not in asked.answers]
    assert asked.answers and failures
    assert isinstance(failures[-1], TeacherUnavailable)
    assert "no probe has succeeded for 3 s (patience_s)" in str(failures[-1])
    assert "sent" not in asked.outcomes, "a call has no end"
    assert {"cut", "connection", "reset", "unsent"} >= set(asked.outcomes) - {"ok"}
    with closing(Journal(journal)) as store:
        for answered in asked.answers:
            assert store.find(answered.key) == answered.reply
