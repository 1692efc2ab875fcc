"""Rows of a dataset of the Hugging Face hub as documents: streamed once, kept, and read like files.

What is kept are Parquet files of the columns that a document needs, so that memory never holds more
than some thousand rows. A dataset in a folder is read anew each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from configs.corpus import CorpusSource, names_folder
from configs.errors import ConfigError, StoreCorrupt
from store.corpus import LeftOut
from store.reading.hub_columns import Row, columns_of, documents_in
from store.reading.hub_rows import open_rows
from store.reading.local import Fetched, Local
from store.reading.rows import COLUMNS
from store.stages import Progress
from store.text import digest
from store.versions import file_sha256

_FACTS = "fetched.json"
_ROWS = 5_000
_BYTES = 16_000_000
"""Where a part ends: at so many rows, or so much text."""
_SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])
_DOING = "reading dataset"


@dataclass(frozen=True)
class Kept:
    """What is kept of a dataset: hashes of its parts, and what was left out of it.

    ``fetched`` is the day on which these rows first came, ``checked`` that of the last look.
    """

    fetched: date
    checked: date
    parts: dict[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


_KEPT = TypeAdapter(Kept)


def fetch_dataset(source: CorpusSource, cache: Path, progress: Progress) -> Fetched:
    """Files of the rows of a dataset, which is streamed where it is not kept.

    Raises:
        ConfigError: the dataset, its configuration, its split or a column is not there, the hub
            cannot be reached, or there is more text than the source allows.
        StoreCorrupt: nothing can be written to the cache.
    """
    folder = cache / f"hub-{_key(source)}"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / ".lock"):
            kept = _kept(source, folder, progress)
    except OSError as error:
        raise StoreCorrupt(
            f"what is fetched cannot be kept in {cache}: {error.strerror or error}; make room, or "
            "give another folder as `cache` of the source or as output"
        ) from None
    name = _name(source)
    stated: dict[str, Any] = {"source": name}
    if not names_folder(str(source.dataset)):
        at = f"@{source.revision}" if source.revision else ""
        stated = {"source": f"{name}{at}", "retrieved_at": kept.fetched}
    files = tuple(Local(name, folder / part, stated) for part in kept.parts)
    return Fetched(files, kept.left_out)


def _kept(source: CorpusSource, folder: Path, progress: Progress) -> Kept:
    today, old = datetime.now(UTC).date(), _look_up(folder)
    most = source.max_age_days
    if (
        old
        and not names_folder(str(source.dataset))
        and (most is None or (today - old.checked).days < most)
    ):
        return old
    aside = folder.with_name(f".{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        new = _stream(source, aside, today, progress)
        if old and old.parts == new.parts:
            # Rows do not change by being looked at.
            new = replace(new, fetched=old.fetched)
        (aside / _FACTS).write_bytes(orjson.dumps(new))
        shutil.rmtree(folder, ignore_errors=True)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return new


def _stream(source: CorpusSource, folder: Path, today: date, progress: Progress) -> Kept:
    """Write the rows of a dataset to parts in a folder."""
    left_out: list[LeftOut] = []
    parts: dict[str, str] = {}
    found = open_rows(source, columns_of(source))
    rows = documents_in(found, source, _name(source), left_out)
    count = 0
    for batch in _batches(rows, source):
        file = folder / f"rows-{len(parts):05d}.parquet"
        pq.write_table(pa.Table.from_pylist(batch, schema=_SCHEMA), file)
        parts[file.name] = file_sha256(file)
        count += len(batch)
        progress(_DOING, count, source.limit or count)
    return Kept(today, today, parts, tuple(left_out))


def _batches(rows: Iterable[Row], source: CorpusSource) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = total = 0
    for row in rows:
        size += (length := len(row["text"].encode()))
        total += length
        if total > source.max_mb * 1_000_000:
            raise ConfigError(
                f"corpus: max_mb: the dataset {source.dataset} has more than {source.max_mb:g} MB "
                "of text; set `limit` to read the first rows only, or raise max_mb"
            )
        batch.append(row)
        if len(batch) >= _ROWS or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _look_up(folder: Path) -> Kept | None:
    """What is kept in a folder; None where it is nothing, or not whole."""
    try:
        kept = _KEPT.validate_json((folder / _FACTS).read_bytes())
        whole = all(file_sha256(folder / name) == known for name, known in kept.parts.items())
    except (OSError, ValidationError):
        return None
    return kept if whole else None


def _key(source: CorpusSource) -> str:
    """Names what is asked for."""
    fields = {"dataset", "config", "split", "revision", "limit", "max_mb"}
    columns = {"text_column", "title_column", "id_column"}
    return digest(source.model_dump(mode="json", include=fields | columns))[:32]


def _name(source: CorpusSource) -> str:
    """What the ids of a dataset's documents begin with."""
    dataset = Path(str(source.dataset))
    split = "" if source.split == "train" else source.split
    parts = [
        dataset.name if names_folder(str(source.dataset)) else str(dataset),
        source.config,
        split,
    ]
    return "/".join(filter(None, parts))
