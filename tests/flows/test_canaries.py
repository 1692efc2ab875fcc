"""Planted records go through the stages of the run, and what comes through holds a version back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from conftest import RecipeFile, RunCommand, StartServer

from configs.load import load_recipe
from flows.canaries import DUPLICATE, kinds_of
from flows.pipeline import build
from flows.planted import held_back_by, notes
from generators.corruptions import KINDS
from store.shards import Shards
from store.stages import STAGES, Context, Judged, Ruling, Stage, judged
from store.versions import Version, latest, list_versions

ON: dict[str, object] = {"verifier": {"planted": 20}, "canaries": {}}
"""Probes with the canaries as they come."""


def canaries_in(output: Path) -> pl.DataFrame:
    """The canaries of all runs in a folder."""
    shards = Shards(output / ".stillhouse" / "shards")
    return shards.frame([path.name for path in shards.root.glob("canaries-*")], "records")


def test_only_what_a_stage_must_catch_is_planted(recipe_file: RecipeFile) -> None:
    def kinds(**fields: object) -> set[str]:
        return {*kinds_of(load_recipe(str(recipe_file(**fields))))}

    assert kinds() == {*KINDS, DUPLICATE}
    assert kinds(filters={"exact": None}) == {*KINDS}
    assert kinds(verifiers={"grounding": None}) == {DUPLICATE}
    for tolerant in ({"policy": "lenient"}, {"policy": {"missing_quote": "flag"}}):
        assert kinds(verifiers={"grounding": tolerant}) == {DUPLICATE}
    assert kinds(verifiers={"grounding": {"policy": {"stale": "flag"}}}) == (
        {*KINDS, DUPLICATE} - {"stale"}
    )


def test_they_are_caught_and_never_part_of_a_version(
    recipe_file: RecipeFile, stillhouse: RunCommand, documents: Path, tmp_path: Path
) -> None:
    elm = (documents / "elm.md").read_text()
    (documents / "old.md").write_text(elm.replace("77", "81").replace("2024-", "2019-"))
    out = tmp_path / "out"
    recipe = recipe_file(target=24, probes=ON)
    said = stillhouse("build", recipe, "--output", out)
    assert said.code == 0, said.out + said.err
    version = list_versions(out, "rivers")[-1]
    found = version.manifest["canaries"]
    kinds = {row["kind"]: row for row in found["kinds"]}
    assert {"number", "date", "negation", "stale", DUPLICATE} <= kinds.keys()
    assert found["planted"] == 40 and found["share"] >= 0.95 and found["enough"]
    assert kinds["stale"]["reasons"][0][:2] == ["grounding", "stale"]
    assert kinds[DUPLICATE]["reasons"] == [["exact", "exact_duplicate", 8]]
    assert all(0 <= row["low"] <= row["share"] <= row["high"] <= 1 for row in found["kinds"])
    assert f"Canaries: {found['caught']} of 40 planted records" in said.out.replace("\n", " ")
    for page in ("README.md", "report.html"):
        assert f"{found['caught']} of 40 planted records" in (version.path / page).read_text()
    planted = canaries_in(out)
    assert len(planted) == 40 and planted["id"].n_unique() == 40
    assert all("planted" in orjson.loads(text) for text in planted["metadata"])
    for table, column in (("data", "id"), ("rejected", "id"), ("verdicts", "record_id")):
        assert not {*planted["id"]} & {*version.table(table)[column]}, table
    assert version.manifest["funnel"][-1]["kept"] == 24, "they are not counted"
    again = stillhouse("build", recipe, "--output", out)
    assert again.code == 0 and "nothing changed since" in again.out
    assert len(canaries_in(out)) == 40, "the same ones"


def blind(_settings: Any, _context: Context) -> Stage:
    """A verifier that lets everything through."""

    def keep(records: pl.DataFrame) -> Judged:
        return judged("grounding", records, [Ruling(score=1.0)] * len(records))

    return keep


def test_a_version_whose_stages_let_them_through_is_quarantined(
    recipe_file: RecipeFile,
    stillhouse: RunCommand,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    first = build(load_recipe(str(recipe_file(probes=ON)), output=out)).version
    assert first.manifest["status"] == "completed"
    broken = replace(STAGES["grounding"], version="broken", factory=blind)
    monkeypatch.setitem(STAGES, "grounding", broken)
    recipe = recipe_file(gate=None, seed=8, probes=ON)
    said = stillhouse("build", recipe, "--output", out)
    assert said.code == 8, said.out + said.err
    held = list_versions(out, "rivers")[-1]
    found = held.manifest["canaries"]
    lies = found["planted"] - 8
    assert found["caught"] == 8 and len(found["through"]) == lies
    assert held.number == 2 and latest(out, "rivers") == first
    note = held.manifest["note"]
    assert held.manifest["status"] == "quarantined"
    assert note.startswith(f"held back by its planted canaries: 8 of {8 + lies} were caught")
    assert "came through: " in note and " number" in note and "duplicate" not in note
    again = stillhouse("build", recipe, "--output", out)
    assert again.code == 8 and len(list_versions(out, "rivers")) == 2
    off = recipe_file(gate=None, seed=8, probes={"canaries": None})
    assert stillhouse("build", off, "--output", out).code == 0
    assert latest(out, "rivers") != first and list_versions(out, "rivers")[-1].number == 3


def test_they_cost_no_money(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    """A judge and a splitter of claims are not asked about them; without lies, copies are left."""
    writer, judge = start_server(), start_server()
    at = {"api_key_env": "TEACHER_API_KEY"}
    fields: dict[str, Any] = {
        "teachers": [
            {"name": "writer", "base_url": writer.url, "model": "tiny-teacher", **at},
            {"name": "judge", "base_url": judge.url, "model": "qwen3-judge", **at},
        ],
        "filters": {"judge": {"teacher": "judge"}},
        "verifiers": {"grounding": {"claims": {"teacher": "judge"}}},
        "target": 24,
    }
    off = recipe_file(**fields, probes={"canaries": None})
    assert stillhouse("build", off, "--output", tmp_path / "off").code == 0
    sent = len(writer.bodies()), len(judge.bodies())
    assert sent[1] > 0
    assert (
        stillhouse("build", recipe_file(**fields, probes=ON), "--output", tmp_path / "on").code == 0
    )
    assert (len(writer.bodies()), len(judge.bodies())) == (2 * sent[0], 2 * sent[1])
    found = Version(tmp_path / "on" / "rivers" / "rivers-v1").manifest["canaries"]
    assert [row["kind"] for row in found["kinds"]] == [DUPLICATE] and found["caught"] == 40
    assert Version(tmp_path / "off" / "rivers" / "rivers-v1").manifest["canaries"] is None


def test_a_few_say_nothing() -> None:
    few: dict[str, Any] = {"planted": 8, "caught": 0, "share": 0.0, "min_caught": 0.95}
    few |= {"enough": False, "kinds": []}
    assert held_back_by(few) == "" and "only 8 canaries" in notes(few)[0]
    assert held_back_by(None) == "" and notes(None) == []
    row = {"kind": "entity_swap", "planted": 5, "caught": 3}
    many = {**few, "planted": 40, "caught": 37, "share": 0.925, "enough": True, "kinds": [row]}
    assert notes(many) == [] and held_back_by({**many, "share": 0.95}) == ""
    assert held_back_by(many) == (
        "37 of 40 were caught (92.5%, probes.canaries.min_caught 95%); "
        "came through: 2 of 5 entity swap"
    )
