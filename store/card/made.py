"""How a version was made, on its card: who wrote, what was dropped, and rows to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
_ACTS = re.compile(r"[\\<&*_~`\[\]!]")
_BEGINS = re.compile(r"^(?:#|>|[-+](?= ))")
"""What acts at the beginning of a line only."""
_UNSEEN = re.compile(r"[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows."""


def rows_text(rows: Sequence[Any]) -> list[str]:
    """A few records."""
    table = [
        f"| {cell(row['question'])} | {cell(row['answer'])} "
        f"| {cell(row['sources'][0]['document_id'])} |"
        for row in rows
    ]
    return [
        "## Rows to look at",
        "",
        "| question | answer | source |",
        "|---|---|---|",
        *table,
        "",
    ]


def teachers_text(manifest: Mapping[str, Any]) -> list[str]:
    """Who wrote the rows: the teacher as the recipe calls it, and the model that really answered.
    Versions from before it was counted say less.
    """
    if not manifest.get("writers"):
        return []
    table = [
        f"| {cell(one['teacher'])} | {cell(one['model']) or '–'} | {one['mode']} "
        f"| {one['depth']} | {one['rows']:,} |"
        for one in manifest["writers"]
    ]
    return [
        "## Teachers",
        "",
        "| teacher | model that answered | mode | generation depth | rows |",
        "|---|---|---|---:|---:|",
        *table,
        "",
    ]


def funnel_text(manifest: Mapping[str, Any]) -> list[str]:
    """What each stage kept and dropped, what came of repairs, and rows that took no such way."""
    table = [
        f"| {step['stage']} | {step['kept']:,} | {step['dropped']:,} | {_reasons(step)} |"
        for step in manifest["funnel"]
    ]
    return [
        "## How it was made",
        "",
        "| stage | kept | dropped | most frequent reasons |",
        "|---|---:|---:|---|",
        *table,
        *_refreshed(manifest.get("refresh")),
        *_repaired(manifest.get("repair")),
        *_added(manifest.get("lineage") or {}),
        "",
    ]


def generations_text(found: Mapping[str, Any] | None) -> list[str]:
    """How far the rows are from what people wrote, and what was allowed for a reason."""
    if found is None:
        return []
    mix = ", ".join(f"{count:,} {mode} at depth {depth}" for mode, depth, count in found["mix"])
    allowed = (f"Allowed by {name}: {why}." for name, why in found["allowed"].items())
    said = " ".join([f"**Generations:** {mix}.", *allowed])
    explained = (
        "Depth 0 is by rule or by a teacher that was never trained on this pipeline's data; each "
        "training on its rows adds 1."
    )
    return ["", f"{said} {explained}"]


def _refreshed(refresh: Mapping[str, Any] | None) -> list[str]:
    """What a refresh found and did, where the version came from one."""
    if not refresh:
        return []
    told = (
        f"This version is {refresh['from']} brought up to its corpus: {refresh['text']}. The "
        "stages above `refresh` count the candidates of what changed; with it come the rows that "
        "stood."
    )
    return ["", told]


def _repaired(repair: Mapping[str, Any] | None) -> list[str]:
    """What came of records that went back to their teacher, where some did."""
    if not repair or not repair["records"]:
        return []
    told = (
        f"{repair['records']:,} records that failed verification went back to their teacher with "
        f"the evidence, and {repair['mended']:,} were mended. Their `repaired_from` names the "
        "version that failed, which is in `rejected`."
    )
    return ["", told]


def _added(lineage: Mapping[str, Any]) -> list[str]:
    """The real rows, which no stage counts."""
    real = lineage.get("real_rows", 0)
    if not real:
        return []
    came, are = ("row came", "is") if real == 1 else ("rows came", "are")
    return ["", f"{real:,} real {came} beside these and {are} not counted here."]


def _reasons(step: Mapping[str, Any]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in step["reasons"]) or "–"


def cell(text: str, longest: int = 160) -> str:
    """A text as a cell of a table, not too long."""
    flat = " ".join(text.split())
    short = flat if len(flat) <= longest else f"{flat[: longest - 3]}..."
    return plain(short).replace("|", "\\|")


def plain(text: str) -> str:
    """A text as one line of which no Markdown and no HTML acts, for it may come from a model or a
    document; code stays code.
    """
    text = " ".join(_UNSEEN.sub(" ", text).split())
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [_ACTS.sub(r"\\\g<0>", text[at : code.start()]), code.group()]
        at = code.end()
    return _BEGINS.sub(r"\\\g<0>", "".join([*parts, _ACTS.sub(r"\\\g<0>", text[at:])]))
