"""Rows of a version for people, and the whole story of one record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import RenderableType
from rich.text import Text

from configs.errors import ConfigError
from flows.commands.options import output_option
from flows.views import terminal
from flows.views.dropped import dropped_views
from flows.views.match import reference_view
from store.picked import pick
from store.twins import MESSY
from store.versions import Version


def show_rows(
    version: Version, count: int, dropped: bool, reason: str | None
) -> Iterator[RenderableType]:
    """Some kept rows, or some dropped ones with their reasons.

    Raises:
        ConfigError: nothing was dropped for that reason; says which reasons there are.
    """
    if not dropped:
        rows = version.table("data")
        yield terminal.rows_table(
            rows.head(count).to_dicts(), f"{version.name}: {len(rows):,} rows"
        )
        spec = f"{version.manifest['dataset']}@{version.number}"
        option = output_option(version.root)
        yield Text(f"Why was one kept? stillhouse show {spec} ID{option}")
        if MESSY in version.folders:
            yield Text(f'Asked as users ask: load_dataset("{_folder(version)}", "{MESSY}")')
        return
    rows = version.table("rejected")
    reasons = rows["reason"].value_counts(sort=True)
    if reason is not None:
        rows = rows.filter(pl.col("reason") == reason)
        if not len(rows):
            there = ", ".join(reasons["reason"].to_list()) or "none at all"
            raise ConfigError(f"nothing was dropped for {reason!r}; reasons are: {there}")
    yield terminal.dropped_table(rows.head(count).to_dicts(), f"{version.name}: dropped rows")
    yield Text(", ".join(f"{name} {n:,}" for name, n in reasons.iter_rows()))


def _folder(version: Version) -> str:
    """What `datasets` loads it from: its folder, or a copy of what lies in object storage."""
    return str(version.path) if isinstance(version.path, Path) else f"FOLDER/{version.name}"


def show_record(version: Version, start_of_id: str) -> Iterator[RenderableType]:
    """A record with its provenance, every stage's verdict, its claims, and why it was dropped.

    Raises:
        ConfigError: no record or more than one has such an id.
    """
    record, fate = find_record(version, start_of_id)
    yield terminal.record_view(record, f"{record['id']}: {fate}")
    yield from _twin(version, record["id"])
    verdicts = version.table("verdicts").filter(pl.col("record_id") == record["id"])
    yield terminal.verdicts_table(verdicts.to_dicts())
    evidence = version.table("evidence").filter(pl.col("record_id") == record["id"])
    if len(evidence):
        yield terminal.evidence_view(evidence.to_dicts())
    if "reason" in record:
        yield from dropped_views(version, record, evidence.to_dicts())
    for verdict in verdicts.filter(pl.col("reason") == "contaminated").to_dicts():
        yield reference_view(record, verdict)


def _twin(version: Version, id_: str) -> Iterator[Text]:
    """How the messy twin of a record asks, where it has one."""
    if MESSY not in version.folders:
        return
    for twin in version.table(MESSY).filter(pl.col("semantic_id") == id_).to_dicts():
        noise = ", ".join(twin["noise"]) or "as it is"
        yield Text.assemble(("messy twin: ", "bold"), f"{twin['question']} ({noise})")


def find_record(version: Version, start_of_id: str) -> tuple[dict[str, Any], str]:
    """A record of a version, kept or dropped, and what became of it.

    Raises:
        ConfigError: no record or more than one has such an id.
    """
    begins = pl.col("id").str.starts_with(start_of_id)
    kept, lost = (pick(version, folder, "id", begins) for folder in ("data", "rejected"))
    found = [row for rows in (kept, lost) if rows is not None for row in rows.to_dicts()]
    if len(found) != 1:
        raise ConfigError(
            f"{len(found) or 'no'} records of {version.name} have an id that begins with "
            f"{start_of_id!r}; see ids with: stillhouse show {version.manifest['dataset']}"
            f"{output_option(version.root)}"
        )
    record = found[0]
    if kept is not None:
        return record, f"kept, in split {record['split']}"
    return record, f"dropped by {record['stage']}"
