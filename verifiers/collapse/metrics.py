"""The figures of the panel: which gauge each belongs to, where it harms, and what is gated.

Gated are those that were measured to see a kind of collapse early (docs/probes.md). Distinct-n,
compression and Zipf's slope are shown because people ask for them; they see next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from verifiers.collapse.alarms import Harm

Gauge = Literal["lexical", "semantic", "tails", "facts"]


@dataclass(frozen=True)
class Metric:
    """``paired``: it says how one set lies to another; else it is a property of each of them and
    the difference is judged. ``harm`` is where that is damage.
    """

    gauge: Gauge
    harm: Harm
    gated: bool = False
    paired: bool = False


METRICS: Mapping[str, Metric] = {
    "near_duplicate_share": Metric("lexical", "higher", gated=True),
    "question_opening_entropy": Metric("lexical", "lower", gated=True),
    "answer_opening_entropy": Metric("lexical", "lower", gated=True),
    "question_takeover": Metric("lexical", "higher", gated=True, paired=True),
    "answer_takeover": Metric("lexical", "higher", gated=True, paired=True),
    "question_top_opening": Metric("lexical", "higher"),
    "answer_top_opening": Metric("lexical", "higher"),
    "template_rate": Metric("lexical", "higher"),
    "distinct_1": Metric("lexical", "lower"),
    "distinct_2": Metric("lexical", "lower"),
    "distinct_3": Metric("lexical", "lower"),
    "compression_ratio": Metric("lexical", "higher"),
    "mtld": Metric("lexical", "lower"),
    "zipf_slope": Metric("lexical", "lower"),
    "vendi": Metric("semantic", "lower", gated=True),
    "close_share": Metric("semantic", "higher", gated=True),
    "knn_precision": Metric("semantic", "both", gated=True, paired=True),
    "knn_recall": Metric("semantic", "lower", gated=True, paired=True),
    "far_share": Metric("semantic", "lower", gated=True, paired=True),
    "mmd": Metric("semantic", "higher", gated=True, paired=True),
    "centroid_similarity": Metric("semantic", "higher"),
    "density": Metric("semantic", "both", paired=True),
    "coverage": Metric("semantic", "lower", paired=True),
    "frechet": Metric("semantic", "higher", paired=True),
    "nearest_low": Metric("semantic", "higher"),
    "nearest_median": Metric("semantic", "higher"),
    "nearest_high": Metric("semantic", "higher"),
    "hill_1": Metric("tails", "lower", gated=True),
    "emptied": Metric("tails", "higher", gated=True, paired=True),
    "hill_0": Metric("tails", "lower"),
    "hill_2": Metric("tails", "lower"),
    "unseen_mass": Metric("tails", "both"),
    "rare_coverage": Metric("tails", "lower", paired=True),
    "claim_accuracy": Metric("facts", "lower", gated=True),
    "document_recall": Metric("facts", "lower", gated=True),
    "passage_recall": Metric("facts", "lower"),
    "silent_tail_sources": Metric("facts", "higher"),
}


def gauges() -> dict[str, Harm]:
    """Where each figure harms."""
    return {name: metric.harm for name, metric in METRICS.items()}
