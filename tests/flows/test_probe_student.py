"""Probing students behind a real server: decay is estimated right, and each stage is called."""

from __future__ import annotations

import json
import random
import signal
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand
from forked import command
from scripted_student import Student, serving

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from configs.load import load_recipe
from flows import probe as module
from flows.pipeline import build
from flows.probe import Probed, probe
from flows.students import Student as Asked
from generators.closed_questions import closed_questions
from generators.library import Library
from store.corpus import Corpus
from store.reading.source import read_source
from verifiers.closed_book.runs import save_run

LAKES = 72
LOST = 0.3


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents on invented lakes, four named values each."""
    folder, rng = tmp_path_factory.mktemp("lakes"), random.Random(3)
    for number in range(LAKES):
        name = f"Lake {rng.choice('BDFGKLMNPRST')}{rng.choice('aeiou')}{number:02d}ra".title()
        (folder / f"{number}.md").write_text(
            f"---\ntitle: {name}\n---\n# {name}\n\n## Figures\n\n"
            f"- **Depth:** {rng.randrange(10, 900)} m\n"
            f"- **Area:** {rng.randrange(1000, 9000)} km²\n"
            f"- **Surveyed:** {rng.randrange(1700, 1990)}\n"
            f"- **Shore town:** {rng.choice('BDGKLMNR')}{rng.choice('aeo')}nport\n",
            encoding="utf-8",
        )
    return folder


@pytest.fixture(scope="module")
def book(lakes: Path) -> dict[str, str]:
    """Everything that can be asked, with its answer."""
    documents = read_source(CorpusSource(path=str(lakes))).documents
    known = closed_questions(Library(Corpus(documents, ())))
    return {fact.question: fact.answer for fact in known}


@pytest.fixture
def recipe(recipe_file: RecipeFile, lakes: Path) -> Path:
    return recipe_file(corpus=[{"path": str(lakes)}], probes={"verifier": None})


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def ask(
    recipe: Path, out: Path, student: Student, stack: ExitStack, label: str, **more: object
) -> Probed:
    """Probe a student behind a server of its own."""
    asked = Asked(stack.enter_context(serving(student)), "student", label=label)
    return probe(str(recipe), out, asked, most=200, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def first(
    lakes: Path, book: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Probed]:
    """The folder and run of a student that knows all."""
    out = tmp_path_factory.mktemp("out")
    path = out / "recipe.yaml"
    path.write_text(
        json.dumps(
            {
                "name": "lakes",
                "corpus": [{"path": str(lakes)}],
                "teachers": [{"name": "templates", "kind": "grounded-templates"}],
            }
        )
    )
    with ExitStack() as stack:
        return path, ask(path, out, Student(book), stack, "generation 0")


def later(first: tuple[Path, Probed], student: Student, stack: ExitStack, label: str) -> Probed:
    path, before = first
    return ask(path, path.parent, student, stack, label, against=before.kept)


def test_a_student_that_knows_all_is_said_to(first: tuple[Path, Probed]) -> None:
    gauges = first[1].run.gauges
    for name in ("facts", "choices", "head", "tail", "fluency", "following"):
        assert gauges[name].value == 1.0, name
    assert gauges["abstained"].value == 0.0 and gauges["refusals"].replies == 0
    assert len(first[1].probe_set.items) == 200 and first[1].decision is None
    assert first[1].run.gauges["facts"].low < 1.0, "even all right of some is not all of all"


def test_decay_is_within_its_interval_and_called_fluent_but_wrong(
    first: tuple[Path, Probed], book: dict[str, str], stack: ExitStack
) -> None:
    found = later(first, Student(book, forgets=LOST), stack, "generation 1")
    for name in ("facts", "choices"):
        share = found.run.gauges[name]
        assert share.low <= 1 - LOST <= share.high, (name, share)
        assert share.high - share.low < 0.16
    assert found.run.gauges["fluency"].value == 1.0 == found.run.gauges["following"].value
    assert found.decision is not None and found.decision.stage == "B"
    assert found.change is not None and found.change.won == 0 and found.change.p < 1e-6
    said = " ".join(found.decision.reasons)
    assert "facts fell" in said and "fluency holds" in said and "following holds" in said
    assert [run.label for run in found.series][:1] == ["generation 0"]


def test_one_that_admits_not_to_know_is_told_apart(
    first: tuple[Path, Probed], book: dict[str, str], stack: ExitStack
) -> None:
    found = later(first, Student(book, forgets=LOST, admits=1.0), stack, "honest")
    facts, abstained = found.run.gauges["facts"], found.run.gauges["abstained"]
    assert facts.value + abstained.value == pytest.approx(1.0)
    assert found.change is not None and found.change.silent == found.change.lost > 0
    assert found.decision is not None and "does not know" in found.decision.reasons[0]


@pytest.mark.parametrize("harm", [{"ignores": 0.7}, {"stutters": 0.6}])
def test_one_that_no_longer_does_as_it_is_told_has_collapsed(
    first: tuple[Path, Probed], book: dict[str, str], stack: ExitStack, harm: dict[str, float]
) -> None:
    found = later(first, Student(book, **harm), stack, f"broken {harm}")
    assert found.decision is not None and found.decision.stage == "C"
    fallen = "following" if "ignores" in harm else "fluency"
    assert any(reason.startswith(f"{fallen} fell") for reason in found.decision.reasons)
    # What it says in the wrong form is still read: facts are another gauge.
    if "ignores" in harm:
        assert found.run.gauges["choices"].value > 0.9


def test_the_same_student_again_is_healthy(
    first: tuple[Path, Probed], book: dict[str, str], stack: ExitStack
) -> None:
    found = later(first, Student(book, forgets=0.01), stack, "generation 2")
    assert found.decision is not None and found.decision.stage == "A"
    assert "facts hold" in found.decision.reasons[0] and "would show" in found.decision.reasons[0]


def test_the_command_asks_nothing_twice_and_shows_every_gauge(
    recipe: Path, book: dict[str, str], tmp_path: Path, stillhouse: RunCommand
) -> None:
    out, refused, run = tmp_path / "out", tmp_path / "harm.txt", tmp_path / "run.json"
    refused.write_text("How do I harm a lake?\nHow do I harm a town?\n")
    student = Student(book, complies=False)
    arguments = ["probe", recipe, "-o", out, "--model", "student", "--facts", 200]
    with serving(student) as url:
        more = ["--endpoint", url, "--label", "one", "--refusals", refused, "--to", run]
        said = stillhouse(*arguments, *more)
        assert said.code == 0, said.err
        sent = len(student.bodies)
        assert sent == 200 * 6 + 50 + 2 and set(student.seen.values()) == {1}
        assert stillhouse(*arguments, *more).code == 0
        assert len(student.bodies) == sent, "the journal knows every answer"
        student.complies = True
        again = stillhouse(*arguments, "--endpoint", url, "--label", "two", "--refusals", refused,
                           "--against", run)  # fmt: skip
    assert again.code == 0, again.err
    assert len(student.bodies) == 2 * sent, "another generation is asked anew"
    for shown in ("facts, short answers", "of the tail", "following", "best - worst", "Stage A"):
        assert shown in again.out, shown
    plot = ET.parse(next(out.glob(".stillhouse/probe-runs/*/series.svg"))).getroot()
    assert plot.tag.endswith("svg") and len(plot.findall("{*}polyline")) == 3
    kept = json.loads(run.read_text())
    assert kept["gauges"]["refusals"][0] == 1.0 and kept["label"] == "one"


@pytest.mark.long
def test_a_killed_probe_goes_on_where_it_was(
    recipe: Path, book: dict[str, str], tmp_path: Path, stillhouse: RunCommand
) -> None:
    student, out = Student(book), tmp_path / "out"
    with serving(student) as url:
        words = ["probe", recipe, "-o", out, "--endpoint", url, "--model", "s"]
        words += ["--facts", 200, "--concurrency", 4]
        begun = command(*words, said=tmp_path / "killed")
        deadline = time.monotonic() + 60
        while len(student.bodies) < 300 and time.monotonic() < deadline:
            assert begun.process.is_alive()
            time.sleep(0.01)
        begun.process.kill()
        assert begun.ended() == -signal.SIGKILL
        done = stillhouse(*words)
        assert done.code == 0, done.err
    twice = sum(count > 1 for count in student.seen.values())
    assert len(student.seen) == 200 * 6 + 50 and twice <= 4, "no more than were in flight"


def test_questions_that_stand_in_training_rows_do_not_count(
    recipe: Path,
    book: dict[str, str],
    tmp_path: Path,
    stack: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"
    version = build(load_recipe(str(recipe), output=out)).version
    learnt = list(book)[:40]
    texts = module._training_texts(version)
    assert texts
    rows = [f"{question}\n{book[question]}" for question in learnt]
    monkeypatch.setattr(module, "_training_texts", lambda _: [*texts, *rows])
    asked = Asked(stack.enter_context(serving(Student({q: book[q] for q in learnt}))), "student")
    found = probe("rivers@1", out, asked, most=200)
    held = [id_ for id_, how in found.run.overlap.items() if how == "asked"]
    assert 25 <= len(held) <= 40 and found.run.version == "rivers-v1"
    assert found.run.label == "rivers-v1"
    assert found.run.gauges["facts"].value == 0.0, "it knows just what it was asked in training"
    assert "taught" in found.run.overlap.values(), "the rows of the version state facts"


def test_what_is_wrong_is_said_and_keys_are_not(
    first: tuple[Path, Probed],
    recipe: Path,
    book: dict[str, str],
    tmp_path: Path,
    stillhouse: RunCommand,
) -> None:
    student, out = Student(book), tmp_path / "out"
    with serving(student) as url:
        base = ["probe", recipe, "-o", out, "--model", "m", "--endpoint", url]
        few = stillhouse(*base, "--at-least", 380, "--facts", 400)
        assert few.code == 2 and "380 are wanted" in few.err and "--at-least" in few.err
        key = stillhouse(*base, "--key-env", "sk-secret-1")
        assert key.code == 2 and "sk-secret-1" not in key.err + key.out
        missing = stillhouse(*base, "--key-env", "NO_SUCH_VARIABLE")
        assert missing.code == 2 and "NO_SUCH_VARIABLE holds no key" in missing.err
        no_run = stillhouse(*base, "--against", tmp_path / "none.json")
        assert no_run.code == 2 and "cannot read" in no_run.err
        (tmp_path / "odd.json").write_text("{}")
        odd = stillhouse(*base, "--against", tmp_path / "odd.json")
        assert odd.code == 2 and "is no probe run" in odd.err
        run = first[1].run.model_copy(update={"endpoint": url, "model": "m", "label": "one"})
        same = save_run(run, tmp_path / "same.json")
        twin = stillhouse(*base, "--against", same, "--label", "one")
        assert twin.code == 2 and "give this one a name with --label" in twin.err
        assert not student.bodies
    down = stillhouse(*base)
    assert down.code == 4 and "no answer from" in down.err


def test_an_altered_set_is_refused(
    first: tuple[Path, Probed], book: dict[str, str], stack: ExitStack
) -> None:
    path, before = first
    manifest = path.parent / ".stillhouse" / "probe-sets" / before.probe_set.hash / "manifest.json"
    good = manifest.read_bytes()
    manifest.write_bytes(good.replace(before.probe_set.hash.encode(), b"0" * 24))
    try:
        with pytest.raises(Exception, match="was altered"):
            later(first, Student(book), stack, "x")
    finally:
        manifest.write_bytes(good)
    with pytest.raises(ConfigError, match="no probe run"):
        later(
            (path, Probed(before.run, manifest, before.probe_set, (), ())),
            Student(book),
            stack,
            "x",
        )
