"""What a stage is, what it may use, and the one registry of stages.

A stage is a function made by a factory: settings and context in, callable out. The callable takes
records and gives one verdict per record; it never removes, reorders or changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel

from configs.documents import Splits
from configs.errors import ConfigError
from store.asking import AskAll, ask_nobody
from store.corpus import Corpus
from store.records import EVIDENCE, REFERENCES, VERDICTS, VOTES, Decision, frame, polars_schema

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
"""From texts to normalised rows, in their order."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(_what: str, _done: int, _total: int) -> None:
    """The progress callback that shows nothing."""


def no_references() -> pl.DataFrame:
    """The frame of a context without reference rows."""
    return pl.DataFrame(schema={**polars_schema(REFERENCES), "embedding": pl.Array(pl.Float32, 1)})


def _no_model(_texts: Sequence[str]) -> Vectors:
    raise ConfigError("this stage embeds texts of its own; give its context `embed`")


def _asks_nobody(_teacher: str) -> AskAll:
    return ask_nobody


class Pair(NamedTuple):
    """A claim and a piece of evidence for it."""

    claim: str
    evidence: str


class Entailed(NamedTuple):
    """What a model says of a pair: the probabilities that the evidence supports the claim, and that
    it contradicts it (None where the model knows no contradiction). ``said`` is its reason, or why
    there is no answer; ``supported`` is then None.
    """

    supported: float | None
    contradicted: float | None = None
    said: str = ""


Entail = Callable[[Sequence[Pair]], Sequence[Entailed]]
"""Judges pairs, one answer each in their order."""


@dataclass(frozen=True)
class Context:
    """What a stage gets from outside; it opens no sockets and reads no clock of its own.

    ``passage_vectors`` has one normalised row per passage of the corpus, in its order; ``ask`` asks
    the teacher that the stage's settings name.
    ``references`` are rows of the anchor and of earlier versions (columns of REFERENCES, and
    ``embedding`` of question and answer); ``held_out`` are those of evaluation sets, with
    ``embedding`` of the question alone. ``embed`` is for texts that are no whole record, such as
    questions alone; what it embeds is kept. ``as_of`` is the date on which facts must hold, None
    for the newest of the corpus. ``ask_of`` gives the callable that asks the teacher of a name, for
    stages that ask more than one; ``entail`` is the recipe's entailment model. ``kept_stems`` is
    the folder where the stems of passages that were read once are kept, None where nothing is.
    """

    corpus: Corpus
    passage_vectors: Vectors
    seed: int = 0
    target: int = 0
    progress: Progress = field(default=silent, compare=False)
    ask: AskAll = field(default=ask_nobody, compare=False)
    references: pl.DataFrame = field(default_factory=no_references, compare=False)
    held_out: pl.DataFrame = field(default_factory=no_references, compare=False)
    embed: Embed = field(default=_no_model, compare=False)
    splits: Splits = field(default_factory=Splits)
    as_of: date | None = None
    ask_of: Callable[[str], AskAll] = field(default=_asks_nobody, compare=False)
    entail: Entail | None = field(default=None, compare=False)
    kept_stems: Path | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Judged:
    """A stage's answer: one row of VERDICTS per record in their order, and any rows of EVIDENCE
    and, where it asked a teacher, of VOTES.
    """

    verdicts: pl.DataFrame
    evidence: pl.DataFrame
    votes: pl.DataFrame = field(default_factory=lambda: frame([], VOTES))


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
    verdicts = pl.DataFrame(
        {
            "record_id": records["id"],
            "decision": [ruling.decision for ruling in rulings],
            "reason": [ruling.reason for ruling in rulings],
            "score": [ruling.score for ruling in rulings],
            "witness": [ruling.witness for ruling in rulings],
            "detail": [ruling.detail for ruling in rulings],
        },
        schema_overrides=polars_schema(VERDICTS),
    ).with_columns(stage=pl.lit(name), stage_version=pl.lit(STAGES[name].version))
    return Judged(
        verdicts.select(VERDICTS.names), frame([], EVIDENCE) if evidence is None else evidence
    )
