"""The panel: what a version has lost, beside its corpus, its parent version and real rows.

No single figure sees every collapse (docs/probes.md), and none sees false facts but the share of
claims that the verifier supports. So all of them are measured, on equally many rows of each side,
each against chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.stages import CollapseProbe
from store.stages import Progress, silent
from verifiers.collapse.alarms import Finding, judge, partings
from verifiers.collapse.alone import rows_alone
from verifiers.collapse.families import Family, Figures, Grounds, Kinds, Meaning, Wording
from verifiers.collapse.intervals import Interval, intervals
from verifiers.collapse.metrics import METRICS, gauges
from verifiers.collapse.sides import Pool, Side, pool
from verifiers.collapse.words import beside

SCHEMA = pl.Schema(
    {
        "metric": pl.String,
        "gauge": pl.String,
        "reference": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "reference_value": pl.Float64,
        "effect": pl.Float64,
        "p": pl.Float64,
        "p_adjusted": pl.Float64,
        "sample": pl.Int64,
        "gated": pl.Boolean,
        "alarm": pl.Boolean,
    }
)
EMPTY = pl.DataFrame(schema=SCHEMA)
CORPUS = "corpus"
"""The reference whose rows are passages: it is described, since passages are no questions and
always differ, and never an alarm."""


def measure(
    version: Side,
    references: Mapping[str, Side],
    settings: CollapseProbe,
    seed: int,
    progress: Progress = silent,
) -> pl.DataFrame:
    """The panel as rows of :data:`SCHEMA`.

    ``references`` are ``corpus``, ``parent`` and ``anchor``, as far as there are any; rows with the
    reference ``""`` are the version's own figures, over all of its rows. ``value`` has the interval
    ``low`` to ``high`` (95 %). ``reference_value`` is the same figure of the reference, and for
    figures that say how two sets lie to each other, what two samples of the same origin give.
    ``effect`` is in standard deviations of such samples. Without ``p`` nothing was tested; the
    ``sample`` then says whether there were too few rows.
    """
    if not len(version):
        return EMPTY
    there = {name: side for name, side in references.items() if len(side)}
    tested = max(1, len([name for name in there if name != CORPUS]))
    rows = rows_alone(version, settings, seed)
    for done, (name, side) in enumerate(there.items()):
        progress("probing", done, len(there))
        rows += _beside(name, version, side, settings, seed, tested)
    progress("probing", len(there), len(there))
    return pl.DataFrame(rows, schema=SCHEMA)


@dataclass(frozen=True)
class _Looked:
    """A family over its sample, with what was found there."""

    size: int
    values: Figures
    others: Figures
    spans: Mapping[str, Interval]
    statistics: Mapping[str, NDArray[np.float64]]


def _beside(
    name: str, version: Side, side: Side, settings: CollapseProbe, seed: int, tested: int
) -> list[dict[str, Any]]:
    """The rows of one reference."""
    wide = pool(version, side, settings.wide_sample, seed)
    if not wide.size:
        return []
    narrow = wide.first(settings.sample)
    found = [
        _look(family, part.size, settings, seed, name != CORPUS)
        for family, part in _families(name, wide, narrow, settings, seed)
    ]
    every = {metric: each for look in found for metric, each in look.statistics.items()}
    gated = [metric for metric in every if METRICS[metric].gated]
    findings = judge(every, gauges(), gated)
    rows = [
        _row(name, metric, look, findings.get(metric), settings, tested)
        for look in found
        for metric in look.values
    ]
    return rows + beside(name, narrow)


def _families(
    name: str, wide: Pool, narrow: Pool, settings: CollapseProbe, seed: int
) -> list[tuple[Family, Pool]]:
    found: list[tuple[Family, Pool]] = [
        (Meaning(narrow.vectors(), settings.neighbours, settings.close), narrow),
        (Kinds(wide.vectors(), settings.rare_share, seed), wide),
    ]
    if name == CORPUS:
        return found
    questions, answers = wide.texts("questions"), wide.texts("answers")
    return [
        (Wording(questions, answers, settings.template_rows), wide),
        *found,
        (Grounds(wide.claims(), wide.told()), wide),
    ]


def _look(family: Family, size: int, settings: CollapseProbe, seed: int, test: bool) -> _Looked:
    true = np.arange(2 * size) < size
    statistics: Mapping[str, NDArray[np.float64]] = {}
    if test and size >= settings.min_rows:
        statistics = family.statistics(partings(size, settings.permutations, seed))
    return _Looked(
        size,
        family.values(true, ~true),
        family.values(~true, true),
        intervals(family, true, settings.resamples, seed),
        statistics,
    )


def _row(
    reference: str,
    metric: str,
    look: _Looked,
    finding: Finding | None,
    settings: CollapseProbe,
    tested: int,
) -> dict[str, Any]:
    """One row; the references that are tested share ``alpha`` between them."""
    about, value = METRICS[metric], look.values[metric]
    other: float | None = look.others[metric]
    if about.paired:
        null = look.statistics.get(metric)
        other = None if null is None else float(null[1:].mean())
    span = look.spans[metric]
    p = finding.p_adjusted if finding else None
    adjusted = None if p is None else min(1.0, p * tested)
    change = abs(value - other) if other is not None else 0.0
    large = change >= settings.min_change * max(abs(other or 0.0), 1e-9)
    return {
        "metric": metric,
        "gauge": about.gauge,
        "reference": reference,
        "value": value,
        "low": span.low,
        "high": span.high,
        "reference_value": other,
        "effect": finding.effect if finding else None,
        "p": finding.p if finding else None,
        "p_adjusted": adjusted,
        "sample": look.size,
        "gated": about.gated and reference != CORPUS,
        "alarm": adjusted is not None and adjusted <= settings.alpha and large,
    }
