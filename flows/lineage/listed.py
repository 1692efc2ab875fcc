"""What rests on something: counts by version in the terminal, and all of it in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import orjson
import polars as pl
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from configs.errors import ConfigError
from flows.lineage.forward import Resting
from store.files import put_whole
from store.versions import Version, datasets, find_version, list_versions

_SHOWN = 20


def wanted_versions(root: Path, spec: str | None, every: bool) -> list[Version]:
    """The version that is named, else the latest of every dataset; with ``every`` all versions of
    the dataset or of all.

    Raises:
        ConfigError: there is none.
    """
    if spec is None:
        names = datasets(root)
        if not names:
            raise ConfigError(f"nothing was published in {root} yet; name another with --output")
    else:
        names = [spec.partition("@")[0]]
        find_version(root, spec)
    if every:
        return [version for name in names for version in list_versions(root, name)]
    return [find_version(root, spec or name) for name in names]


def resting(
    versions: Sequence[Version], look: Callable[[Version, str], Resting], id_: str
) -> list[Resting]:
    """What rests on something in each of the versions."""
    return [look(version, id_) for version in versions]


def resting_views(found: Sequence[Resting], what: str) -> Iterator[RenderableType]:
    """Counts by version, how they rest on it and where they are; then the first records."""
    rows = pl.concat([each.rows for each in found])
    if not len(rows):
        yield Text(
            f"No record of {', '.join(each.version.name for each in found)} rests on {what}."
        )
        return
    yield _counts(rows, what)
    for each in found:
        kept = each.rows.filter(pl.col("fate") == "kept")["record_id"].n_unique()
        dropped = each.records - kept
        yield Text(f"{each.version.name}: {kept:,} kept and {dropped:,} dropped records.")
    yield _records(rows)
    if len(rows) > _SHOWN:
        yield Text(f"{len(rows) - _SHOWN:,} more; all of them with --csv FILE or --json FILE.")


def save(found: Sequence[Resting], csv: Path | None, json: Path | None) -> None:
    """Write every row to a file.

    Raises:
        StoreCorrupt: the disk refused.
    """
    rows = pl.concat([each.rows for each in found])
    if csv is not None:
        put_whole(csv, rows.write_csv().encode())
    if json is not None:
        put_whole(json, orjson.dumps(rows.to_dicts(), option=orjson.OPT_INDENT_2))


def _counts(rows: pl.DataFrame, what: str) -> Table:
    view = Table(title=Text(f"What rests on {what}"), title_justify="left", header_style="bold")
    for name in ("version", "as", "records are", "split or reason"):
        view.add_column(name, overflow="fold")
    view.add_column("records", justify="right")
    by = ["version", "rests", "fate", "split", "reason"]
    counts = rows.group_by(by, maintain_order=True).agg(pl.col("record_id").n_unique())
    order = [*by[:2], "fate", "record_id"]
    for row in counts.sort(order, descending=[False, False, True, True]).iter_rows(named=True):
        place = row["split"] or row["reason"]
        cells = (row["version"], row["rests"], row["fate"], place, f"{row['record_id']:,}")
        view.add_row(*map(Text, cells))
    return view


def _records(rows: pl.DataFrame) -> Table:
    view = Table(header_style="bold")
    for name in ("version", "record", "as", "what became of it"):
        view.add_column(name, overflow="fold")
    for row in rows.head(_SHOWN).iter_rows(named=True):
        fate = f"{row['fate']}, {row['split'] or row['reason']}"
        view.add_row(*map(Text, (row["version"], row["record_id"], row["rests"], fate)))
    return view
