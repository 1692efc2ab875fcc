"""Why a record was kept or dropped, claim by claim, in the terminal or as a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from configs.errors import ConfigError
from flows.commands.options import output_option
from flows.show import find_record
from flows.views.terminal import VERDICT_COLOURS
from store.explained import Decision, Explained, explain
from store.picked import pick
from store.versions import Version, find_version, latest


def explain_record(root: Path, start_of_id: str, spec: str | None) -> tuple[Version, Explained]:
    """A record with its claims; without ``spec`` it is looked for in the latest version of every
    dataset.

    Raises:
        ConfigError: no record has such an id, or several have.
    """
    version = find_version(root, spec) if spec else holder_of(root, start_of_id, "explain")
    record, fate = find_record(version, start_of_id)
    why = record.get("detail") or ""
    said = f"{fate}: {record['reason']}. {why}" if "reason" in record else fate
    return version, explain(record, said, version)


def explained_views(shown: Explained) -> Iterator[RenderableType]:
    """The messages with each claim in the colour of its verdict, and the claims one by one."""
    for message in shown.messages:
        text = Text()
        for piece in message.pieces:
            text.append(piece.text, style=VERDICT_COLOURS.get(piece.verdict, ""))
            if piece.numbers:
                text.append(f"[{','.join(map(str, piece.numbers))}]", style="dim")
        yield Panel(text, title=message.role, title_align="left")
    yield from (_claim(claim) for claim in shown.claims)
    yield Text(f"{shown.id}: {shown.fate}", style="bold")


def _claim(claim: Decision) -> RenderableType:
    """A claim with its verdict, the rule, and the passage with the stretch that decided."""
    colour = VERDICT_COLOURS[claim.verdict]
    head = Text(f"{claim.number}. ", style="bold")
    head.append(f"{claim.verdict.replace('_', ' ')} ", style=colour)
    head.append(f"by {claim.rule}, {claim.score:.0%} sure of support")
    if claim.detail:
        head.append(f": {claim.detail}")
    parts: list[RenderableType] = [head, Text(f"   {claim.claim}")]
    if claim.where:
        passage = Text(f"   {claim.where}: ", style="dim")
        passage.append(claim.before)
        passage.append(claim.matched, style=f"{colour} reverse")
        passage.append(claim.after)
        parts.append(passage)
    return Group(*parts, Text())


def holder_of(root: Path, start_of_id: str, command: str) -> Version:
    """The one latest version that has such a record, which the command wants.

    Raises:
        ConfigError: none has, or several have.
    """
    found = []
    for pointer in sorted(root.glob("*/latest.json")):
        version = latest(root, pointer.parent.name)
        if version is not None and _has(version, start_of_id):
            found.append(version)
    if len(found) != 1:
        names = ", ".join(version.name for version in found)
        where = f"datasets have such a record: {names}; name one" if found else "dataset has one"
        raise ConfigError(
            f"record {start_of_id!r}: {'several' if found else 'no'} {where}, for example: "
            f"stillhouse {command} {start_of_id} DATASET@1{output_option(root)}"
        )
    return found[0]


def _has(version: Version, start_of_id: str) -> bool:
    begins = pl.col("id").str.starts_with(start_of_id)
    return any(
        pick(version, name, "id", begins, ["id"]) is not None for name in ("data", "rejected")
    )
