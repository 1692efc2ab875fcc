"""Records of a published version, one after the other, each with its preference pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from configs.errors import StoreCorrupt
from store.real import REAL
from store.twins import MESSY
from store.versions import Version

_ROWS = 1_000
"""Rows in memory at a time."""
Row = Mapping[str, Any]
DEFAULT = "default"
"""The configuration of the records as they were kept."""
_VARIANTS = "variants"


def configs_in(version: Version) -> list[str]:
    """The configurations whose rows are records to train on, the default one first."""
    folders = {str(Path(name).parent) for name in version.files}
    own = [name for name in (MESSY, REAL) if name in folders]
    return [DEFAULT, *own, *sorted(Path(f).name for f in folders if f.startswith(f"{_VARIANTS}/"))]


def splits_in(version: Version, config: str = DEFAULT) -> list[str]:
    """The splits of a configuration that have records, in the order train, validation, test."""
    names = {Path(name).name.partition("-")[0] for name in _files(version, _folder(config))}
    return [split for split in ("train", "validation", "test") if split in names]


def has_pairs(version: Version) -> bool:
    """Whether it has preference pairs."""
    return bool(_files(version, "preference"))


def rows_in(version: Version, config: str, split: str) -> Iterator[tuple[Row, Sequence[Row]]]:
    """Each record of a split of a configuration, with its pairs where it is the default one.

    Raises:
        StoreCorrupt: a file is missing or damaged, or pairs belong to no record.
    """
    if config == DEFAULT:
        yield from records_in(version, split)
        return
    for record in _rows(version, _folder(config), split):
        yield record, ()


def records_in(version: Version, split: str) -> Iterator[tuple[Row, Sequence[Row]]]:
    """Each record of a split with its pairs, which are stored in the order of the records.

    Raises:
        StoreCorrupt: a file is missing or damaged, or pairs belong to no record.
    """
    pairs = _rows(version, "preference", split)
    waiting = next(pairs, None)
    for record in _rows(version, "data", split):
        own = []
        while waiting is not None and waiting["record_id"] == record["id"]:
            own.append(waiting)
            waiting = next(pairs, None)
        yield record, own
    if waiting is not None:
        raise StoreCorrupt(
            f"{version.name}: the pair {waiting['id']} of {split} belongs to no record there; "
            f"see what stillhouse verify {version.name.replace('-v', '@')} says"
        )


def _folder(config: str) -> str:
    own = {DEFAULT: "data", MESSY: MESSY, REAL: REAL}
    return own.get(config, f"{_VARIANTS}/{config}")


def _rows(version: Version, folder: str, split: str) -> Iterator[Row]:
    for name in _files(version, folder):
        if Path(name).name.partition("-")[0] == split:
            yield from _of_file(version, name)


def _of_file(version: Version, name: str) -> Iterator[Row]:
    try:
        with (
            version.open(name) as raw,
            pq.ParquetFile(raw, page_checksum_verification=True) as file,
        ):
            for batch in file.iter_batches(_ROWS):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreCorrupt(
            f"cannot read {version.path / name}: {error}; restore it from a copy, or publish "
            "the dataset again"
        ) from None


def _files(version: Version, folder: str) -> list[str]:
    return sorted(name for name in version.files if name.startswith(f"{folder}/"))
