"""What people see: tables for the terminal and for Prefect's artifacts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from flows.commands.options import output_option
from flows.doctor import Finding
from flows.pipeline import Built
from flows.views.judge import acceptance_text
from store.approval import awaits_approval, rejection, was_rejected
from store.publish import REMEDY, held_back
from store.records import HUMAN
from store.report import (
    canaries_text,
    cost_text,
    inputs_text,
    money_text,
    repair_text,
    verifier_text,
)
from store.versions import Version

_COPIES = Path("data/pulled")
"""Where suggested commands copy versions from object storage."""


def show_built(console: Console, built: Built) -> None:
    """The end of a build: funnel, five rows, where the version is, and what to do next."""
    version, manifest = built.version, built.version.manifest
    console.print()
    console.print(funnel_table(manifest["funnel"], f"{version.name}: from plan to published"))
    console.print()
    rows = version.table("data").filter(pl.col("origin") != HUMAN).sort("id")
    first = rows.unique("style", keep="first", maintain_order=True).sort("style")
    console.print(rows_table(first.head(5).to_dicts(), "Some of its rows"))
    console.print()
    covered, documents = manifest["corpus"]["covered"], manifest["corpus"]["documents"]
    console.print(f"Sources: {covered:,} of {documents:,} documents have at least one row.")
    for teacher, mode, count in manifest["teachers"]:
        by_rule = "rule-based, no language model" if mode == "rule-based" else mode
        console.print(f"Written by {teacher} ({by_rule}): {count:,} rows.", highlight=False)
    console.print(f"Cost: {cost_text(manifest['cost'])}.")
    if manifest.get("repair"):
        console.print("Repair: ", Text(repair_text(manifest["repair"])), ".", sep="")
    if manifest.get("verifier"):
        console.print("Verifier: ", Text(verifier_text(manifest["verifier"])), ".", sep="")
    if manifest.get("canaries"):
        console.print("Canaries: ", Text(canaries_text(manifest["canaries"])), ".", sep="")
    if manifest.get("acceptance"):
        console.print("Acceptance: ", acceptance_text(manifest["acceptance"]), ".", sep="")
    if manifest.get("user_inputs"):
        console.print("Users' inputs: ", Text(inputs_text(manifest["user_inputs"])), ".", sep="")
    if len(manifest["tiers"]) > 1:
        console.print(tiers_table(manifest["tiers"]))
    for word, text in _warnings(version):
        console.print(f"[bold yellow]{word}:[/] ", Text(text), sep="")
    new = "" if built.is_new else " (nothing changed since, so there is no new version)"
    console.print("Version: ", Text(str(version.path), style="bold"), new, sep="", soft_wrap=True)
    console.print("Report: ", Text(str(version.path / "report.html")), sep="", soft_wrap=True)
    console.print()
    console.print("Next:")
    for command in next_commands(version):
        console.print(f"  {command}", style="cyan", highlight=False, soft_wrap=True)


def show_refreshed(console: Console, refreshed: Built, sent: int | None) -> None:
    """The end of a refresh, as after a build, with the calls sent for what changed; None where
    nothing did.
    """
    if sent is not None:
        show_built(console, refreshed)
        console.print(f"Calls sent for what changed: {sent:,}.", highlight=False)
        return
    console.print("Nothing changed in the corpus: nothing was asked, and no version was made.")
    where = Text(str(refreshed.version.path), style="bold")
    console.print("Version: ", where, sep="", soft_wrap=True)


def _warnings(version: Version) -> Iterator[tuple[str, str]]:
    """What people should know before they use a version, each with the word it is called by."""
    manifest = version.manifest
    for word, texts in (("Note", manifest["notes"]), ("Drift", manifest["alarms"])):
        for text in texts:
            yield word, text
    if manifest["status"] != "completed":
        yield manifest["status"].title(), manifest["note"]
    for text in manifest.get("gate", {}).get("remedies", []):
        yield "Remedy", text
    if told := unreleased_text(version):
        yield "Approval", told


def next_commands(version: Version) -> list[str]:
    """Three commands worth trying on a version."""
    name = version.manifest["dataset"]
    option = output_option(version.root)
    if held_back(version) or unreleased_text(version):
        return [
            *_patched(version, option),
            f'stillhouse release {name}@{version.number} --reason "..."{option}',
            f"stillhouse show {name}@{version.number} --dropped{option}",
        ]
    rejected = version.table("rejected")
    facts = rejected.filter(rejected["stage"] == "grounding")
    dropped = facts if len(facts) else rejected
    why = f" {dropped['id'][0]}" if len(dropped) else ""
    return [
        f"stillhouse show {name}{why}{option}",
        f"stillhouse verify {name}@{version.number}{option}",
        _loaded(version, option),
    ]


def unreleased_text(version: Version) -> str:
    """Why a version that asked for approval is not the latest one; empty where it was approved."""
    if was_rejected(version):
        return f"it was rejected, {rejection(version)}"
    if awaits_approval(version):
        return "it is not the latest version before somebody releases it"
    return ""


def _patched(version: Version, option: str) -> Iterator[str]:
    """How a version's remedy is tried, where it has one."""
    if REMEDY in version.files:
        folder = version.path
        if not isinstance(folder, Path):
            yield _loaded(version, option)
            folder = _COPIES / version.name
        yield f"stillhouse build RECIPE --patch {shlex.quote(str(folder / REMEDY))}{option}"


def _loaded(version: Version, option: str) -> str:
    """How a version gets into Python, from object storage by way of a copy."""
    if not isinstance(version.path, Path):
        return f"stillhouse pull {version.dataset}@{version.number} {_COPIES}{option}"
    load = f"from datasets import load_dataset; print(load_dataset({str(version.path)!r}))"
    return f'python -c "{load}"'


