"""What a version came to, as Markdown for Prefect's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from prefect.artifacts import create_markdown_artifact

from flows.runs.markdown import table
from flows.runs.names import artifact_key
from flows.runs.reports import report_url
from flows.views.terminal import next_commands
from store.card.made import cell, plain
from store.records import HUMAN
from store.report import WITHHELD, cost_text
from store.versions import Version

_ROWS, _LONGEST = 5, 300


def show_version(version: Version) -> None:
    """Leave the pages of a version with the run: how it came about, what it cost, some rows."""
    key = artifact_key(version.dataset)
    pages = {
        "funnel": funnel_markdown(version),
        "report": report_markdown(version),
        "cost": cost_markdown(version),
        "rows": rows_markdown(version),
    }
    for name, page in pages.items():
        create_markdown_artifact(page, key=f"{name}-{key}", description=version.name)


def funnel_markdown(version: Version) -> str:
    """The funnel as a Markdown table, for Prefect's artifact page."""
    manifest = version.manifest
    lines = [
        f"# {version.name}",
        "",
        f"Status **{manifest['status']}**. {plain(manifest['note'])}",
        f"{cost_text(manifest['cost'])}.",
        "",
        "| stage | kept | dropped | top reasons |",
        "|---|---:|---:|---|",
    ]
    for step in manifest["funnel"]:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in step["reasons"])
        lines.append(f"| {step['stage']} | {step['kept']:,} | {step['dropped']:,} | {reasons} |")
    return "\n".join([*lines, "", f"`{version.path}`"])


def report_markdown(version: Version) -> str:
    """The head of the report, and where the whole is. Browsers open no file from a page of a
    server, so where nobody serves the report its path is there to be copied.
    """
    manifest, url = version.manifest, report_url(version)
    link = [f"**[Open the report]({url})**", ""] if url else []
    lines = [f"# {version.name}", "", *link]
    lines += [f"Status **{manifest['status']}**. {plain(manifest['note'])}", ""]
    lines += [f"- {plain(text)}" for text in (*manifest["notes"], *manifest["alarms"])]
    lines += [f"- remedy: {plain(text)}" for text in manifest.get("gate", {}).get("remedies", [])]
    lines += ["", "The whole report, one page, to be opened in a browser:", ""]
    lines += [f"`{version.path / 'report.html'}`", "", "What to do next:", "", "```"]
    return "\n".join([*lines, *next_commands(version), "```"])


def cost_markdown(version: Version) -> str:
    """What the version cost, and each teacher in it."""
    manifest = version.manifest
    head = "| teacher | candidates | accepted | rate | USD per accepted |"
    lines = [f"# What {version.name} cost", "", f"{cost_text(manifest['cost'])}.", ""]
    lines += [head, "|---|---:|---:|---:|---:|"]
    for row in manifest["tiers"]:
        usd = row["usd_per_accepted"]
        each = "unknown" if usd is None else f"{usd:.5f}"
        counts = f"{row['candidates']:,} | {row['accepted']:,} | {row['accept_rate']:.1%}"
        lines.append(f"| {cell(row['teacher'])} | {counts} | {each if row['accepted'] else '–'} |")
    return "\n".join(lines)


def rows_markdown(version: Version) -> str:
    """Some rows that were kept, and some that were dropped with the reason."""
    kept = version.table("data").filter(pl.col("origin") != HUMAN).sort("id").head(_ROWS)
    lost = version.table("rejected").sort("id").head(_ROWS)
    shown = [(row["id"], row["question"], row["answer"]) for row in kept.to_dicts()]
    dropped = [_dropped(row) for row in lost.to_dicts()]
    lines = [f"# Rows of {version.name}", table(("id", "question", "answer"), shown, _LONGEST)]
    heads = ("id", "dropped by", "question", "answer")
    return "\n\n".join([*lines, "## Dropped", table(heads, dropped, _LONGEST)])


def _dropped(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """A dropped row; personal data and secrets go into no database of a server."""
    by = f"{row['stage']}: {row['reason']}"
    if row["stage"] == "privacy":
        return row["id"], by, WITHHELD, WITHHELD
    return row["id"], by, row["question"] or "", row["answer"] or ""
