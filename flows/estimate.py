"""What a build would send, cost and take: from assumptions, or from a canary of real calls.

A canary's calls go through the journal, so the build that follows does not pay for them again.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from configs.errors import BudgetExceeded
from configs.filters import Judge
from configs.recipe import Recipe
from configs.stages import Acceptance
from configs.teachers import Teacher
from filters.votes import Material, load_rubric, questions_on
from flows import stages, steps
from flows.generation_depth import with_depths
from flows.pipeline import prepare
from flows.production import directly, produce
from flows.rounds import first_round
from flows.workspace import exclusively, workspace
from generators.candidates import request_of
from generators.catalogue import catalogue, settings_of
from generators.seeds import Seed
from generators.teacher import likely_tokens
from generators.teachers.endpoint import key_of
from generators.teachers.prices import Price, price_of
from store.asking import Question
from store.journal import Journal
from store.shares import wilson


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with the bounds it is expected within."""

    low: float
    likely: float
    high: float

    def times(self, other: Range | float) -> Range:
        """The product, bound by bound."""
        by = other if isinstance(other, Range) else Range(other, other, other)
        return Range(self.low * by.low, self.likely * by.likely, self.high * by.high)

    def plus(self, other: Range) -> Range:
        """The sum, bound by bound."""
        pairs = zip(_bounds(self), _bounds(other), strict=True)
        return Range(*(one + two for one, two in pairs))


@dataclass(frozen=True, slots=True)
class Habits:
    """How a teacher behaves: tokens of a reply, calls per candidate, seconds per call,
    candidates per accepted record, and repairs per candidate.
    """

    reply_tokens: Range
    calls: Range
    latency_s: Range
    candidates: Range
    repairs: Range = Range(0, 0, 0)


ASSUMED = Habits(Range(110, 220, 500), Range(1, 1.05, 1.3), Range(1, 5, 20), Range(1, 1.3, 3))
"""Two sentences, a question and a quote as JSON; an ordinary server; a filter that drops some."""
_SENT_BACK = Range(0, 0.2, 1)
"""Share of the candidates that go back in each round of repair: at worst all of them."""
_FINDINGS = 400
"""Tokens that a repair sends beside the prompt: the answer, its failed claims, a passage."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one teacher would be asked for. ``answered`` are candidates the journal holds already;
    ``usd`` is None without a price.
    """

    teacher: str
    rule_based: bool
    answered: int
    calls: Range
    tokens_in: Range
    tokens_out: Range
    usd: Range | None
    hours: Range
    price: str


def estimate(recipe: Recipe, canary: int = 0) -> list[Estimate]:
    """One estimate per teacher; those of a cascade's higher tiers are asked for what fails, those
    that judge for what the others write.

    Args:
        recipe: The recipe.
        canary: Candidates to really ask for; 0 sends nothing.
    """
    habits = _canary(recipe, canary) if canary else {}
    corpus = steps.read_corpus(recipe)
    space = workspace(recipe)
    seeds = steps.seeds_of(recipe, steps.plan(recipe, corpus))
    first = seeds[: first_round(recipe, len(seeds))]
    library = space.library(corpus)
    found = []
    for teacher in recipe.writers:
        own = [seed for seed in first if seed.teacher == teacher.name]
        usual = habits.get(teacher.name, _assumed(recipe))
        if not teacher.is_model:
            found.append(_of_rules(teacher, len(own)))
            continue
        wanted = usual.candidates.times(recipe.target * len(own) / len(first))
        if recipe.routing.enabled and not own:
            own, wanted = first, _escalated(usual.candidates.times(recipe.target), recipe)
        requests = [request_of(seed, library, recipe) for seed in own]
        if teacher.name not in habits:
            usual = replace(usual, calls=usual.calls.times(_calls(own, recipe)))
        found.append(_of_model(teacher, requests, wanted, recipe, space.journal, usual))
    shown = [p.text for p in library.corpus.passages[: len(first)]]
    return found + [_of_judge(recipe, judge, shown, space.journal) for judge in _judges(recipe)]


def _calls(seeds: Sequence[Seed], recipe: Recipe) -> float:
    """Calls that a record of these seeds takes, on average."""
    by_name = {method.name: method for method in recipe.methods}
    each = {}
    for name, method in by_name.items():
        entry = catalogue()[name]
        each[name] = entry.calls(settings_of(method, entry.settings))
    return statistics.fmean(each[seed.method] for seed in seeds) if seeds else 1.0


def _rounds(recipe: Recipe) -> int:
    return recipe.verifiers.repair.rounds if recipe.verifiers.repair else 0


def _assumed(recipe: Recipe) -> Habits:
    return replace(ASSUMED, repairs=_SENT_BACK.times(_rounds(recipe)))


def _judges(recipe: Recipe) -> list[Judge | Acceptance]:
    return [judge for judge in (recipe.filters.judge, recipe.probes.acceptance) if judge]


def _of_judge(
    recipe: Recipe, judge: Judge | Acceptance, passages: Sequence[str], journal: Journal
) -> Estimate:
    """Votes on candidates that nobody has written yet, each taken to be of the usual length."""
    teacher = recipe.named(judge.teacher)
    rubric = load_rubric(judge.rubric)
    record = "." * (4 * round(ASSUMED.reply_tokens.likely))
    shown = [Material("", record, (passage,)) for passage in passages]
    if isinstance(judge, Judge):
        wanted = ASSUMED.candidates.times(recipe.target * judge.votes)
    else:
        few = min(judge.sample, recipe.target)
        wanted = Range(few, few, few)
    return _of_model(teacher, questions_on(shown, rubric, 1), wanted, recipe, journal, ASSUMED)


