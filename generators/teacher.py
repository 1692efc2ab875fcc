"""What a teacher is to a method: something that answers a request, by rule or by model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from pydantic import BaseModel

from configs.recipe import Recipe
from generators.facts import Fact
from generators.library import Library
from generators.repair import Correction
from generators.seeds import Seed
from store.asking import Answered, Question
from store.corpus import Document, Passage


@dataclass(frozen=True, slots=True)
class Task:
    """A seed with what it points to, as handed to a method. ``beside`` are further passages of the
    document with how near they are; ``window`` and ``reserve`` are tokens, the first if known;
    ``correction`` is what failed before, where it is asked for again; ``others`` are passages of
    other documents; ``settings`` are the method's own, and ``language`` is what it is written in;
    ``scorer`` is the teacher that compares answers, ``library`` the corpus with its facts.
    """

    seed: Seed
    document: Document
    passage: Passage
    fact: Fact | None
    other: Document | None
    other_passage: Passage | None
    other_fact: Fact | None
    beside: tuple[tuple[float, Passage], ...] = ()
    window: int | None = None
    reserve: int = 0
    correction: Correction | None = None
    others: tuple[tuple[Document, Passage], ...] = ()
    settings: BaseModel | None = None
    language: str = "en"
    scorer: str = ""
    library: Library | None = None


@dataclass(frozen=True)
class Request(Question):
    """A question with the task behind it. Rule-based teachers read the task; models see the
    messages only. ``left_out`` are passages that did not fit; ``to`` is the teacher that is asked
    where it is not the seed's.
    """

    task: Task | None = None
    left_out: tuple[str, ...] = ()
    to: str = ""


Ask = Callable[[Request], Awaitable[Answered]]
"""Asks a teacher. Raises Unanswered, TeacherUnavailable or BudgetExceeded; see the pool."""


def task_of(seed: Seed, library: Library, recipe: Recipe) -> Task:
    """Look up what a seed points to, and what the model it is for can read."""
    corpus = library.corpus
    method = next(method for method in recipe.methods if method.name == seed.method)
    beside = library.nearest(corpus.passage[seed.passage_id], method.passages - 1)
    window, reserve = _window(seed.teacher, recipe)
    other_fact = library.facts[seed.other_id][seed.other_fact] if seed.other_id else None
    return Task(
        seed=seed,
        document=corpus.document[seed.document_id],
        passage=corpus.passage[seed.passage_id],
        fact=library.facts[seed.document_id][seed.fact] if seed.fact >= 0 else None,
        other=corpus.document[seed.other_id] if seed.other_id else None,
        other_passage=library.passage_with(seed.other_id, other_fact) if other_fact else None,
        other_fact=other_fact,
        beside=beside,
        window=window,
        reserve=reserve,
        others=tuple(
            (corpus.document[passage.document_id], passage)
            for passage in map(corpus.passage.__getitem__, seed.others)
        ),
    )


def _window(teacher: str, recipe: Recipe) -> tuple[int | None, int]:
    """The smallest window of the teachers that may answer, and the longest reply of any."""
    planned = recipe.named(teacher)
    able = [t for t in recipe.writers if t.is_model and t.tier == planned.tier]
    able = able if recipe.failover and planned.is_model else [planned]
    sizes = [t.context_window for t in able if t.context_window is not None]
    return min(sizes, default=None), max(t.max_tokens for t in able)


def worst_case_tokens(request: Question, max_tokens: int) -> tuple[int, int]:
    """Most input and output tokens a call can use: a token is at least one byte of UTF-8."""
    sent = sum(len(message["content"].encode()) + 16 for message in request.messages)
    return sent + len(orjson.dumps(request.schema)), max_tokens


def likely_tokens(messages: Sequence[Mapping[str, str]]) -> int:
    """Input tokens to expect, at four characters a token."""
    return sum(len(message["content"]) // 4 + 4 for message in messages)
