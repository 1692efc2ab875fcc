"""What a plan would ask, and how much of the corpus that covers, before anything is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configs.errors import ConfigError
from configs.recipe import Recipe
from flows import steps
from flows.rounds import first_round
from flows.workspace import workspace
from generators.library import Library
from generators.seeds import Seed


@dataclass(frozen=True, slots=True)
class Covered:
    """How many there are of something, and how many of them the first round asks about."""

    what: str
    asked: int
    of: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 1 where there are none."""
        return self.asked / self.of if self.of else 1.0


@dataclass(frozen=True)
class Planned:
    """The first round of a plan: its seeds by method and style, teacher and condition; what it
    covers; and the documents that it asks nothing about, in the order of the corpus.
    """

    first: Sequence[Seed]
    in_all: int
    kinds: Mapping[tuple[str, str], int]
    teachers: Mapping[str, int]
    conditions: Mapping[str, Mapping[str, int]]
    coverage: Sequence[Covered]
    left_out: Sequence[str]


def planned(recipe: Recipe, corpus: str, plan: str) -> Planned:
    """Count what the shards of a corpus and a plan hold."""
    seeds = steps.seeds_of(recipe, plan)
    first = seeds[: first_round(recipe, len(seeds))]
    drawn: dict[str, Counter[str]] = {name: Counter() for name in recipe.conditions}
    for seed in first:
        for name, value in seed.conditions:
            drawn[name][value] += 1
    library = workspace(recipe).library(corpus)
    documents, coverage = _covered(first, library)
    return Planned(
        first=first,
        in_all=len(seeds),
        kinds=Counter((seed.method, seed.style) for seed in first),
        teachers=Counter(seed.teacher for seed in first),
        conditions=drawn,
        coverage=coverage,
        left_out=[d.id for d in library.corpus.documents if d.id not in documents],
    )


def _covered(first: Sequence[Seed], library: Library) -> tuple[set[str], list[Covered]]:
    """Documents that the seeds ask about, and how much of each thing that is."""
    corpus = library.corpus
    passages = {id_ for seed in first for id_ in (seed.passage_id, *seed.others)}
    documents = {corpus.passage[id_].document_id for id_ in passages}
    facts = {(seed.document_id, seed.fact) for seed in first if seed.fact >= 0}
    return documents, [
        Covered("documents", len(documents), len(corpus.documents)),
        Covered("passages", len(passages), len(corpus.passages)),
        Covered("facts found by rule", len(facts), sum(map(len, library.facts.values()))),
    ]


def check_coverage(recipe: Recipe, corpus: str, plan: str) -> None:
    """Refuse a plan whose first round covers too few documents.

    Raises:
        ConfigError: fewer than ``min_coverage`` of them, with some that are left out.
    """
    if not recipe.min_coverage:
        return
    found = planned(recipe, corpus, plan)
    share = found.coverage[0].share
    if share < recipe.min_coverage:
        some = ", ".join(found.left_out[:5])
        raise ConfigError(
            f"the first round asks about {share:.0%} of the documents, and min_coverage is "
            f"{recipe.min_coverage:.0%}; left out are {some}{' ...' * (len(found.left_out) > 5)}. "
            "Raise the target, or look at the plan: stillhouse plan RECIPE"
        )
