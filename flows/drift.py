"""Drift alarms while a run goes on: what comes back, against the parent version's record of it.

A teacher may change without notice and still answer "200 OK"; what changes is how long its answers
are, how often it refuses or breaks the schema, and why records are dropped. Alarms are raised at
two standard errors, from fifty candidates on, and not for differences too small to matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from configs.recipe import Recipe
from flows.progress import notice
from flows.steps import alone
from flows.workspace import workspace
from store.versions import latest

_SIGMA, _LEAST = 2.0, 50
_SMALL_SHARE, _SMALL_LENGTH = 0.02, 0.1
"""Shares that differ by less than two points and lengths by less than a tenth are the same."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What came back: the candidates, the characters of answers that could be read, and the share
    of each verdict of the stages that judge records one by one (``kept``, ``stage: reason``).
    """

    count: int
    chars_mean: float
    chars_sd: float
    shares: Mapping[str, float]


def mix_of(records: pl.DataFrame, verdicts: pl.DataFrame, recipe: Recipe) -> Mix:
    """The mix of some candidates."""
    own = verdicts.filter(pl.col("stage").is_in(["generate", *alone(recipe)]))
    drops = own.filter(pl.col("decision") == "drop")
    unread = drops.filter(pl.col("stage") == "generate")["record_id"].to_list()
    chars = records.filter(~pl.col("id").is_in(unread))["answer"].str.len_chars()
    counts = drops.select(pl.format("{}: {}", "stage", "reason").alias("why")).to_series()
    count = len(records)
    shares = {str(why): n / count for why, n in counts.value_counts().iter_rows()}
    shares["kept"] = (count - len(drops)) / count if count else 0.0
    mean, deviation = chars.mean(), chars.std()
    return Mix(count, _number(mean), _number(deviation), dict(sorted(shares.items())))


def _number(value: Any) -> float:
    return round(float(value), 3) if value is not None else 0.0


def alarms(now: Mix, before: Mix) -> list[str]:
    """What differs from the parent version by more than chance."""
    if min(now.count, before.count) < _LEAST:
        return []
    found = []
    for what in sorted({*now.shares, *before.shares}):
        one, two = now.shares.get(what, 0.0), before.shares.get(what, 0.0)
        pooled = (one * now.count + two * before.count) / (now.count + before.count)
        error = math.sqrt(pooled * (1 - pooled) * (1 / now.count + 1 / before.count))
        if abs(one - two) > max(_SIGMA * error, _SMALL_SHARE):
            found.append(f"{what}: {one:.1%} of the candidates, {two:.1%} in the parent version")
    one, two = now.chars_mean, before.chars_mean
    error = math.sqrt(now.chars_sd**2 / now.count + before.chars_sd**2 / before.count)
    if abs(one - two) > max(_SIGMA * error, _SMALL_LENGTH * two):
        found.append(f"answers have {one:.0f} characters, {two:.0f} in the parent version")
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
    """Looks at a run as its shards come in, and says each alarm once."""

    def __init__(self, recipe: Recipe) -> None:
        """Look up the parent version."""
        self._recipe, self._before = recipe, mix_of_parent(recipe)
        self._said: set[str] = set()

    def look(self, records: Sequence[str], verdicts: Sequence[str]) -> None:
        """Compare all shards so far with the parent version."""
        if self._before is None:
            return
        shards = workspace(self._recipe).shards
        now = mix_of(
            shards.frame(records, "records"), shards.frame(verdicts, "verdicts"), self._recipe
        )
        for alarm in alarms(now, self._before):
            what = alarm.partition(":")[0].partition(" have ")[0]
            if what not in self._said:
                self._said.add(what)
                notice(f"drift after {now.count:,} candidates: {alarm}")
