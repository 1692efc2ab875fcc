"""A probe of a real engine: llama.cpp's server, with a model that knows letters and no facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cached import cached, running
from conftest import RecipeFile
from tiny_model import write_model

from flows.probe import probe
from flows.students import Student

BINARY = cached("llama-server")
pytestmark = pytest.mark.skipif(
    not BINARY.exists(), reason="there is no llama-server; `make llama-server` builds it once"
)
KEY = "sk-test-the-engine's-key"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[str]:
    model = write_model(tmp_path / "tiny.gguf")
    settings = "--ctx-size 32768 --parallel 4 --threads 1 --threads-batch 1 --no-warmup"
    command = [BINARY, "--model", model, "--port", "{port}", "--api-key", KEY, *settings.split()]
    with running(command, "/health", tmp_path / "log") as (url, _):
        yield f"{url}/v1"


def test_a_model_that_knows_nothing_is_found_out(
    engine: str, recipe_file: RecipeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDENT_KEY", KEY)
    student = Student(engine, "tiny", "STUDENT_KEY", "born yesterday", concurrency=4, max_tokens=48)
    found = probe(str(recipe_file()), tmp_path / "out", student, most=8, at_least=4)
    gauges, items = found.run.gauges, found.probe_set.items
    assert gauges["unanswered"] == 0
    assert gauges["fluency"].replies == len(items) * 6 + len({item.subject for item in items})
    facts = gauges["facts"]
    assert not facts.replies or facts.value < 0.5
    assert gauges["following"].value < 0.9, "bytes by chance are no letter and no JSON"
    assert KEY not in found.kept.read_text()
    same = replace(student, label="a day later")
    again = probe(str(recipe_file()), tmp_path / "out", same, against=found.kept)
    assert again.decision is not None and again.decision.stage == "A", "it is the same model"
