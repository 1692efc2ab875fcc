"""Golden cases: those that are shipped hold, and the command says what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand, StartServer

from configs.case_files import find_cases, load_cases
from configs.load import load_recipe, shipped_recipes, teacher_variables
from flows.cases import Tally, replay
from flows.views.cases import failed
from store.sandbox import run_python

NOBODY = "http://127.0.0.1:9/v1"
"""Where nobody answers."""


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all recipes, so that the corpus they share is embedded once."""
    return tmp_path_factory.mktemp("cases")


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_shipped_recipe_keeps_its_cases(name: str, output: Path) -> None:
    path = find_cases(name)
    cases = load_cases(path)
    assert len(cases) >= 10 and sum(case.expect == "reject" for case in cases) >= 3
    if name == "tools" and not run_python("print(1)", 20, 512).shut_in:
        pytest.skip("nothing can be shut in on this machine")
    unset = dict.fromkeys(teacher_variables(name), NOBODY)
    # All of Python's documentation would take a minute to embed.
    small = {"corpus": [{"reader": "python-api", "modules": ["json", "math"]}]}
    recipe = load_recipe(
        name, variables=unset, output=output, **(small if name == "quickstart" else {})
    )
    free = [case for case in cases if case.replies or not any(t.is_model for t in recipe.writers)]
    tallies = replay(recipe, free, 1, path)
    assert [t.case.id for t in tallies] == [case.id for case in free]
    wrong = {t.case.id: t.failures for t in tallies if bool(t.failures) != bool(t.case.known_gap)}
    assert not wrong, "cases fail, or gaps are closed"


ALDER = {
    "document": "alder.md",
    "expect": "accept",
    "replies": [
        {
            "quotes": ["The Alder River is 310 km long"],
            "question": "How long is the Alder River?",
            "answer": "The Alder River is 310 km long.",
        }
    ],
}
LIE = {**ALDER["replies"][0], "answer": "The Alder River is 130 km long."}


def write(path: Path, *cases: dict[str, object]) -> Path:
    path.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return path


def test_what_fails_is_told_of(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "cases.yaml",
        {"id": "holds", **ALDER},
        {"id": "lie", **ALDER, "replies": [LIE], "why": "Digits change places."},
        {"id": "truth", **ALDER, "expect": "reject", "reasons": ["contradicted"]},
        {"id": "worded", **ALDER, "answer": {"must": ["310"], "must_not": ["km"]}},
        {"id": "silent", **ALDER, "replies": ["No JSON."]},
        {"id": "unread", **ALDER, "replies": [*ALDER["replies"], "never asked for"]},
        {"id": "gap", **ALDER, "replies": [LIE], "known_gap": "Nobody mends it."},
        {"id": "closed", **ALDER, "known_gap": "It was mended."},
        {"id": "asked", "document": "alder.md", "expect": "accept"},
    )
    said = stillhouse("cases", recipe_file(NOBODY), "--file", file, "--repeat", 2, "--replies-only")
    assert said.code == 1
    rows = {line.split("│")[1].strip(): line for line in said.out.splitlines() if "│" in line}
    told = " ".join(said.out.replace("│", " ").split())
    assert "2/2" in rows["holds"] and "0/2" in rows["lie"] and "0/2" in rows["gap"]
    assert "grounding: contradicted" in rows["lie"] and "Digits change places." in told
    assert "accepted: The Alder River is 310 km long." in rows["truth"]
    assert "the answer has /km/" in rows["worded"]
    assert (
        "script_ended" in rows["silent"] and "all but the last 1 of the replies" in rows["unread"]
    )
    assert "1 of 6 pass; all must" in told and "Known gaps, counted apart: 2" in told
    assert "take `known_gap` out: closed" in told
    assert "Skipped: 1 cases without replies, as --replies-only says" in told


def test_asked_cases_are_paid_for_once(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server, document = (
        start_server(),
        {"title": "Fir River", "text": "The Fir River is 88 km long."},
    )
    recipe = recipe_file(server.url)
    good = [
        {"id": "alder", "document": "alder.md", "passage": 0, "expect": "accept"},
        {"id": "own", "document": document, "expect": "accept", "answer": {"must": ["88 km"]}},
    ]
    file = write(tmp_path / "cases.yaml", *good)
    said = stillhouse("cases", recipe, "--file", file)
    assert said.code == 0, said.out + said.err
    assert "6 of 6 replays pass (100%, 95 % interval 61% to 100%)" in said.out
    sent = server.bodies()
    assert len(sent) == len(set(sent)) == 6, "repeats differ in what is sent"
    bad = {**good[0], "id": "never", "answer": {"must": ["thousand leagues"]}}
    file = write(tmp_path / "cases.yaml", *good, bad)
    said = stillhouse("cases", recipe, "--file", file)
    assert said.code == 1 and "6 of 9 replays pass (67%" in said.out and "/thousand" in said.out
    assert len(server.bodies()) == 9, "only the new case is asked"
    assert stillhouse("cases", recipe, "--file", file, "--min-pass", 0.6).code == 0
    assert len(server.bodies()) == 9


def test_bad_files_are_told_of_by_case_and_field(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    recipe, file = recipe_file(NOBODY), tmp_path / "cases.yaml"
    file.write_text(
        "cases:\n  - id: one\n    document: alder.md\n    expect: accept\n"
        "    answer: {must: ['(']}\n    colour: red\n"
        "  - id: two\n    document: alder.md\n    expect: reject\n"
        "  - id: three\n    document: {title: x}\n    expect: maybe\n"
    )
    said = stillhouse("cases", recipe, "--file", file)
    assert said.code == 2
    for told in (
        f"{file}:5: case one: answer.must[0]: no regular expression: missing )",
        f"{file}:6: case one: colour: Extra inputs are not permitted",
        f"{file}:7: case two: case: `expect: reject` needs `reasons`",
        f"{file}:11: case three: document.text: Field required",
        f"{file}:12: case three: expect: Input should be 'accept' or 'reject'",
    ):
        assert told in said.err
    places = [
        ({"document": "oak.md"}, "document: the corpus has none of the id 'oak.md'"),
        ({"passage": 9}, "passage: 'alder.md' has 2 of them"),
        ({"method": "evolve"}, "method: the recipe has no 'evolve'"),
        ({"style": "haiku"}, "style: grounded_qa has no 'haiku'"),
        ({"fact": "Depth"}, "document: grounded_qa offers nothing about 'Depth'"),
        ({"asked": "x", "others": ["oak.md#0"]}, "others: the corpus has no passage oak.md#0"),
    ]
    write(file, *({"id": f"c{i}", **ALDER, **what} for i, (what, _) in enumerate(places)))
    said = stillhouse("cases", recipe, "--file", file)
    assert said.code == 2
    for i, (_, told) in enumerate(places):
        assert f"{file}: case c{i}: {told}" in said.err
    said = stillhouse("cases", recipe)
    assert said.code == 2 and f"write them to {tmp_path / 'cases' / 'recipe.yaml'}" in said.err


def test_a_share_is_held_against_its_least() -> None:
    (case,) = [case for case in load_cases(find_cases("evolve")) if case.id == "asked-for-breadth"]
    assert failed([Tally(case, ("why",), 4)], 0.8) and not failed([Tally(case, ("why",), 5)], 0.8)
