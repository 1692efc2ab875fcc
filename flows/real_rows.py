"""Real rows that earlier versions hold and a new one owes, and rows that only look real."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from configs.errors import ConfigError, StoreCorrupt
from configs.locations import Location
from configs.recipe import Recipe
from flows.workspace import workspace
from generators.provenance import STAGE as GENERATED
from store.publish import held_back
from store.real import REAL, real_only_in
from store.records import HUMAN
from store.references import stated_origins
from store.twins import MESSY
from store.versions import Version, datasets, latest, list_versions, split_in

_OWED = pl.Schema({"id": pl.String, "split": pl.String, "version": pl.String})
_TEXTS = ("question", "answer")


def owed_rows(root: Location, name: str) -> pl.DataFrame:
    """Real rows that the next version of a dataset must hold, with the split they stand in and the
    newest version that has them.

    These are all real rows since a version that was allowed to give some up: of every version by
    number, also of one in quarantine and one that was rolled back, and of all that the latest one
    comes from. What a version in quarantine was allowed settles nothing.
    """
    every = [version for version in list_versions(root, name) if _readable(version)]
    by_name = {version.name: version for version in every}
    line = [*_since_settled(_ancestors(latest(root, name), by_name))]
    versions = {one.name: one for one in (*_since_settled(reversed(every)), *line)}
    newest = sorted(versions.values(), key=lambda version: -version.number)
    found = pl.concat([pl.DataFrame(schema=_OWED), *map(_real_rows, newest)])
    return found.unique("id", keep="first", maintain_order=True)


def held_splits(root: Location, name: str) -> frozenset[str]:
    """The splits that the latest version keeps for real rows."""
    parent = latest(root, name)
    return real_only_in(parent.manifest) if parent else frozenset()


def refuse_made(recipe: Recipe, rows: pl.DataFrame) -> None:
    """Rows that a machine wrote do not become real ones by being named as the anchor. ``rows`` are
    those that no version holds as real ones yet.

    Raises:
        ConfigError: some are rows that a version beside it or an unfinished run holds, kept or
            dropped, or their file says of them that machines wrote them.
    """
    anchor = recipe.anchor
    stated = stated_origins(anchor) if anchor is not None and anchor.path is not None else {}
    if stated:
        who = ", ".join(f"{count:,} {origin}" for origin, count in sorted(stated.items()))
        raise ConfigError(
            f"the anchor's files say of some rows that no person wrote them (origin: {who}): an "
            "anchor holds what people wrote; take them out"
        )
    asked = _keys(rows).unique()
    for where, made in _made(recipe):
        copied = len(asked.join(_keys(made), on="key", how="semi"))
        if copied:
            raise ConfigError(
                f"{copied:,} rows of the anchor are synthetic rows of {where}: an anchor holds "
                "what people wrote; take them out"
            )


def _ancestors(version: Version | None, by_name: Mapping[str, Version]) -> Iterator[Version]:
    """A version and those it comes from, as far back as they are there."""
    while version is not None:
        yield version
        version = by_name.get(version.manifest.get("parent") or "")


def _since_settled(versions: Iterator[Version]) -> Iterator[Version]:
    """Versions up to the first that gave real rows up for a reason and was let through."""
    for version in versions:
        yield version
        if version.manifest.get("lineage", {}).get("reason") and not held_back(version):
            return


def _readable(version: Version) -> bool:
    try:
        return bool(version.manifest)
    except StoreCorrupt:
        return False


def _real_rows(version: Version) -> pl.DataFrame:
    """A version's real rows, as far as it can be read: a damaged one keeps nobody from going on."""
    found = [pl.DataFrame(schema=_OWED)]
    if version.manifest.get("lineage", {}).get("real_rows"):
        folder = REAL if version.tables(REAL) else "data"
        for name in version.tables(folder):
            rows = pl.DataFrame(schema={"id": pl.String, "origin": pl.String})
            with suppress(OSError, pl.exceptions.PolarsError), version.open(name) as file:
                rows = pl.read_parquet(file, columns=rows.columns)
            where = {"split": pl.lit(split_in(name)), "version": pl.lit(version.name)}
            human = rows.filter(pl.col("origin") == HUMAN)
            found.append(human.with_columns(**where).select(_OWED.names()))
    return pl.concat(found)


def _made(recipe: Recipe) -> Iterator[tuple[str, pl.DataFrame]]:
    """Everything that machines wrote and that is still there: versions, then shards."""
    for name in sorted({*datasets(recipe.output), recipe.name}):
        for version in list_versions(recipe.output, name):
            for folder in ("data", MESSY, "rejected"):
                with suppress(StoreCorrupt, OSError, pl.exceptions.PolarsError):
                    if version.tables(folder):
                        yield version.name, _synthetic(version.table(folder, [*_TEXTS, "origin"]))
    shards = workspace(recipe).shards
    for key in _generated(shards.root):
        with suppress(StoreCorrupt):
            rows = shards.frame([key], "records", [*_TEXTS, "origin"])
            yield "a run in the same output folder", _synthetic(rows)


def _generated(root: Path) -> Sequence[str]:
    """Keys of the shards that hold candidates."""
    if not root.is_dir():
        return ()
    return sorted(p.name for p in root.iterdir() if re.match(rf"{GENERATED}-|repair-", p.name))


def _synthetic(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("origin").ne_missing(HUMAN))


def _keys(rows: pl.DataFrame) -> pl.DataFrame:
    """What rows say, whatever their case and spacing."""
    texts: list[Any] = [
        pl.col(name).fill_null("").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
        for name in _TEXTS
    ]
    return rows.select(key=pl.concat_str(texts, separator="\x1f"))
