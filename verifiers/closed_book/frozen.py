"""Probe sets on the disk: written once, named by what is in them, and never changed after.

A series of models is only comparable over one and the same set, so a set that was altered is
refused. ``<folder>/<hash>/items.parquet`` has the questions, ``manifest.json`` where they are from.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from configs.errors import ConfigError, StoreCorrupt
from store.text import digest
from verifiers.closed_book.items import Item

ITEMS = pa.schema(
    [
        ("id", pa.string()),
        ("document_id", pa.string()),
        ("subject", pa.string()),
        ("kind", pa.string()),
        ("question", pa.string()),
        ("answer", pa.string()),
        ("options", pa.list_(pa.string())),
        ("correct", pa.int64()),
        ("tail", pa.bool_()),
        ("weight", pa.float64()),
    ]
)
_FORMAT = "1"


@dataclass(frozen=True)
class ProbeSet:
    """Questions in their order, and what the manifest says of where they are from."""

    items: tuple[Item, ...]
    manifest: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """The name of the set."""
        return str(self.manifest["hash"])


def freeze(items: Sequence[Item], origin: Mapping[str, Any], folder: Path) -> ProbeSet:
    """Write a set into ``folder``, unless the very same one is there, and return it as it stands.

    ``origin`` says what it was made of; it is no part of the hash.
    """
    name = _hash(items)
    if not (folder / name).exists():
        manifest = {**origin, "format": _FORMAT, "hash": name, "items": len(items),
                    "tail": sum(item.tail for item in items)}  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{name}-{uuid4().hex}"
        aside.mkdir()
        pq.write_table(_table(items), aside / "items.parquet")
        (aside / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        try:
            aside.rename(folder / name)
        except OSError:  # Another process has put the same set there.
            shutil.rmtree(aside)
    return read_set(folder, name)


def read_set(folder: Path, name: str) -> ProbeSet:
    """The set of that hash.

    Raises:
        ConfigError: there is none.
        StoreCorrupt: it is not what its hash says.
    """
    path = folder / name
    if not path.is_dir():
        there = sorted(p.name for p in folder.glob("[0-9a-f]*")) if folder.is_dir() else []
        raise ConfigError(f"no probe set {name} in {folder}; there are: {', '.join(there) or '-'}")
    try:
        manifest = orjson.loads((path / "manifest.json").read_bytes())
        rows = pq.read_table(path / "items.parquet", schema=ITEMS).to_pylist()
        items = tuple(Item(**{**row, "options": tuple(row["options"])}) for row in rows)
    except (OSError, pa.ArrowException, ValueError, TypeError) as error:
        raise StoreCorrupt(
            f"the probe set in {path} cannot be read ({type(error).__name__}); restore it from a "
            "copy, or delete it and let it be made again"
        ) from None
    if _hash(items) != name or manifest.get("hash") != name:
        raise StoreCorrupt(
            f"the probe set in {path} was altered: its questions are not those of its hash; "
            "restore it from a copy, or delete it and let it be made again"
        )
    return ProbeSet(items, manifest)


def _hash(items: Sequence[Item]) -> str:
    return digest([_FORMAT, [asdict(item) for item in items]])[:24]


def _table(items: Sequence[Item]) -> pa.Table:
    return pa.Table.from_pylist([asdict(item) for item in items], ITEMS)
