"""Drift alarms while a run goes on: what comes back, against the parent version's record of it.

A teacher may change without notice and still answer "200 OK"; what changes is how long its answers
are, how often it refuses or breaks the schema, and why records are dropped. Alarms are raised at
two standard errors, from fifty candidates on, and not for differences too small to matter.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from configs.recipe import Recipe
from flows.progress import notice
from flows.stages import alone
from store.versions import latest

_SIGMA, _LEAST = 2.0, 50
_SMALL_SHARE, _SMALL_LENGTH = 0.02, 0.1
"""Shares that differ by less than two points and lengths by less than a tenth are the same."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What came back: the candidates; how many of their answers could be read, the sum of their
    characters and of its squares; and how many candidates each verdict of the stages that judge
    records one by one has (``kept``, ``stage: reason``).
    """

    count: int = 0
    read: int = 0
    chars: int = 0
    chars_squared: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: Mix) -> Mix:
        """Both together."""
        verdicts = Counter(self.verdicts) + Counter(other.verdicts)
        return Mix(
            self.count + other.count,
            self.read + other.read,
            self.chars + other.chars,
            self.chars_squared + other.chars_squared,
            dict(sorted(verdicts.items())),
        )

    def share(self, verdict: str) -> float:
        """Share of the candidates with that verdict."""
        return self.verdicts.get(verdict, 0) / self.count

    @property
    def mean(self) -> float:
        """Characters of an answer."""
        return self.chars / max(self.read, 1)

    @property
    def variance(self) -> float:
        """Its variance."""
        return max(0.0, self.chars_squared / max(self.read, 1) - self.mean**2)


def mix_of(records: pl.DataFrame, verdicts: pl.DataFrame, recipe: Recipe) -> Mix:
    """The mix of some candidates, without their repairs: those begin from what failed, and would
    hide how often a teacher fails.
    """
    records = records.filter(pl.col("repaired_from") == "")
    own = verdicts.filter(pl.col("stage").is_in(["generate", *alone(recipe)]))
    own = own.join(records.select(record_id="id"), on="record_id", how="semi")
    drops = own.filter(pl.col("decision") == "drop")
    unread = drops.filter(pl.col("stage") == "generate")["record_id"].to_list()
    chars = records.filter(~pl.col("id").is_in(unread))["answer"].str.len_chars().to_list()
    reasons = drops.select("stage", "reason").iter_rows()
    counts = Counter(f"{stage}: {reason}" for stage, reason in reasons)
    counts["kept"] = len(records) - len(drops)
    squares = sum(length * length for length in chars)
    return Mix(len(records), len(chars), sum(chars), squares, dict(sorted(counts.items())))


def alarms(now: Mix, before: Mix) -> list[str]:
    """What differs from the parent version by more than chance."""
    if min(now.count, before.count) < _LEAST:
        return []
    found = []
    for what in sorted({*now.verdicts, *before.verdicts}):
        one, two = now.share(what), before.share(what)
        pooled = (one * now.count + two * before.count) / (now.count + before.count)
        error = math.sqrt(pooled * (1 - pooled) * (1 / now.count + 1 / before.count))
        if abs(one - two) > max(_SIGMA * error, _SMALL_SHARE):
            found.append(f"{what}: {one:.1%} of the candidates, {two:.1%} in the parent version")
    error = math.sqrt(sum(mix.variance / max(mix.read, 1) for mix in (now, before)))
    if abs(now.mean - before.mean) > max(_SIGMA * error, _SMALL_LENGTH * before.mean):
        lengths = f"{now.mean:.0f} characters, {before.mean:.0f} in the parent version"
        found.append(f"answers have {lengths}")
    return found


def mix_of_parent(recipe: Recipe) -> Mix | None:
    """The mix of the latest version, or None where there is none."""
    parent = latest(recipe.output, recipe.name)
    given = parent.manifest.get("mix") if parent else None
    return Mix(**given) if given else None


def as_figures(mix: Mix) -> dict[str, Any]:
    """The mix as the manifest keeps it."""
    return asdict(mix)


class Watch:
    """Looks at a round of a run as its shards come in, and says each alarm once."""

    def __init__(self, recipe: Recipe) -> None:
        """Look up the parent version."""
        self._recipe, self._before = recipe, mix_of_parent(recipe)
        self._now, self._said = Mix(), set[str]()

    def look(self, rows: pl.DataFrame, said: pl.DataFrame) -> None:
        """Compare these candidates, with the verdicts on them, and all before them with the parent
        version.
        """
        if self._before is None:
            return
        self._now = self._now.plus(mix_of(rows, said, self._recipe))
        for alarm in alarms(self._now, self._before):
            what = alarm.partition(":")[0].partition(" have ")[0]
            if what not in self._said:
                self._said.add(what)
                notice(f"drift after {self._now.count:,} candidates: {alarm}")
