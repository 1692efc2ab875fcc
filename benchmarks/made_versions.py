"""Two versions of made-up records in a folder, the second one changed in known places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from benchmarks.made_records import DOCUMENTS, records_of
from store.records import CITED, EVIDENCE, REJECTED, VERDICTS, frame, polars_schema
from store.version_tables import Content, listed, write_tables
from store.versions import Version, manifest_sha256

DATASET = "made"
_SENTENCES, _STAGES = 50_000, ("heuristics", "grounding", "near")
_WORDS = "copper lamp river winter sun market bridge stone harbour letter garden signal".split()


@dataclass(frozen=True, slots=True)
class Planted:
    """What the second version has that the first has not, in rows."""

    entered: int
    left: int
    changed: int


def make_versions(root: Path, rows: int) -> tuple[Version, Version, Planted]:
    """Two versions of so many rows each, about 1 KB of text a row: one row in a hundred left,
    another came in, and three in a hundred say something else.
    """
    left = rows // 100
    second = np.arange(left, rows + left)
    one = _write(root, 1, rows, np.arange(rows), np.zeros(rows, dtype=np.int64))
    said = (second % 100 < 3).astype(np.int64)
    two = _write(root, 2, rows, second, said)
    inside = int(said[: rows - left].sum())
    return one, two, Planted(left, left, inside)


def _write(root: Path, number: int, rows: int, ids: Any, said: Any) -> Version:
    """One version as it lies on the disk, without a report."""
    folder = root / DATASET / f"{DATASET}-v{number}"
    folder.mkdir(parents=True)
    pool = _sentences()
    kept = pl.concat(list(_records(ids, said, pool)), rechunk=False).sort("id")
    of = kept.select(pl.col("id").hash(5) % 50).to_series()
    splits = {"train": of > 1, "validation": of == 1, "test": of == 0}
    lost = _records(np.arange(rows // 5) + 10 * rows, np.zeros(rows // 5, dtype=np.int64), pool)
    rejected = pl.concat(list(lost), rechunk=False).with_columns(
        *(pl.lit(value).alias(name) for name, value in _DROPPED.items())
    )
    parts = write_tables(
        folder,
        Content(
            splits={name: kept.filter(mask) for name, mask in splits.items()},
            rejected=rejected.select(REJECTED.names),
            evidence=_evidence(kept["id"]),
            passages=frame([], CITED),
            verdicts=_verdicts(kept["id"]),
            probes=pl.DataFrame({"metric": ["vendi"], "reference": [""], "value": [1.0 + number]}),
        ),
    )  # fmt: skip
    manifest = {**_manifest(number, rows), "files": dict(listed(folder, parts))}
    manifest["sha256"] = manifest_sha256(manifest)
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    (root / DATASET / "latest.json").write_bytes(orjson.dumps({"version": folder.name}))
    return Version(folder)


_DROPPED: dict[str, Any] = {
    "stage": "grounding", "stage_version": "1", "decision": "drop", "reason": "contradicted",
    "score": 0.1, "witness": "", "detail": "",
}  # fmt: skip


def _manifest(number: int, rows: int) -> dict[str, Any]:
    steps = [("planned", rows, 0), ("grounding", rows, rows // 5), ("published", rows, 0)]
    return {
        "schema": 1,
        "dataset": DATASET,
        "version": number,
        "parent": f"{DATASET}-v{number - 1}" if number > 1 else None,
        "status": "completed",
        "note": "",
        "recipe": {"name": DATASET, "language": "en"},
        "recipe_hash": "0" * 64,
        "corpus": {"snapshot": "a" * 64, "documents": DOCUMENTS, "passages": DOCUMENTS},
        "funnel": [
            {"stage": stage, "kept": kept, "dropped": lost, "reasons": []}
            for stage, kept, lost in steps
        ],
        "cost": {"calls": rows, "tokens": 500 * rows, "usd": 0.001 * rows},
        "run": {"finished_at": f"2026-01-0{number}T00:00:00+00:00"},
    }


def _sentences() -> pl.Series:
    """Sentences of some 65 characters, all different."""
    drawn = np.random.default_rng(7).integers(0, len(_WORDS), (_SENTENCES, 9))
    return pl.Series(
        [f"{' '.join(_WORDS[at] for at in row)} {i}." for i, row in enumerate(drawn.tolist())]
    )


def _text(ids: Any, pool: pl.Series, first: int, count: int) -> pl.Series:
    """Texts of so many sentences, which an id decides."""
    parts = [
        pool.gather((ids * 7919 + (first + i) * 104_729) % len(pool)).alias(f"{i}")
        for i in range(count)
    ]
    return pl.DataFrame(parts).select(pl.concat_str(pl.all(), separator=" ")).to_series()


def _records(ids: Any, said: Any, pool: pl.Series) -> Iterator[pl.DataFrame]:
    """Rows of RECORDS, some at a time."""
    for start in range(0, len(ids), 100_000):
        yield _some(ids[start : start + 100_000], said[start : start + 100_000], pool)


def _some(ids: Any, said: Any, pool: pl.Series) -> pl.DataFrame:
    texts = {"question": _text(ids, pool, 0, 2), "answer": _text(ids + said, pool, 2, 12)}
    return records_of(pl.DataFrame({"n": pl.Series(ids), **texts}))


def _evidence(ids: pl.Series) -> pl.DataFrame:
    """One claim a row."""
    schema = polars_schema(EVIDENCE)
    rows = ids.len()
    at = pl.Series(np.arange(rows) % DOCUMENTS).cast(pl.String)
    made = pl.DataFrame({"record_id": ids, "document_id": "d" + at}).with_columns(
        claim=pl.lit("the copper lamp stands by the river"),
        verdict=pl.Series(["supported"] * 9 + ["not_found"]).gather(np.arange(rows) % 10),
        rule=pl.lit("wording"),
        passage_id=pl.col("document_id") + "#0",
        quote=pl.lit("the copper lamp by the river gathers every ray of winter sun"),
        score=pl.lit(0.9),
    )
    rest = [pl.lit(None, dtype=schema[n]).alias(n) for n in EVIDENCE.names if n not in made.columns]
    return made.with_columns(rest).select(EVIDENCE.names).cast(schema)


def _verdicts(ids: pl.Series) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"record_id": ids}).with_columns(
            stage=pl.lit(stage),
            stage_version=pl.lit("1"),
            decision=pl.lit("keep"),
            reason=pl.lit(""),
            score=pl.lit(0.9),
            witness=pl.lit(""),
            detail=pl.lit(""),
        )
        for stage in _STAGES
    ]
    return pl.concat(parts, rechunk=False).select(VERDICTS.names)
