"""Whether versions are what was published, and whether all they name is there."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from configs.errors import StillhouseError
from configs.locations import Location
from configs.recipe import DATASET_NAME
from store import pointers
from store.sealed import read_sealed
from store.twins import MESSY
from store.versions import (
    SCHEMAS,
    Version,
    dataset_folder,
    datasets,
    folder_names,
    latest,
    list_versions,
    manifest_sha256,
)

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was published: in what, and what is wrong."""

    where: str
    what: str


def verify(version: Version) -> list[str]:
    """Problems of a version's files, an empty list where it is sound.

    Every file must be listed with its size and SHA-256, every table must have its schema and rows,
    and nothing else may lie in the folder. An altered manifest is told alone, since nothing it
    lists can be relied on.
    """
    if version.manifest.get("sha256") != manifest_sha256(version.manifest):
        return ["manifest.json: altered (its SHA-256 is not the one it states)"]
    there = files_in(version.path)
    strangers = sorted(set(there) - {*version.files, "manifest.json"})
    problems = [f"{name}: not listed in the manifest" for name in strangers]
    for name, facts in sorted(version.files.items()):
        if name not in there:
            problems.append(f"{name}: missing")
        elif _sha256(version, name) != facts["sha256"]:
            problems.append(f"{name}: altered (its SHA-256 is not the one in the manifest)")
        elif name.endswith(".parquet"):
            problems += _check_table(version, name, facts["rows"])
    return problems


def files_in(folder: Location) -> dict[str, int]:
    """All files in a folder with their sizes in bytes, by their names from there on."""
    if isinstance(folder, Path):
        found = {}
        for at, _, names in os.walk(folder):
            for path in (Path(at) / name for name in names):
                with suppress(FileNotFoundError):  # someone deletes the folder meanwhile
                    found[path.relative_to(folder).as_posix()] = path.stat().st_size
        return found
    listed = folder.fs.find(folder.path, detail=True)
    start = len(folder.path.rstrip("/")) + 1
    return {key[start:]: int(facts["size"]) for key, facts in listed.items()}


def dataset_names(root: Location) -> list[str]:
    """All datasets in a folder, those whose pointer is lost among them."""
    named = set(datasets(root))
    lost = (
        name
        for name in {*folder_names(root)} - named
        if re.fullmatch(DATASET_NAME, name) and list_versions(root, name)
    )
    return sorted({*named, *lost})


def check_version(version: Version) -> Iterator[Problem]:
    """Problems of a version: its files, its parent, and what its tables say of each other."""
    try:
        problems = verify(version)
        if not problems:
            problems = [*_dangling_rows(version), *_dangling_parent(version)]
    except (StillhouseError, OSError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        problems = [str(error)]
    except (KeyError, TypeError, ValueError) as error:
        problems = [f"the manifest is not one of Stillhouse ({type(error).__name__}: {error})"]
    yield from (Problem(version.name, problem) for problem in problems)


def check_pointers(root: Location, name: str) -> Iterator[Problem]:
    """Problems of the latest version's pointer, the tags, and the notes on what is gone."""
    folder = dataset_folder(root, name)
    there = {version.name for version in list_versions(root, name)}
    try:
        if latest(root, name) is None and there:
            yield Problem(f"{name}/latest.json", "missing")
    except StillhouseError as error:
        yield Problem(f"{name}/latest.json", str(error))
    for kind in ("tags", "gone", "claims"):
        for document in pointers.documents(folder, kind):
            try:
                said = read_sealed(document).said
            except StillhouseError as error:
                yield Problem(f"{name}/{kind}/{document.name}", str(error))
                continue
            if kind == "tags" and said.get("version") not in there:
                yield Problem(
                    f"{name}/tags/{document.name}", f"it names {said.get('version')}, which is gone"
                )


def _dangling_rows(version: Version) -> Iterator[str]:
    """Rows of tables that speak of records, passages or twins which are not there."""
    kept = version.table("data", ["id"])["id"]
    known = pl.concat([kept, version.table("rejected", ["id"])["id"]])
    checks = [("evidence", "record_id", known), ("verdicts", "record_id", known)]
    if MESSY in version.folders:
        checks.append((MESSY, "semantic_id", kept))
    if "passages" in version.folders:
        checks.append(("evidence", "passage_id", version.table("passages", ["id"])["id"]))
    for folder, column, ids in checks:
        named = version.table(folder, [column])[column].drop_nulls().unique()
        lost = named.filter((named != "") & ~named.is_in(ids.implode())).sort()
        if len(lost):
            some = ", ".join(lost.head(_SHOWN).to_list())
            yield f"{folder}: {column} names {len(lost):,} that are not there ({some})"


def _dangling_parent(version: Version) -> Iterator[str]:
    parent = version.manifest["parent"]
    if parent is None or parent in pointers.gone(version.path.parent):
        return
    if not (version.path.parent / parent / "manifest.json").exists():
        yield f"its parent {parent} is missing"


def _check_table(version: Version, name: str, rows: int) -> list[str]:
    with version.open(name) as file, pq.ParquetFile(file) as found:
        schema, count = found.schema_arrow, found.metadata.num_rows
    problems = []
    wanted = SCHEMAS.get(name.partition("/")[0])
    if wanted is not None and not schema.equals(wanted):
        problems.append(f"{name}: columns are not those of this version of Stillhouse")
    if count != rows:
        problems.append(f"{name}: {count} rows, the manifest says {rows}")
    return problems


def _sha256(version: Version, name: str) -> str:
    with version.open(name) as file:
        return hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
