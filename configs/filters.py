"""Settings of the filters: one model per filter, named as its stage registers."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from configs.references import ReferenceSet
from configs.stages import RUBRIC_ID, Stage

RecordField = Literal["question", "answer"]


class Heuristics(Stage):
    """Cheap checks of each record on its own."""

    min_question_chars: int = Field(12, ge=0, description="Shorter questions are dropped.")
    min_answer_chars: int = Field(2, ge=0, description="Shorter answers are dropped.")
    max_answer_chars: int = Field(8000, ge=1, description="Longer answers are dropped.")
    min_language_score: float = Field(
        0.95, ge=0, le=1, description="Drop when another language is at least this probable."
    )
    max_repetition: float = Field(
        0.5, ge=0, le=1, description="Largest share of repeated 3-word sequences in an answer."
    )


class ExactDedup(Stage):
    """Copies that differ in case, spacing, punctuation or Unicode form only."""

    fields: tuple[RecordField, ...] = Field(
        ("question", "answer"), min_length=1, description="What must be equal to be a copy."
    )


Groups = Literal["connected", "star"]
_GROUPS = (
    "`connected`: all that hang together by any chain of twins are one group; `star`: each dropped "
    "record is a twin of the kept one itself."
)


class NearDedup(Stage):
    """Near copies by MinHash over n-grams, verified by true Jaccard similarity."""

    threshold: float = Field(0.6, gt=0, le=1, description="Jaccard similarity of a twin.")
    fields: tuple[RecordField, ...] = Field(
        ("question", "answer"), min_length=1, description="What must be alike to be a twin."
    )
    unit: Literal["char", "word"] = Field("char", description="What n-grams are made of.")
    ngram: int = Field(5, ge=1, le=20, description="Characters or words per n-gram.")
    bands: int | None = Field(
        None, ge=1, le=512, description="Bands of a signature; by default what the threshold needs."
    )
    rows: int | None = Field(
        None, ge=1, le=64, description="Values per band; give it together with `bands`."
    )
    groups: Groups = Field("connected", description=_GROUPS)

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.bands is None) != (self.rows is None):
            raise ValueError("give `bands` and `rows` together, or neither")
        return self


class SemanticDedup(Stage):
    """Copies in meaning, by cosine similarity of embeddings."""

    threshold: float = Field(0.96, gt=0, le=1, description="Cosine similarity of a twin.")
    groups: Groups = Field("connected", description=_GROUPS)


class Judge(Stage):
    """A language model scores each record by a rubric. It costs money, so none is asked by
    default.
    """

    teacher: str = Field(description="Name of the teacher that judges; it then writes nothing.")
    rubric: str = Field(
        "judge/quality@1.0.0",
        pattern=RUBRIC_ID,
        description="The rubric: id and version of its prompt.",
    )
    min_score: int = Field(
        3, ge=1, le=5, description="A record whose weakest criterion is below this is bad."
    )
    votes: int = Field(1, ge=1, le=9, description="Votes on a record; their median counts.")
    on_low: Literal["drop", "flag"] = Field(
        "drop", description="What a score below `min_score` does to its record."
    )
    on_unreadable: Literal["drop", "flag"] = Field(
        "flag", description="What happens to a record of which no vote can be read."
    )
    allow_same_family: bool = Field(
        False, description="Whether the judge may be of a model family that also writes."
    )


class Decontamination(Stage):
    """Records that hold or rephrase a question of the user's own evaluation sets."""

    sets: tuple[ReferenceSet, ...] = Field(
        (), description="The evaluation sets. Without any, this filter does not run."
    )
    control: ReferenceSet | None = Field(
        None, description="Rows known to be clean; how many of them match is the false-alarm rate."
    )
    ngram: int = Field(8, ge=3, le=50, description="Words per n-gram of a question.")
    answer_ngram: int = Field(13, ge=3, le=50, description="Words per n-gram of an answer.")
    coverage: float = Field(
        0.4, gt=0, le=1, description="Share of an item's n-grams that makes a match."
    )
    cosine: float = Field(
        0.96,
        gt=0,
        le=1,
        description="Cosine similarity of a question that is surely the same; half-way from an "
        "item's neighbours to it lies what makes a rephrased question.",
    )
    on_match: Literal["drop", "flag"] = Field(
        "drop", description="What a match does to its record."
    )


class Leakage(Stage):
    """Training records that are near twins of validation or test records."""

    semantic: float = Field(0.92, gt=0, le=1, description="Cosine similarity of a twin.")
    lexical: float = Field(0.7, gt=0, le=1, description="Jaccard similarity of a twin.")


class Filters(Stage):
    """The filters, in the order they run. Set one to null to leave it out."""

    heuristics: Heuristics | None = Field(
        default_factory=Heuristics, description="Length, language and format."
    )
    judge: Judge | None = Field(None, description="A language model as a judge.")
    exact: ExactDedup | None = Field(default_factory=ExactDedup, description="Exact duplicates.")
    near: NearDedup | None = Field(default_factory=NearDedup, description="Near duplicates.")
    semantic: SemanticDedup | None = Field(
        default_factory=SemanticDedup, description="Duplicates in meaning."
    )
    leakage: Leakage | None = Field(default_factory=Leakage, description="Twins across the splits.")
    decontamination: Decontamination | None = Field(
        default_factory=Decontamination, description="Matches with evaluation sets."
    )
    against: tuple[ReferenceSet, ...] = Field(
        (), description="Records that are duplicates of rows in these sets are dropped, too."
    )


class Diversity(Stage):
    """Choosing the target number: every source first, then quotas, then what covers most."""

    buckets: str = Field(
        "cluster",
        pattern=r"^(cluster|style|document|language|metadata\.\w+)$",
        description="What has quotas: clusters of meaning, or the values of `style`, `document`, "
        "`language` or a field `metadata.NAME`.",
    )
    max_loss: float = Field(
        0.5, ge=0, le=1, description="Largest share of its fair number that a bucket may lose."
    )
    clusters: int | None = Field(
        None, ge=1, description="Clusters to balance over; by default the root of the rows."
    )
    min_per_source: int = Field(
        1, ge=0, description="Records every source document keeps where it has them."
    )
