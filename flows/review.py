"""Claims of a version that nothing exact decided, for people to label."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from pydantic import ValidationError

from configs.errors import ConfigError
from configs.verifiers import Grounding
from store.files import put_whole
from store.text import digest
from store.versions import Version

COLUMNS = (
    *("id", "record_id", "question", "claim", "passage", "document"),
    *("verdict", "rule", "score", "label", "comment"),
)
"""Columns of a file to label, in their order."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a cell begins that spreadsheets compute, in full width too."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many claims were written, of how many that are undecided."""

    written: int
    undecided: int


def export(version: Version, path: Path, count: int, force: bool) -> Exported:
    """Write the most uncertain of the undecided claims; no file where there are none.

    Raises:
        ConfigError: the file is there and not to be replaced, it is neither CSV nor JSONL, or the
            version does not say what is undecided.
        StoreCorrupt: the disk refused.
    """
    written_as = {".csv": as_csv, ".jsonl": as_jsonl}.get(path.suffix.lower())
    if written_as is None:
        raise ConfigError(f"--export {path}: give a file that ends with .csv or .jsonl")
    if path.exists() and not force:
        raise ConfigError(
            f"--export {path} is there already, perhaps with labels; give another name, or replace "
            "it with --force"
        )
    found = undecided(version)
    rows = found.head(count).select(pl.lit("").alias(c) if c in _BLANK else c for c in COLUMNS)
    if len(rows):
        put_whole(path, written_as(rows.to_dicts()))
    return Exported(len(rows), len(found))


_BLANK = ("label", "comment")


def undecided(version: Version) -> pl.DataFrame:
    """The claims about which wording alone or a model decided, with the passage they were held
    against, the most uncertain first: COLUMNS without the blank ones, ``uncalibrated`` and
    ``detail``. A claim that several records make in the same words is there once. Records with
    personal data are left out.

    Raises:
        ConfigError: the version has no verifier, or is of an older Stillhouse.
    """
    chosen = grounding_of(version).entailment
    evidence = version.table("evidence")
    if "uncalibrated" not in evidence.columns:
        raise ConfigError(
            f"{version.name} was made before claims could be reviewed; build it again (nothing is "
            "asked again)"
        )
    degrees = pl.col("uncalibrated").is_not_null() & (pl.col("passage_id") != "")
    own = evidence.filter(degrees & ~pl.col("record_id").is_in(_private(version)))
    passages = version.table("passages").select(passage_id="id", passage="text")
    found = own.join(_questions(version), on="record_id", maintain_order="left").join(
        passages, on="passage_id", maintain_order="left"
    )
    told = ("question", "claim", "passage_id", "passage")
    ids = [f"c{digest([*row])[:16]}" for row in found.select(told).iter_rows()]
    middle = chosen.threshold if chosen else 0.5
    return (
        found.with_columns(pl.Series("id", ids, dtype=pl.String), document="document_id")
        .unique("id", keep="first", maintain_order=True)
        .sort((pl.col("score") - middle).abs(), "id")
    )


def grounding_of(version: Version) -> Grounding:
    """How the claims of a version were verified.

    Raises:
        ConfigError: they were not, or by an older Stillhouse.
    """
    said = version.manifest["recipe"]["verifiers"]["grounding"]
    if said is None:
        raise ConfigError(
            f"{version.name} was built without `verifiers.grounding`: it has no claims"
        )
    try:
        return Grounding.model_validate(said)
    except ValidationError:
        raise ConfigError(
            f"{version.name} was verified with settings of an older Stillhouse; build it again"
        ) from None


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows as spreadsheets open them: with a byte-order mark, so that they take it for UTF-8,
    and with an apostrophe before what they would compute.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_defused(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_jsonl(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows, one object a line."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _defused(value: object) -> str:
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    # Some spreadsheets look past the spaces, tabs and line ends that a cell begins with.
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _questions(version: Version) -> pl.DataFrame:
    tables = [version.table(name).select("id", "question") for name in ("data", "rejected")]
    return pl.concat(tables).unique("id").rename({"id": "record_id"})


def _private(version: Version) -> list[str]:
    """Records that were dropped for privacy."""
    lost = version.table("rejected").filter(pl.col("stage") == "privacy")["id"]
    said = version.table("verdicts").filter(
        (pl.col("stage") == "privacy") & (pl.col("decision") == "drop")
    )["record_id"]
    return [*lost, *said]
