"""Decontamination as users meet it: in a build, in its report, and on a file of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, RunCommand

from configs.load import load_recipe
from flows.pipeline import build
from store.checks import verify

QUESTIONS = [
    "Maya has 14 red apples and buys 9 more at the market. How many apples has Maya got now?",
    "Who wrote the first printed guide to the northern lighthouse stations of Norway?",
    "Which gas makes up most of the air that people breathe at sea level on Earth?",
    "In which year did the Alder bridge open to the public, and who paid for it?",
]
CLEAN = ["Write a poem about rain.", "Name three colours.", "What do cows eat in winter?"]


def lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    return lines(tmp_path / "exam.jsonl", [{"question": q, "answer": "?"} for q in QUESTIONS])


def test_a_file_is_checked(stillhouse: RunCommand, tmp_path: Path, exam: Path) -> None:
    rows = [
        *({"prompt": q, "output": "Yes."} for q in CLEAN),
        {"prompt": f"Answer in one word. {QUESTIONS[0]}", "output": "23"},
        {"prompt": "At sea level on Earth, what gas is most of the air people breathe?"},
        {"prompt": QUESTIONS[0].replace("14", "31").replace("9", "7"), "output": "38"},
    ]
    train = lines(tmp_path / "train.jsonl", rows)
    control = lines(tmp_path / "clean.jsonl", [{"question": q} for q in CLEAN])
    said = stillhouse("decontaminate", train, "--against", exam, "--control", control)
    assert said.code == 1, said.err
    flat = " ".join(said.out.split())
    assert "2 of 6 rows (33.33%) match one of 4 items." in flat
    assert "Matched by ngram, 1.00" in flat and "Matched by embedding" in flat
    assert "Maya has 14 red apples" in flat and "Of 3 control rows" in flat
    assert "false alarms 0.00% (95 % between 0.00% and 56.15%)" in flat


def test_a_clean_file_ends_well(stillhouse: RunCommand, tmp_path: Path, exam: Path) -> None:
    pl.DataFrame({"question": CLEAN}).write_parquet(tmp_path / "train.parquet")
    said = stillhouse("decontaminate", tmp_path / "train.parquet", "--against", exam)
    assert said.code == 0
    assert "0 of 3 rows" in said.out and "No control set" in said.out


def test_only_so_many_are_shown(stillhouse: RunCommand, exam: Path) -> None:
    said = stillhouse("decontaminate", exam, "--against", exam, "-n", 1)
    assert said.code == 1 and said.out.count("Matched by") == 1
    assert "and 3 more; see them with -n 4" in said.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no file"),
        ("", "no rows"),
        ('{"text": "x"}\n', "train.jsonl:1"),
    ],
)
def test_files_that_cannot_be_checked(
    stillhouse: RunCommand, tmp_path: Path, exam: Path, text: str | None, words: str
) -> None:
    train = tmp_path / "train.jsonl"
    if text is not None:
        train.write_text(text)
    said = stillhouse("decontaminate", train, "--against", exam)
    assert said.code == 2 and words in said.err and "Traceback" not in said.err


@pytest.fixture
def rivers(recipe_file: RecipeFile, tmp_path: Path) -> tuple[dict[str, Any], str]:
    """What a plain build of the recipe makes, and one of its questions."""
    version = build(load_recipe(str(recipe_file()), output=tmp_path / "plain")).version
    row = version.table("data").sort(pl.col("question").str.len_chars(), descending=True)
    return row.row(0, named=True), str(tmp_path / "out")


def test_a_build_drops_what_is_in_the_exam_and_shows_it(
    recipe_file: RecipeFile,
    stillhouse: RunCommand,
    tmp_path: Path,
    rivers: tuple[dict[str, Any], str],
) -> None:
    row, output = rivers
    lines(tmp_path / "exam.jsonl", [{"id": "q7", "question": row["question"], "answer": "?"}])
    lines(tmp_path / "clean.jsonl", [{"question": q} for q in [*CLEAN, row["question"]]])
    clean = {
        "sets": [{"name": "exam", "path": str(tmp_path / "exam.jsonl")}],
        "control": {"name": "clean", "path": str(tmp_path / "clean.jsonl")},
    }
    path = recipe_file(filters={"decontamination": clean})
    version = build(load_recipe(str(path), output=output)).version
    assert verify(version) == []
    rejected = version.table("rejected").filter(pl.col("reason") == "contaminated")
    assert row["id"] in rejected["id"].to_list()
    assert set(rejected["witness"]) == {"exam:q7"}
    assert row["question"] not in version.table("data")["question"].to_list()
    about = version.manifest["decontamination"]
    assert about["matched"] == len(rejected) and about["control"]["flagged"] == 1
    assert about["control"]["share"] == 0.25
    assert [each["set"] for each in version.manifest["references"]] == ["exam", "clean"]
    funnel = {step["stage"]: step for step in version.manifest["funnel"]}
    assert funnel["decontamination"]["dropped"] == len(rejected)
    page = (version.path / "report.html").read_text()
    assert "Decontamination" in page and "false alarms 25.00%" in page
    said = stillhouse("show", "rivers", row["id"], "--output", output)
    assert "exam:q7" in said.out and "Matched by ngram" in said.out


def test_without_sets_there_is_no_such_stage(recipe_file: RecipeFile, tmp_path: Path) -> None:
    version = build(load_recipe(str(recipe_file()), output=tmp_path / "out")).version
    assert version.manifest["decontamination"] is None
    assert "decontamination" not in {step["stage"] for step in version.manifest["funnel"]}
    assert "Decontamination" not in (version.path / "report.html").read_text()


def test_without_a_control_set_it_says_so(
    recipe_file: RecipeFile, tmp_path: Path, exam: Path
) -> None:
    clean = {"sets": [{"name": "exam", "path": str(exam)}]}
    path = recipe_file(filters={"decontamination": clean})
    version = build(load_recipe(str(path), output=tmp_path / "out")).version
    assert version.manifest["decontamination"]["control"] is None
    assert "No control set" in (version.path / "report.html").read_text()
