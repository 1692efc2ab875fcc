"""Figures of two versions that stand in their tables: verdicts, claims, probes, mix and lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from flows.diff.figures import Figure, Form, shares, together
from flows.progress import report
from store.report.panel import SAYS
from store.versions import Version

Key: TypeAlias = tuple[str, str, Form]
"""Group, name and form of a figure."""
_GROUPS = ("verdicts", "grounding")
_MIX = ("method", "style", "language", "origin")
_LENGTHS = ("question", "answer")
_READING = "reading verdicts"
_ALARM, _QUIET = "tested beside its parent: alarm", "tested beside its parent: no alarm"
_APART = "intervals apart"
"""The 95 % intervals of both do not meet: more than chance in the draw of rows explains."""


class Seen:
    """What the rows of a version are like, seen file by file."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.mix: dict[str, Counter[str]] = {name: Counter() for name in _MIX}
        self._lengths: dict[str, list[pl.Series]] = {name: [] for name in _LENGTHS}

    def __call__(self, rows: pl.DataFrame) -> None:
        """Look at the rows of a file."""
        for name, counts in self.mix.items():
            if name in rows.columns:
                counts.update(dict(rows[name].fill_null("").value_counts().iter_rows()))
        for name, found in self._lengths.items():
            if name in rows.columns:
                found.append(rows[name].str.len_chars())

    def lengths(self) -> dict[str, Any]:
        """Quantiles of characters by column."""
        found = {}
        for name, parts in self._lengths.items():
            values = pl.concat(parts).drop_nulls().to_numpy() if parts else np.empty(0)
            for said, at in (("median", 50), ("90 % are shorter than", 90)):
                # Rounded, or two equal quantiles may differ in their last digits.
                value = round(float(np.percentile(values, at)), 6) if len(values) else None
                found[f"{name}, characters: {said}"] = value
        return found


def table_figures(one: Version, two: Version, seen: tuple[Seen, Seen]) -> list[Figure]:
    """What the tables of both say beside their rows."""
    sides = []
    for done, version in enumerate((one, two)):
        report(_READING, done, 2)
        sides.append({**_verdicts(version), **_claims(version)})
    report(_READING, 2, 2)
    left, right = sides
    keys = sorted(dict.fromkeys((*left, *right)), key=lambda key: _GROUPS.index(key[0]))
    found = [Figure(key[0], key[1], left.get(key), right.get(key), key[2]) for key in keys]
    for name in _MIX:
        pairs = sorted(together(*(shares(each.mix[name]) for each in seen)))
        found += [Figure("mix", f"{name} {value}", a, b, "share") for value, a, b in pairs]
    lengths = together(*(each.lengths() for each in seen))
    found += [Figure("lengths", name, a, b, "number") for name, a, b in lengths]
    return [*found, *_panel(one, two)]


def _verdicts(version: Version) -> dict[Key, Any]:
    """How many candidates each stage kept, flagged and dropped, and why."""
    if "verdicts" not in version.folders:
        return {}
    rows = version.table("verdicts", ["stage", "decision", "reason"])
    counts = (
        rows.group_by("stage", "decision", "reason")
        .len()
        .sort("stage", "decision", "len", "reason", descending=[False, False, True, False])
    )
    return {
        ("verdicts", f"{stage}: {decision}{f', {reason}' if reason else ''}", "count"): count
        for stage, decision, reason, count in counts.iter_rows()
    }


def _claims(version: Version) -> dict[Key, Any]:
    """The claims of kept rows by verdict and by rule."""
    if "evidence" not in version.folders:
        return {}
    rows = version.table("evidence", ["record_id", "verdict", "rule", "document_id"])
    kept = version.table("data", ["id"])["id"].unique()
    own = rows.join(kept.to_frame("record_id"), on="record_id", how="semi")
    found: dict[Key, Any] = {
        ("grounding", "claims checked, of all candidates", "count"): len(rows),
        ("grounding", "claims checked, of kept rows", "count"): len(own),
        ("grounding", "documents that claims of kept rows rest on", "count"): int(
            own.filter(pl.col("document_id").fill_null("") != "")["document_id"].n_unique()
        ),
    }
    for column, said in (("verdict", "of kept rows' claims"), ("rule", "decided by")):
        counts = dict(own[column].fill_null("").value_counts(sort=True).iter_rows())
        for value, share in sorted(shares(counts).items()):
            name = f"{said}: {value.replace('_', ' ')}"
            found["grounding", name, "share"] = share
    return found


def _panel(one: Version, two: Version) -> list[Figure]:
    """The probes of both. Each version's own figures stand beside each other; where the first is
    the parent of the second, the test that the second was put to says more.
    """
    left, right = _probes(one), _probes(two)
    tested = _probes(two, "parent") if two.manifest.get("parent") == one.name else {}
    found = []
    for name, a, b in together(left, right):
        a, b = a or {}, b or {}
        note = _note(a, b, tested.get(name, {}))
        said = SAYS.get(name, name)
        values = a.get("value"), b.get("value")
        found.append(Figure("diversity and collapse", said, *values, "number", note))
    return found


def _probes(version: Version, reference: str = "") -> dict[str, Mapping[str, Any]]:
    """A version's own figures, or those beside a reference, by metric."""
    if "probes" not in version.folders:
        return {}
    rows = version.table("probes")
    if "reference" in rows.columns:
        rows = rows.filter(pl.col("reference").fill_null("") == reference)
    return {row["metric"]: row for row in rows.to_dicts()}


def _note(one: Mapping[str, Any], two: Mapping[str, Any], tested: Mapping[str, Any]) -> str:
    if tested.get("p_adjusted") is not None:
        return f"{_ALARM}, p {tested['p_adjusted']:.3f}" if tested["alarm"] else _QUIET
    bounds = [each.get(name) for each in (one, two) for name in ("low", "high")]
    a_low, a_high, b_low, b_high = (float("nan") if bound is None else bound for bound in bounds)
    return _APART if a_high < b_low or b_high < a_low else ""
