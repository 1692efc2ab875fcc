"""What re-training on one's own data does to facts: ``python -m benchmarks.student_loop [SVG]``.

A small student is trained on sentences about invented countries, then for some generations on what
it writes itself, under several regimes. After each generation our probes ask it for every fact.
Needs no network and no model; ends with one line of JSON.
"""

from __future__ import annotations

import dataclasses
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.student_world import Ngram, World, made_world
from flows.views.series_plot import Point, draw
from store.asking import Answered
from store.journal import Reply
from verifiers.closed_book.answers import match_of
from verifiers.closed_book.asking import Asking, askings
from verifiers.closed_book.form import flaw_of
from verifiers.closed_book.gauges import accuracy, forms, share
from verifiers.closed_book.items import Item, choose_items
from verifiers.closed_book.scoring import Scored, score
from verifiers.closed_book.stages import changed, decide

GENERATIONS, SEEDS, SENTENCES = 5, 5, 1200
_WRITTEN = 400
"""Sentences that are looked at for their form."""
_TRIES = 3
"""Times a student may try for one place of a quota."""
_SPREAD = 2.776 / 5**0.5
"""Half a 95 % interval of the mean of five, in standard deviations (Student's t)."""

Regime = Callable[[World, Ngram, Sequence[str], random.Random], list[str]]
"""The next training rows, from the student and the rows it was trained on."""


@dataclass(frozen=True)
class Probed:
    """One generation: its replies, and its gauges as shares."""

    scored: Sequence[Scored]
    facts: float
    tail: float
    form: float


def replace(_world: World, student: Ngram, _rows: Sequence[str], rng: random.Random) -> list[str]:
    """Only what the student writes."""
    return [student.write(rng) for _ in range(SENTENCES)]


def accumulate(world: World, student: Ngram, rows: Sequence[str], rng: random.Random) -> list[str]:
    """All rows so far, and what the student writes."""
    return [*rows, *replace(world, student, rows, rng)]


def verified(world: World, student: Ngram, _rows: Sequence[str], rng: random.Random) -> list[str]:
    """What the student writes and is true, as many rows as before."""
    found: list[str] = []
    while len(found) < SENTENCES:
        said = student.write(rng)
        if said in world.sentences:
            found.append(said)
    return found


def quotas(world: World, student: Ngram, _rows: Sequence[str], rng: random.Random) -> list[str]:
    """What the student says of each fact of each source, asked for alike, and is true by the same
    check that scores the probes.
    """
    each = SENTENCES // len(world.known)
    found = []
    for known in world.known:
        tries = (student.write(rng, known.question) for _ in range(each * _TRIES))
        right = [s for s in tries if match_of(s.removeprefix(known.question), known.answer)]
        found += right[:each]
    return found


REGIMES: dict[str, Regime] = {
    "replace": replace,
    "verified only": verified,
    "accumulate": accumulate,
    "verified, quota per fact": quotas,
}


def main(arguments: Sequence[str]) -> None:
    """Run every regime over every seed, print the table, write the drawing, and end with JSON."""
    began = time.perf_counter()
    found = {
        name: [_run(regime, seed) for seed in range(SEEDS)] for name, regime in REGIMES.items()
    }
    across = [str(number) for number in range(GENERATIONS + 1)]
    print(f"{SEEDS} seeds, {SENTENCES:,} sentences, mean of the seeds by generation")
    print(f"{'':26}{'gauge':8}" + "".join(f"{at:>7}" for at in across) + "   stages at the end")
    for name, runs in found.items():
        stages = _stages(runs)
        for gauge in ("facts", "tail", "form"):
            means = [point.value for point in _points(runs, gauge)]
            shown = "".join(f"{mean:7.2f}" for mean in means)
            print(f"{name if gauge == 'facts' else '':26}{gauge:8}{shown}"
                  + (f"   {dict(stages)}" if gauge == "facts" else ""))  # fmt: skip
    if arguments:
        panels = {
            name: {g: _points(runs, g) for g in ("facts", "tail", "form")}
            for name, runs in found.items()
        }
        title = "A student re-trained on its own data: facts and form by generation"
        Path(arguments[0]).write_text(draw(title, across, panels), encoding="utf-8")
        print(f"drawing: {arguments[0]}")
    summary = {
        name: {
            **{g: [round(p.value, 3) for p in _points(runs, g)] for g in ("facts", "tail", "form")},
            "stages": dict(_stages(runs)),
        }
        for name, runs in found.items()
    }
    took = round(time.perf_counter() - began, 1)
    print(json.dumps({"benchmark": "student_loop", "seconds": took, "regimes": summary}))


