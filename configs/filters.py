"""Settings of the filters: one model per filter, named as its stage registers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from configs.references import ReferenceSet
from configs.stages import Stage


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

    fields: tuple[Literal["question", "answer"], ...] = Field(
        ("question", "answer"), min_length=1, description="What must be equal to be a copy."
    )


class NearDedup(Stage):
    """Near copies by MinHash over character n-grams, verified by true Jaccard similarity."""

    threshold: float = Field(0.85, gt=0, le=1, description="Jaccard similarity of a twin.")
    ngram: int = Field(5, ge=2, le=20, description="Characters per n-gram.")
    permutations: int = Field(128, ge=16, le=1024, description="Hashes per record.")


class SemanticDedup(Stage):
    """Copies in meaning, by cosine similarity of embeddings."""

    threshold: float = Field(0.96, gt=0, le=1, description="Cosine similarity of a twin.")


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
    """Choosing the target number: every source first, then clusters, spread inside each."""

    clusters: int | None = Field(
        None, ge=1, description="Clusters to balance over; by default the root of the rows."
    )
    min_per_source: int = Field(
        1, ge=0, description="Records every source document keeps where it has them."
    )
