"""Where something is still held that must be forgotten, and how it goes: on this machine at once,
from published versions by withdrawing them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow as pa

from configs.errors import ConfigError
from configs.locations import Location
from flows import progress
from flows.workspace import Workspace, nobody_works, workspace_at
from store import pointers
from store.checks import dataset_names
from store.collect import withdraw
from store.holds import Wanted
from store.retention import details_holding, drop_keys, holding
from store.shards import Shards
from store.versions import Version, dataset_folder, list_versions

_START = 160


@dataclass(frozen=True, slots=True)
class Affected:
    """A version that holds it: rows by table, other files, and what keeps it in use."""

    version: Version
    rows: tuple[tuple[str, int], ...]
    files: tuple[str, ...]
    used_as: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """All that holds it: keys of replies, ids of calls, shards, other files on this machine,
    versions, and notes that people wrote.
    """

    replies: Sequence[str]
    calls: Sequence[str]
    shards: Sequence[str]
    files: Sequence[Path]
    versions: Sequence[Affected]
    notes: Sequence[str]

    @property
    def here(self) -> int:
        """How much of it this machine holds and can delete."""
        return len(self.replies) + len(self.calls) + len(self.shards) + len(self.files)

    @property
    def nothing(self) -> bool:
        """Whether nothing holds it any more."""
        return not (self.here or self.versions or self.notes)


def find(root: Location, wanted: Wanted) -> Held:
    """Look through the working folder, the journal, what lies beside versions, and all versions."""
    space = workspace_at(root)
    there = list(_versions(root))
    versions = []
    for done, version in enumerate(there):
        progress.report("versions", done, len(there))
        versions.append(_affected(version, wanted))
    shards = list(_shards(space.shards, wanted))
    known = {key for one in there for key in _keys_in(one, wanted)}
    known.update(key for name in shards for key in _keys_of_shard(space.shards, name, wanted))
    asked = Wanted((*wanted.texts, *_passages(space.shards, shards, wanted)), wanted.documents)
    replies = holding(space.journal, asked, known, progress.report)
    files = [path for path in _other_files(root, space) if wanted.in_file(path)]
    affected = [one for one in versions if one.rows or one.files]
    calls = details_holding(space.journal, wanted)
    return Held(replies, calls, shards, files, affected, list(_notes(root, wanted)))


def forget(root: Location, held: Held) -> None:
    """Delete what this machine holds; versions stay as they are.

    Raises:
        ConfigError: another process builds a dataset there.
    """
    space = workspace_at(root)
    with nobody_works(space):
        drop_keys(space.journal, held.replies, held.calls)
        space.shards.drop(held.shards)
        for path in held.files:
            path.unlink(missing_ok=True)
        for folder in (space.kept_stems, space.kept_entailment):  # made from texts, made anew
            shutil.rmtree(folder, ignore_errors=True)


def withdraw_unused(held: Held, reason: str) -> None:
    """Delete the versions that hold it and are not in use."""
    for one in held.versions:
        with suppress(ConfigError):
            withdraw(one.version, reason)


def _versions(root: Location) -> Iterator[Version]:
    for name in dataset_names(root):
        yield from list_versions(root, name)


def _affected(version: Version, wanted: Wanted) -> Affected:
    """What of a version holds it."""
    rows: dict[str, int] = {}
    files = []
    for name in sorted(version.files):
        if name.endswith(".parquet"):
            with version.open(name) as file:
                count = wanted.rows_in(file)
            folder = name.rpartition("/")[0]
            rows[folder] = rows.get(folder, 0) + count
        elif wanted.in_bytes(version.read(name)):
            files.append(name)
    folder_ = version.path.parent
    tags = [tag for tag, name in pointers.tags(folder_).items() if name == version.name]
    first = ["latest"] if pointers.pointed(folder_) == version.name else []
    told = tuple((name, count) for name, count in rows.items() if count)
    return Affected(version, told, tuple(files), (*first, *tags))


def _shards(shards: Shards, wanted: Wanted) -> Iterator[str]:
    """Names of the shards that hold it."""
    folders = sorted(path for path in shards.root.glob("*") if path.is_dir())
    for done, folder in enumerate(folders):
        progress.report("shards", done, len(folders))
        if any(wanted.in_file(path) for path in sorted(folder.glob("*.parquet"))):
            yield folder.name


def _passages(shards: Shards, names: Sequence[str], wanted: Wanted) -> Iterator[str]:
    """How the passages of wanted documents begin: what was asked about them holds that."""
    for name in names if wanted.documents else ():
        if (shards.root / name / "passages.parquet").exists():
            rows = shards.frame([name], "passages", ["document_id", "text"])
            own = rows.filter(pl.col("document_id").is_in(list(wanted.documents)))
            yield from (text[:_START] for text in own["text"].to_list() if len(text.strip()) > 20)


def _keys_in(version: Version, wanted: Wanted) -> Iterator[str]:
    """Keys of the requests behind records of a version that rest on a wanted document."""
    for folder in ("data", "rejected"):
        if wanted.documents and version.tables(folder):
            rows = version.table(folder, ["sources", "request_keys"])
            yield from _keys_resting(rows, wanted)


def _keys_of_shard(shards: Shards, name: str, wanted: Wanted) -> Iterator[str]:
    if wanted.documents and (shards.root / name / "records.parquet").exists():
        try:
            yield from _keys_resting(
                shards.frame([name], "records", ["sources", "request_keys"]), wanted
            )
        except (KeyError, pa.ArrowException, pl.exceptions.PolarsError):
            return


def _keys_resting(rows: pl.DataFrame, wanted: Wanted) -> Iterator[str]:
    ids = pl.col("sources").list.eval(
        pl.element().struct.field("document_id").is_in(list(wanted.documents))
    )
    for keys in rows.filter(ids.list.any())["request_keys"].to_list():
        yield from keys or []


def _other_files(root: Location, space: Workspace) -> Iterator[Path]:
    """What else was made from documents: fetched pages, calibrations, exports, the catalogue."""
    inside = [path for path in space.root.rglob("*") if path.is_file()]
    yield from (path for path in inside if _may_hold(path.relative_to(space.root)))
    if isinstance(root, Path):
        for folder in (
            root / "catalogue",
            *(root / name / "exports" for name in dataset_names(root)),
        ):
            yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _notes(root: Location, wanted: Wanted) -> Iterator[str]:
    """Pointers, tags and notes on what is gone whose words hold it; people wrote them."""
    for name in dataset_names(root):
        folder = dataset_folder(root, name)
        kinds = (pointers.documents(folder, kind) for kind in ("tags", "gone"))
        for path in (folder / "latest.json", *chain.from_iterable(kinds)):
            if path.exists() and wanted.in_bytes(path.read_bytes()):
                yield str(path)


def _may_hold(path: Path) -> bool:
    left_out = ("shards", "vectors", "journal.sqlite")
    return not path.parts[0].startswith(left_out) and path.suffix != ".lock"
