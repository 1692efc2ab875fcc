"""Topics of real users that no synthetic prompt has: the documents about them, and the patch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from configs.recipe import Recipe
from configs.user_inputs import UserInputs
from store.corpus import Corpus
from store.stages import Vectors
from verifiers.realism.blind_spots import BlindSpot

if TYPE_CHECKING:
    from flows.realism import Realism, Sample

PATCH = "realism.yaml"
_LOOSEST, _STRICTEST, _USUAL = 0.25, 0.60, 0.10
"""Bounds of the similarity from which on a passage is about a prompt, and the share of synthetic
prompts that may be farther from the passage that they were asked of."""
_COVERED = 0.5
"""Share of a topic's prompts with such a passage, from which on the corpus has the topic."""
_MOST_DOCUMENTS = 5
_SMALLEST = 0.01
_MANNER = {"typos", "casing", "ending", "fragment", "intents"}
"""Features that no teacher is asked for and messy twins have."""
_ENOUGH = UserInputs.model_fields["least"].default
_REGISTERS = {
    "casual": "casual, as in a chat",
    "plain": "plain",
    "formal": "formal, as in a letter",
}
_LENGTHS = {
    "to 3": "a question of at most 3 words",
    "to 8": "a question of 4 to 8 words",
    "to 15": "a question of 9 to 15 words",
    "to 30": "a question of 16 to 30 words",
    "to 60": "a question of 31 to 60 words",
    "longer": "a question of more than 60 words",
}
"""What a teacher is told for a category of a feature."""


@dataclass(frozen=True)
class Topic:
    """A blind spot, the ids of the documents that are nearest to it, and whether the corpus says
    anything on it; without that no recipe can top it up.
    """

    spot: BlindSpot
    documents: tuple[str, ...]
    in_corpus: bool


def placed(
    spots: Sequence[BlindSpot],
    own: Vectors,
    prompts: pl.DataFrame,
    asked: Vectors,
    corpus: Corpus,
    passages: Vectors,
) -> list[Topic]:
    """Blind spots with documents; ``own`` are the vectors of the real messages, ``asked`` those of
    the synthetic ``prompts``, whose own passages say how near a passage is to what is asked of it.
    """
    wide = passages.astype(np.float32).T
    least = _reach(prompts, asked, corpus, wide)
    found = []
    for spot in spots:
        near = own[list(spot.rows)].astype(np.float32) @ wide
        best = near.argmax(axis=1)
        about = [int(at) for row, at in zip(near, best, strict=True) if row[at] >= least]
        names = Counter(corpus.passages[at].document_id for at in about)
        is_covered = len(about) >= _COVERED * len(spot.rows)
        first = tuple(name for name, _ in names.most_common(_MOST_DOCUMENTS))
        found.append(Topic(spot, first if is_covered else (), is_covered))
    return found


def _reach(prompts: pl.DataFrame, asked: Vectors, corpus: Corpus, wide: Vectors) -> float:
    place = {passage.id: i for i, passage in enumerate(corpus.passages)}
    sources = [row[0]["passage_id"] if len(row) else "" for row in prompts["sources"].to_list()]
    rows = [i for i, id_ in enumerate(sources) if id_ in place]
    if not rows:
        return _LOOSEST
    own = np.array([place[sources[i]] for i in rows])
    alike = np.einsum("ij,ij->i", asked[rows].astype(np.float32), wide.T[own])
    return float(np.clip(np.quantile(alike, _USUAL), _LOOSEST, _STRICTEST))


def patch_of(found: Realism, sample: Sample) -> dict[str, Any]:
    """What brings a recipe nearer to its users: more seeds on the documents of blind spots, the
    shares of registers, lengths and languages where those are too far, and messy twins where the
    manner is; empty where nothing is.
    """
    patch: dict[str, Any] = {}
    wanted = dict.fromkeys(name for topic in found.topics for name in topic.documents)
    if wanted:
        patch["top_up"] = [*dict.fromkeys([*wanted, *found.recipe.top_up])]
    shares = {one.feature: one.real for one in found.over}
    told = {
        "register": _told(shares.get("register", {}), _REGISTERS),
        "length": _told(shares.get("length", {}), _LENGTHS),
        "language": _told({**shares.get("language", {}), "unknown": 0.0}, {}),
    }
    conditions = {
        name: _instead(found.recipe, name, weights) for name, weights in told.items() if weights
    }
    if conditions:
        patch["conditions"] = conditions
    manner = _MANNER & {one.feature for one in found.over}
    if manner and found.recipe.user_inputs is None and len(sample.messages) >= _ENOUGH:
        patch["user_inputs"] = _at(sample)
    return patch


def _at(sample: Sample) -> dict[str, str]:
    column = {"column": sample.column} if sample.column else {}
    return {"path": str(sample.path.absolute()), **column}


def _told(shares: Mapping[str, float], words: Mapping[str, str]) -> dict[str, float]:
    return {
        words.get(name, name): round(share, 3)
        for name, share in shares.items()
        if share >= _SMALLEST
    }


def _instead(recipe: Recipe, name: str, weights: Mapping[str, float]) -> dict[str, float | None]:
    """The weights, with null for the values that the recipe has, since a patch merges mappings."""
    gone = dict.fromkeys(recipe.conditions.get(name, {}))
    return {**gone, **weights}
