"""What the flows of the deployments come to: states that are true, artifacts without keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile, StartServer
from prefect.client.schemas.objects import State
from rich.table import Table
from scripted_student import Student, serving
from store_samples import released
from teacher_server import KEY

from configs.corpus import CorpusSource
from flows.deployments import bench_teacher, probe_student, verify_dataset
from flows.deployments.build_dataset import build_dataset
from flows.deployments.cards import TeacherCard
from flows.deployments.probe_student import QuestionsCard, StudentCard
from flows.runs.markdown import as_markdown
from generators.closed_questions import closed_questions
from generators.library import Library
from store.corpus import Corpus
from store.reading.source import read_source


@pytest.fixture
def artifacts(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Artifacts by their keys, as they would be at a server."""
    kept: dict[str, str] = {}

    def keep(markdown: str, key: str, description: str) -> None:
        kept[key] = f"{markdown}\n{description}"

    for module in (bench_teacher, probe_student, verify_dataset):
        monkeypatch.setattr(module, "create_markdown_artifact", keep)
    return kept


def failed(outcome: Any) -> State[None]:
    assert isinstance(outcome, State) and outcome.is_failed()
    return outcome


def test_verify_tells_sound_from_damaged(tmp_path: Path, artifacts: dict[str, str]) -> None:
    version = released(tmp_path)
    verify = verify_dataset.verify_dataset.fn
    assert verify("small", str(tmp_path)).endswith("sound")
    assert verify("", str(tmp_path)).endswith("sound")
    assert "# Sound" in artifacts["verify-small"] and "# Sound" in artifacts["verify-all"]
    assert isinstance(version.path, Path)
    file = next(version.path.glob("data/*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    for spec in ("small@1", "small", ""):
        state = failed(verify(spec, str(tmp_path)))
        assert state.name == "Damaged" and f"{file.name}: altered" in str(state.message)
    assert "# Damaged" in artifacts["verify-small"]
    state = failed(verify("no-such", str(tmp_path)))
    assert state.name == "Failed" and "there are: small" in str(state.message)


def test_bench_leaves_figures_and_no_key(
    recipe_file: RecipeFile,
    start_server: StartServer,
    artifacts: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # To read Variables, Prefect would start a server, which outlives the test and its output.
    monkeypatch.setattr(bench_teacher, "within_variables", lambda recipe: recipe)
    recipe = str(recipe_file(start_server().url, target=40, max_candidates=200))
    bench = bench_teacher.bench_teacher.fn
    page = bench(recipe_file=recipe, max_concurrency=2, calls=2)
    assert Path(page).is_file()
    shown = artifacts["bench-rivers"]
    assert "| in flight | calls | tokens/s |" in shown and "concurrency: " in shown
    assert KEY not in shown
    state = failed(bench(recipe_file=recipe, teacher=TeacherCard(name="other")))
    assert "it has: teacher" in str(state.message)
    assert "at least 2" in str(failed(bench(recipe_file=recipe, calls=1)).message)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_probe_leaves_its_gauges(
    recipe_file: RecipeFile, documents: Path, artifacts: dict[str, str], stack: ExitStack
) -> None:
    read = read_source(CorpusSource(path=str(documents))).documents
    book = {fact.question: fact.answer for fact in closed_questions(Library(Corpus(read, ())))}
    url = stack.enter_context(serving(Student(book)))
    probe = probe_student.probe_student.fn
    few = QuestionsCard(facts=8, at_least=4)
    asked = {"recipe_file": str(recipe_file()), "student": StudentCard(label="first")}
    kept = probe(url, "tiny", questions=few, **asked)
    assert Path(kept).is_file()
    assert "| facts, short answers | 100.0% |" in artifacts["probe-rivers"]
    state = failed(probe(url, "tiny", questions=QuestionsCard(facts=4, at_least=8), **asked))
    assert "fewest facts" in str(state.message)


def test_a_form_that_cannot_be_ends_the_run_in_words() -> None:
    state = failed(build_dataset.fn(recipe_file="no-such-recipe.yaml"))
    assert str(state.message).startswith("no recipe 'no-such-recipe.yaml'")


def test_markdown_takes_no_markup_from_what_it_shows() -> None:
    table = Table(title="Models")
    for column in ("model", "calls"):
        table.add_column(column)
    table.add_row("a|b <img> \\[x]", "1")
    shown = as_markdown("T_1", [table, "two\nlines"])
    assert shown == (
        "# T\\_1\n\n**Models**\n\n| model | calls |\n| --- | --- |\n"
        "| a\\|b \\<img> \\[x\\] | 1 |\n\ntwo\n\nlines"
    )
