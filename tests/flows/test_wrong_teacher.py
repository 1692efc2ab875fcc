"""A fluent teacher that lies in half of its answers: what of it is published."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import ROOT, RecipeFile, RunCommand, StartServer
from scripted_lies import kind_of

from store.versions import find_version

LARGEST_SHARE = 0.02
LEAST_KEPT = 0.85
CORPUS = ROOT / "data" / "corpora" / "solar-system"
FIGURES = re.compile(r"^## Figures\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
"""Lists of bare figures, in which most kinds of lies find nothing to change."""


@pytest.mark.timeout(240)
def test_at_most_one_published_record_in_fifty_is_wrong(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    capsys: Any,
) -> None:
    server = start_server({"wrong": 0.5})
    recipe = recipe_file(
        server.url,
        {"concurrency": 16},
        corpus=[{"path": str(_prose(tmp_path / "prose"))}],
        # Duplicates are no fault of an answer, and would hide how many were wrong.
        filters={"exact": None, "near": None, "semantic": None},
        **{"target": 400, "max_candidates": 400, "shard_size": 200},
    )
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert said.code in (0, 7), said.err
    version = find_version(tmp_path / "out", "rivers")
    columns = ["id", "quotes", "answer"]
    published = version.table("data").select(columns)
    dropped = version.table("rejected").filter(pl.col("stage") == "grounding").select(columns)
    out, lost = (Counter(map(_kind, rows.to_dicts())) for rows in (published, dropped))
    right, wrong = out[""], out.total() - out[""]
    told, kept = right + lost[""], right / (right + lost[""])
    lies = wrong + lost.total() - lost[""]
    with capsys.disabled():
        print(f"\n{told} true answers, {kept:.1%} kept; {lies} lies, {wrong} of them published:")
        for kind in sorted({*out, *lost} - {""}):
            print(f"  {kind}: {out[kind]} of {out[kind] + lost[kind]}")
        print(f"wrong among {len(published)} published: {wrong / len(published):.1%}")
    assert min(told, lies) > 100 and len({*out, *lost} - {""}) >= 5
    assert kept >= LEAST_KEPT
    assert wrong <= LARGEST_SHARE * len(published)


def _prose(folder: Path) -> Path:
    """The sentences of the corpus."""
    folder.mkdir()
    for path in CORPUS.glob("*.md"):
        (folder / path.name).write_text(FIGURES.sub("", path.read_text("utf-8")), "utf-8")
    return folder


def _kind(row: dict[str, Any]) -> str:
    return kind_of(row["quotes"][0], row["answer"])
