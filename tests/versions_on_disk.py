"""Versions as they lie on the disk, without a build: tables and what a manifest must say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from store_samples import manifest

from store.versions import Version, file_sha256


def on_disk(
    root: Path, number: int, tables: Mapping[str, pl.DataFrame], name: str = "small", **more: Any
) -> Version:
    """A version with these tables, by the names of their files such as ``data/train-0``."""
    folder = root / name / f"{name}-v{number}"
    files: dict[str, Any] = {}
    for stem, table in tables.items():
        path = folder / f"{stem}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.write_parquet(path)
        facts = {"sha256": file_sha256(path), "bytes": path.stat().st_size, "rows": len(table)}
        files[f"{stem}.parquet"] = facts
    folder.mkdir(parents=True, exist_ok=True)
    said = {**manifest(), "dataset": name, "version": number, "parent": None, **more}
    (folder / "manifest.json").write_bytes(orjson.dumps({**said, "files": files}))
    (root / name / "latest.json").write_bytes(orjson.dumps({"version": folder.name}))
    return Version(folder)
