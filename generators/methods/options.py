"""What ``grounded_qa`` can ask of a document: its facts in the styles they can carry, and its
passages.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

from configs.recipe import Recipe
from generators.catalogue import Round, styles_of
from generators.facts import NUMBER, Fact, FactKind, terms
from generators.library import Library
from generators.methods.distractors import AMONG_OTHERS
from generators.seeds import Option
from store.corpus import Document, Passage
from store.splits import split_of
from store.text import digest, normalise

STYLES_OF: Mapping[FactKind, tuple[str, ...]] = {
    "default": ("question_answer", "true_false", "not_answerable"),
    "parameters": ("question_answer", "true_false"),
    "signature": ("signature",),
    "summary": ("question_answer", "cloze", "comparison"),
    "statement": ("question_answer", "cloze"),
    "sentence": ("cloze",),
    "field": ("question_answer", "cloze", "true_false", "comparison", "not_answerable"),
}
"""Styles that a fact of each kind can carry."""

_DRAWN = 64
"""Passages that distractors are chosen from."""
_NEEDS_OTHER: Collection[str] = ("comparison", "not_answerable")
_NEEDS_NO_FACT: Collection[str] = (
    *("question_answer", "cloze", "true_false", "not_answerable"),
    *AMONG_OTHERS,
)


def fact_options(round_: Round) -> list[Option]:
    """Facts of a document in the wanted styles they fit, rarest facts first."""
    library, document, recipe = round_.library, round_.document, round_.recipe
    name, wanted = round_.method.name, styles_of(round_.method)
    rng = random.Random(digest([recipe.seed, document.id]))
    options: list[tuple[int, float, Option]] = []
    for i, fact in enumerate(library.facts[document.id]):
        passage = library.passage_with(document.id, fact)
        for style in STYLES_OF[fact.kind]:
            if style not in wanted or not _fits(style, fact):
                continue
            option = Option(name, style, passage.id, i)
            if style in _NEEDS_OTHER:
                other = _other(library, document, fact, style, recipe, rng)
                if other is None:
                    continue
                option = Option(name, style, passage.id, i, *other)
            options.append((library.rarity[fact.bucket], rng.random(), option))
    return [option for *_, option in sorted(options, key=lambda item: item[:2])]


def passage_options(round_: Round) -> list[Option]:
    """Passages of a document in the wanted styles that need no fact, for teachers that read.

    ``sample`` tells rounds apart: a model answers differently each time.
    """
    return [
        Option(
            round_.method.name,
            style,
            passage.id,
            sample=round_.sample,
            others=_distractors(round_, passage) if style in AMONG_OTHERS else (),
        )
        for style in styles_of(round_.method)
        if style in _NEEDS_NO_FACT
        for passage in round_.passages
    ]


def _distractors(round_: Round, passage: Passage) -> tuple[str, ...]:
    """Passages of other documents of the same split that share most words with this one, among
    some that are drawn for it.
    """
    recipe, every = round_.recipe, round_.library.corpus.passages
    rng = random.Random(digest([recipe.seed, passage.id, round_.sample]))
    split = split_of(passage.document_id, recipe.splits, recipe.seed)
    others = [
        other
        for other in rng.sample(every, min(len(every), _DRAWN))
        if other.document_id != passage.document_id
        and split_of(other.document_id, recipe.splits, recipe.seed) == split
    ]
    words = set(normalise(passage.text).split())
    others.sort(key=lambda other: -len(words & set(normalise(other.text).split())))
    return tuple(other.id for other in others[: round_.method.distractors])


def _fits(style: str, fact: Fact) -> bool:
    """Whether a fact has what a style needs: a term to leave out, or a number to get wrong."""
    if fact.kind == "field":
        return style != "true_false" or bool(NUMBER.search(fact.value))
    return style != "cloze" or bool(terms(fact))


def _other(
    library: Library,
    document: Document,
    fact: Fact,
    style: str,
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
