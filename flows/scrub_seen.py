"""Where something stands that is looked for: shards, versions, and what leads on from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from configs.locations import Location
from flows.progress import report
from store.checks import dataset_names
from store.holding import rows_holding, text_holds
from store.shards import Shards
from store.sought import LEAST, Sought, pieces, plain
from store.versions import Version, list_versions, split_in

TEXTS = ("documents", "passages")
"""Tables that hold the text of documents."""
_PAGES = (".html",)


@dataclass
class Seen:
    """Rows by shard; rows by version, table and split; files of versions; requests and sources of
    the rows; what the records that rest on it say; and what could not be read.
    """

    shards: Counter[str] = field(default_factory=Counter)
    rows: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)

    def note(self, table: pa.Table) -> None:
        """What leads on from rows that hold it."""
        names = table.schema.names
        if "request_keys" in names:
            self.keys.update(
                key for keys in table["request_keys"].to_pylist() for key in keys or ()
            )
            for name in {"question", "answer"} & {*names}:
                self.said.update(t for t in table[name].to_pylist() if t and len(t) >= LEAST)
        if {"source", "text"} <= {*names}:
            self.sources.update(source for source in table["source"].to_pylist() if source)


def versions_in(root: Location) -> list[Version]:
    """All versions of all datasets."""
    return [version for name in dataset_names(root) for version in list_versions(root, name)]


def taken_from(ids: Sequence[str], shards: Shards, versions: Sequence[Version]) -> set[str]:
    """Pieces of text that stand in these documents and in no other that is kept."""
    if not ids:
        return set()
    named, own = Sought(tuple(ids)), set[str]()
    for table in _texts(shards, versions):
        rows = table.filter(named.hits(table["id"]))
        for text in rows["text"]:
            own |= pieces(text)
    shared = set[str]()
    for table in _texts(shards, versions) if own else ():
        others = plain(table.filter(~named.hits(table["id"]))["text"])
        found = others.str.extract_many(sorted(own), overlapping=True).explode()
        shared.update(found.drop_nulls().to_list())
    return own - shared


def look(sought: Sought, shards: Shards, versions: Sequence[Version]) -> Seen:
    """Look into every table of the shards and into every file of the versions."""
    seen = Seen()
    folders = sorted(path for path in shards.root.glob("*") if path.is_dir())
    for done, folder in enumerate(folders, start=1):
        for path in sorted(folder.glob("*.parquet")):
            for rows in _reading(path, path, sought, seen):
                seen.shards[folder.name] += len(rows)
        report("looking into shards", done, len(folders))
    files = [(version, name) for version in versions for name in version.files]
    for done, (version, name) in enumerate([*files, *((v, "manifest.json") for v in versions)], 1):
        _look_into(version, name, sought, seen)
        report("looking into versions", done, len(files) + len(versions))
    return seen


def _look_into(version: Version, name: str, sought: Sought, seen: Seen) -> None:
    where = f"{version.name}/{name}"
    try:
        with version.open(name) as file:
            if name.endswith(".parquet"):
                counts = seen.rows.setdefault(version.name, Counter())
                for rows in _reading(where, file, sought, seen):
                    counts[name.rpartition("/")[0], split_in(name)] += len(rows)
            elif text_holds(file, sought, name.endswith(_PAGES)):
                seen.files.setdefault(version.name, []).append(name)
    except OSError as error:
        seen.unread.append(f"{where}: {error.strerror or error}")


def _reading(where: Any, file: Any, sought: Sought, seen: Seen) -> Iterator[pa.Table]:
    try:
        for rows in rows_holding(file, sought):
            seen.note(rows)
            yield rows
    except (OSError, pa.ArrowException) as error:
        seen.unread.append(f"{where}: {error}")


def _texts(shards: Shards, versions: Sequence[Version]) -> Iterator[pl.DataFrame]:
    """Ids and texts of documents and passages, wherever they are kept."""
    paths: list[Path] = [path for name in TEXTS for path in shards.root.glob(f"*/{name}.parquet")]
    for done, path in enumerate(paths, start=1):
        yield pl.read_parquet(path, columns=["id", "text"])
        report("reading documents", done, len(paths))
    for version in versions:
        if "passages" in version.folders:
            yield version.table("passages", ["id", "text"])
