"""A build whose gate holds it back: what is published, what it says, and how to go on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from conftest import RecipeFile, RunCommand
from ruamel.yaml import YAML

from configs.errors import ConfigError
from configs.load import load_recipe
from flows.pipeline import build
from store.checks import verify
from store.publish import REMEDY
from store.versions import Version, find_version, latest, list_versions


def both(recipe_file: RecipeFile, output: Path, **fields: object) -> tuple[Version, Version]:
    """A version with all four documents, and one that asked about one of them only."""
    first = build(load_recipe(str(recipe_file(**fields)), output=output)).version
    narrow = recipe_file(target=1, **fields)
    return first, build(load_recipe(str(narrow), output=output)).version


def test_a_version_that_lost_its_sources_is_held_back(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    first, second = both(recipe_file, tmp_path / "out")
    assert first.manifest["status"] == "completed" and first.manifest["gate"]["passed"]
    manifest = second.manifest
    assert manifest["status"] == "quarantined" and manifest["parent"] == first.name
    failed = {failure["metric"] for failure in manifest["gate"]["failures"]}
    assert "document_recall" in failed and "document_recall fell from 100.0%" in manifest["note"]
    assert latest(tmp_path / "out", "rivers") == first
    assert find_version(tmp_path / "out", "rivers") == first
    assert verify(second) == []
    said = stillhouse("build", tmp_path / "recipe.yaml", "--output", tmp_path / "out")
    assert said.code == 8 and "Quarantined: held back by its gate" in said.out
    assert "ask more about the 3 documents that lost most" in said.out
    assert f"--patch {second.path / REMEDY}" in said.out.replace("\n", "")
    assert len(list_versions(tmp_path / "out", "rivers")) == 2


def test_the_remedy_is_a_patch_that_works(recipe_file: RecipeFile, tmp_path: Path) -> None:
    _, second = both(recipe_file, tmp_path / "out")
    patch = YAML(typ="safe").load((second.path / REMEDY).read_text(encoding="utf-8"))
    lost = set(patch["top_up"])
    kept = second.table("data")["sources"].to_list()
    assert len(lost) == 3 and not lost & {s["document_id"] for row in kept for s in row}
    path = str(recipe_file(target=6, max_candidates=6, shard_size=10))
    recipe = load_recipe(path, second.path / REMEDY, output=tmp_path / "out")
    assert set(recipe.top_up) == lost
    version = build(recipe).version
    named = version.table("data")["sources"].list.first().struct.field("document_id").to_list()
    assert set(named) == lost, "documents to be topped up come first, and twice"


def test_release_by_hand(recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path) -> None:
    strict = {"min_documents": 0.9}
    _, second = both(recipe_file, tmp_path / "out", gate=strict)
    out = ("--output", tmp_path / "out")
    assert stillhouse("release", "rivers@2", "--reason", " ", *out).code == 2
    said = stillhouse("release", "rivers@2", "--reason", "a demonstration of one row", *out)
    assert said.code == 0 and "rivers-v2 is now the latest version" in said.out
    assert latest(tmp_path / "out", "rivers") == second
    pointer = json.loads((second.path.parent / "latest.json").read_text())
    assert pointer["version"] == "rivers-v2"
    assert pointer["released"] == "a demonstration of one row"
    again = stillhouse("build", recipe_file(target=1, gate=strict), *out)
    assert again.code == 0 and "nothing changed since" in again.out
    assert list_versions(tmp_path / "out", "rivers")[-1] == second


def test_without_a_gate_or_with_a_wider_one_it_is_published(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    _, second = both(recipe_file, tmp_path / "out", gate=None)
    assert second.manifest["status"] == "completed" and second.manifest["gate"] == {}
    # What a gate held back is published once the gate lets it pass, as a version of its own.
    wide = {"max_document_loss": None, "max_tail_loss": None, "alarms": []}
    _, held = both(recipe_file, tmp_path / "other")
    passing = load_recipe(str(recipe_file(target=1, gate=wide)), output=tmp_path / "other")
    third = build(passing).version
    assert held.number == 2 and third.number == 3 and third.manifest["status"] == "completed"


def test_a_patch_is_checked_like_a_recipe(recipe_file: RecipeFile, tmp_path: Path) -> None:
    path = str(recipe_file())
    patch = tmp_path / "patch.yaml"
    patch.write_text("target: 5\nsplits: {train: 0.9, validation: 0.1}\ngate: null\n")
    recipe = load_recipe(path, patch)
    assert recipe.target == 5 and recipe.splits.validation == 0.1 and recipe.splits.test == 0.0
    assert recipe.gate is not None, "null takes a field away, and the default stands"
    patch.write_text("targt: 5\n")
    with pytest.raises(ConfigError, match="did you mean 'target'"):
        load_recipe(path, patch)
    with pytest.raises(ConfigError, match="no patch"):
        load_recipe(path, tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="top_up: the corpus has no document 'nowhere'"):
        build(load_recipe(str(recipe_file(top_up=["nowhere"])), output=tmp_path / "out"))


def anchor(tmp_path: Path, rows: int, answer: str = "About {0} km, says the survey.") -> dict:
    lines = [
        json.dumps(
            {"id": f"r{i}", "question": f"How wide is lake {i}?", "answer": answer.format(i)}
        )
        for i in range(rows)
    ]
    (tmp_path / "real.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return {"name": "real", "path": str(tmp_path / "real.jsonl")}


def test_real_rows_are_kept_held_out_and_mixed(recipe_file: RecipeFile, tmp_path: Path) -> None:
    from datasets import load_dataset

    fields = {
        "card": {"intended_use": "A quiz."},
        "anchor": anchor(tmp_path, 60),
        "mixing": {"held_out": 0.3},
        "splits": {"train": 0.8, "validation": 0.2, "test": 0, "real_only": ["validation"]},
    }
    version = build(load_recipe(str(recipe_file(**fields)), output=tmp_path / "out")).version
    data = version.table("data")
    held = data.filter(pl.col("split") == "validation")
    assert set(held["origin"]) == {"human"} and 5 < len(held) < 35
    assert set(data.filter(pl.col("split") == "train")["origin"]) == {"human", "rule"}
    lineage = version.manifest["lineage"]
    assert lineage["real_rows"] == 60 and lineage["synthetic_rows"] == 12
    assert lineage["depths"] == {"0": 12} and version.manifest["origins"] == ["human", "rule"]
    size = {}
    for share in (100, 50, 25, 10):
        rows = load_dataset(str(version.path), f"real_{share}", split="train")
        assert not set(rows["id"]) & set(held["id"])
        size[share] = (len(rows), sum(origin == "human" for origin in rows["origin"]))
    assert size == {100: (12, 12), 50: (12, 6), 25: (12, 3), 10: (12, 1)}
    apart = load_dataset(str(version.path), "real")
    assert {name: len(rows) for name, rows in apart.items()} == {
        "train": 60 - len(held),
        "validation": len(held),
    }
    against = version.table("probes").filter(pl.col("reference") == "anchor")
    assert len(against) > 10 and against["reference_value"].null_count() < len(against)
    assert version.manifest["corpus"]["licence_counts"] == {"CC0-1.0": 4}
    (writer,) = version.manifest["writers"]
    assert (writer["model"], writer["rows"]) == ("grounded-templates/1.0.0", 12)
    card = version.read("README.md").decode()
    assert "| CC0-1.0 | 4 documents | – |" in card
    assert "| not stated | 60 real rows |" in card
    assert "**Intended:** A quiz." in card and "Looked for: email, phone" in card
    assert verify(version) == []


def test_real_rows_are_added_to_and_never_replaced(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    fields: dict[str, object] = {"mixing": {}, "splits": {"train": 1, "validation": 0, "test": 0}}
    build(load_recipe(str(recipe_file(anchor=anchor(tmp_path, 30), **fields)),
                      output=tmp_path / "out"))  # fmt: skip
    out = ("--output", tmp_path / "out")
    said = stillhouse("build", recipe_file(anchor=anchor(tmp_path, 20), **fields), *out)
    assert said.code == 2 and "would have 20 real rows, and its versions have 30" in said.err
    said = stillhouse("build", recipe_file(splits=fields["splits"]), *out)
    assert said.code == 2 and "would have 0 real rows" in said.err
    path = recipe_file(anchor=anchor(tmp_path, 20), **fields)
    assert stillhouse("build", path, "--reason", " ", *out).code == 2, "a blank is no reason"
    said = stillhouse("build", path, "--reason", "ten were in another language", *out)
    assert said.code == 0, said.out + said.err
    lineage = find_version(tmp_path / "out", "rivers@2").manifest["lineage"]
    assert lineage["reason"] == "ten were in another language"
    assert (lineage["real_rows"], lineage["parent_real_rows"]) == (20, 30)
    more = recipe_file(anchor=anchor(tmp_path, 40), **fields)
    assert stillhouse("build", more, *out).code == 0


def test_personal_data_of_real_rows_stays_out(recipe_file: RecipeFile, tmp_path: Path) -> None:
    rows = anchor(tmp_path, 10, answer="Write to jane.doe{0}@gmail.com about it.")
    recipe = load_recipe(str(recipe_file(anchor=rows, mixing={})), output=tmp_path / "out")
    version = build(recipe).version
    assert version.manifest["lineage"]["real_rows"] == 0


def test_mixing_needs_an_anchor(recipe_file: RecipeFile) -> None:
    with pytest.raises(ConfigError, match="mixing needs real rows"):
        load_recipe(str(recipe_file(mixing={})))


def test_real_rows_may_be_renumbered_and_not_swapped_or_trained_on(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    out, held = ("--output", tmp_path / "out"), {"held_out": 0.5}
    splits = {"train": 0.8, "validation": 0.2, "test": 0, "real_only": ["validation"]}
    fields: dict[str, object] = {"anchor": anchor(tmp_path, 30), "splits": splits}
    assert stillhouse("build", recipe_file(mixing=held, **fields), *out).code == 0
    first = {str(row["question"]): row["split"] for row in real_rows(tmp_path / "out", "rivers@1")}
    said = stillhouse("build", recipe_file(mixing={"held_out": 0.1}, **fields), *out)
    assert said.code == 2 and "would train on" in said.err
    lines = (tmp_path / "real.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in reversed(lines)]
    rows += [{"question": f"{rows[0]['question']} ", "answer": "Nobody knows."}]
    text = "\n".join(json.dumps({**row, "id": i // 2}) for i, row in enumerate(rows))
    (tmp_path / "real.jsonl").write_text(text)
    assert stillhouse("build", recipe_file(mixing=held, **fields), *out).code == 0
    second = real_rows(tmp_path / "out", "rivers@2")
    assert len(second) == 31
    assert all(row["split"] == first[str(row["question"]).strip()] for row in second)
    anchor(tmp_path, 30, answer="{0} km in all.")
    said = stillhouse("build", recipe_file(mixing=held, **fields), *out)
    assert said.code == 2 and "of which 31 are gone" in said.err


def real_rows(output: Path, spec: str) -> list[dict[str, object]]:
    return find_version(output, spec).table("data").filter(pl.col("origin") == "human").to_dicts()


def test_synthetic_rows_do_not_become_real_ones(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    version = build(load_recipe(str(recipe_file()), output=tmp_path / "out")).version
    with pytest.raises(ConfigError, match="versions hold synthetic rows"):
        load_recipe(str(recipe_file(anchor={"name": "real", "version": "rivers"}, mixing={})))
    files = {"name": "real", "path": str(version.path / "data" / "*.parquet")}
    path = recipe_file(anchor=files, mixing={})
    said = stillhouse("build", path, "--reason", "more real rows", "--output", tmp_path / "out")
    assert said.code == 2 and "no person wrote them (origin: 12 rule)" in said.err
    # The same without the column that says so, spaced and cased otherwise.
    copied = version.table("data").select("question", pl.col("answer").str.to_uppercase() + " ")
    copied.write_ndjson(tmp_path / "copied.jsonl")
    files = {"name": "real", "path": str(tmp_path / "copied.jsonl")}
    other = recipe_file(name="lakes", anchor=files, mixing={})
    with pytest.raises(ConfigError, match="12 rows of the anchor are synthetic rows of rivers-v1"):
        build(load_recipe(str(other), output=tmp_path / "out"))
    # Nor do candidates of a run whose version is gone.
    shutil.rmtree(tmp_path / "out" / "rivers")
    with pytest.raises(ConfigError, match="synthetic rows of a run in the same output folder"):
        build(load_recipe(str(other), output=tmp_path / "out"))


def test_real_rows_alone_are_no_version(recipe_file: RecipeFile, tmp_path: Path) -> None:
    fields: dict[str, object] = {"anchor": anchor(tmp_path, 20), "mixing": {}}
    first = build(load_recipe(str(recipe_file(**fields)), output=tmp_path / "out")).version
    lost = recipe_file(filters={"heuristics": {"min_answer_chars": 5000}}, **fields)
    with pytest.raises(ConfigError, match="no record was kept"):
        build(load_recipe(str(lost), output=tmp_path / "out"))
    assert latest(tmp_path / "out", "rivers") == first


def test_too_few_permutations_for_the_gate_are_refused(recipe_file: RecipeFile) -> None:
    few = {"collapse": {"permutations": 99}}
    with pytest.raises(ConfigError, match="set permutations to 199 or more"):
        load_recipe(str(recipe_file(probes=few)))
    gates: list[dict[str, object]] = [{"alarms": []}, {"alpha": 0.01}]
    for gate in gates:
        assert load_recipe(str(recipe_file(probes=few, gate=gate))).gate is not None


def test_a_stage_that_narrows_gets_its_settings_back(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    path = recipe_file(selection={"min_per_source": 1})
    build(load_recipe(str(path), output=tmp_path / "out"))
    narrow = recipe_file(target=1, selection={"min_per_source": 0})
    gate = build(load_recipe(str(narrow), output=tmp_path / "out")).version.manifest["gate"]
    assert gate["patch"]["selection"] == {"min_per_source": 1}
    assert any("diversity took" in text and "min_per_source 1" in text for text in gate["remedies"])


def test_the_gate_notes_only_figures_that_there_are(recipe_file: RecipeFile) -> None:
    path = recipe_file(gate={"noted": ["vendi", "vendy"]})
    with pytest.raises(ConfigError, match=r"gate.noted: vendy is no figure .* there are: .*mmd"):
        build(load_recipe(str(path)))
