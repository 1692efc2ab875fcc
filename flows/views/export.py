"""What became of an export, and what goes to the hub, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.push import Parcel
from store.formats.counts import Tally
from store.formats.export import Exported
from store.formats.wanted import Wanted

_SHOWN = 20
"""Records that do not fit, at most."""


def export_views(found: Exported, wanted: Wanted) -> Iterator[RenderableType]:
    """Rows and tokens by split, what did not fit and why, and where the export is."""
    yield _table(found.tallies, wanted)
    yield from _unfit(found.unfit, wanted)
    if found.folder is not None:
        yield Text(f"Export: {found.folder}")
        yield Text(f'Load it: datasets.load_dataset("{found.folder}")')


def parcel_views(parcel: Parcel, repository: str, dry_run: bool) -> Iterator[RenderableType]:
    """The files of a parcel, and where they go."""
    table = Table(header_style="bold")
    table.add_column("file", overflow="fold")
    table.add_column("bytes", justify="right")
    for name, size in parcel.files:
        table.add_row(Text(name), f"{size:,}")
    yield table
    what = f"{len(parcel.files):,} files of {parcel.name}, {parcel.size:,} bytes"
    yield Text(f"{what}, {'would go' if dry_run else 'go'} to {repository}, tag {parcel.name}.")
    if any(name.startswith("passages/") for name, _ in parcel.files):
        yield Text(
            "Among them passages of your corpus, dropped rows and the recipe; --export FOLDER "
            "sends an export, which has none of these."
        )


def _table(tallies: Mapping[str, Tally], wanted: Wanted) -> Table:
    counted = {split: tally.tokens(wanted.most) for split, tally in tallies.items()}
    table = Table(header_style="bold")
    table.add_column("split")
    names = ["rows"]
    names += ["good", "bad"] if wanted.to == "kto" else []
    names += ["tokens", "mean", "p50", "p95", "max"] if any(counted.values()) else []
    names += [f"over {wanted.most:,}"] if wanted.most is not None else []
    for name in names:
        table.add_column(name, justify="right")
    for split, tally in tallies.items():
        cells = [f"{tally.rows:,}"]
        if wanted.to == "kto":
            cells += [f"{tally.good:,}", f"{tally.rows - tally.good:,}"]
        tokens = counted[split]
        if tokens is not None:
            whole = (tokens.p50, tokens.p95, tokens.max)
            cells += [f"{tokens.total:,}", f"{tokens.mean:,.1f}", *(f"{n:,}" for n in whole)]
            cells += [f"{tokens.over:,}"] if tokens.over is not None else []
        table.add_row(split, *cells)
    return table


def _unfit(unfit: Mapping[str, str], wanted: Wanted) -> Iterator[Text]:
    if not unfit:
        return
    for name, why in list(unfit.items())[:_SHOWN]:
        yield Text(f"  {name}: {why}")
    if len(unfit) > _SHOWN:
        yield Text(f"  and {len(unfit) - _SHOWN:,} more")
    if wanted.skip:
        yield Text(f"{len(unfit):,} records do not fit and were left out.")
    else:
        yield Text(
            f"{len(unfit):,} records do not fit, so nothing was written; leave them out with "
            "--skip-unfit, or choose another format or template."
        )
