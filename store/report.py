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
        repaired=repair_text(manifest["repair"]) if manifest.get("repair") else "",
        rows=rows,
        rejected=shown.to_dicts(),
        probes=probes.to_dicts(),
        verifier=verifier_text(manifest["verifier"]) if manifest.get("verifier") else "",
        explained=[as_html(each) for each in shown_claims],
        style=style(),
        number=_number,
        money=money_text,
    )


def verifier_text(found: Mapping[str, Any]) -> str:
    """The verifier's own error in words, and the verdicts it gave."""
    caught, alarms = found["caught"], found["false_alarms"]
    said = []
    if caught["claims"]:
        said.append(
            f"of {caught['claims']:,} falsehoods planted in claims on this corpus "
            f"{caught['rejected']:,} were caught ({caught['share']:.1%})"
        )
    if alarms["claims"]:
        said.append(
            f"of {alarms['claims']:,} true claims {alarms['rejected']:,} were rejected "
            f"({alarms['share']:.1%})"
        )
    total = sum(found["verdicts"].values())
    shares = ", ".join(
        f"{verdict.replace('_', ' ')} {count / total:.1%}"
        for verdict, count in found["verdicts"].items()
    )
    if total:
        said.append(f"verdicts on the {total:,} claims of this build: {shares}")
    if found["calibration_error"] is not None:
        how = f"calibrated on {found['labelled']:,} labels" if found["calibrated"] else "as shipped"
        said.append(f"scores ({how}) are {found['calibration_error']:.2f} off the truth on average")
    if found["conflicts"]:
        said.append(f"{found['conflicts']:,} claims on which current documents disagree")
    if found["model"]:
        said.append(f"measured without the {found['model']}")
    text = "; ".join(said)
    return text[:1].upper() + text[1:]


def cost_text(cost: Mapping[str, Any]) -> str:
    """Calls, tokens and money in words; an unknown price is said to be unknown."""
    calls, tokens = f"{cost['calls']:,} calls", f"{cost['tokens']:,} tokens"
    return f"{calls}, {tokens}, {money_text(cost['usd'])}"


def repair_text(repair: Mapping[str, Any]) -> str:
    """What sending failed records back came to, in words, and what it cost."""
    if not repair["records"]:
        return "No record that failed verification went back to its teacher"
    said = (
        f"{repair['records']:,} records that failed verification went back to their teacher with "
        f"the evidence; {repair['mended']:,} were mended, {repair['failed']:,} still failed. "
        f"That cost {cost_text(repair['cost'])}"
    )
    if not repair["mended"]:
        return said
    tokens, money = repair["tokens_per_mended"], money_text(repair["usd_per_mended"])
    return f"{said}: {tokens:,.0f} tokens and {money} for a mended record"


def money_text(usd: float | None) -> str:
    """US dollars in words."""
    return "price unknown" if usd is None else f"${usd:,.4f}"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
