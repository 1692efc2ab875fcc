"""Settings of the stages a record passes: one model per stage, named as the stage registers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Style = Literal[
    "question_answer", "cloze", "true_false", "signature", "comparison", "not_answerable"
]


class Stage(BaseModel):
    """Base of stage settings: unknown fields are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Embedding(Stage):
    """The model that turns texts into vectors."""

    model: str = Field(
        "bundled",
        description="`bundled` is all-MiniLM-L6-v2 from an installed package and needs no "
        "network; else a sentence-transformers folder or hub name.",
    )
    max_tokens: int = Field(128, ge=16, le=8192, description="Text beyond this is not embedded.")
    batch_size: int = Field(64, ge=1, le=4096, description="Texts per forward pass.")


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


class Grounding(Stage):
    """Every claim of an answer is checked against the whole corpus."""

    top_k: int = Field(5, ge=1, le=50, description="Passages retrieved for a claim.")
    min_coverage: float = Field(
        0.6, ge=0, le=1, description="Share of a claim's wording its evidence must hold."
    )
    conflict_coverage: float = Field(
        0.45, ge=0, le=1, description="Wording a line must share to contradict a claim."
    )
    on_contradicted: Literal["drop", "flag"] = Field(
        "drop", description="What a contradicted claim does to its record."
    )
    on_unknown_identifier: Literal["drop", "flag"] = Field(
        "drop", description="What a name that the corpus does not have does to its record."
    )
    max_not_found: float = Field(
        0.1, ge=0, le=1, description="Largest share of claims without evidence in a kept record."
    )


class Verifiers(Stage):
    """The verifiers. Set one to null to leave it out."""

    grounding: Grounding | None = Field(
        default_factory=Grounding, description="Claims against the corpus."
    )


class Diversity(Stage):
    """Choosing the target number: every source first, then clusters, spread inside each."""

    clusters: int | None = Field(
        None, ge=1, description="Clusters to balance over; by default the root of the rows."
    )
    min_per_source: int = Field(
        1, ge=0, description="Records every source document keeps where it has them."
    )


class DiversityProbe(Stage):
    """How varied the version is, beside its corpus and its parent version."""

    sample: int = Field(2000, ge=100, description="Rows compared, equally many on each side.")


class Probes(Stage):
    """Knowledge-collapse probes over a whole version."""

    diversity: DiversityProbe | None = Field(
        default_factory=DiversityProbe, description="The diversity panel."
    )
