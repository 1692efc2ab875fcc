"""Slices of a plan (method, style, teacher): one whose records hardly survive is asked no further.

What is decided rests on finished shards alone, window by window, so a run that is started again
decides the same and asks for the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from configs.slices import Slices
from flows.progress import notice
from generators.seeds import Seed

Slice = tuple[str, str, str]
"""Method, style, and the teacher that the plan gave it to."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A slice that was stopped after the first ``after`` seeds of the plan: how many of its
    candidates had been judged by then, how many survived, and how many should have.
    """

    method: str
    style: str
    teacher: str
    judged: int
    survived: int
    min_survival: float
    after: int

    @property
    def slice(self) -> Slice:
        """The slice itself."""
        return self.method, self.style, self.teacher

    @property
    def text(self) -> str:
        """What is to be said of it."""
        return (
            f"stopped asking {self.method}/{self.style} of teacher {self.teacher}: {self.survived} "
            f"of {self.judged} survived, less than {100 * self.min_survival:g}% "
            "(slices.min_survival)"
        )


class Survival:
    """Looks at the windows of a run as they come in, and knows which slices were stopped."""

    def __init__(self, settings: Slices | None, known: Sequence[Stopped] = ()) -> None:
        """Nothing is judged yet; without settings nothing is ever stopped. ``known`` are those that
        an earlier round stopped, of which people have heard.
        """
        self._settings, self._known = settings, known
        self._judged, self._survived = Counter[Slice](), Counter[Slice]()
        self.stopped: list[Stopped] = []

    def wanted(self, seeds: Sequence[Seed]) -> list[Seed]:
        """Those seeds that are still to be asked."""
        over = {one.slice for one in self.stopped}
        return [seed for seed in seeds if _slice(seed) not in over]

    def look(
        self, seeds: Sequence[Seed], rows: pl.DataFrame, verdicts: pl.DataFrame, after: int
    ) -> None:
        """Count what became of these seeds, which end at the place ``after`` of the plan."""
        if self._settings is None:
            return
        fates = survived(rows, verdicts)
        for seed in seeds:
            if seed.id in fates:
                self._judged[_slice(seed)] += 1
                self._survived[_slice(seed)] += fates[seed.id]
        for slice_, judged in sorted(self._judged.items()):
            kept, least = self._survived[slice_], self._settings.min_survival
            if judged >= self._settings.least and kept / judged < least:
                self.stopped.append(Stopped(*slice_, judged, kept, least, after))
                if self.stopped[-1] not in self._known:
                    notice(self.stopped[-1].text)
                del self._judged[slice_]


def survived(rows: pl.DataFrame, verdicts: pl.DataFrame) -> dict[str, bool]:
    """Whether a record or any later version of it stands, by the id of its first version. Requests
    that nobody answered say nothing of their slice, and are left out.
    """
    dropped = verdicts.filter(pl.col("decision") == "drop")
    unanswered = {*dropped.filter(pl.col("reason") == "unanswered")["record_id"]}
    gone = {*dropped["record_id"]}
    before = {
        id_: repaired or escalated
        for id_, repaired, escalated in rows.select(
            "id", "repaired_from", "escalated_from"
        ).iter_rows()
    }

    def first(id_: str) -> str:
        return first(before[id_]) if before.get(id_) else id_

    standing = {first(id_) for id_ in before.keys() - gone}
    return {
        id_: id_ in standing
        for id_, earlier in before.items()
        if not earlier and (id_ in standing or id_ not in unanswered)
    }


def asked(seeds: Sequence[Seed], stopped: Sequence[Stopped]) -> list[Seed]:
    """The first seeds of a plan without those that came up after their slice was stopped."""
    ends = {one.slice: one.after for one in stopped}
    return [s for place, s in enumerate(seeds) if place < ends.get(_slice(s), len(seeds))]


def account(seeds: Sequence[Seed], stopped: Sequence[Stopped]) -> list[dict[str, Any]]:
    """What a manifest says of the slices that were stopped; ``not_asked`` counts their seeds among
    these first ones of the plan that were left out.
    """
    return [
        {
            **asdict(one),
            "not_asked": sum(_slice(seed) == one.slice for seed in seeds[one.after :]),
        }
        for one in stopped
    ]


def _slice(seed: Seed) -> Slice:
    return seed.method, seed.style, seed.teacher
