"""Small records, contents and manifests for the tests of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from configs.locations import Location
from store.collect import Garbage, garbage, kept
from store.pairs import PAIRS
from store.publish import publish
from store.records import (
    CITED,
    EVIDENCE,
    RECORDS,
    REJECTED,
    VERDICTS,
    Record,
    Source,
    Verdict,
    frame,
)
from store.text import sha256
from store.version_tables import Content
from store.versions import Version

PROBES = pl.Schema(
    {
        "metric": pl.String,
        "reference": pl.String,
        "value": pl.Float64,
        "reference_value": pl.Float64,
        "effect": pl.Float64,
        "p_adjusted": pl.Float64,
        "sample": pl.Int64,
        "alarm": pl.Boolean,
    }
)


def record(number: int, say: str = "answer", **changed: object) -> Record:
    """A valid record; ``say`` goes into its answer."""
    fields: dict[str, Any] = {
        "id": f"r{number:04}",
        "question": f"What is number {number}?",
        "answer": f"The {say} number {number} | is <b>fine</b>.",
        "quotes": (f"number {number}",),
        "sources": (
            Source(
                document_id=f"d{number % 3}",
                passage_id=f"d{number % 3}#0",
                title="Title",
                start=0,
                end=8,
                sha256=sha256("number 1"),
            ),
        ),
        "method": "grounded_qa",
        "style": ("question_answer", "cloze")[number % 2],
        "generation_mode": "rule-based",
        "generation_depth": 1,
        "origin": "rule",
        "teacher": "rules",
        "model": "",
        "prompt_id": "",
        "prompt_sha256": "",
        "request_keys": (),
        "seed_id": f"s{number}",
        "language": "en",
        "valid_as_of": date(2024, 6, 30),
    }
    return Record.model_validate({**fields, **changed})


def records(numbers: Sequence[int], say: str = "answer", **changed: object) -> pl.DataFrame:
    return frame([record(n, say, **changed).row() for n in numbers], RECORDS)


def verdict(number: int, decision: str = "keep", reason: str = "") -> dict[str, Any]:
    return Verdict.model_validate(
        {
            "record_id": f"r{number:04}",
            "stage": "heuristics",
            "stage_version": "1",
            "decision": decision,
            "reason": reason,
        }
    ).model_dump()


def claim(number: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(EVIDENCE.names)
    said = {"claim": f"number {number}", "message": 1, "claim_start": 0, "claim_end": 6}
    found = {"verdict": "supported", "rule": "wording", "score": 0.9, "detail": ""}
    return {**row, "record_id": f"r{number:04}", **said, **found}


def rejected(numbers: Sequence[int]) -> pl.DataFrame:
    rows = []
    for number in numbers:
        said = verdict(number, "drop", "too_short")
        said.pop("record_id")
        rows.append({**record(number, "dropped").row(), **said})
    return frame(rows, REJECTED)


def content(say: str = "answer", train: int = 4, dropped: int = 2) -> Content:
    """Kept rows in three splits, some dropped ones, their verdicts, evidence and probes."""
    kept = range(train + 2)
    return Content(
        splits={
            "train": records(range(train), say),
            "validation": records([train], say),
            "test": records([train + 1], say),
        },
        rejected=rejected(range(100, 100 + dropped)),
        evidence=frame([claim(n) for n in kept], EVIDENCE),
        passages=frame([], CITED),
        verdicts=frame(
            [verdict(n) for n in kept]
            + [verdict(100 + n, "drop", "too_short") for n in range(dropped)],
            VERDICTS,
        ),
        probes=pl.DataFrame(
            [{"metric": "vendi", "reference": "corpus", "value": 2.5, "sample": 6, "alarm": False}],
            schema=PROBES,
        ),
    )


def full(say: str = "answer") -> Content:
    """Content with rows in every table that a version can have, real ones among them."""
    made = content(say)
    real = records([20, 21], say, origin="human", teacher="")
    splits = {**made.splits, "train": pl.concat([made.splits["train"], real])}
    blank = dict.fromkeys(CITED.names)
    passage = {**blank, "id": "d0#0", "document_id": "d0", "start": 0, "end": 8, "text": say}
    messages = [{"role": "assistant", "content": say}]
    pair = {
        **dict.fromkeys(PAIRS.names),
        **{"id": "r0000/0", "record_id": "r0000", "margin": 0.5, "failed_claims": ["x"]},
        **{name: messages for name in ("prompt", "chosen", "rejected")},
    }
    twins = {
        split: rows.with_columns(
            id=pl.col("id") + "-messy",
            semantic_id=pl.col("id"),
            clean_question=pl.col("question"),
            noise=pl.lit(["casing: lower"], dtype=pl.List(pl.String)),
        )
        for split, rows in splits.items()
    }
    return replace(
        made,
        splits=splits,
        passages=frame([passage], CITED),
        pairs={"train": frame([pair], PAIRS)},
        messy=twins,
        variants={"real_100": real, "real_50": splits["train"].slice(3, 2)},
    )


def undated(say: str = "answer") -> Content:
    """Content whose every ``valid_as_of`` is null."""
    made = content(say)
    empty = pl.lit(None, dtype=pl.Date).alias("valid_as_of")
    return replace(made, splits={k: rows.with_columns(empty) for k, rows in made.splits.items()})


def manifest(**changed: object) -> Mapping[str, Any]:
    """What flows says about a version."""
    return {
        "status": "completed",
        "note": "",
        "recipe": {"language": "en", "description": "A & B <i>test</i> set.", "name": "small"},
        "recipe_hash": "0" * 64,
        "corpus": {
            "snapshot": "a" * 64,
            "documents": 3,
            "passages": 3,
            "licences": ["MIT"],
            "covered": 3,
        },
        "funnel": [
            {"stage": "planned", "kept": 8, "dropped": 0, "reasons": []},
            {"stage": "heuristics", "kept": 6, "dropped": 2, "reasons": [["too_short", 2]]},
            {"stage": "published", "kept": 6, "dropped": 0, "reasons": []},
        ],
        "teachers": [["rules", "rule-based", 6]],
        "origins": ["rule"],
        "cost": {"calls": 0, "tokens": 0, "usd": 0},
        "run": {"finished_at": "2024-06-30T00:00:00+00:00", "wall_s": 1.5},
        **changed,
    }


def released(root: Path, name: str = "small", say: str = "answer", **shape: int) -> Version:
    """A published version with small content."""
    return publish(root, name, content(say, **shape), manifest())


def listing(folder: Path) -> list[str]:
    """Names in a folder but for the locks, which stay."""
    return sorted(p.name for p in folder.iterdir() if not p.name.endswith(".lock"))


def going(root: Location, newest: int, at: datetime | None = None) -> list[Garbage]:
    """What can go of the small dataset beside its newest versions."""
    return garbage(root, "small", kept(root, "small", newest), at)
