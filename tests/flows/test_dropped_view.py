"""Why a record was dropped, as `stillhouse show` tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from conftest import RunCommand

import filters
from configs.filters import Diversity, ExactDedup, Filters, NearDedup, SemanticDedup
from flows.views.side_by_side import pieces
from store.corpus import Corpus
from store.records import EVIDENCE, RECORDS, REJECTED, VERDICTS, frame
from store.stages import STAGES, Context, no_references
from store.versions import Version

assert filters
WORDS = "the copper lamp by the river gathers every ray of winter sun and returns it slowly".split()
OTHER = "that hangs over a quiet market stall near some old bridge".split()
QUESTION = "What does it do?"


def row(id_: str, answer: str, question: str = QUESTION) -> dict[str, Any]:
    source = {"document_id": "doc", "passage_id": "doc#0", "title": "Doc"}
    return {
        **dict.fromkeys(RECORDS.names, ""),
        **{"id": id_, "question": question, "answer": answer, "messages": [], "request_keys": []},
        **{"quotes": [], "sources": [{**source, "start": 0, "end": 1, "sha256": "0" * 64}]},
        **{"generation_depth": 0, "tier": 1, "valid_as_of": None, "metadata": "{}"},
    }


def publish(
    root: Path,
    rows: Sequence[Mapping[str, Any]],
    verdicts: pl.DataFrame,
    recipe: Mapping[str, Any] | None = None,
    name: str = "lamps",
    evidence: Sequence[Mapping[str, Any]] = (),
) -> Version:
    """A version as it lies on the disk, with what a stage said of its rows."""
    records = frame([dict(each) for each in rows], RECORDS)
    drops = verdicts.filter(pl.col("decision") == "drop").rename({"record_id": "id"})
    tables = {
        "data/train-0.parquet": records.filter(~pl.col("id").is_in(drops["id"].to_list())),
        "rejected/train-0.parquet": records.join(drops, on="id").select(REJECTED.names),
        "verdicts/train-0.parquet": verdicts.select(VERDICTS.names),
        "evidence/train-0.parquet": frame([dict(each) for each in evidence], EVIDENCE),
    }
    folder = root / name / f"{name}-v1"
    for path, table in tables.items():
        (folder / path).parent.mkdir(parents=True)
        table.write_parquet(folder / path)
    manifest = {
        "dataset": name,
        "version": 1,
        "parent": None,
        "status": "completed",
        "files": dict.fromkeys(tables),
        "recipe": {"anchor": None, "filters": Filters().model_dump(mode="json"), **(recipe or {})},
        "references": [],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder.parent / "latest.json").write_text(json.dumps({"version": folder.name}))
    return Version(folder)


def judged(
    stage: str,
    settings: Any,
    rows: Sequence[Mapping[str, Any]],
    vectors: Sequence[Sequence[float]] | None = None,
    references: pl.DataFrame | None = None,
    target: int = 0,
) -> pl.DataFrame:
    matrix = np.array(vectors or [[1.0, 0.0]] * len(rows), np.float32)
    column = pl.Series("embedding", matrix, dtype=pl.Array(pl.Float32, matrix.shape[1]))
    records = frame([dict(each) for each in rows], RECORDS).with_columns(column)
    held = no_references() if references is None else references
    context = Context(Corpus((), ()), matrix[:0], target=target, references=held)
    return STAGES[stage].make(settings, context)(records).verdicts


def shown(stillhouse: RunCommand, version: Version, id_: str) -> str:
    """What ``show`` says of a record, without the lines of its tables."""
    root = version.path.parent.parent
    said = stillhouse("show", version.manifest["dataset"], id_, "--output", root)
    assert said.code == 0, said.err
    return " ".join(word for word in said.out.split() if not set(word) <= set("│┃━─"))


def test_a_copy_beside_its_survivor(stillhouse: RunCommand, tmp_path: Path) -> None:
    rows = [row("a1", f"{' '.join(WORDS)}."), row("b2", f"{' '.join(WORDS).upper()}")]
    version = publish(tmp_path, rows, judged("exact", ExactDedup(), rows))
    dropped = version.table("rejected")["id"][0]
    kept = version.table("data")["id"][0]
    said = shown(stillhouse, version, dropped)
    assert "exact: same letters and digits" in said
    assert f"{dropped}: dropped {kept}: the record it was dropped for" in said


def test_a_chain_shows_the_record_that_links(stillhouse: RunCommand, tmp_path: Path) -> None:
    # Each is a twin of the next one only, and the first is the longest and survives.
    steps = [[*WORDS[3 * n :], *OTHER[: 3 * n]] for n in range(3)]
    rows = [
        row(f"{'abc'[n]}{n}", f"{' '.join(words)}{'!' * (9 - n) if n == 0 else '.'}")
        for n, words in enumerate(steps)
    ]
    settings = NearDedup(threshold=0.5)
    verdicts = judged("near", settings, rows)
    details = dict(verdicts.select("record_id", "detail").iter_rows())
    assert "linked by b1" in details["c2"], details
    recipe = {"filters": Filters(near=settings).model_dump(mode="json")}
    version = publish(tmp_path, rows, verdicts, recipe)
    said = shown(stillhouse, version, "c2")
    score = verdicts.filter(pl.col("record_id") == "c2")["score"][0]
    assert f"near: Jaccard similarity {score:.2f}, limit 0.50, linked by b1 (0." in said
    assert "a0: the record it was dropped for" in said
    assert "The twin that links it to the kept one, similarity 0." in said
    assert ", itself dropped by near" in said and steps[1][-1] in said


def test_meaning_has_its_limit(stillhouse: RunCommand, tmp_path: Path) -> None:
    rows = [row("a1", "The lamp shines slowly."), row("b2", "The lamp glows in a slow manner.")]
    near = [[1.0, 0.0], [0.97, (1 - 0.97**2) ** 0.5]]
    version = publish(tmp_path, rows, judged("semantic", SemanticDedup(), rows, near))
    assert "semantic: cosine 0.97, limit 0.96" in shown(stillhouse, version, "a1")


def test_selection_names_the_nearest_kept_one(stillhouse: RunCommand, tmp_path: Path) -> None:
    rows = [row(f"a{n}", f"The lamp shines {word}.") for n, word in enumerate(WORDS[:4])]
    near = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.6, 0.8]]
    verdicts = judged("diversity", Diversity(clusters=1), rows, near, target=2)
    version = publish(tmp_path, rows, verdicts)
    dropped = version.table("rejected").to_dicts()[0]
    said = shown(stillhouse, version, dropped["id"])
    score = f"{dropped['score']:.2f}"
    assert f"diversity: cluster 0 keeps 2 of 4; nearest kept record, cosine {score}" in said
    assert f"{dropped['witness']}: the record it was dropped for" in said


@pytest.mark.parametrize("place", ["version", "file", "gone", "hub"])
def test_a_survivor_in_a_reference_set(stillhouse: RunCommand, tmp_path: Path, place: str) -> None:
    kept = row("k7", " ".join(WORDS))
    path = tmp_path / "real.jsonl"
    if place == "version":
        said_nothing = judged("exact", ExactDedup(), [kept])
        publish(tmp_path, [kept], said_nothing, name="earlier")
    elif place == "file":
        path.write_text(json.dumps({"id": "k7", "question": QUESTION, "answer": kept["answer"]}))
    where = {
        "version": {"version": "earlier@1"},
        "hub": {"hub": "someone/rows"},
    }.get(place, {"path": str(path)})
    against = [{"name": "old", **where}]
    reference = {"set": "old", "id": "k7", "question": QUESTION, "answer": kept["answer"]}
    references = pl.DataFrame(
        [{**reference, "embedding": [1.0, 0.0]}],
        schema_overrides={"embedding": pl.Array(pl.Float32, 2)},
    )
    rows = [row("a1", f"{' '.join(WORDS)} now")]
    verdicts = judged("near", NearDedup(), rows, references=references)
    recipe = {"filters": Filters.model_validate({"against": against}).model_dump(mode="json")}
    version = publish(tmp_path, rows, verdicts, recipe)
    said = shown(stillhouse, version, "a1")
    address = next(iter(where.values()))
    if place in ("version", "file"):
        assert "Dropped and kept, in old (" in said and said.count("copper") == 3
        assert "k7: the record it was dropped for" in said
    else:
        assert "k7 is in old" in said and "not found" in said
    assert address in said.replace(" ", "")


def test_a_rule_and_the_words_it_found(stillhouse: RunCommand, tmp_path: Path) -> None:
    rows = [row("a1", "The lamp has 40 rays."), row("b2", "Fine {{name}} lamp.")]
    names = VERDICTS.names
    said = [
        (
            "a1",
            "grounding",
            "1",
            "drop",
            "contradicted",
            0.0,
            "doc#0",
            "The lamp has 40 rays. — 12",
        ),
        ("b2", "heuristics", "1", "drop", "template_left_over", None, "format", "'{{name}}'"),
    ]
    claim = {
        **dict.fromkeys(EVIDENCE.names),
        **{"record_id": "a1", "claim": "The lamp has 40 rays.", "verdict": "contradicted"},
        **{
            "rule": "quantity",
            "detail": "40 is not 12",
            "document_id": "doc",
            "start": 0,
            "end": 9,
        },
        "quote": "The lamp has 12 rays.",
    }
    verdicts = frame([dict(zip(names, each, strict=True)) for each in said], VERDICTS)
    version = publish(tmp_path, rows, verdicts, evidence=[claim])
    told = shown(stillhouse, version, "a1")
    assert "grounding: contradicted; The lamp has 40 rays. — 12; doc#0" in told
    assert "contradicted by quantity: 40 is not 12" in told
    assert "heuristics: template_left_over; '{{name}}'; format" in shown(stillhouse, version, "b2")


def test_only_words_of_its_own_are_marked() -> None:
    own = pieces("The lamp has 40 rays.", "the LAMP has 12 rays of light.")
    assert own == [("The lamp has ", False), ("40", True), (" rays.", False)]
    shared = [piece for piece, marked in pieces("A lamp, a ray", "one ray", "shared") if marked]
    assert shared == ["ray"]


def test_commands_name_the_folder(stillhouse: RunCommand, tmp_path: Path) -> None:
    root = tmp_path / "out here"
    rows = [row("a1", " ".join(WORDS))]
    publish(root, rows, judged("exact", ExactDedup(), rows))
    said = stillhouse("show", "lamps", "--output", root)
    assert f"stillhouse show lamps@1 ID --output '{root}'" in " ".join(said.out.split())
    said = stillhouse("show", "lamps", "zz", "--output", root)
    assert f"stillhouse show lamps --output '{root}'" in said.err
