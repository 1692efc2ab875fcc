"""The versions of a dataset, what can go of them, and what is wrong, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from configs.locations import Location
from store import pointers
from store.approval import awaits_approval, rejection, was_rejected
from store.checks import Problem
from store.collect import Garbage
from store.report import cost_text
from store.versions import Version, dataset_folder, list_versions

_UNITS = ("B", "KB", "MB", "GB", "TB")


def versions_views(root: Location, name: str) -> Iterator[RenderableType]:
    """Versions of a dataset, oldest first, with who points to them, and the last move by hand."""
    folder = dataset_folder(root, name)
    first, names = pointers.pointed(folder), _names(pointers.tags(folder))
    table = _table("version", "points here", "status", "records", "parent", "finished", "cost")
    for version in list_versions(root, name):
        manifest = version.manifest
        here = [*(["latest"] if version.name == first else []), *names.get(version.name, [])]
        table.add_row(
            version.name,
            ", ".join(here),
            _status(version),
            f"{manifest['funnel'][-1]['kept']:,}",
            manifest["parent"] or "–",
            manifest["run"]["finished_at"],
            cost_text(manifest["cost"]),
        )
    yield table
    if by_hand := pointers.move_by_hand(folder):
        yield Text(by_hand)
    for one in pointers.gone(folder):
        if why := pointers.why_gone_text(folder, one):
            yield Text(why, style="dim")


def _status(version: Version) -> str:
    """What a version came to, and whether it was approved."""
    status = str(version.manifest["status"])
    if was_rejected(version):
        return f"{status}, rejected: {rejection(version)}"
    return f"{status}, awaits approval" if awaits_approval(version) else status


def garbage_views(
    found: Sequence[Garbage], stays: Mapping[str, str], done: bool
) -> Iterator[RenderableType]:
    """What goes or has gone, and what keeps the rest."""
    if found:
        table = _table("deleted" if done else "would go", "why", "size")
        for one in found:
            table.add_row(str(one.path), one.why, size_text(one.size))
        table.add_section()
        table.add_row("together", "", size_text(sum(one.size for one in found)))
        yield table
    else:
        yield Text("Nothing to delete.")
    table = _table("stays", "because of")
    for name, why in sorted(stays.items()):
        table.add_row(name, why)
    yield table


def problems_table(problems: Sequence[Problem]) -> Table:
    """What is not as it was published."""
    table = _table("where", "what is wrong")
    for problem in problems:
        table.add_row(problem.where, problem.what)
    return table


def size_text(size: int) -> str:
    """Bytes as people read them, in powers of 1,000."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{size} B"


def _names(tags: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag, version in tags.items():
        found.setdefault(version, []).append(tag)
    return found


def _table(*columns: str) -> Table:
    table = Table(header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column == "size" else "left")
    return table
