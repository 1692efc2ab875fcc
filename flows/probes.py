"""The collapse panel of a build: its rows beside the corpus, the parent version and the anchor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from configs.filters import Privacy
from configs.recipe import Recipe
from configs.stages import CollapseProbe
from filters.privacy import find_personal
from filters.semantic import sound, vectors_of
from flows.generations import ancestors
from flows.progress import report
from flows.workspace import Workspace
from generators.seeds import Seed
from store.corpus import Corpus
from store.embedding import embedder
from store.records import HUMAN
from store.report import WITHHELD
from store.versions import Version, latest
from verifiers.collapse import CORPUS, EMPTY, Side, measure
from verifiers.collapse.atlas import draw_map
from verifiers.collapse.facts import Sources, claims_of, supporting_passages
from verifiers.collapse.gate import alarm_text
from verifiers.collapse.ranks import tail_curves
from verifiers.collapse.tails import Vanished, vanished

_MOST = 100_000
"""Rows of a parent version that are looked at."""


@dataclass(frozen=True)
class Probed:
    """The panel, the clusters of the parent or anchor of which nothing is left, each with the
    ``reference`` it is of, and what the report draws: ``map``, ``tails`` and ``ancestors``.
    """

    panel: pl.DataFrame
    vanished: Sequence[Mapping[str, Any]]
    figures: Mapping[str, Any] = field(default_factory=dict)


def probe(
    space: Workspace,
    recipe: Recipe,
    kept: pl.DataFrame,
    evidence: pl.DataFrame,
    corpus: Corpus,
    passages: str,
    planned: Mapping[str, int],
    anchor: pl.DataFrame | None,
) -> Probed:
    """Measure the kept rows, which have ``embedding``. ``passages`` is the shard of the corpus's
    vectors, ``planned`` how many seeds each document got, ``anchor`` rows with ``embedding``.
    """
    settings = recipe.probes.collapse
    if settings is None or not len(kept):
        return Probed(EMPTY, [])
    rows = kept.sort("id")
    supporting = supporting_passages(rows["id"].to_list(), evidence)
    names = [document.id for document in corpus.documents]
    # A document that nobody asked about is as silent as one whose records were all dropped.
    asked = {name: planned.get(name, 0) for name in names}
    sources = Sources(names, asked, len(corpus.passages), supporting)
    version = _side(rows, vectors_of(rows), evidence, sources)
    references = {CORPUS: _of_corpus(corpus, space.vectors(passages))}
    parent = latest(recipe.output, recipe.name)
    if parent is not None:
        references["parent"] = _of_version(parent, space, recipe)
    if anchor is not None:
        questions, answers = anchor["question"].to_list(), anchor["answer"].to_list()
        references["anchor"] = Side(questions, answers, vectors_of(anchor))
    panel = measure(version, references, settings, recipe.seed, report)
    gone = _vanished(version, references, settings, recipe.seed)
    figures = {
        **_drawn(version, references, gone, settings, recipe.seed),
        "ancestors": ancestors(parent),
    }
    return Probed(panel, _listed(gone, recipe), figures)


def planned_of(seeds: Sequence[Seed]) -> Mapping[str, int]:
    """How many seeds each document got."""
    return Counter(seed.document_id for seed in seeds)


def notes(panel: pl.DataFrame) -> list[str]:
    """The alarms in words."""
    return [alarm_text(row) for row in panel.filter(pl.col("alarm")).iter_rows(named=True)]


def _side(
    rows: pl.DataFrame, vectors: Any, evidence: pl.DataFrame, sources: Sources | None = None
) -> Side:
    return Side(
        rows["question"].to_list(),
        rows["answer"].to_list(),
        vectors,
        claims_of(rows["id"].to_list(), evidence),
        [[source["document_id"] for source in row] for row in rows["sources"].to_list()],
        sources,
    )


def _of_corpus(corpus: Corpus, vectors: Any) -> Side:
    texts = [passage.text for passage in corpus.passages]
    return Side(texts, [""] * len(texts), sound(vectors))


def _of_version(version: Version, space: Workspace, recipe: Recipe) -> Side:
    """A published version's rows; their vectors are mostly kept from when it was made."""
    rows = version.table("data").filter(pl.col("origin") != HUMAN).sort("id")
    if len(rows) > _MOST:
        rng = np.random.default_rng(recipe.seed)
        rows = rows[np.sort(rng.choice(len(rows), _MOST, replace=False))]
    embed = embedder(recipe.embedding, report, "embedding the parent version", space.kept_vectors)
    texts = [f"{q}\n{a}" for q, a in rows.select("question", "answer").iter_rows()]
    return _side(rows, sound(embed(texts)), version.table("evidence"))


def _vanished(
    version: Side, references: Mapping[str, Side], settings: CollapseProbe, seed: int
) -> list[tuple[str, Vanished]]:
    """Clusters of which nothing is left, each with its reference."""
    about = (settings.vanished, settings.examples, seed)
    return [
        (name, each)
        for name, side in references.items()
        if name != CORPUS and len(side)
        for each in vanished(version.vectors, side.vectors, side.questions, *about)
    ]


def _listed(gone: Sequence[tuple[str, Vanished]], recipe: Recipe) -> list[dict[str, Any]]:
    return [
        {
            "reference": name,
            "share": each.share,
            "expected": each.expected,
            "examples": [_shown(text, recipe) for text in each.examples],
        }
        for name, each in gone
    ]


def _drawn(
    version: Side,
    references: Mapping[str, Side],
    gone: Sequence[tuple[str, Vanished]],
    settings: CollapseProbe,
    seed: int,
) -> dict[str, Any]:
    """Beside the parent and the anchor; beside the corpus only where there are neither, since
    passages are no questions and lie elsewhere.
    """
    there = {name: side for name, side in references.items() if len(side)}
    beside = {name: side for name, side in there.items() if name != CORPUS} or there
    return {
        "map": draw_map(version, beside, gone, seed),
        "tails": tail_curves(version, beside, settings.sample, seed),
    }


def _shown(text: str, recipe: Recipe) -> str:
    """A question as the manifest may hold it: rows of an anchor have passed no filter."""
    personal = next(find_personal(text, recipe.filters.privacy or Privacy()), None)
    return text if personal is None else WITHHELD