def _escalated(candidates: Range, recipe: Recipe) -> Range:
    """What a higher tier is asked for: the calibration, and what fails below it."""
    calibration, most = recipe.routing.calibration, recipe.routing.too_many
    return Range(
        calibration,
        calibration + most / 2 * candidates.likely,
        calibration + most * candidates.high,
    )


def _of_rules(teacher: Teacher, count: int) -> Estimate:
    none = Range(0, 0, 0)
    calls = Range(count, count, count)
    return Estimate(teacher.name, True, 0, calls, none, none, none, none, "free")


def _of_model(
    teacher: Teacher,
    requests: Sequence[Question],
    wanted: Range,
    recipe: Recipe,
    journal: Journal,
    habits: Habits,
) -> Estimate:
    """Scale the first round's prompts to the candidates that are wanted, and to those repaired of
    the candidates that are new.
    """
    answered = sum(journal.find(key_of(request, teacher)) is not None for request in requests)
    new = Range(*(max(0.0, bound - answered) for bound in _bounds(wanted)))
    first, repairs = new.times(habits.calls), new.times(habits.repairs)
    prompt = statistics.fmean(likely_tokens(r.messages) for r in requests) if requests else 0.0
    longer = _roughly(prompt + _FINDINGS)
    tokens_in = first.times(_roughly(prompt)).plus(repairs.times(longer))
    calls = first.plus(repairs)
    reply = Range(*(min(bound, teacher.max_tokens) for bound in _bounds(habits.reply_tokens)))
    tokens_out = calls.times(reply)
    price = price_of(teacher, recipe.ceilings)
    return Estimate(
        teacher.name,
        False,
        answered,
        calls,
        tokens_in,
        tokens_out,
        _usd(price, tokens_in, tokens_out),
        _hours(teacher, calls, habits),
        price.source if price else "unknown",
    )


def _roughly(tokens: float) -> Range:
    return Range(0.8 * tokens, tokens, 1.25 * tokens)


def _hours(teacher: Teacher, calls: Range, habits: Habits) -> Range:
    """A batch is promised within a day; else calls take turns in the places there are."""
    if teacher.mode == "batch":
        return Range(0.1, 2.0, 24.0) if calls.high else Range(0, 0, 0)
    return calls.times(habits.latency_s).times(1 / teacher.concurrency / 3600)


def _usd(price: Price | None, tokens_in: Range, tokens_out: Range) -> Range | None:
    if price is None:
        return None
    pairs = zip(_bounds(tokens_in), _bounds(tokens_out), strict=True)
    return Range(*(price.factor * (i * price.input + o * price.output) / 1e6 for i, o in pairs))


def _bounds(value: Range) -> tuple[float, float, float]:
    return value.low, value.likely, value.high


def _canary(recipe: Recipe, rows: int) -> dict[str, Habits]:
    """Habits by teacher, from the first candidates of the plan."""
    recipe = with_depths(recipe)
    few = recipe.model_copy(update={"target": rows})
    with exclusively(recipe):
        work, planned = prepare(recipe)
        work = produce(few, directly, work, min(rows, planned))
    if work.stopped:
        raise BudgetExceeded(work.stopped)
    space = workspace(recipe)
    records = space.shards.frame(work.records, "records")
    kept = set(stages.standing(space, work.records, (), work.verdicts)["id"])
    return {
        str(teacher): _habits(own, kept, space.journal, _rounds(recipe))
        for (teacher,), own in records.group_by("teacher")
    }


def _habits(own: pl.DataFrame, kept: set[str], journal: Journal, rounds: int) -> Habits:
    first = own.filter(pl.col("repaired_from") == "")
    again = own.filter(pl.col("repaired_from") != "")
    rows, more = (_requests(part, journal) for part in (first, again))
    if not rows:
        return replace(ASSUMED, repairs=_SENT_BACK.times(rounds))
    count = len(first)
    accepted = min(sum(id_ in kept for id_ in own["id"]), count)
    low, high = wilson(accepted, count)
    calls = len(rows) / count
    back = len({*first["id"]} & {*again["repaired_from"]})
    least, most = wilson(back, count)
    return Habits(
        _spread([row["output_tokens"] for row in rows + more]),
        Range(calls, calls, 1.2 * calls),
        _spread([row["latency_s"] for row in rows + more]),
        Range(1 / max(high, 0.01), count / max(accepted, 1), 1 / max(low, 0.01)),
        # A record that goes back may do so in every round.
        Range(least, len(more) / count, most * rounds) if rounds else Range(0, 0, 0),
    )


def _requests(records: pl.DataFrame, journal: Journal) -> list[dict[str, Any]]:
    return journal.requests(records["request_keys"].explode().drop_nulls().to_list())


def _spread(values: Sequence[Any]) -> Range:
    """The mean, and two standard errors to either side."""
    mean = statistics.fmean(values)
    error = 2 * statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else mean / 2
    return Range(max(0.0, mean - error), mean, mean + error)
