"""What a build would send and cost, without sending anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from configs.recipe import Recipe, Teacher
from flows import steps
from flows.pipeline import first_round
from flows.workspace import Workspace, workspace
from generators.chat import chat_body
from generators.grounded_qa import render
from generators.library import Library
from generators.plan import Seed
from generators.teacher import likely_tokens, task_of
from store.journal import request_key

_LIKELY_REPLY = 220
"""Tokens of a usual reply: two sentences, a question and a quote as JSON."""


@dataclass(frozen=True, slots=True)
class Load:
    """Calls to one teacher with their tokens in and out; ``usd`` is None without a price."""

    calls: int
    tokens_in: int
    tokens_out: int
    usd: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one teacher would be asked: ``likely`` is the first round less what the journal can
    answer already, ``most`` the whole plan with a repair of every reply.
    """

    teacher: str
    rule_based: bool
    answered: int
    likely: Load
    most: Load


def estimate(recipe: Recipe) -> list[Estimate]:
    """One estimate per teacher of the recipe."""
    corpus = steps.read_corpus(recipe)
    space = workspace(recipe)
    seeds = steps.seeds_of(recipe, steps.plan(recipe, corpus))
    first = seeds[: first_round(recipe, len(seeds))]
    return [
        _of_rules(teacher, first, seeds)
        if teacher.kind == "grounded-templates"
        else _of_model(teacher, first, seeds, space, space.library(corpus), recipe.language)
        for teacher in recipe.teachers
    ]


def _of_rules(teacher: Teacher, first: Sequence[Seed], seeds: Sequence[Seed]) -> Estimate:
    likely, most = (
        Load(sum(seed.teacher == teacher.name for seed in some), 0, 0, 0.0)
        for some in (first, seeds)
    )
    return Estimate(teacher.name, True, 0, likely, most)


def _of_model(
    teacher: Teacher,
    first: Sequence[Seed],
    seeds: Sequence[Seed],
    space: Workspace,
    library: Library,
    language: str,
) -> Estimate:
    tokens: dict[str, int] = {}
    answered: set[str] = set()
    for seed in seeds:
        if seed.teacher == teacher.name:
            request = render(task_of(seed, library), language)
            tokens[seed.id] = likely_tokens(request.messages)
            key = request_key(chat_body(request, teacher), str(teacher.base_url), seed.sample)
            if space.journal.find(key) is not None:
                answered.add(seed.id)
    new = [seed.id for seed in first if seed.id in tokens and seed.id not in answered]
    reply = min(_LIKELY_REPLY, teacher.max_tokens)
    likely = _load(teacher, len(new), sum(tokens[id_] for id_ in new), reply * len(new))
    # A repair sends the messages and the reply again.
    most_in = sum(2 * count + teacher.max_tokens for count in tokens.values())
    calls = 2 * len(tokens)
    most = _load(teacher, calls, most_in, calls * teacher.max_tokens)
    known = sum(seed.id in answered for seed in first)
    return Estimate(teacher.name, False, known, likely, most)


def _load(teacher: Teacher, calls: int, tokens_in: int, tokens_out: int) -> Load:
    price_in, price_out = teacher.usd_per_million_input, teacher.usd_per_million_output
    usd = None
    if price_in is not None and price_out is not None:
        usd = (tokens_in * price_in + tokens_out * price_out) / 1e6
    return Load(calls, tokens_in, tokens_out, usd)
