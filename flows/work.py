"""How far a build has come, and whether it came as far as it was asked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from configs.recipe import Recipe
from flows.refreshing.corpus_diff import CorpusDiff
from flows.slices import Stopped
from flows.steps import missing
from flows.workspace import Workspace
from store.versions import Version

STANDING = "standing"
"""Stage of the shard with the records of a version that a refresh goes on from."""


@dataclass(frozen=True)
class Planted:
    """Shards of planted canaries, of the records that copies were made of, and of what the stages
    said of both.
    """

    records: str
    originals: str
    verdicts: Sequence[str]


@dataclass(frozen=True)
class Standing:
    """The version that a refresh goes on from: the shard of its records as they stand over the
    corpus of now, what differs in that corpus, how many new records are wanted, and the run that
    the refresh spends by.
    """

    version: Version
    shard: str
    diff: CorpusDiff
    wanted: int
    run: str


@dataclass(frozen=True)
class Work:
    """The shards of a build, as far as it has come. ``tiers`` are those of a cascade, cheapest
    first, and ``notes`` what its calibration had to say; ``planned`` counts the seeds of the
    plan that came up, and ``slices`` are those that were stopped before all of theirs were asked;
    ``references`` are the shards of the reference sets, ``user_inputs`` is that of the traits of
    real messages, if the recipe names some, ``acceptance`` and ``verifier`` are those
    of the probes of these names, if the recipe has them; ``canaries`` are those of what was planted
    to be rejected, ``canary`` is what was found of the first candidates; ``stopped`` is what the
    budget said where it ended the run; ``reason`` is why real rows were given up; ``standing`` is
    the version that is refreshed, whose shard is then the first of all three kinds.
    """

    corpus: str
    passages: str
    plan: str
    tiers: Sequence[int] = ()
    notes: Sequence[str] = ()
    planned: int = 0
    slices: Sequence[Stopped] = ()
    records: Sequence[str] = ()
    vectors: Sequence[str] = ()
    verdicts: Sequence[str] = ()
    acceptance: str = ""
    verifier: str = ""
    canaries: Planted | None = None
    canary: Mapping[str, Any] | None = None
    references: Sequence[str] = ()
    user_inputs: str = ""
    stopped: str = ""
    reason: str = ""
    started: float = 0.0
    standing: Standing | None = None

    def upon(self, standing: Standing) -> Work:
        """The work with what stood before it in front."""
        shard = standing.shard
        return replace(
            self,
            standing=standing,
            records=[shard, *self.records],
            vectors=[shard, *self.vectors],
            verdicts=[shard, *self.verdicts],
        )

    @property
    def asked(self) -> Work:
        """The work without what stood before it."""
        if self.standing is None:
            return self
        shard = self.standing.shard

        def own(keys: Sequence[str]) -> list[str]:
            return [key for key in keys if key != shard]

        return replace(
            self,
            standing=None,
            records=own(self.records),
            vectors=own(self.vectors),
            verdicts=own(self.verdicts),
        )


def whether_whole(
    kept: int, asked: int, work: Work, recipe: Recipe, space: Workspace
) -> dict[str, str]:
    """Whether the target was met, and if not, what stopped the run. A run with a dead teacher, or
    whose budget had no room for the probe ``acceptance``, is partial whatever it reached.
    """
    down = missing(space, work.records)
    unscored = recipe.probes.acceptance is not None and not work.acceptance
    if kept >= recipe.target and not down and not unscored:
        return {"status": "completed", "note": ""}
    out = work.planned - asked
    left = f", {out:,} of them not asked since their slices were stopped (see notes)" if out else ""
    if down:
        reason = f"{'; '.join(down)}. Run the same command again when it is well"
    elif work.stopped:
        reason = f"{'probes.acceptance was not asked, since ' if unscored else ''}{work.stopped}"
    elif work.planned >= recipe.candidate_cap:
        cap = f"the cap of {recipe.candidate_cap:,} candidates"
        reason = f"{cap} was reached{left}; raise max_candidates"
    else:
        reason = (
            f"nothing new was left to ask of this corpus after {work.planned:,} candidates{left}; "
            "add documents, styles or a model teacher"
        )
    return {
        "status": "partial",
        "note": f"{kept:,} of {recipe.target:,} records were accepted: {reason}.",
    }
