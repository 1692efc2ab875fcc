"""The head of a report: what became of the version, and its figures in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SAYS = {
    "completed": "The target was met.",
    "partial": "Published, but short of its target.",
    "quarantined": "Held back: the gate or the planted canaries found damage. Do not train on it "
    "before you know why.",
}
_SIGNS = {"completed": "✓", "partial": "◐", "quarantined": "✗"}


@dataclass(frozen=True, slots=True)
class Headline:
    """The status with a sign and a sentence, and pairs of a name and a figure."""

    status: str
    sign: str
    says: str
    figures: Sequence[tuple[str, str]]


def headline(manifest: Mapping[str, Any], panel: Sequence[Mapping[str, Any]]) -> Headline:
    """What a reader wants to know first."""
    status = manifest["status"]
    corpus, verifier = manifest["corpus"], manifest.get("verifier")
    figures = [("rows", f"{manifest['funnel'][-1]['kept']:,}")]
    at = manifest.get("run", {}).get("finished_at", "")
    if at:
        figures.append(("made on", at[:10]))
    figures.append(("cost", _money(manifest["cost"]["usd"])))
    if corpus.get("covered") is not None and corpus["documents"]:
        figures.append(("documents used", f"{corpus['covered'] / corpus['documents']:.0%}"))
    if verifier:
        figures += _truth(verifier, panel)
    noted = len(manifest.get("notes", [])) + len(manifest.get("alarms", []))
    if noted:
        figures.append(("notes to read", str(noted)))
    if any(row.get("p_adjusted") is not None for row in panel):
        figures.append(("collapse alarms", str(sum(bool(row["alarm"]) for row in panel))))
    return Headline(status, _SIGNS.get(status, "•"), _SAYS.get(status, ""), figures)


def _money(usd: float | None) -> str:
    return "unknown" if usd is None else f"${usd:,.2f}"


def _truth(
    verifier: Mapping[str, Any], panel: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """The claims are those of the published rows; verdicts count those of dropped ones too."""
    found = [
        ("claims supported", f"{row['value']:.1%}")
        for row in panel
        if row["metric"] == "claim_accuracy" and row["reference"] == ""
    ]
    if verifier["caught"]["claims"]:
        found.append(("planted falsehoods caught", f"{verifier['caught']['share']:.1%}"))
    return found
