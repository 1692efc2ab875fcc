"""What a stage is, what it may use, and the one registry of stages.

A stage is a function made by a factory: settings and context in, callable out. The callable takes
records and gives one verdict per record; it never removes, reorders or changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel

from store.corpus import Corpus
from store.records import EVIDENCE, VERDICTS, Decision, Verdict, frame

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
"""From texts to normalised rows, in their order."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(_what: str, _done: int, _total: int) -> None:
    """The progress callback that shows nothing."""


@dataclass(frozen=True)
class Context:
    """What a stage gets from outside; it opens no sockets and reads no clock of its own.

    ``passage_vectors`` has one normalised row per passage of the corpus, in its order. ``embed``
    is for texts that are no whole record, such as questions alone; what it embeds is kept.
    """

    corpus: Corpus
    passage_vectors: Vectors
    seed: int = 0
    target: int = 0
    progress: Progress = field(default=silent, compare=False)
    embed: Embed | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Judged:
    """A stage's answer: one row of VERDICTS per record in their order, and any EVIDENCE rows."""

    verdicts: pl.DataFrame
    evidence: pl.DataFrame


class Stage(Protocol):
    """Judges a frame of records (columns of RECORDS, and ``embedding``)."""

    def __call__(self, records: pl.DataFrame) -> Judged:
        """One verdict per record, in their order."""
        ...


class StageFactory(Protocol):
    """Makes a stage from its settings and context."""

    def __call__(self, settings: Any, context: Context, /) -> Stage:
        """The stage."""
        ...


@dataclass(frozen=True)
class Registered:
    """A stage as recipes name it. ``scope`` says whether records are judged one by one (``row``,
    so shards can be judged apart) or against each other (``set``).
    """

    name: str
    version: str
    scope: Literal["row", "set"]
    factory: StageFactory

    def make(self, settings: BaseModel, context: Context) -> Stage:
        """The stage with these settings."""
        return self.factory(settings, context)


STAGES: dict[str, Registered] = {}


def stage(
    name: str, *, version: str, scope: Literal["row", "set"]
) -> Callable[[StageFactory], StageFactory]:
    """Register a factory under the name a recipe uses. Change ``version`` with its behaviour."""

    def register(factory: StageFactory) -> StageFactory:
        STAGES[name] = Registered(name, version, scope, factory)
        return factory

    return register


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict before it knows its stage: what a judge says about one record."""

    decision: Decision = "keep"
    reason: str = ""
    score: float | None = None
    witness: str = ""
    detail: str = ""


Row = Mapping[str, Any]
"""One record as a mapping of column names to values."""


def row_by_row(judge: Callable[[Row], Ruling], records: pl.DataFrame) -> list[Ruling]:
    """Rulings of a function that looks at one record at a time.

    A record it fails on is dropped with reason ``error``: no verdict is never a pass.
    """
    return [_ruling_or_error(judge, row) for row in records.iter_rows(named=True)]


def _ruling_or_error(judge: Callable[[Row], Ruling], row: Row) -> Ruling:
    try:
        return judge(row)
    except Exception as error:
        return Ruling("drop", "error", detail=f"{type(error).__name__}: {error}"[:300])


def judged(
    name: str,
    records: pl.DataFrame,
    rulings: Sequence[Ruling],
    evidence: pl.DataFrame | None = None,
) -> Judged:
    """Rulings in the order of the records, as that stage's verdicts."""
    version = STAGES[name].version
    rows = [
        Verdict(
            record_id=record_id,
            stage=name,
            stage_version=version,
            decision=ruling.decision,
            reason=ruling.reason,
            score=ruling.score,
            witness=ruling.witness,
            detail=ruling.detail,
        ).model_dump()
        for record_id, ruling in zip(records["id"], rulings, strict=True)
    ]
    return Judged(frame(rows, VERDICTS), frame([], EVIDENCE) if evidence is None else evidence)
