"""Length, language and format of each record on its own.

The repetition rule follows Gopher's duplicate n-gram fractions (arXiv 2112.11446, table A1),
loosened for short answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import polars as pl

from configs.filters import Heuristics
from store.stages import Context, Judged, Row, Ruling, Stage, judged, row_by_row, stage
from store.text import words

_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_CODE_SIGN = re.compile(r"[_()=\[\]{}./\\]")
_UNFILLED = re.compile(
    r"\{\{[\w\s.|]+\}\}|\{%.*?%\}|<passage>|\[(?:INSERT|TODO|PLACEHOLDER)|lorem ipsum", re.I
)
_MIN_LETTERS = 60
"""Below this many letters of plain prose, guessing the language is a toss-up."""


@stage("heuristics", version="1", scope="row")
def heuristics(settings: Heuristics, context: Context) -> Stage:
    """Drops records that break a rule; the verdict names the rule and what was measured."""

    def judge(row: Row) -> Ruling:
        return next(_broken(settings, row["question"], row["answer"], row["language"]), Ruling())

    def apply(records: pl.DataFrame) -> Judged:
        return judged("heuristics", records, row_by_row(judge, records))

    return apply


def _broken(settings: Heuristics, question: str, answer: str, language: str) -> Iterator[Ruling]:
    """The rules a record breaks, cheapest first."""
    if len(question.strip()) < settings.min_question_chars:
        yield _drop("question_too_short", len(question.strip()), settings.min_question_chars)
    if len(answer.strip()) < settings.min_answer_chars:
        yield _drop("answer_too_short", len(answer.strip()), settings.min_answer_chars)
    if len(answer) > settings.max_answer_chars:
        yield _drop("answer_too_long", len(answer), settings.max_answer_chars)
    left = _UNFILLED.search(f"{question}\n{answer}")
    if left:
        yield Ruling("drop", "template_left_over", witness="format", detail=repr(left.group(0)))
    if answer.count("```") % 2:
        yield Ruling("drop", "open_code_fence", witness="format", detail="odd number of ```")
    repeated = repetition(answer)
    if repeated > settings.max_repetition:
        yield _drop("repetition", repeated, settings.max_repetition)
    other, score = _language(f"{question} {answer}")
    if other and other != language and score >= settings.min_language_score:
        detail = f"looks like {other!r}, wanted {language!r}"
        yield Ruling("drop", "language", score, "language", detail)


def _drop(reason: str, value: float, limit: float) -> Ruling:
    return Ruling("drop", reason, float(value), "heuristics", f"{value:g}, limit {limit:g}")


def repetition(text: str) -> float:
    """Share of 3-word sequences that occur before in the same text; 0 below 20 words."""
    found = words(text)
    if len(found) < 20:
        return 0.0
    grams = list(zip(found, found[1:], found[2:], strict=False))
    return 1 - len(set(grams)) / len(grams)


def _language(text: str) -> tuple[str, float]:
    """Likeliest language of the prose in a text and its probability; empty where too short."""
    plain = _CODE.sub(" ", text).split()
    prose = " ".join(word for word in plain if not _CODE_SIGN.search(word))
    if sum(letter.isalpha() for letter in prose) < _MIN_LETTERS:
        return "", 0.0
    return _classifier()(prose)


@lru_cache(maxsize=1)
def _classifier() -> Callable[[str], tuple[str, float]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identify = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True).classify

    def classify(text: str) -> tuple[str, float]:
        language, score = identify(text)
        return str(language), float(score)

    return classify
