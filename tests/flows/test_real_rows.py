"""What real rows a version owes to those before it, whatever became of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from conftest import RecipeFile
from store_samples import content, manifest, records

from configs.errors import ConfigError
from configs.load import load_recipe
from configs.recipe import Recipe
from flows.mixing import check_accumulates, real_splits
from flows.real_rows import owed_rows
from store.publish import publish
from store.records import HUMAN, REFERENCES, frame
from store.versions import Version


def lineage_of(real: int, reason: str = "") -> dict[str, object]:
    rows = {"real_rows": real, "synthetic_rows": 1, "synthetic_share": 1 / (1 + real)}
    return {**rows, "depths": {"0": 1}, "parent_real_rows": 0, "reason": reason}


def version_with(
    root: Path, real: list[int], status: str = "completed", reason: str = ""
) -> Version:
    """The next version, with these real rows."""
    rows = records(real, origin=HUMAN, teacher="")
    train = pl.concat([records([90]), rows])
    lineage = lineage_of(len(real), reason)
    said = manifest(status=status, lineage=lineage, note="", origins=["human", "rule"])
    return publish(root, "small", replace(content(), splits={"train": train}), said)


def point_to(version: Version) -> None:
    """Roll back to a version."""
    pointer = version.path.parent / "latest.json"
    pointer.write_text(json.dumps({"version": version.name}))


def owed(root: Path) -> list[int]:
    return sorted(int(id_[1:]) for id_ in owed_rows(root, "small")["id"])


def test_rows_of_all_ancestors_are_owed(tmp_path: Path) -> None:
    assert owed(tmp_path) == []
    version_with(tmp_path, [1, 2])
    version_with(tmp_path, [1, 2, 3])
    assert owed(tmp_path) == [1, 2, 3]


def test_a_reason_settles_what_was_given_up(tmp_path: Path) -> None:
    version_with(tmp_path, [1, 2, 3])
    version_with(tmp_path, [1], reason="two were wrong")
    assert owed(tmp_path) == [1]
    version_with(tmp_path, [1, 4])
    assert owed(tmp_path) == [1, 4]


def test_a_version_in_quarantine_counts_and_settles_nothing(tmp_path: Path) -> None:
    version_with(tmp_path, [1, 2])
    version_with(tmp_path, [1, 2, 3], status="quarantined")
    assert owed(tmp_path) == [1, 2, 3], "what was collected is not lost with the version"
    version_with(tmp_path, [1], status="quarantined", reason="fewer")
    assert owed(tmp_path) == [1, 2, 3], "its reason was for a version that never counted"


def test_rolling_back_gives_nothing_up(tmp_path: Path) -> None:
    first = version_with(tmp_path, [1, 2, 3])
    version_with(tmp_path, [1, 4], reason="two were wrong")
    point_to(first)
    assert owed(tmp_path) == [1, 2, 3, 4]
    found = owed_rows(tmp_path, "small").filter(pl.col("id") == "r0001")
    assert found["version"].to_list() == ["small-v2"], "the newest that has it"


def test_an_older_version_without_a_table_of_real_rows_is_read(tmp_path: Path) -> None:
    version = version_with(tmp_path, [1, 2])
    said = json.loads((version.path / "manifest.json").read_bytes())
    said["files"] = {n: f for n, f in said["files"].items() if not n.startswith("real/")}
    (version.path / "manifest.json").write_text(json.dumps(said))
    assert owed(tmp_path) == [1, 2]


def test_a_damaged_version_keeps_nobody_from_going_on(tmp_path: Path) -> None:
    versions = [version_with(tmp_path, [1, number]) for number in (2, 3, 4)]
    (versions[0].path / "manifest.json").unlink()
    (table,) = (versions[1].path / "real").glob("*.parquet")
    table.write_bytes(b"nothing")
    assert owed(tmp_path) == [1, 4]


@pytest.fixture
def recipe(recipe_file: RecipeFile, tmp_path: Path) -> Recipe:
    (tmp_path / "real.jsonl").write_text("{}")
    fields = {
        "name": "small",
        "anchor": {"name": "real", "path": str(tmp_path / "real.jsonl")},
        "mixing": {"held_out": 0.5},
        "splits": {"train": 0.8, "validation": 0.2, "test": 0, "real_only": ["validation"]},
    }
    return load_recipe(str(recipe_file(**fields)), output=tmp_path / "out")


def anchor_of(numbers: range) -> pl.DataFrame:
    rows = [
        {"set": "real", "id": f"{n}", "question": f"How wide is lake {n}?", "answer": f"{n} km."}
        for n in numbers
    ]
    return frame(rows, REFERENCES)


def published(recipe: Recipe, numbers: range) -> None:
    """A version with the anchor's rows, as a build would publish it."""
    real = real_splits(recipe, anchor_of(numbers))
    splits = {**real, "train": pl.concat([records([90]), real["train"]])}
    lineage = lineage_of(len(numbers))
    held = {"splits": recipe.splits.model_dump(mode="json")}
    said = {"language": "en", "description": "", "name": "small", **held}
    about = manifest(recipe=said, lineage=lineage, origins=["human", "rule"])
    publish(recipe.output, "small", replace(content(), splits=splits), about)


def test_rows_that_go_or_lose_their_split_need_a_reason(recipe: Recipe) -> None:
    published(recipe, range(20))
    check_accumulates(recipe, anchor_of(range(25)), "")
    with pytest.raises(ConfigError, match=r"5 are gone \(last in small-v1\)"):
        check_accumulates(recipe, anchor_of(range(15)), "")
    check_accumulates(recipe, anchor_of(range(15)), "five were wrong")
    open_ = recipe.splits.model_copy(update={"real_only": ("test",)})
    moved = recipe.model_copy(update={"splits": open_})
    with pytest.raises(ConfigError, match="let synthetic rows into validation"):
        check_accumulates(moved, anchor_of(range(20)), "")
