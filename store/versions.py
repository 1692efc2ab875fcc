"""Published versions: listing them, finding one by name, reading its tables, checking its files."""

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
import pyarrow.parquet as pq

from configs.errors import ConfigError, StoreCorrupt
from configs.recipe import DATASET_NAME
from store.real import REAL
from store.records import CITED, EVIDENCE, RECORDS, REJECTED, VERDICTS
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
}
"""Schema of the tables of a version by their folder."""
FIGURES = "figures.json"
"""The file with the places and curves that a report draws, beside the manifest."""


@dataclass(frozen=True)
class Version:
    """A published version: a folder that never changes."""

    path: Path

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
    def root(self) -> Path:
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
            found: dict[str, Any] = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise StoreCorrupt(f"cannot read {path}: {error}; publish the dataset again") from None
        if not isinstance(found, dict):
            raise StoreCorrupt(f"{path} is no manifest; publish the dataset again")
        return found

    @property
    def folders(self) -> frozenset[str]:
        """Its tables: ``data``, ``rejected``, ``evidence``, ``verdicts``, ``probes``, and
        ``passages`` in all but the oldest.
        """
        return frozenset(name.partition("/")[0] for name in self.manifest["files"] if "/" in name)

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


def split_in(name: str) -> str:
    """The split that a file of a version holds, which its name says."""
    return Path(name).name.partition("-")[0]


def dataset_folder(root: Path, name: str) -> Path:
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


def list_versions(root: Path, name: str) -> list[Version]:
    """All versions of a dataset, oldest first."""
    folder = dataset_folder(root, name)
    pattern = re.compile(re.escape(name) + r"-v\d+")
    found = [Version(p) for p in folder.glob(f"{name}-v*") if pattern.fullmatch(p.name)]
    return sorted(found, key=lambda version: version.number)


def latest(root: Path, name: str) -> Version | None:
    """The version ``latest.json`` points to, or None before the first one.

    Raises:
        StoreCorrupt: the pointer is unreadable or points to nothing.
    """
    pointer = dataset_folder(root, name) / "latest.json"
    if not pointer.exists():
        return None
    try:
        target = pointer.parent / orjson.loads(pointer.read_bytes())["version"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise StoreCorrupt(f"cannot read {pointer}: {error}; delete it and publish again") from None
    if not (target / "manifest.json").exists():
        raise StoreCorrupt(f"{pointer} points to {target.name}, which is gone; publish again")
    return Version(target)


def datasets(root: Path) -> list[str]:
    """Names of the datasets that have a latest version in a folder."""
    return sorted(path.parent.name for path in root.glob("*/latest.json"))


def find_version(root: Path, spec: str) -> Version:
    """The version that ``name``, ``name@3`` or ``name@v3`` means; without a number the latest.

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
    if not wanted:
        return latest(root, name) or versions[-1]
    number = re.fullmatch(r"v?(\d+)", wanted)
    found = [v for v in versions if number and v.number == int(number.group(1))]
    if not found:
        there = [str(version.number) for version in versions]
        raise ConfigError(f"no version {wanted!r} of {name!r}; there are: {', '.join(there)}")
    return found[0]


def verify(version: Version) -> list[str]:
    """Problems of a version's files, an empty list where it is sound.

    Every file must be listed with its size and SHA-256, every table must have its schema and rows,
    and nothing else may lie in the folder. An altered manifest is told alone, since nothing it
    lists can be relied on.
    """
    if version.manifest.get("sha256") != manifest_sha256(version.manifest):
        return ["manifest.json: altered (its SHA-256 is not the one it states)"]
    listed: dict[str, Any] = version.manifest["files"]
    there = {p.relative_to(version.path).as_posix() for p in version.path.rglob("*") if p.is_file()}
    problems = [
        f"{name}: not listed in the manifest" for name in sorted(there - {*listed, "manifest.json"})
    ]
    for name, facts in sorted(listed.items()):
        path = version.path / name
        if name not in there:
            problems.append(f"{name}: missing")
        elif file_sha256(path) != facts["sha256"]:
            problems.append(f"{name}: altered (its SHA-256 is not the one in the manifest)")
        elif path.suffix == ".parquet":
            problems += _check_table(path, name, facts["rows"])
    return problems


def _check_table(path: Path, name: str, rows: int) -> list[str]:
    found = pq.ParquetFile(path)
    problems = []
    schema = SCHEMAS.get(name.partition("/")[0])
    if schema is not None and not found.schema_arrow.equals(schema):
        problems.append(f"{name}: columns are not those of this version of Stillhouse")
    if found.metadata.num_rows != rows:
        problems.append(f"{name}: {found.metadata.num_rows} rows, the manifest says {rows}")
    return problems


def manifest_sha256(manifest: Mapping[str, Any]) -> str:
    """Hash of a manifest without its own ``sha256``."""
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
