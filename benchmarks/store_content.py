"""Contents of versions for benchmarks of the store, made without any teacher."""

from __future__ import annotations

from typing import Any

import polars as pl

from benchmarks.made_records import records_of
from store.records import CITED, EVIDENCE, REJECTED, VERDICTS, frame
from store.version_tables import Content

_WORDS = (
    "valve pressure gauge handbook replaced inspected seal temperature limit operator manual "
    "section torque bearing filter housing sensor reading alarm threshold procedure"
).split()


def rows(count: int, say: str, words: int = 12, start: int = 0) -> pl.DataFrame:
    """Records of about ``words`` words each; what they say begins with ``say``."""
    number = pl.int_range(start, start + count, eager=True)
    text = _text(number, words)
    return records_of(
        pl.DataFrame({"n": number, "text": text}).select(
            "n",
            question=pl.format("What does entry {} say?", "n"),
            answer=pl.format(say + " {}: {}", "n", "text"),
        )
    )


def content(count: int, say: str, words: int = 12) -> Content:
    """A version's tables: records in three splits, nothing dropped, and one probe."""
    held = max(1, count // 20)
    made = rows(count, say, words)
    probe = {"metric": "near_duplicates", "reference": "own", "value": 0.0, "alarm": False}
    said = made.select(
        record_id="id",
        stage=pl.lit("heuristics"),
        stage_version=pl.lit("1"),
        decision=pl.lit("keep"),
        reason=pl.lit(""),
        score=pl.lit(None, pl.Float64),
        witness=pl.lit(""),
        detail=pl.lit(""),
    )
    return Content(
        splits={
            "train": made.slice(2 * held),
            "validation": made.slice(held, held),
            "test": made.head(held),
        },
        rejected=frame([], REJECTED),
        evidence=frame([], EVIDENCE),
        passages=frame([], CITED),
        verdicts=said.select(VERDICTS.names),
        probes=pl.DataFrame([probe]).with_columns(
            *(pl.lit(None, pl.Float64).alias(name) for name in ("reference_value", "effect")),
            p_adjusted=pl.lit(None, pl.Float64),
            sample=pl.lit(count, pl.Int64),
        ),
    )


def manifest(count: int) -> dict[str, Any]:
    """What flows says about such a version."""
    return {
        "status": "completed",
        "note": "",
        "recipe": {"language": "en", "description": "Made for a benchmark.", "name": "made"},
        "recipe_hash": "0" * 64,
        "corpus": {
            **{"snapshot": "a" * 64, "documents": 1000, "passages": 7000},
            **{"licences": ["MIT"], "covered": 1000},
        },
        "funnel": [
            {"stage": stage, "kept": count, "dropped": 0, "reasons": []}
            for stage in ("planned", "heuristics", "published")
        ],
        "teachers": [["strong", "distillation", count]],
        "origins": ["teacher"],
        "cost": {"calls": 0, "tokens": 0, "usd": 0},
        "run": {"finished_at": "2026-01-01T00:00:00+00:00", "wall_s": 1.0},
    }


def _text(number: pl.Series, words: int) -> pl.Series:
    """Texts that differ from row to row, the same in every run."""
    vocabulary = pl.Series(_WORDS)
    parts = [
        vocabulary.gather(((number * (7 + 2 * at) + at * at) % len(_WORDS)).cast(pl.UInt32))
        for at in range(words)
    ]
    return (
        pl.DataFrame({str(at): part for at, part in enumerate(parts)})
        .select(pl.concat_str(pl.all(), separator=" "))
        .to_series()
    )
