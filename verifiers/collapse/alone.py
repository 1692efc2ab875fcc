"""What a version's own rows say, all of them, beside nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from configs.stages import CollapseProbe
from store.shares import wilson
from verifiers.collapse import facts, tails
from verifiers.collapse.families import Wording
from verifiers.collapse.intervals import intervals
from verifiers.collapse.kinds import unseen_mass
from verifiers.collapse.metrics import METRICS
from verifiers.collapse.sides import Side

Row = dict[str, Any]
_ORDERS = (0, 1, 2)


def rows_alone(version: Side, settings: CollapseProbe, seed: int) -> list[Row]:
    """Rows of the panel without a reference: wording of the whole set, kinds rarefied to the size
    of a sample, and facts.
    """
    return [
        *_wording(version, settings, seed),
        *_kinds(version, settings, seed),
        *_facts(version, settings),
    ]


def _wording(version: Side, settings: CollapseProbe, seed: int) -> list[Row]:
    family = Wording(version.questions, version.answers, settings.template_rows)
    every = np.ones(len(version), bool)
    spans = intervals(family, every, settings.resamples, seed)
    return [
        _row(name, value, spans[name], len(version))
        for name, value in family.values(every, ~every).items()
    ]


def _kinds(version: Side, settings: CollapseProbe, seed: int) -> list[Row]:
    """Hill numbers over clusters, as many as are expected in a sample of the usual size."""
    counts = tails.counts_of(tails.clusters(version.vectors, seed, version.order), version.vectors)
    size = min(settings.sample, len(version))
    values = {f"hill_{order}": tails.rarefied(counts, size, order) for order in _ORDERS}
    values["unseen_mass"] = float(unseen_mass(counts))
    rng = np.random.default_rng([seed, 3])
    drawn: dict[str, list[float]] = {name: [] for name in values}
    for _ in range(settings.resamples):
        some = rng.multivariate_hypergeometric(
            counts, max(1, len(version) // 2), method="marginals"
        )
        for order in _ORDERS:
            half = tails.rarefied(some, min(size, max(1, int(some.sum()))), order)
            drawn[f"hill_{order}"].append(half)
        drawn["unseen_mass"].append(float(unseen_mass(some)))
    return [
        _row(name, value, _around(value, drawn[name]), len(version))
        for name, value in values.items()
    ]


def _facts(version: Side, settings: CollapseProbe) -> list[Row]:
    rows, sources = [], version.sources
    if version.claims is not None and version.claims[:, 1].any():
        supported, every = version.claims.sum(axis=0).tolist()
        span = wilson(supported, every)
        rows.append(_row("claim_accuracy", facts.accuracy(version.claims), span, every))
    if sources is None or version.documents is None:
        return rows
    counts = Counter(name for row in version.documents for name in set(row))
    said = sum(name in counts for name in sources.documents)
    shares = {"document_recall": (said, len(sources.documents))}
    if sources.passages:
        shares["passage_recall"] = (sources.supporting, sources.passages)
    for name, (found, of) in shares.items():
        rows.append(_row(name, found / max(1, of), wilson(found, of), of))
    if sources.planned:
        silent = facts.silent_tail(counts, sources.planned, settings.rare_share)
        tail = max(1, round(settings.rare_share * len(sources.planned)))
        rows.append(_row("silent_tail_sources", silent, wilson(round(silent * tail), tail), tail))
    return rows


def _around(value: float, drawn: list[float]) -> tuple[float, float]:
    error = 2 * float(np.std(drawn, ddof=1))
    return value - error, value + error


def _row(metric: str, value: float, span: tuple[float, float], sample: int) -> Row:
    return {
        "metric": metric,
        "gauge": METRICS[metric].gauge,
        "reference": "",
        "value": value,
        "low": span[0],
        "high": span[1],
        "sample": sample,
        "gated": False,
        "alarm": False,
    }
