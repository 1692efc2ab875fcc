"""Published versions: listing them, finding one by name, reading its files and tables."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import polars as pl
import pyarrow as pa

from configs.errors import ConfigError, StoreCorrupt
from configs.locations import Location
from configs.recipe import DATASET_NAME
from store import pointers
from store.real import REAL
from store.records import CITED, EVIDENCE, MADE_OF, RECORDS, REJECTED, VERDICTS
from store.twins import MESSY, TWINS

SCHEMAS: Mapping[str, pa.Schema] = {
    "data": RECORDS,
    "variants": RECORDS,
    REAL: RECORDS,
    MESSY: TWINS,
    "rejected": REJECTED,
    "evidence": EVIDENCE,
    "passages": CITED,
    "verdicts": VERDICTS,
    "corpus": MADE_OF,
}
"""Schema of the tables of a version by their folder."""
FIGURES = "figures.json"
"""The file with the places and curves that a report draws, beside the manifest."""

_SAID = {"files", "parent", "status"}
"""What every manifest says."""


@dataclass(frozen=True)
class Version:
    """A published version: a folder that never changes, here or in object storage."""

    path: Location

    @property
    def name(self) -> str:
        """Dataset and number, as the folder is called."""
        return self.path.name

    @property
    def number(self) -> int:
        """The version's number, from 1."""
        return int(self.name.rpartition("-v")[2])

    @property
    def dataset(self) -> str:
        """The dataset it is a version of."""
        return self.path.parent.name

    @property
    def root(self) -> Location:
        """Where its dataset is among others."""
        return self.path.parent.parent

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was made from what.

        Raises:
            StoreCorrupt: it cannot be read.
        """
        path = self.path / "manifest.json"
        try:
            found: dict[str, Any] = orjson.loads(_read_small(path))
        except (OSError, orjson.JSONDecodeError) as error:
            raise StoreCorrupt(f"cannot read {path}: {error}; publish the dataset again") from None
        if not isinstance(found, dict) or not set(found) >= _SAID:
            raise StoreCorrupt(f"{path} is no manifest; publish the dataset again")
        return found

    @property
    def folders(self) -> frozenset[str]:
        """Its tables: ``data``, ``rejected``, ``evidence``, ``verdicts``, ``probes``, and
        ``passages`` and ``corpus`` in all but the oldest.
        """
        return frozenset(name.partition("/")[0] for name in self.files if "/" in name)

    @property
    def figures(self) -> dict[str, Any]:
        """What its report draws: ``map``, ``tails``, ``ancestors``; older versions have none."""
        found: dict[str, Any] = orjson.loads(self.read(FIGURES)) if FIGURES in self.files else {}
        return found

    @property
    def files(self) -> Mapping[str, Mapping[str, Any]]:
        """Its files by name, each with its size and SHA-256, tables with their rows."""
        found: Mapping[str, Mapping[str, Any]] = self.manifest["files"]
        return found

    def tables(self, folder: str) -> list[str]:
        """Names of the Parquet files of one of its ``folders``, in the order of their rows."""
        return sorted(name for name in self.files if name.startswith(f"{folder}/"))

    def read(self, name: str) -> bytes:
        """All bytes of one of its files."""
        return (self.path / name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        """One of its files, to be read piece by piece and closed."""
        return (self.path / name).open("rb")

    def table(self, folder: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """All rows of one of its ``folders``, or some of their columns; those of ``data`` with
        their ``split`` where all columns are wanted.
        """
        names = self.tables(folder)
        frames = [self._frame(name, columns) for name in names]
        if folder == "data" and columns is None:
            frames = [
                part.with_columns(split=pl.lit(split_in(name)))
                for part, name in zip(frames, names, strict=True)
            ]
        return pl.concat(frames)

    def _frame(self, name: str, columns: Sequence[str] | None) -> pl.DataFrame:
        with self.open(name) as file:
            return pl.read_parquet(file, columns=[*columns] if columns else None)


def _read_small(path: Location) -> bytes:
    """All of a small file; from object storage by one request, not after asking for its size."""
    if isinstance(path, Path):
        return path.read_bytes()
    found: bytes = path.fs.cat_file(path.path, max_concurrency=1)
    return found


def split_in(name: str) -> str:
    """The split that a file of a version holds, which its name says."""
    return Path(name).name.partition("-")[0]


def dataset_folder(root: Location, name: str) -> Location:
    """Where a dataset's versions are.

    Raises:
        ConfigError: the name could lead out of the folder.
    """
    if not re.fullmatch(DATASET_NAME, name):
        raise ConfigError(
            f"{name!r} is no dataset name: use a-z, 0-9, dot, _ and -, beginning with a letter or "
            "digit, without any slash"
        )
    return root / name


def list_versions(root: Location, name: str) -> list[Version]:
    """All versions of a dataset that are whole and not gone, oldest first."""
    folder = dataset_folder(root, name)
    left = set(pointers.gone(folder))
    found = [Version(folder / one) for one in _names(folder, name) if one not in left]
    return sorted(found, key=lambda version: version.number)


def taken(folder: Location, name: str) -> int:
    """The highest number that a version of a dataset has, had, or is about to get; 0 before one."""
    names = {*_names(folder, name), *pointers.gone(folder), *pointers.claims(folder)}
    return max((pointers.number_of(one) for one in names), default=0)


def _names(folder: Location, name: str) -> list[str]:
    """Names of the versions in a folder: one in object storage is there once its manifest is."""
    pattern = re.compile(re.escape(name) + r"-v[0-9]+")
    if isinstance(folder, Path):
        return [path.name for path in folder.glob(f"{name}-v*") if pattern.fullmatch(path.name)]
    keys = (key.removeprefix(f"{folder.path}/") for key in folder.fs.find(folder.path))
    found = (key.partition("/") for key in keys)
    return [one for one, _, rest in found if rest == "manifest.json" and pattern.fullmatch(one)]


def latest(root: Location, name: str) -> Version | None:
    """The version ``latest.json`` points to, or None before the first one.

    Raises:
        StoreCorrupt: the pointer is unreadable or points to nothing.
    """
    folder = dataset_folder(root, name)
    target = pointers.pointed(folder)
    if target is None:
        return None
    if not (folder / target / "manifest.json").exists():
        raise StoreCorrupt(
            f"{folder / 'latest.json'} points to {target}, which is gone; point "
            f"to another: stillhouse rollback {name} --to N --reason ..."
        )
    return Version(folder / target)


def datasets(root: Location) -> list[str]:
    """Names of the datasets that have a latest version in a folder."""
    return [name for name in folder_names(root) if (root / name / "latest.json").exists()]


def folder_names(root: Location) -> list[str]:
    """Names of the folders in a folder, in order."""
    if isinstance(root, Path):
        return sorted(path.name for path in root.glob("*") if path.is_dir())
    inside = root.fs.ls(root.path, detail=True) if root.exists() else []
    folders = (each["name"] for each in inside if each["type"] == "directory")
    return sorted(name.rstrip("/").rpartition("/")[2] for name in folders)


def find_version(root: Location, spec: str) -> Version:
    """The version that ``name``, ``name@3``, ``name@v3`` or ``name@tag`` means; without a number
    the latest.

    Raises:
        ConfigError: there is none; says which ones there are.
    """
    name, _, wanted = spec.partition("@")
    versions = list_versions(root, name)
    if not versions:
        there = datasets(root)
        raise ConfigError(
            f"no dataset {name!r} in {root}; "
            + (f"there are: {', '.join(there)}" if there else "nothing was published there yet")
        )
    if not wanted or wanted == "latest":
        return latest(root, name) or versions[-1]
    folder = dataset_folder(root, name)
    number = re.fullmatch(r"v?0*([0-9]+)", wanted)
    # No tag looks like a number, so that a broken one keeps nobody from a version by its number.
    tagged = {} if number else pointers.tags(folder)
    target = f"{name}-v{number.group(1)}" if number else tagged.get(wanted, "")
    found = [version for version in versions if version.name == target]
    if found:
        return found[0]
    if target in pointers.gone(folder):
        why = pointers.why_gone(folder, target)
        raise ConfigError(f"{target} is gone since {why.get('at')}: {why.get('reason')}")
    there = [*(str(version.number) for version in versions), *pointers.tags(folder)]
    raise ConfigError(f"no version {wanted!r} of {name!r}; there are: {', '.join(there)}")


def manifest_sha256(manifest: Mapping[str, Any]) -> str:
    """Hash of a manifest without its own ``sha256``."""
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
