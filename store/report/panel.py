"""The collapse panel as a reader takes it: by what it stands beside, the largest effects first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BESIDE = {
    "parent": "Beside the parent version",
    "anchor": "Beside the anchor, your real rows",
    "corpus": "Beside the corpus",
    "": "This version alone",
}
SAYS = {
    "near_duplicate_share": "rows that mostly repeat the wording of others",
    "question_opening_entropy": "how varied the first words of questions are",
    "answer_opening_entropy": "how varied the first words of answers are",
    "question_takeover": "one opening of questions spreads over the reference",
    "answer_takeover": "one opening of answers spreads over the reference",
    "question_top_opening": "share of the most common opening of questions",
    "answer_top_opening": "share of the most common opening of answers",
    "template_rate": "questions that fit a shared template",
    "distinct_1": "different words",
    "distinct_2": "different pairs of words",
    "distinct_3": "different runs of three words",
    "compression_ratio": "how far the text can be compressed",
    "mtld": "words until wording repeats itself",
    "zipf_slope": "how steeply frequent words dominate",
    "vendi": "effective number of different rows",
    "close_share": "rows with another of nearly the same meaning",
    "knn_precision": "rows that lie where the reference lies",
    "knn_recall": "the reference's rows that lie where this version lies",
    "far_share": "rows in sparse regions, far from the reference",
    "mmd": "distance of the two distributions",
    "centroid_similarity": "how close rows are to their mean",
    "density": "how densely rows lie among the reference's",
    "coverage": "the reference's neighbourhoods that have a row",
    "frechet": "distance of means and spreads",
    "nearest_low": "similarity to the nearest row, the loneliest 5 %",
    "nearest_median": "similarity to the nearest row, median",
    "nearest_high": "similarity to the nearest row, the closest 5 %",
    "hill_1": "effective number of clusters",
    "emptied": "rows of the reference in clusters of which a quarter or less is left",
    "hill_0": "clusters",
    "hill_2": "effective number of frequent clusters",
    "unseen_mass": "probability that the next row is of a new cluster",
    "rare_coverage": "the reference's rarest clusters that have a row",
    "claim_accuracy": "claims that the verifier supports",
    "document_recall": "documents of the corpus that a row comes from",
    "passage_recall": "passages that support a claim",
    "silent_tail_sources": "of the sources with fewest seeds, those without a row",
}
"""What each figure of the panel means, in a few words."""
_WIDEST = 10.0
"""Standard deviations that fill the bar of an effect."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure with its meaning; ``bar`` is the length of its effect, from 0 to 100."""

    says: str
    row: Mapping[str, Any]
    sign: str
    verdict: str
    bar: float


@dataclass(frozen=True, slots=True)
class Group:
    """Figures beside one reference: ``first`` are those that can be an alarm, ``rest`` the others.
    Without tests all are in ``first``.
    """

    title: str
    first: Sequence[Line]
    rest: Sequence[Line]
    tested: bool


def groups(panel: Sequence[Mapping[str, Any]]) -> list[Group]:
    """The panel by reference, the ones that are tested first."""
    found = []
    for reference, title in BESIDE.items():
        rows = [row for row in panel if row["reference"] == reference]
        lines = [_line(row) for row in sorted(rows, key=_order)]
        tested = any(row.get("p_adjusted") is not None for row in rows)
        first = [line for line in lines if line.row.get("gated") or not tested]
        rest = [line for line in lines if line not in first]
        if lines:
            found.append(Group(title, first, rest, tested))
    return found


def _order(row: Mapping[str, Any]) -> tuple[bool, float]:
    return not row["alarm"], -abs(row.get("effect") or 0.0)


def _line(row: Mapping[str, Any]) -> Line:
    sign, verdict = "–", "not tested"
    if row["alarm"]:
        sign, verdict = "▲", "alarm"
    elif row.get("p_adjusted") is not None:
        sign, verdict = "✓", "no alarm"
    bar = min(100.0, 100 * abs(row.get("effect") or 0.0) / _WIDEST)
    return Line(SAYS.get(row["metric"], ""), row, sign, verdict, round(bar, 1))
