"""The seed plan: which fact or passage is asked for, in which style, of which teacher.

Coverage comes first. Verified data still loses the facts nobody asks for, so the plan goes round
the source documents, one seed each in turn, and takes a document's rarest facts first: any prefix
of the plan covers the sources as evenly, and the tail as early, as its length allows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from configs.errors import ConfigError
from configs.recipe import Method, Recipe, Teacher
from configs.stages import Style
from generators.facts import NUMBER, Fact, FactKind, terms
from generators.library import Library
from store.corpus import Document
from store.splits import split_of
from store.text import digest, sha256

STYLES_OF: Mapping[FactKind, tuple[Style, ...]] = {
    "default": ("question_answer", "true_false", "not_answerable"),
    "parameters": ("question_answer", "true_false"),
    "signature": ("signature",),
    "summary": ("question_answer", "cloze", "comparison"),
    "statement": ("question_answer", "cloze"),
    "sentence": ("cloze",),
    "field": ("question_answer", "cloze", "true_false", "comparison", "not_answerable"),
}
"""Styles that a fact of each kind can carry."""

Key = TypeVar("Key")
_NEEDS_OTHER: frozenset[Style] = frozenset({"comparison", "not_answerable"})


@dataclass(frozen=True, slots=True)
class Seed:
    """One thing to ask for. ``fact`` and ``other_fact`` are indices into the facts of their
    documents, -1 for none; ``sample`` tells repeated seeds apart.
    """

    id: str
    method: str
    style: Style
    teacher: str
    document_id: str
    passage_id: str
    fact: int
    other_id: str
    other_fact: int
    sample: int


@dataclass(frozen=True, slots=True)
class _Option:
    """A seed before it is dealt to a method and a teacher."""

    style: Style
    passage_id: str
    fact: int
    other_id: str = ""
    other_fact: int = -1
    sample: int = 0


def plan_seeds(library: Library, recipe: Recipe) -> list[Seed]:
    """The whole plan in the order it is to be asked, at most ``recipe.candidate_cap`` seeds.

    Deterministic for a corpus, a recipe and its seed. Styles, methods and teachers are dealt by
    their weights as far as each document's options allow.

    Raises:
        ConfigError: nothing can be asked of this corpus with these teachers and styles.
    """
    rng = random.Random(recipe.seed)
    queues = {d.id: _options(library, d, recipe) for d in library.corpus.documents}
    order = [document_id for document_id, queue in queues.items() if queue]
    rng.shuffle(order)
    styles, dealt = _Shares(_style_weights(recipe)), _Shares(_pair_weights(recipe))
    seeds: list[Seed] = []
    sample = 0
    while len(seeds) < recipe.candidate_cap:
        if not any(queues[document_id] for document_id in order):
            sample += 1
            queues = _again(library, recipe, sample, order)
            if not queues:
                break
        for document_id in order[: recipe.candidate_cap - len(seeds)]:
            option = _take(queues[document_id], styles)
            if option is None:
                continue
            method, teacher = dealt.next(_able(recipe, option))
            seeds.append(_seed(option, document_id, method, teacher, recipe.seed))
    if not seeds:
        raise ConfigError(
            "nothing to ask: no passage of the corpus carries a fact in the wanted styles "
            f"({', '.join(_style_weights(recipe))}); add styles, or a teacher of kind openai"
        )
    return seeds


def _options(library: Library, document: Document, recipe: Recipe) -> list[_Option]:
    """What can be asked of a document, rarest facts first."""
    wanted = _style_weights(recipe)
    rng = random.Random(digest([recipe.seed, document.id]))
    options: list[tuple[int, float, _Option]] = []
    for i, fact in enumerate(library.facts[document.id]):
        passage = library.passage_with(document.id, fact)
        for style in STYLES_OF[fact.kind]:
            if style not in wanted or not _fits(style, fact):
                continue
            option = _Option(style, passage.id, i)
            if style in _NEEDS_OTHER:
                other = _other(library, document, fact, style, recipe, rng)
                if other is None:
                    continue
                option = _Option(style, passage.id, i, *other)
            options.append((library.rarity[fact.bucket], rng.random(), option))
    options.sort(key=lambda item: item[:2])
    free = [_Option("question_answer", p.id, -1) for p in library.corpus.passages_of(document.id)]
    asks_model = any(teacher.kind == "openai" for teacher in recipe.teachers)
    return [option for *_, option in options] + (
        free if asks_model and "question_answer" in wanted else []
    )


def _fits(style: Style, fact: Fact) -> bool:
    """Whether a fact has what a style needs: a term to leave out, or a number to get wrong."""
    if fact.kind == "field":
        return style != "true_false" or bool(NUMBER.search(fact.value))
    return style != "cloze" or bool(terms(fact))


def _other(
    library: Library,
    document: Document,
    fact: Fact,
    style: Style,
    recipe: Recipe,
    rng: random.Random,
) -> tuple[str, int] | None:
    """A fact of another document to compare with, or one that this document does not have.

    The other document is of the same split, so that no record spans two splits.
    """
    split = split_of(document.id, recipe.splits, recipe.seed)
    mine = library.attributes(document)
    if style == "not_answerable" and library.is_open_ended(document):
        return None
    found = [
        (other.id, i)
        for other in library.siblings(document, fact)
        if other.id != document.id and split_of(other.id, recipe.splits, recipe.seed) == split
        for i, candidate in enumerate(library.facts[other.id])
        if candidate.kind == fact.kind
        and (
            candidate.attribute == fact.attribute
            if style == "comparison"
            else candidate.attribute not in mine
        )
    ]
    return rng.choice(found) if found else None


def _again(
    library: Library, recipe: Recipe, sample: int, order: Sequence[str]
) -> dict[str, list[_Option]]:
    """Another round over every passage, for teachers that answer differently each time."""
    if not any(teacher.kind == "openai" for teacher in recipe.teachers):
        return {}
    style = next(iter(_style_weights(recipe)))
    return {
        document_id: [
            _Option(style, passage.id, -1, sample=sample)
            for passage in library.corpus.passages_of(document_id)
        ]
        for document_id in order
    }


def _style_weights(recipe: Recipe) -> dict[Style, float]:
    weights: dict[Style, float] = {}
    for method in recipe.methods:
        total = sum(method.styles.values())
        for style, share in method.styles.items():
            if share:
                weights[style] = weights.get(style, 0.0) + method.weight * share / total
    return weights


def _pair_weights(recipe: Recipe) -> dict[tuple[str, str], float]:
    return {
        (method.name, teacher.name): method.weight * teacher.weight
        for method in recipe.methods
        for teacher in recipe.teachers
    }


def _able(recipe: Recipe, option: _Option) -> list[tuple[str, str]]:
    """Pairs of method and teacher that can take this option."""
    return [
        (method.name, teacher.name)
        for method in recipe.methods
        for teacher in recipe.teachers
        if _takes(method, option) and _answers(teacher, option)
    ]


def _takes(method: Method, option: _Option) -> bool:
    return method.styles.get(option.style, 0) > 0


def _answers(teacher: Teacher, option: _Option) -> bool:
    return teacher.kind == "openai" or (option.fact >= 0 and option.sample == 0)


class _Shares(Generic[Key]):
    """Deals keys so that each comes up in proportion to its weight."""

    def __init__(self, weights: Mapping[Key, float]) -> None:
        total = sum(weights.values())
        self._weight = {key: weight / total for key, weight in weights.items()}
        self._dealt = dict.fromkeys(weights, 0)

    def next(self, able: Sequence[Key]) -> Key:
        """The key among ``able`` that is furthest behind its share."""
        count = 1 + sum(self._dealt.values())
        key = max(able, key=lambda k: (self._weight[k] * count - self._dealt[k], -able.index(k)))
        self._dealt[key] += 1
        return key


def _take(queue: list[_Option], styles: _Shares[Style]) -> _Option | None:
    if not queue:
        return None
    style = styles.next(list(dict.fromkeys(option.style for option in queue)))
    return queue.pop(next(i for i, option in enumerate(queue) if option.style == style))


def _seed(option: _Option, document_id: str, method: str, teacher: str, seed: int) -> Seed:
    parts = (method, option.style, teacher, document_id, option.passage_id, option.fact)
    rest = (option.other_id, option.other_fact, option.sample)
    return Seed(sha256(repr((seed, *parts, *rest)))[:16], *parts, *rest)


def batches(seeds: Sequence[Seed], size: int) -> Iterator[Sequence[Seed]]:
    """The plan in pieces of ``size``."""
    for start in range(0, len(seeds), size):
        yield seeds[start : start + size]
