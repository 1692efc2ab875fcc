"""The tables of a version, and how they are written: files whose names hold their hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from store.card import Part
from store.pairs import PAIRS
from store.real import REAL, real_among, refuse_synthetic
from store.records import (
    CITED,
    EVIDENCE,
    MADE_OF,
    RECORDS,
    REJECTED,
    VERDICTS,
    frame,
    to_arrow,
)
from store.shards import write_parquet
from store.twins import MESSY, TWINS
from store.versions import file_sha256

_ROWS_PER_FILE = 100_000
PREFERENCE = "preference"
"""Configuration of a version that holds its preference pairs, where it has any."""
_VARIANTS = "variants"


@dataclass(frozen=True)
class Content:
    """The tables of a version. ``splits`` are kept records by split, in a fixed order; ``passages``
    are those that evidence points to; ``corpus`` are the documents that it was made from; ``pairs``
    are preference pairs by split; ``variants`` are further training sets by configuration;
    ``messy`` are the messy twins of the kept records by split; ``figures`` is what the report
    draws, as JSON takes it; ``real_only`` are the splits that hold real rows and nothing else.
    """

    splits: Mapping[str, pl.DataFrame]
    rejected: pl.DataFrame
    evidence: pl.DataFrame
    passages: pl.DataFrame
    verdicts: pl.DataFrame
    probes: pl.DataFrame
    corpus: pl.DataFrame = field(default_factory=lambda: frame([], MADE_OF))
    pairs: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    variants: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    messy: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    real_only: frozenset[str] = frozenset()


def write_tables(aside: Path, content: Content) -> list[Part]:
    """Write all tables of a version into a folder, in files whose names hold their hashes.

    Raises:
        ConfigError: synthetic rows were about to enter a real-only split.
    """
    held = content.real_only
    parts = [
        _write_part(aside, "default", "data", split, to_arrow(rows, RECORDS), held)
        for split, rows in content.splits.items()
        if len(rows)
    ]
    parts += [
        _write_part(aside, PREFERENCE, PREFERENCE, split, to_arrow(rows, PAIRS), held)
        for split, rows in content.pairs.items()
        if len(rows)
    ]
    parts += [
        _write_part(aside, MESSY, MESSY, split, to_arrow(rows, TWINS), held)
        for split, rows in content.messy.items()
        if len(rows)
    ]
    parts += [
        _write_part(aside, REAL, REAL, split, to_arrow(rows, RECORDS), held)
        for split, rows in real_among(content.splits).items()
    ]
    others = (
        ("rejected", content.rejected, REJECTED),
        ("evidence", content.evidence, EVIDENCE),
        ("passages", content.passages, CITED),
        ("verdicts", content.verdicts, VERDICTS),
        *((("corpus", content.corpus, MADE_OF),) if len(content.corpus) else ()),
    )
    for config, rows, schema in others:
        parts.append(_write_part(aside, config, config, "train", to_arrow(rows, schema)))
    for config, rows in content.variants.items():
        folder = f"{_VARIANTS}/{config}"
        parts.append(_write_part(aside, config, folder, "train", to_arrow(rows, RECORDS), held))
    probes = content.probes.to_arrow()
    schema = pa.schema([(f.name, pa.string() if _is_text(f) else f.type) for f in probes.schema])
    parts.append(_write_part(aside, "probes", "probes", "train", probes.cast(schema)))
    return parts


def _is_text(field: pa.Field) -> bool:
    return bool(pa.types.is_large_string(field.type) or pa.types.is_string_view(field.type))


def _write_part(
    aside: Path,
    config: str,
    folder: str,
    split: str,
    table: pa.Table,
    real_only: frozenset[str] = frozenset(),
) -> Part:
    """Write a table in files whose names hold their hashes."""
    if split in real_only:
        refuse_synthetic(table, split)
    (aside / folder).mkdir(parents=True, exist_ok=True)
    starts = range(0, max(1, len(table)), _ROWS_PER_FILE)
    names = []
    for i, start in enumerate(starts):
        raw = aside / folder / f".{split}-{i}"
        write_parquet(table.slice(start, _ROWS_PER_FILE), raw)
        stem = f"{split}-{i:05d}-of-{len(starts):05d}-{file_sha256(raw)[:8]}"
        name = f"{folder}/{stem}.parquet"
        raw.rename(aside / name)
        names.append(name)
    size = sum((aside / name).stat().st_size for name in names)
    return Part(config, split, tuple(names), len(table), size, table.schema)


def listed(aside: Path, parts: Sequence[Part]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every file in a folder with its hash, its size and, of tables, its rows."""
    rows = {
        name: min(_ROWS_PER_FILE, part.rows - i * _ROWS_PER_FILE)
        for part in parts
        for i, name in enumerate(part.files)
    }
    for path in sorted(p for p in aside.rglob("*") if p.is_file()):
        name = path.relative_to(aside).as_posix()
        facts: dict[str, Any] = {"sha256": file_sha256(path), "bytes": path.stat().st_size}
        yield name, {**facts, "rows": rows[name]} if name in rows else facts
