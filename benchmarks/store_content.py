"""Contents of versions for benchmarks of the store, made without any teacher."""

from __future__ import annotations

from typing import Any

import polars as pl

from store.records import CITED, EVIDENCE, RECORDS, REJECTED, VERDICTS, frame, polars_schema
from store.version_tables import Content

_WORDS = (
    "valve pressure gauge handbook replaced inspected seal temperature limit operator manual "
    "section torque bearing filter housing sensor reading alarm threshold procedure"
).split()


def rows(count: int, say: str, words: int = 12, start: int = 0) -> pl.DataFrame:
    """Records of about ``words`` words each; what they say begins with ``say``."""
    number = pl.int_range(start, start + count, eager=True)
    text = _text(number, words)
    frame_ = pl.DataFrame({"n": number, "text": text}).with_columns(
        id=pl.format("r{}", pl.col("n").cast(pl.String).str.zfill(9)),
        question=pl.format("What does entry {} say?", "n"),
        answer=pl.format(say + " {}: {}", "n", "text"),
    )
    message = [
        pl.struct(role=pl.lit(role), content=pl.col(column))
        for role, column in (("user", "question"), ("assistant", "answer"))
    ]
    source = pl.struct(
        document_id=pl.format("d{}", pl.col("n") % 1000),
        passage_id=pl.format("d{}#{}", pl.col("n") % 1000, pl.col("n") % 7),
        title=pl.lit("Handbook"),
        start=pl.lit(0, pl.Int64),
        end=pl.lit(8, pl.Int64),
        sha256=pl.lit("0" * 64),
    )
    made = frame_.with_columns(
        messages=pl.concat_list(message),
        sources=pl.concat_list(source),
        seed_id=pl.format("s{}", "n"),
        **_CONSTANT,
    )
    return made.select(RECORDS.names).cast(polars_schema(RECORDS))


_CONSTANT: dict[str, Any] = {
    "quotes": pl.lit([], pl.List(pl.String)),
    "request_keys": pl.lit([], pl.List(pl.String)),
    "losers": pl.lit([]),
    "method": pl.lit("grounded_qa"),
    "style": pl.lit("question_answer"),
    "generation_mode": pl.lit("rule-based"),
    "generation_depth": pl.lit(0),
    "origin": pl.lit("rule"),
    "teacher": pl.lit("rules"),
    "tier": pl.lit(1),
    **{name: pl.lit("") for name in ("escalated_from", "repaired_from", "model", "reasoning")},
    **{name: pl.lit("") for name in ("prompt_id", "prompt_sha256")},
    "language": pl.lit("en"),
    "valid_as_of": pl.lit(None),
    "metadata": pl.lit("{}"),
    "tools": pl.lit("[]"),
}


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
        "teachers": [["rules", "rule-based", count]],
        "origins": ["rule"],
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
