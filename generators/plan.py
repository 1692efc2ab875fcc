"""The seed plan: which fact or passage is asked for, in which style, of which teacher.

Coverage comes first. Verified data still loses the facts nobody asks for, so the plan goes round
the source documents, one seed each in turn, and takes a document's rarest facts first: any prefix
of the plan covers the sources as evenly, and the tail as early, as its length allows.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import Generic, TypeVar

from configs.errors import ConfigError
from configs.recipe import Recipe
from configs.teachers import Teacher
from generators.catalogue import Round, catalogue, styles_of
from generators.conditions import draw
from generators.library import Library
from generators.seeds import Option, Seed
from store.text import sha256

Key = TypeVar("Key")


def plan_seeds(library: Library, recipe: Recipe) -> list[Seed]:
    """The whole plan in the order it is to be asked, at most ``recipe.candidate_cap`` seeds.

    Deterministic for a corpus, a recipe and its seed. Styles, methods and teachers are dealt by
    their weights as far as each document's options allow.

    Raises:
        ConfigError: a document to be topped up is not in the corpus, or nothing can be asked of
            this corpus with these teachers and styles.
    """
    unknown = sorted(set(recipe.top_up) - library.corpus.document.keys())
    if unknown:
        raise ConfigError(f"top_up: the corpus has no document {', '.join(map(repr, unknown[:5]))}")
    seeds = list(islice(_deal(library, recipe, library.corpus.passage), recipe.candidate_cap))
    if not seeds:
        raise ConfigError(
            "nothing to ask: no passage of the corpus carries a fact in the wanted styles "
            f"({', '.join(style for _, style in _weights(recipe))}); add styles, or a model teacher"
        )
    return seeds


def plan_again(
    library: Library, recipe: Recipe, passages: Collection[str], since: str
) -> list[Seed]:
    """The seeds of these passages alone, none where nothing can be asked of them. ``since`` is the
    version whose records stay: a passage that has changed keeps its id, and what is asked of it now
    must not be taken for what was asked of it then.
    """
    asked = frozenset(passages)
    seeds = islice(_deal(library, recipe, asked), recipe.candidate_cap)
    return [replace(seed, id=sha256(f"{since}/{seed.id}")[:16]) for seed in seeds]


def _deal(library: Library, recipe: Recipe, passages: Collection[str]) -> Iterator[Seed]:
    """Seeds of these passages, without end where a model teaches, else until every fact was asked
    for.
    """
    within = {library.corpus.passage[id_].document_id for id_ in passages}
    order = [document for document in library.corpus.documents if document.id in within]
    random.Random(recipe.seed).shuffle(order)
    turns = _turns([document.id for document in order], recipe.top_up)
    styles, teachers = _Shares(_weights(recipe)), _Shares(teacher_shares(entry_teachers(recipe)))
    for sample in count():
        queues = {
            document.id: [
                option
                for method in recipe.methods
                for option in catalogue()[method.name].offer(
                    Round(library, document, method, recipe, sample)
                )
                if option.passage_id in passages and _able(recipe, option)
            ]
            for document in order
        }
        if not any(queues.values()):
            return
        while any(queues.values()):
            for document_id in turns:
                queue = queues[document_id]
                if queue:
                    option = _take(queue, styles)
                    teacher = teachers.next(_able(recipe, option))
                    yield _seed(option, document_id, recipe.named(teacher), recipe)


def _turns(ids: Sequence[str], top_up: Sequence[str]) -> list[str]:
    """The documents of a round: those to be topped up first and once more, then all the others."""
    wanted = [id_ for id_ in ids if id_ in set(top_up)]
    return [*wanted, *wanted, *(id_ for id_ in ids if id_ not in set(wanted))]


def _weights(recipe: Recipe) -> dict[tuple[str, str], float]:
    """Weight of each style of each method."""
    found = {}
    for method in recipe.methods:
        styles = styles_of(method)
        for style, share in styles.items():
            found[method.name, style] = method.weight * share / sum(styles.values())
    return found


def entry_teachers(recipe: Recipe) -> list[Teacher]:
    """Teachers that seeds are dealt to: all that write, or with a cascade the lowest tier's."""
    if not recipe.routing.enabled:
        return list(recipe.writers)
    lowest = min(teacher.tier for teacher in recipe.writers if teacher.is_model)
    return [t for t in recipe.writers if not t.is_model or t.tier == lowest]


def teacher_shares(teachers: Sequence[Teacher]) -> dict[str, float]:
    """Shares of the plan by weight; what a teacher's ``max_share`` cuts off goes to the others."""
    shares: dict[str, float] = {}
    free = list(teachers)
    while free:
        left, weights = 1 - sum(shares.values()), sum(t.weight for t in free)
        over = [t for t in free if left * t.weight / weights > t.max_share + 1e-12]
        if not over:
            return shares | {t.name: left * t.weight / weights for t in free}
        shares |= {t.name: t.max_share for t in over}
        free = [t for t in free if t not in over]
    return shares


def _able(recipe: Recipe, option: Option) -> list[str]:
    """Teachers that can take this option."""
    return [teacher.name for teacher in entry_teachers(recipe) if _answers(teacher, option)]


def _answers(teacher: Teacher, option: Option) -> bool:
    return teacher.is_model or (option.fact >= 0 and option.sample == 0)


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


def _take(queue: list[Option], styles: _Shares[tuple[str, str]]) -> Option:
    """The first option of the method and style that is furthest behind."""
    kind = styles.next(list(dict.fromkeys((option.method, option.style) for option in queue)))
    return queue.pop(
        next(i for i, option in enumerate(queue) if (option.method, option.style) == kind)
    )


def _seed(option: Option, document_id: str, teacher: Teacher, recipe: Recipe) -> Seed:
    parts = (option.method, option.style, teacher.name, document_id, option.passage_id, option.fact)
    rest = (option.other_id, option.other_fact, option.sample)
    of = (*parts, *rest, *filter(None, (option.asked, option.others)))
    # Rules know nothing of readers and registers, and would only claim to.
    drawn = draw(recipe, of) if teacher.is_model else ()
    id_ = sha256(repr((recipe.seed, *of, *drawn)))[:16]
    more = (option.asked, option.others, drawn)
    return Seed(id_, *parts, *rest, "", "", *more)
