"""What is said of replies: rungs by teacher, fields that are empty or always the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
from conftest import RecipeFile, RunCommand, StartServer

from flows.accounts import fields, rungs
from store.records import VERDICTS, frame
from store.versions import find_version


def candidates(**columns: list[Any]) -> pl.DataFrame:
    count = len(columns["id"])
    base = {
        "teacher": ["t"] * count,
        "question": ["Why?"] * count,
        "answer": ["So."] * count,
        "quotes": [["So."]] * count,
        "style": ["cloze"] * count,
        "metadata": ['{"rung": "strict"}'] * count,
    }
    return pl.DataFrame({**base, **columns})


def drop(id_: str, reason: str) -> dict[str, Any]:
    row = {**dict.fromkeys(VERDICTS.names, ""), "record_id": id_, "stage": "generate"}
    return {**row, "decision": "drop", "reason": reason, "score": None}


def test_rungs_are_counted_by_teacher() -> None:
    said = [json.dumps({"rung": rung}) for rung in ("strict", "strict", "repaired", "strict")]
    rows = candidates(id=["a", "b", "c", "d"], metadata=said, teacher=["t", "t", "t", "u"])
    found = rungs(rows, frame([drop("b", "truncated")], VERDICTS))
    assert [(r["teacher"], r["rung"], r["replies"]) for r in found] == [
        ("t", "strict", 1),
        ("t", "repaired", 1),
        ("t", "truncated", 1),
        ("u", "strict", 1),
    ]


def test_a_field_that_is_empty_or_collapsed_shows() -> None:
    rows = candidates(
        id=["a", "b", "c", "d"],
        style=["cloze", "cloze", "true_false", "true_false"],
        answer=["", "x", "", ""],
    )
    verdicts = frame([drop("c", "schema"), drop("d", "schema")], VERDICTS)
    found = {row["field"]: row for row in fields(rows, verdicts)}
    assert found["answer"]["empty"] == 0.5 and found["quotes"]["empty"] == 0.0
    assert found["style"]["entropy"] == 0.0 < found["style"]["entropy_of_seeds"] == 1.0


def test_no_candidate_can_be_read() -> None:
    found = fields(candidates(id=["a"]), frame([drop("a", "schema")], VERDICTS))
    assert all(row["empty"] == 0.0 for row in found)


def test_a_build_counts_every_rung(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(fenced=0.2, comma=0.2, invalid=0.2, truncated=0.1)
    said = stillhouse("build", recipe_file(server.url, target=40), "--output", tmp_path / "out")
    assert said.code == 0
    manifest = find_version(tmp_path / "out", "rivers").manifest
    counts = {row["rung"]: row["replies"] for row in manifest["replies"]["rungs"]}
    assert set(counts) == {"strict", "lenient", "mended", "repaired", "truncated"}
    assert sum(counts.values()) == manifest["funnel"][0]["kept"]
    page = (tmp_path / "out" / "rivers" / "rivers-v1" / "report.html").read_text()
    assert "repaired" in page and "truncated" in page
