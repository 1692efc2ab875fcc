"""The gate: whether a version may become the latest one, by its panel and its parent's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from configs.gate import Gate

_OWN = ""
"""The reference of figures that are the version's own."""
ACCURACY, DOCUMENTS, SILENT = "claim_accuracy", "document_recall", "silent_tail_sources"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a version fails by. ``was`` is the reference's figure, or the least that is allowed;
    ``effect`` is in standard deviations of chance, None where a threshold decided.
    """

    metric: str
    gauge: str
    value: float
    was: float
    effect: float | None
    text: str


def failures(panel: pl.DataFrame, parent: pl.DataFrame | None, settings: Gate) -> list[Failure]:
    """What keeps a version from being the latest one; empty where nothing does.

    ``panel`` and ``parent`` are the tables ``probes`` of the version and of its parent.
    """
    return [
        *_alarms(panel, settings),
        *_losses(panel, parent, settings),
        *_too_low(panel, settings),
    ]


def _alarms(panel: pl.DataFrame, settings: Gate) -> Iterator[Failure]:
    alarmed = panel.filter(
        pl.col("alarm")
        & (pl.col("p_adjusted") <= settings.alpha)
        & pl.col("reference").is_in(settings.alarms)
        & ~pl.col("metric").is_in(settings.noted)
    )
    for row in alarmed.iter_rows(named=True):
        figures = (row["value"], row["reference_value"], row["effect"])
        yield Failure(row["metric"], row["gauge"], *figures, alarm_text(row))


def alarm_text(row: Mapping[str, Any]) -> str:
    """An alarm of the panel in words."""
    beside = {"parent": "the parent version", "anchor": "the anchor"}[row["reference"]]
    return (
        f"{row['metric']} is {row['value']:.3g}, {row['reference_value']:.3g} beside {beside}: "
        f"{row['effect']:+.1f} standard deviations (adjusted p {row['p_adjusted']:.3f})"
    )


def _losses(panel: pl.DataFrame, parent: pl.DataFrame | None, settings: Gate) -> Iterator[Failure]:
    """Shares that fell, or for the silent tail rose, by more than allowed and more than chance."""
    if parent is None or "reference" not in parent.columns:
        return
    for metric, most, sign in (
        (ACCURACY, settings.max_accuracy_loss, -1),
        (DOCUMENTS, settings.max_document_loss, -1),
        (SILENT, settings.max_tail_loss, 1),
    ):
        now, before = _own(panel, metric), _own(parent, metric)
        if most is None or now is None or before is None:
            continue
        nearest = now["high"] if sign < 0 else now["low"]
        worse = sign * (now["value"] - before["value"])
        if worse > most and sign * (nearest - before["value"]) > 0:
            moved = "fell" if sign < 0 else "rose"
            text = (
                f"{metric} {moved} from {before['value']:.1%} to {now['value']:.1%}, "
                f"by more than {most:.1%}"
            )
            yield Failure(metric, "facts", now["value"], before["value"], None, text)


def _too_low(panel: pl.DataFrame, settings: Gate) -> Iterator[Failure]:
    for metric, least in ((ACCURACY, settings.min_accuracy), (DOCUMENTS, settings.min_documents)):
        now = _own(panel, metric)
        if least is not None and now is not None and now["value"] < least:
            text = f"{metric} is {now['value']:.1%}, and at least {least:.1%} is asked for"
            yield Failure(metric, "facts", now["value"], least, None, text)


def _own(panel: pl.DataFrame, metric: str) -> dict[str, float] | None:
    rows = panel.filter((pl.col("metric") == metric) & (pl.col("reference") == _OWN))
    return rows.row(0, named=True) if len(rows) else None
