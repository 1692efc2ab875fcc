"""Length, language, format, repetition, refusals, orders to a model: each record on its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Literal

import polars as pl

from configs.filters import Heuristics
from filters.language import other_language
from filters.orders import order, passages_of, words_of
from filters.refusals import (
    Found,
    boilerplate,
    echo,
    left_over,
    no_output,
    open_fence,
    refusal,
)
from filters.repetition import repeats
from filters.rules import Prose, quality
from store.stages import Context, Judged, Row, Ruling, Stage, judged, row_by_row, stage


@stage("heuristics", version="5", scope="row")
def heuristics(settings: Heuristics, context: Context) -> Stage:
    """Drops or flags records that break a rule; the verdict names the rule, what was measured, the
    limit, and the words that decided. A rule that drops goes before one that flags.
    """
    passages = context.corpus.passage
    # Many records are made of one passage.
    ordered = lru_cache(maxsize=None)(
        lambda id_: order((passages[id_].heading, passages[id_].text))
    )

    def leak(row: Row) -> Iterator[Ruling]:
        if settings.on_instruction == "keep":
            return
        said = order(words_of(row))
        known = (ordered(id_) for id_ in passages_of(row) if id_ in passages)
        found = said or next(filter(None, known), "")
        if found:
            where = "the record says" if said else "a passage it was written from says"
            detail = f"{where} {found!r}"
            yield Ruling(settings.on_instruction, "instruction_leak", None, "phrases", detail)

    def judge(row: Row) -> Ruling:
        flagged = Ruling()
        broken = _broken(settings, row["question"], row["answer"], row["language"])
        for ruling in chain(broken, leak(row)):
            if ruling.decision == "drop":
                return ruling
            flagged = flagged if flagged.reason else ruling
        return flagged

    def apply(records: pl.DataFrame) -> Judged:
        return judged("heuristics", records, row_by_row(judge, records))

    return apply


def _broken(settings: Heuristics, question: str, answer: str, language: str) -> Iterator[Ruling]:
    """The rules a record breaks, cheapest first."""
    yield from _lengths(settings, question, answer)
    yield from _format(question, answer)
    yield from _phrases(settings, question, answer)
    prose = Prose.of(answer)
    for found in chain(quality(prose, settings), repeats(prose, settings)):
        if found.broken:
            yield Ruling("drop", found.rule, float(found.value), "heuristics", found.shown)
    accepted = frozenset({language, *settings.languages})
    other = other_language(question, answer, accepted, settings.min_language_score)
    if other is not None:
        wanted = ", ".join(map(repr, (language, *settings.languages)))
        detail = f"looks like {other.language!r} ({other.score:.2f}), wanted {wanted}"
        yield Ruling("drop", "language", other.score, "language", detail)


def _lengths(settings: Heuristics, question: str, answer: str) -> Iterator[Ruling]:
    if len(question.strip()) < settings.min_question_chars:
        yield _length("question_too_short", len(question.strip()), settings.min_question_chars)
    if len(answer.strip()) < settings.min_answer_chars:
        yield _length("answer_too_short", len(answer.strip()), settings.min_answer_chars)
    if len(answer) > settings.max_answer_chars:
        yield _length("answer_too_long", len(answer), settings.max_answer_chars)


def _length(reason: str, value: int, limit: int) -> Ruling:
    return Ruling("drop", reason, float(value), "heuristics", f"{value:g}, limit {limit:g}")


def _format(question: str, answer: str) -> Iterator[Ruling]:
    left = left_over(question, answer)
    if left is not None:
        yield Ruling("drop", "template_left_over", witness="format", detail=repr(left.phrase))
    if open_fence(answer):
        yield Ruling("drop", "open_code_fence", witness="format", detail="a ``` is never closed")


def _phrases(settings: Heuristics, question: str, answer: str) -> Iterator[Ruling]:
    for reason, found in (("no_output", no_output(answer)), ("echo", echo(question, answer))):
        if found is not None:
            yield _said("drop", reason, found)
    refused = refusal(question, answer)
    if refused is not None and settings.on_refusal != "keep":
        yield _said(settings.on_refusal if refused.whole else "flag", "refusal", refused)
    chatter = boilerplate(question, answer)
    if chatter is not None and settings.on_boilerplate != "keep":
        yield _said(settings.on_boilerplate, "boilerplate", chatter)


def _said(decision: Literal["drop", "flag"], reason: str, found: Found) -> Ruling:
    return Ruling(decision, reason, witness="phrases", detail=repr(found.phrase))
