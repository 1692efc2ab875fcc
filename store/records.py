"""What a record, a verdict and a piece of evidence are: pydantic at the edge, Arrow inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, cast

import polars as pl
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

UNANSWERABLE = "unanswerable"
"""Style of records whose answer says, by rule, that the documents they show do not hold it."""
SHOWN = "shown"
"""Key of a record's ``metadata``: ids of passages that were shown and are none of its sources."""
Decision = Literal["keep", "drop", "flag"]
Mode = Literal["distillation", "self-improvement", "rule-based"]
Origin = Literal["human", "teacher", "self", "edited", "rule"]
HUMAN = "human"
"""The origin of rows that people wrote."""

_SOURCE = pa.struct(
    [
        ("document_id", pa.string()),
        ("passage_id", pa.string()),
        ("title", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("sha256", pa.string()),
    ]
)
MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
_LOSER = pa.struct([("answer", pa.string()), ("why", pa.string()), ("margin", pa.float64())])

RECORDS = pa.schema(
    [
        ("id", pa.string()),
        ("messages", pa.list_(MESSAGE)),
        ("question", pa.string()),
        ("answer", pa.string()),
        ("quotes", pa.list_(pa.string())),
        ("sources", pa.list_(_SOURCE)),
        ("method", pa.string()),
        ("style", pa.string()),
        ("generation_mode", pa.string()),
        ("generation_depth", pa.int32()),
        ("origin", pa.string()),
        ("teacher", pa.string()),
        ("tier", pa.int32()),
        ("escalated_from", pa.string()),
        ("repaired_from", pa.string()),
        ("model", pa.string()),
        ("prompt_id", pa.string()),
        ("prompt_sha256", pa.string()),
        ("request_keys", pa.list_(pa.string())),
        ("seed_id", pa.string()),
        ("language", pa.string()),
        ("valid_as_of", pa.date32()),
        ("metadata", pa.string()),
        ("reasoning", pa.string()),
        ("tools", pa.string()),
        ("losers", pa.list_(_LOSER)),
    ]
)
"""One record. ``escalated_from`` is the record of a cheaper teacher that was dropped,
``repaired_from`` the version of this record that failed verification; each is empty otherwise;
``metadata`` and ``tools``, the functions that a conversation may call, are JSON text, since Arrow
merges structs of different shapes; ``reasoning`` is the part of the answer that leads to its end;
``losers`` are worse answers to the same question, each with why, and by how much of the scale
from 0 to 1 it is worse, null where nothing measured that."""

VERDICTS = pa.schema(
    [
        ("record_id", pa.string()),
        ("stage", pa.string()),
        ("stage_version", pa.string()),
        ("decision", pa.string()),
        ("reason", pa.string()),
        ("score", pa.float64()),
        ("witness", pa.string()),
        ("detail", pa.string()),
    ]
)
"""One stage's judgement of one record. ``witness`` is the id of the twin, passage or rule."""

EVIDENCE = pa.schema(
    [
        ("record_id", pa.string()),
        ("claim", pa.string()),
        ("message", pa.int32()),
        ("claim_start", pa.int64()),
        ("claim_end", pa.int64()),
        ("verdict", pa.string()),
        ("rule", pa.string()),
        ("score", pa.float64()),
        ("uncalibrated", pa.float64()),
        ("document_id", pa.string()),
        ("passage_id", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("quote", pa.string()),
        ("detail", pa.string()),
    ]
)
"""One claim of an answer. ``claim_*`` are offsets into the content of the record's message number
``message`` (0 is the first), which is the answer where there is one question; ``start`` and
``end`` into the document; ``document.text[start:end] == quote``. ``uncalibrated`` is the score
before any calibration, null where something exact decided."""

CITED = pa.schema(
    [
        ("id", pa.string()),
        ("document_id", pa.string()),
        ("title", pa.string()),
        ("section", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("text", pa.string()),
        ("page", pa.int32()),
        ("source", pa.string()),
        ("licence", pa.string()),
        ("version", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("retrieved_at", pa.date32()),
    ]
)
"""A passage that evidence points to, with what its document states about itself. ``page`` is the
page or slide it stands on, from 1, null where its document has none."""

MADE_OF = pa.schema(
    [
        ("document_id", pa.string()),
        ("sha256", pa.string()),
        ("stated", pa.string()),
        ("holds", pa.string()),
        ("passages", pa.list_(pa.string())),
    ]
)
"""A document that a version was made from. ``sha256`` is that of its text, ``stated`` a hash of
its title, dates and licence, and of where its passages begin and end; ``holds`` is ``current``, or
why it does not hold; ``passages`` are the first 16 digits of the SHA-256 of each passage."""

VOTES = pa.schema(
    [
        ("record_id", pa.string()),
        ("vote", pa.int32()),
        ("score", pa.float64()),
        ("scores", pa.string()),
        ("said", pa.string()),
        ("request_keys", pa.list_(pa.string())),
    ]
)
"""One vote of a judge on a record. ``score`` is null where it could not be read, and ``said`` then
says why; ``scores`` is JSON text, by criterion."""

REFERENCES = pa.schema(
    [
        ("set", pa.string()),
        ("id", pa.string()),
        ("question", pa.string()),
        ("answer", pa.string()),
    ]
)
"""One row of a reference set. ``id`` is the row's own where it has one, else a hash of its text."""

REJECTED = pa.schema([*RECORDS, *(field for field in VERDICTS if field.name != "record_id")])
"""A dropped record with the verdict that dropped it."""


class Source(BaseModel):
    """Where a record's answer comes from: offsets into the document, hash of that very text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document_id: str
    passage_id: str
    title: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Record(BaseModel):
    """A candidate row with all of its provenance, as validated where it enters. ``context`` is what
    stands before the question in its chat message and nowhere else; ``conversation`` are the chat
    messages where they are more than a question and its answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    question: str
    answer: str
    quotes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    method: str
    style: str
    generation_mode: Mode
    generation_depth: int = Field(ge=0)
    origin: Origin
    teacher: str
    tier: int = Field(1, ge=1)
    escalated_from: str = ""
    repaired_from: str = ""
    model: str
    prompt_id: str
    prompt_sha256: str
    request_keys: tuple[str, ...]
    seed_id: str
    language: str
    valid_as_of: date | None
    metadata: str = "{}"
    reasoning: str = ""
    tools: str = "[]"
    losers: tuple[Mapping[str, Any], ...] = ()
    context: str = ""
    conversation: tuple[Mapping[str, str], ...] = ()

    def row(self) -> dict[str, Any]:
        """The record as a row of :data:`RECORDS`, with its chat messages."""
        asked = f"{self.context}\n\n{self.question}" if self.context else self.question
        pair = ({"role": "user", "content": asked}, {"role": "assistant", "content": self.answer})
        messages = [dict(message) for message in self.conversation or pair]
        return {**self.model_dump(exclude={"context", "conversation"}), "messages": messages}


class Verdict(BaseModel):
    """One stage's judgement of one record; a drop always has a reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_id: str
    stage: str
    stage_version: str
    decision: Decision
    reason: str = ""
    score: float | None = None
    witness: str = ""
    detail: str = ""


def frame(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pl.DataFrame:
    """Rows as a Polars frame of exactly this schema."""
    return pl.DataFrame(list(rows), schema=polars_schema(schema))


def polars_schema(schema: pa.Schema) -> pl.Schema:
    """The Polars counterpart of an Arrow schema."""
    return cast(pl.DataFrame, pl.from_arrow(schema.empty_table())).schema


def to_arrow(data: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """A frame as an Arrow table of exactly this schema, columns in its order.

    Polars writes ``large_string`` and ``large_list``; readers of a version get the plain types.
    """
    return data.select(schema.names).to_arrow().cast(schema)
