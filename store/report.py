"""The version's report: one HTML page without any outside resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from store.explained import Explained, as_html, style
from store.pages import fill

WITHHELD = "(not shown: personal data)"
"""What a report shows in place of a text that was dropped for privacy."""


def render_report(
    manifest: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    rejected: pl.DataFrame,
    probes: pl.DataFrame,
    shown_claims: Sequence[Explained] = (),
) -> str:
    """Funnel, diversity, some published rows, some records claim by claim, and two dropped rows of
    each reason.
    """
    examples = rejected.sort("stage", "reason", "id").group_by(
        ["stage", "reason"], maintain_order=True
    )
    private = pl.col("stage") == "privacy"
    shown = examples.head(2).with_columns(
        pl.when(private).then(pl.lit(WITHHELD)).otherwise(pl.col(name)).alias(name)
        for name in ("question", "answer")
    )
    return fill(
        Path(__file__).with_suffix(".html.j2"),
        name=f"{manifest['dataset']}-v{manifest['version']}",
        manifest=manifest,
        planned=max(1, manifest["funnel"][0]["kept"]),
        cost=cost_text(manifest["cost"]),
        rows=rows,
        rejected=shown.to_dicts(),
        probes=probes.to_dicts(),
        explained=[as_html(each) for each in shown_claims],
        style=style(),
        number=_number,
        money=money_text,
    )


def cost_text(cost: Mapping[str, Any]) -> str:
    """Calls, tokens and money in words; an unknown price is said to be unknown."""
    calls, tokens = f"{cost['calls']:,} calls", f"{cost['tokens']:,} tokens"
    return f"{calls}, {tokens}, {money_text(cost['usd'])}"


def money_text(usd: float | None) -> str:
    """US dollars in words."""
    return "price unknown" if usd is None else f"${usd:,.4f}"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
