"""The calibration of a judge: what it says of labelled rows, and which score tells them apart.

A judge that was never measured against people is an opinion; judges are lenient.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from configs.errors import ConfigError
from configs.filters import Judge
from configs.recipe import Recipe
from filters.judge import median_score
from filters.scrubbing import scrubbed
from filters.votes import Material, cast_votes, load_rubric
from flows.asking import asker
from flows.judging import calibration_key, check_rubrics, identity
from flows.secrets import secret_of
from flows.teachers import open_pool
from flows.workspace import exclusively, workspace
from generators.teachers.preflight import check_endpoint
from store.shares import wilson

LEAST = 100
"""Labelled rows a calibration needs: fewer say next to nothing."""


class Labelled(BaseModel):
    """One row of a file of labels: ``good`` or ``bad``, or a score from 1 to 5."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    question: str
    answer: str
    evidence: str = ""
    label: Literal["good", "bad"] | int = Field(union_mode="left_to_right")


@dataclass(frozen=True, slots=True)
class Threshold:
    """How a ``min_score`` would have done at finding bad rows, over the rows that could be read.
    Shares are None where there is nothing they could be a share of.
    """

    min_score: int
    dropped: int
    precision: float | None
    precision_interval: tuple[float, float] | None
    recall: float
    recall_interval: tuple[float, float]
    f1: float
    accuracy: float
    accuracy_interval: tuple[float, float]
    kappa: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a judge said of labelled rows. ``leniency`` is its mean score less that of the labels,
    where those are scores; scores under ``bad_below`` are bad then. ``unreadable`` are rows without
    a readable vote.
    """

    labelled: int
    bad: int
    bad_below: int | None
    unreadable: int
    unreadable_votes: int
    leniency: float | None
    table: Sequence[Threshold]
    recommended: int


def calibrate(recipe: Recipe, labels: Path) -> Calibration:
    """Ask the judge of a recipe for labelled rows, and keep what comes of it beside the journal.

    Raises:
        ConfigError: the recipe has no judge, or the labels do not do; nothing was sent.
        TeacherUnavailable, BudgetExceeded: the judge cannot go on; what it answered is kept.
    """
    judge = recipe.filters.judge
    if judge is None:
        raise ConfigError(f"recipe {recipe.name!r} has no judge; name one under filters.judge")
    rows = read_labels(labels, judge)
    check_rubrics(recipe)
    teacher = recipe.named(judge.teacher)
    with exclusively(recipe):
        open_pool(recipe)
        check_endpoint(teacher, secret_of(teacher))
        shown = [_shown(row) for row in rows]
        ask = asker(recipe, judge.teacher, "calibrating")
        votes = cast_votes(shown, load_rubric(judge.rubric), judge.votes, ask)
        unread = sum(vote.score is None for own in votes for vote in own)
        found = measure(rows, [median_score(own) for own in votes], judge.min_score, unread)
        keep(recipe, judge, found)
    return found


def _shown(row: Labelled) -> Material:
    """A labelled row as the judge sees it, without the personal data of those who wrote it."""
    evidence = (scrubbed(row.evidence),) if row.evidence else ()
    return Material(scrubbed(row.question), scrubbed(row.answer), evidence)


def read_labels(path: Path, judge: Judge) -> list[Labelled]:
    """The rows of a file of labels.

    Raises:
        ConfigError: it cannot be read, a row is wrong, there are too few, or all are of one class.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    rows = [_row(path, i, line) for i, line in enumerate(lines, 1) if line.strip()]
    if len(rows) < LEAST:
        raise ConfigError(
            f"{path} has {len(rows)} labelled rows, {LEAST - len(rows)} fewer than the {LEAST} "
            "that a calibration needs; nothing was sent"
        )
    if len({isinstance(row.label, str) for row in rows}) > 1:
        raise ConfigError(f"{path} mixes good/bad with scores; label all rows in one way")
    bad = sum(is_bad(row, judge.min_score) for row in rows)
    if bad in (0, len(rows)):
        only = "bad" if bad else "good"
        raise ConfigError(
            f"all rows of {path} are {only}; a calibration needs rows of both kinds (a score below "
            f"min_score {judge.min_score} counts as bad); nothing was sent"
        )
    return rows


def _row(path: Path, line: int, text: str) -> Labelled:
    try:
        row = Labelled.model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in found["loc"][:1])
        raise ConfigError(f"{path}:{line}: {where or 'row'}: {found['msg']}") from None
    if isinstance(row.label, int) and not 1 <= row.label <= 5:
        raise ConfigError(f"{path}:{line}: label: a score is a whole number from 1 to 5")
    return row


def is_bad(row: Labelled, min_score: int) -> bool:
    """Whether people would have the row dropped."""
    return row.label == "bad" if isinstance(row.label, str) else row.label < min_score


def measure(
    rows: Sequence[Labelled], scores: Sequence[float | None], min_score: int, unread_votes: int
) -> Calibration:
    """Compare scores, None where no vote could be read, with the labels of the same rows.

    Raises:
        ConfigError: what could be read is all of one class.
    """
    pairs = [(r, s) for r, s in zip(rows, scores, strict=True) if s is not None]
    truth = [is_bad(row, min_score) for row, _ in pairs]
    if len(set(truth)) < 2:
        raise ConfigError(
            f"only {len(pairs)} of {len(rows)} rows got a vote that can be read, and not of both "
            "kinds; this model cannot judge by this rubric"
        )
    table = [threshold(t, truth, [score < t for _, score in pairs]) for t in (2, 3, 4, 5)]
    over = [score - row.label for row, score in pairs if isinstance(row.label, int)]
    return Calibration(
        labelled=len(rows),
        bad=sum(is_bad(row, min_score) for row in rows),
        bad_below=min_score if over else None,
        unreadable=len(rows) - len(pairs),
        unreadable_votes=unread_votes,
        leniency=statistics.fmean(over) if over else None,
        table=table,
        # Of equals the lowest, which drops least.
        recommended=max(table, key=lambda row: (row.f1, -row.min_score)).min_score,
    )


def threshold(min_score: int, bad: Sequence[bool], dropped: Sequence[bool]) -> Threshold:
    """The figures of one ``min_score``, from what is bad and what it drops; both kinds occur."""
    count, hits = len(bad), sum(b and d for b, d in zip(bad, dropped, strict=True))
    right = sum(b == d for b, d in zip(bad, dropped, strict=True))
    chance = (sum(bad) * sum(dropped) + (count - sum(bad)) * (count - sum(dropped))) / count**2
    agreed = right / count
    return Threshold(
        min_score=min_score,
        dropped=sum(dropped),
        precision=hits / sum(dropped) if any(dropped) else None,
        precision_interval=wilson(hits, sum(dropped)) if any(dropped) else None,
        recall=hits / sum(bad),
        recall_interval=wilson(hits, sum(bad)),
        f1=2 * hits / (sum(bad) + sum(dropped)),
        accuracy=agreed,
        accuracy_interval=wilson(right, count),
        kappa=(agreed - chance) / (1 - chance),
    )


def keep(recipe: Recipe, judge: Judge, found: Calibration) -> None:
    """Store it whole or not at all; a later build of a recipe with this judge looks it up."""
    folder = workspace(recipe).root / "calibrations"
    folder.mkdir(exist_ok=True)
    data: dict[str, Any] = {"judge": identity(recipe, judge), "votes": judge.votes, **asdict(found)}
    aside = folder / f".{calibration_key(recipe, judge)}"
    aside.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
    aside.replace(folder / f"{calibration_key(recipe, judge)}.json")