def _run(regime: Regime, seed: int) -> list[Probed]:
    """All generations of one student."""
    world, rng = made_world(seed), random.Random(seed)
    rows = world.corpus(SENTENCES, rng)
    items = _rare_marked(choose_items(world.known, len(world.known), 100, seed), world, rows)
    asked = [a for a in askings(items, (), "", seed) if (a.form, a.format) == ("short", "plain")]
    found = []
    for generation in range(GENERATIONS + 1):
        student = Ngram(rows)
        found.append(_probe(world, student, items, asked, rng))
        if generation < GENERATIONS:
            rows = regime(world, student, rows, rng)
    return found


def _rare_marked(items: Sequence[Item], world: World, rows: Sequence[str]) -> list[Item]:
    """The items with the third that was written about least as their tail: here every kind and
    country has as many facts, so that rarity is one of words, not of the corpus' tables.
    """
    written = Counter(rows)
    order = sorted(
        items, key=lambda item: (written[world.sentence(item.kind, item.subject)], item.id)
    )
    rare = {item.id for item in order[: len(order) // 3]}
    return [dataclasses.replace(item, tail=item.id in rare) for item in items]


def _probe(
    world: World, student: Ngram, items: Sequence[Item], asked: Sequence[Asking], rng: random.Random
) -> Probed:
    """Ask for every fact and have some sentences written."""
    by_id = {item.id: item for item in items}
    scored = [
        score(one, _answered(student.answer(by_id[one.about].question)), by_id[one.about],
              lambda _: False, lambda *_: False)
        for one in asked
    ]  # fmt: skip
    written = [student.write(rng) for _ in range(_WRITTEN)]
    formed = sum(
        not flaw_of(said, "stop", lambda _: False) and bool(world.forms.fullmatch(said))
        for said in written
    )
    rare = [one for one in scored if by_id[one.about].tail]
    return Probed(
        scored,
        accuracy(scored, by_id).value or 0.0,
        accuracy(rare, by_id).value or 0.0,
        share(formed, len(written)).value or 0.0,
    )


def _answered(text: str) -> Answered:
    return Answered(Reply(text, "stop", "ngram"), "", "ngram")


def _points(runs: Sequence[Sequence[Probed]], gauge: str) -> list[Point]:
    """Means over the seeds, with their intervals."""
    found = []
    for generation in range(GENERATIONS + 1):
        values = [getattr(run[generation], gauge) for run in runs]
        mean, half = statistics.mean(values), _SPREAD * statistics.stdev(values)
        found.append(Point(mean, max(0.0, mean - half), min(1.0, mean + half)))
    return found


def _stages(runs: Sequence[Sequence[Probed]]) -> Counter[str]:
    """How often the last generation is in which stage, held against the first."""
    found: Counter[str] = Counter()
    for run in runs:
        first, last = run[0], run[-1]
        change = changed(first.scored, last.scored, [one.about for one in first.scored])
        before, after = (
            {**forms(one.scored), "fluency": share(round(one.form * _WRITTEN), _WRITTEN)}
            for one in (first, last)
        )
        found[decide(change, before, after).stage] += 1
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
