"""Records that hold a question of an evaluation set, or its answer, or say it in other words.

A model trained on them is graded on what it has seen. Each match names the item and shows the
wording, since plain overlap is mostly false alarms; numbers must agree, since a question with other
numbers is another question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import polars as pl

from configs.filters import Decontamination
from filters.numbers import Numbers, holds_numbers
from filters.overlap import coverages, index_items
from filters.rephrased import limits, rephrased
from filters.semantic import vectors_of
from store.stages import Context, Embed, Judged, Progress, Ruling, Stage, judged, silent, stage
from store.text import normalise, squeeze

_BLOCK = 10_000
_LEAST = 5
"""A question of fewer words says too little to be found inside another text."""
_LEAST_ANSWER = 20
"""And an answer of fewer words is often right by chance."""
_SHOWN, _KEPT = 200, 2_000
"""Characters of a match, and of its item, that go into the verdict."""


@dataclass(frozen=True)
class Match:
    """An item found in a record: its row among the items, how, how much, and the wording."""

    item: int
    method: Literal["ngram", "embedding", "answer"]
    score: float
    text: str


@stage("decontamination", version="1", scope="set")
def decontamination(settings: Decontamination, context: Context) -> Stage:
    """Drops or flags records that match an item of ``context.held_out``."""
    items = distinct(context.held_out)

    def apply(records: pl.DataFrame) -> Judged:
        matches = find_matches(records, items, context.embed, settings, context.progress)
        rulings = [_ruling(match, items, settings) for match in matches]
        return judged("decontamination", records, rulings)

    return apply


def _ruling(match: Match | None, items: pl.DataFrame, settings: Decontamination) -> Ruling:
    if match is None:
        return Ruling()
    item = items.row(match.item, named=True)
    # What is behind the line break is the item itself, for whoever shows the two side by side.
    detail = f"{match.method}: {match.text}\n{item_text(item, match)}"
    witness = f"{item['set']}:{item['id']}"
    return Ruling(settings.on_match, "contaminated", match.score, witness, detail)


def item_text(item: Mapping[str, Any], match: Match) -> str:
    """The part of an item that matched, its question or its answer, on one line."""
    return squeeze(item["answer" if match.method == "answer" else "question"])[:_KEPT]


def distinct(held_out: pl.DataFrame) -> pl.DataFrame:
    """Items with different questions, in an order of their own."""
    plain = [normalise(question) for question in held_out["question"]]
    rows = held_out.with_columns(plain=pl.Series(plain, dtype=pl.String)).sort("set", "id")
    return rows.unique("plain", keep="first", maintain_order=True).drop("plain")


def find_matches(
    records: pl.DataFrame,
    items: pl.DataFrame,
    embed: Embed,
    settings: Decontamination,
    progress: Progress = silent,
) -> list[Match | None]:
    """The item each record holds or rephrases, if any; wording first, then meaning.

    ``records`` need ``question`` and ``answer``, ``items`` also ``embedding`` of the question.
    """
    if not len(items):
        return [None] * len(records)
    texts, questions = [], []
    for question, answer in records.select("question", "answer").fill_null("").iter_rows():
        texts.append(f"{question}\n{answer}")
        questions.append(question)
    found: dict[int, Match] = {}
    _by_wording(found, texts, items, "ngram", settings, progress)
    _by_wording(found, texts, items, "answer", settings, progress)
    _by_meaning(found, questions, items, embed, settings, progress)
    return [found.get(row) for row in range(len(records))]


def _by_wording(
    found: dict[int, Match],
    texts: Sequence[str],
    items: pl.DataFrame,
    method: Literal["ngram", "answer"],
    settings: Decontamination,
    progress: Progress,
) -> None:
    """Add records that hold the wording of a question (``ngram``) or of an answer."""
    answer = method == "answer"
    wanted = items["answer" if answer else "question"].to_list()
    size, least = (settings.answer_ngram, _LEAST_ANSWER) if answer else (settings.ngram, _LEAST)
    index = index_items(wanted, size, least)
    if not len(index.hashes):
        return
    what = "comparing answers" if answer else "comparing questions"
    for row, hits in coverages(index, texts, settings.coverage, progress, what).items():
        numbers = Numbers(texts[row])
        same = (hit for hit in hits if holds_numbers(numbers, Numbers(wanted[hit[0]])))
        best = next(same, None)
        if best is not None and row not in found:
            shown = _longest_run(texts[row], wanted[best[0]])
            found[row] = Match(best[0], method, best[1], shown)


def _by_meaning(
    found: dict[int, Match],
    questions: Sequence[str],
    items: pl.DataFrame,
    embed: Embed,
    settings: Decontamination,
    progress: Progress,
) -> None:
    """Add records, not found yet, whose question says what an item's question says."""
    vectors = vectors_of(items)
    limit = limits(vectors, settings.cosine)
    numbers = [Numbers(text) for text in items["question"]]
    left = [row for row in range(len(questions)) if row not in found]
    for start in range(0, len(left), _BLOCK):
        rows = left[start : start + _BLOCK]
        own = [questions[row] for row in rows]
        hits = rephrased(embed(own), own, vectors, numbers, limit)
        for place, (item, score) in hits.items():
            shown = squeeze(items["question"][item])[:_SHOWN]
            found[rows[place]] = Match(item, "embedding", score, shown)
        progress("comparing meaning", start + len(rows), len(left))


def _longest_run(text: str, wanted: str) -> str:
    """The longest run of words that both have, as normalised words."""
    one, two = normalise(text).split(), normalise(wanted).split()
    run = SequenceMatcher(None, one, two, autojunk=False).find_longest_match()
    return " ".join(two[run.b : run.b + run.size])[:_SHOWN]
