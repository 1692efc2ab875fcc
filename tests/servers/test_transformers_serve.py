"""A real server that ignores schemas without a word: `transformers serve`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from asking import ask, prompt
from cached import running
from tiny_model import write_folder

from configs.errors import ParseError, TeacherUnavailable
from generators.methods.grounded_qa import SCHEMA
from generators.replies import read_draft
from store.replies import check_ending

# Not in the extra `dev`: transformers loads it wherever it finds it, so all else would run on it.
pytestmark = [
    pytest.mark.skipif(
        find_spec("accelerate") is None,
        reason="`transformers serve` needs accelerate: pip install accelerate",
    ),
    pytest.mark.timeout(240),  # Its start takes 8 s, and a minute where the cores are busy.
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("served")
    model = write_folder(folder / "tiny")
    command = [Path(sys.executable).with_name("transformers"), "serve", model]
    command += ["--host", "127.0.0.1", "--port", "{port}", "--device", "cpu"]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OMP_NUM_THREADS", "1")
        with running(command, "/health", folder / "log", patience_s=200) as (url, _):
            yield f"{url}/v1", model


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("structured", ["auto", "tools", "json_object"])
def test_free_text_where_json_was_asked_for_is_no_record_and_the_reason_is_said(
    served: tuple[str, Path], tmp_path: Path, structured: str, stream: bool
) -> None:
    url, model = served
    more = {"model": str(model), "structured": structured, "stream": stream}
    requests = [prompt(number) for number in range(4)]
    asked = ask(url, tmp_path / "journal.db", requests, **more)
    assert asked.outcomes == ["ok"] * 4, "it says 200"
    for answered in asked.answers:
        reply = answered.reply
        assert reply.content and reply.input_tokens > 100 and reply.output_tokens > 1
        assert (reply.ttft_s is not None) == stream
        ending = check_ending(reply)
        if ending is not None:
            assert ending.reason == "truncated"
            continue
        with pytest.raises(ParseError, match="not a JSON object"):
            read_draft(reply.content, SCHEMA)


def test_a_field_that_it_does_not_know_is_refused_and_said(
    served: tuple[str, Path], tmp_path: Path
) -> None:
    url, model = served
    requests = [prompt(number) for number in range(4)]
    more = {"model": str(model), "structured": "guided"}
    asked = ask(url, tmp_path / "journal.db", requests, **more)
    assert set(asked.outcomes) == {"rejected"} and asked.answers == []
    assert isinstance(asked.results[-1], TeacherUnavailable)
    assert "structured_outputs" in str(asked.results[-1])
    assert asked.spent.tokens == 0
