"""The quick start as users run it: offline, over the documentation on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from conftest import RunCommand

from benchmarks.lies import Caught, measure
from configs.load import load_recipe
from configs.recipe import Recipe
from flows.pipeline import build, prepare
from flows.production import directly, produce
from flows.rounds import first_round
from store.checks import verify
from store.versions import Version

pytestmark = [pytest.mark.timeout(600), pytest.mark.long]
_EXACT = ("number", "quote", "identifier", "parameter", "default")
"""Kinds of lies that documentation decides exactly."""


@dataclass(frozen=True)
class Quickstart:
    recipe: Recipe
    version: Version


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Quickstart:
    recipe = load_recipe("quickstart", output=tmp_path_factory.mktemp("quickstart"))
    return Quickstart(recipe, build(recipe).version)


@pytest.fixture(scope="module")
def caught(quickstart: Quickstart) -> Caught:
    work, planned = prepare(quickstart.recipe)
    work = produce(quickstart.recipe, directly, work, first_round(quickstart.recipe, planned))
    return measure(quickstart.recipe, work)


def test_size_and_coverage(quickstart: Quickstart) -> None:
    manifest = quickstart.version.manifest
    assert manifest["corpus"]["documents"] >= 400
    assert len(quickstart.version.table("data")) == quickstart.recipe.target >= 1000
    assert manifest["status"] == "completed"
    assert manifest["corpus"]["covered"] >= 0.85 * manifest["corpus"]["documents"]
    styles = set(quickstart.version.table("data")["style"])
    assert styles == set(quickstart.recipe.methods[0].styles)


def test_funnel_adds_up(quickstart: Quickstart) -> None:
    steps = quickstart.version.manifest["funnel"]
    for before, after in pairwise(steps):
        assert before["kept"] == after["kept"] + after["dropped"], after["stage"]


def test_sound(quickstart: Quickstart) -> None:
    assert verify(quickstart.version) == []


def test_loads_with_datasets(quickstart: Quickstart, tmp_path: Path) -> None:
    from datasets import load_dataset

    path = str(quickstart.version.path)
    data = load_dataset(path, cache_dir=str(tmp_path))
    assert set(data) == {"train", "validation", "test"}
    assert sum(len(split) for split in data.values()) == quickstart.recipe.target
    assert [turn["role"] for turn in data["train"][0]["messages"]] == ["user", "assistant"]
    for config in ("rejected", "evidence", "verdicts", "probes"):
        rows = load_dataset(path, config, split="train", cache_dir=str(tmp_path))
        assert len(rows) == len(quickstart.version.table(config))


def test_reads_with_polars(quickstart: Quickstart) -> None:
    rows = pl.read_parquet(quickstart.version.path / "data" / "*.parquet")
    assert len(rows) == quickstart.recipe.target
    assert rows["id"].n_unique() == len(rows)


def test_rows_are_named_as_rule_made(quickstart: Quickstart) -> None:
    rows = quickstart.version.table("data")
    assert set(rows["generation_mode"]) == {"rule-based"}
    assert set(rows["origin"]) == {"rule"}
    card = (quickstart.version.path / "README.md").read_text()
    assert "rule-based templates, no language model" in card


def test_sources_hold_the_quotes(quickstart: Quickstart) -> None:
    evidence = quickstart.version.table("evidence").filter(pl.col("verdict") == "supported")
    assert len(evidence) > quickstart.recipe.target
    assert (evidence["quote"].str.len_chars() > 0).all()


def test_no_document_is_in_two_splits(quickstart: Quickstart) -> None:
    rows = quickstart.version.table("data").explode("sources").unnest("sources")
    splits = rows.group_by("document_id").agg(pl.col("split").n_unique())
    assert splits["split"].max() == 1


def test_planted_lies(caught: Caught, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        kinds = ", ".join(f"{kind} {n}/{m}" for kind, (n, m) in caught.by_kind.items())
        print(
            f"\nplanted lies: {caught.lies_caught:.1%} of {caught.planted} dropped ({kinds}); "
            f"true records kept: {caught.kept_share:.1%} of {caught.truths}"
        )
    assert caught.planted >= 200 and caught.by_kind.keys() >= set(_EXACT)
    exact = [caught.by_kind[kind] for kind in _EXACT]
    assert sum(n for n, _ in exact) >= 0.95 * sum(m for _, m in exact)
    assert caught.kept_share >= 0.90


def test_show_kept_and_dropped(quickstart: Quickstart, stillhouse: RunCommand) -> None:
    root = quickstart.recipe.output
    kept = quickstart.version.table("data")["id"][0]
    said = stillhouse("show", "quickstart", kept, "--output", root)
    assert said.code == 0 and "kept, in split" in said.out and "supported" in said.out
    rejected = quickstart.version.table("rejected")
    twin = rejected.filter(pl.col("reason").str.ends_with("duplicate")).to_dicts()[0]
    said = stillhouse("show", "quickstart@1", twin["id"], "--output", root)
    assert said.code == 0 and f"{twin['witness']}: the record it was dropped for" in said.out
    said = stillhouse("show", "quickstart", "nope", "--output", root)
    assert said.code == 2 and "no records" in said.err
    said = stillhouse("show", "quickstart", "--reason", "over_target", "--output", root)
    assert said.code == 0 and "diversity: over_target" in said.out


def test_versions_and_verify(quickstart: Quickstart, stillhouse: RunCommand) -> None:
    root = quickstart.recipe.output
    said = stillhouse("versions", "quickstart", "--output", root)
    assert said.code == 0 and "quickstart-v1" in said.out
    assert stillhouse("verify", "quickstart@1", "--output", root).code == 0
    said = stillhouse("verify", "quickstart@9", "--output", root)
    assert said.code == 2 and "there are: 1" in said.err


def test_collapse_panel(quickstart: Quickstart) -> None:
    panel = quickstart.version.table("probes")
    expected = {"distinct_1", "vendi", "knn_recall", "claim_accuracy", "document_recall"}
    assert expected <= set(panel["metric"])
    assert set(panel["reference"]) == {"", "corpus"}
    assert panel["value"].is_not_null().all() and not panel["alarm"].any()
