"""The page of a report, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from store.explained import Explained, as_html, style
from store.pages import fill
from store.report.generations import draw_generations
from store.report.headline import headline
from store.report.panel import groups
from store.report.scatter import draw_scatter
from store.report.tails import draw_tails
from store.report.words import (
    canaries_text,
    cost_text,
    inputs_text,
    money_text,
    number_text,
    repair_text,
    verdict_shares,
    verifier_text,
)

WITHHELD = "(not shown: personal data)"
"""What a report shows in place of a text that was dropped for privacy."""


def render_report(
    manifest: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    rejected: pl.DataFrame,
    probes: pl.DataFrame,
    shown_claims: Sequence[Explained] = (),
    figures: Mapping[str, Any] | None = None,
) -> str:
    """Whether it can be used, what is in it, whether it is true, whether it is as rich as before,
    and how it was made; with some published rows, some records claim by claim, and two dropped rows
    of each reason. ``figures`` is what a version has as ``figures.json``.
    """
    drawn, panel = figures or {}, probes.to_dicts()
    found = manifest.get("verifier")
    return fill(
        Path(__file__).with_name("page.html.j2"),
        name=f"{manifest['dataset']}-v{manifest['version']}",
        manifest=manifest,
        headline=headline(manifest, panel),
        planned=max(1, manifest["funnel"][0]["kept"]),
        cost=cost_text(manifest["cost"]),
        repaired=repair_text(manifest["repair"]) if manifest.get("repair") else "",
        rows=rows,
        rejected=_shown(rejected),
        panel=groups(panel),
        scatter=draw_scatter(drawn.get("map", {})),
        tails=draw_tails(drawn.get("tails", [])),
        generations=draw_generations(drawn.get("ancestors", []), manifest["version"], panel),
        verifier=verifier_text(found) if found else "",
        canaries=canaries_text(manifest["canaries"]) if manifest.get("canaries") else "",
        inputs=inputs_text(manifest["user_inputs"]) if manifest.get("user_inputs") else "",
        verdicts=verdict_shares(found) if found else [],
        explained=[as_html(each) for each in shown_claims],
        recipe=orjson.dumps(manifest["recipe"], option=orjson.OPT_INDENT_2).decode(),
        style=style(),
        number=number_text,
        money=money_text,
    )


def _shown(rejected: pl.DataFrame) -> list[dict[str, Any]]:
    """Two rows of each reason; texts with personal data stay hidden."""
    examples = rejected.sort("stage", "reason", "id").group_by(
        ["stage", "reason"], maintain_order=True
    )
    private = pl.col("stage") == "privacy"
    shown = examples.head(2).with_columns(
        pl.when(private).then(pl.lit(WITHHELD)).otherwise(pl.col(name)).alias(name)
        for name in ("question", "answer")
    )
    return shown.to_dicts()
