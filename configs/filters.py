"""Settings of the filters: one model per filter, named as its stage registers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