def funnel_table(funnel: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Counts after each stage, with the reasons that dropped most."""
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("stage")
    table.add_column("kept", justify="right")
    table.add_column("dropped", justify="right")
    table.add_column("top reasons")
    for step in funnel:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in step["reasons"])
        table.add_row(step["stage"], f"{step['kept']:,}", f"{step['dropped']:,}", reasons)
    return table


def tiers_table(tiers: Sequence[Mapping[str, Any]]) -> Table:
    """What each teacher did, and what an accepted record of it cost."""
    table = Table(title="Teachers", title_justify="left", header_style="bold")
    table.add_column("teacher")
    for column in ("tier", "candidates", "escalated", "accepted", "rate", "per accepted"):
        table.add_column(column, justify="right")
    for row in tiers:
        counts = (f"{row[name]:,}" for name in ("tier", "candidates", "escalated", "accepted"))
        money = money_text(row["usd_per_accepted"]) if row["accepted"] else "–"
        table.add_row(Text(row["teacher"]), *counts, f"{row['accept_rate']:.1%}", money)
    return table


def rows_table(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Records with their questions, answers and first source."""
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=True)
    for column in ("id", "question", "answer", "source"):
        table.add_column(column, overflow="fold")
    for row in rows:
        source = row["sources"][0]["document_id"] if row["sources"] else row["origin"]
        table.add_row(
            *(Text(_short(t)) for t in (row["id"], row["question"], row["answer"], source))
        )
    return table


def record_view(record: Mapping[str, Any], title: str) -> Panel:
    """A record in full: what it says and where it comes from."""
    lines = Text()
    for name in ("question", "answer"):
        lines.append(f"{name}: ", style="bold")
        lines.append(f"{record[name]}\n")
    for quote in record["quotes"] or []:
        lines.append("quote: ", style="bold")
        lines.append(f"{quote}\n", style="italic")
    for source in record["sources"]:
        lines.append("source: ", style="bold")
        where = f"{source['document_id']} [{source['start']}:{source['end']}]"
        lines.append(f"{where} sha256 {source['sha256'][:12]}\n")
    if record.get("repaired_from"):
        lines.append("repaired from: ", style="bold")
        lines.append(f"{record['repaired_from']}\n")
    made = (
        f"{record['style']} by {record['teacher']} ({record['model']}, {record['generation_mode']})"
    )
    lines.append("made: ", style="bold")
    lines.append(f"{made}, prompt {record['prompt_id']}, valid as of {record['valid_as_of']}")
    return Panel(lines, title=title, title_align="left")


def verdicts_table(verdicts: Sequence[Mapping[str, Any]]) -> Table:
    """What each stage said about a record."""
    table = Table(title="Verdicts", title_justify="left", header_style="bold")
    for column in ("stage", "decision", "reason", "score", "why"):
        table.add_column(column, overflow="fold")
    for row in verdicts:
        score = "" if row["score"] is None else f"{row['score']:.3f}"
        # Behind a line break stands the text of an evaluation item, which has a view of its own.
        detail = row["detail"].partition("\n")[0]
        why = "; ".join(part for part in (detail, row["witness"]) if part)
        table.add_row(f"{row['stage']}", row["decision"], row["reason"], score, Text(why))
    return table


def evidence_view(evidence: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Each claim with its verdict and the passage it was checked against."""
    table = Table(title="Claims and evidence", title_justify="left", header_style="bold")
    for column in ("claim", "verdict", "rule", "evidence", "where"):
        table.add_column(column, overflow="fold")
    for row in evidence:
        where = f"{row['document_id']} [{row['start']}:{row['end']}]" if row["document_id"] else ""
        rule = f"{row['rule']}: {row['detail']}" if row["detail"] else row["rule"]
        table.add_row(
            Text(row["claim"]),
            Text(row["verdict"], style=VERDICT_COLOURS[row["verdict"]]),
            Text(rule),
            Text(_short(row["quote"] or "")),
            Text(where),
        )
    return Group(table)


VERDICT_COLOURS = {
    "supported": "green",
    "contradicted": "red",
    "stale": "magenta",
    "not_found": "yellow",
}


def _short(text: str, limit: int = 240) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 3]}..."


def dropped_table(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Dropped records with the verdict that dropped them."""
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=True)
    for column in ("id", "reason", "question", "answer", "why"):
        table.add_column(column, overflow="fold")
    for row in rows:
        reason = f"{row['stage']}: {row['reason']}"
        cells = (row["id"], reason, row["question"], row["answer"], row["detail"])
        table.add_row(*(Text(_short(cell)) for cell in cells))
    return table


def preview_views(records: pl.DataFrame, verdicts: pl.DataFrame) -> Iterator[RenderableType]:
    """Each candidate with what became of it."""
    for record in records.to_dicts():
        own = verdicts.filter(pl.col("record_id") == record["id"]).to_dicts()
        last = next((row for row in own if row["decision"] == "drop"), None)
        why = f"dropped by {last['stage']} ({last['reason']}) {last['detail']}" if last else "kept"
        yield record_view(record, f"{record['id']}: {why}")


def findings_table(findings: Sequence[Finding]) -> Table:
    """What the doctor found, with the fix where something is not well."""
    table = Table(header_style="bold")
    for column in ("", "what", "found", "fix"):
        table.add_column(column, overflow="fold")
    for item in findings:
        mark = "[green]ok[/]" if item.well else "[yellow]–[/]" if item.optional else "[red]no[/]"
        table.add_row(mark, item.name, Text(item.found), Text("" if item.well else item.fix))
    return table
