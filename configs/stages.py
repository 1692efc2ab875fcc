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


class DiversityProbe(Stage):
    """How varied the version is, beside its corpus and its parent version."""

    sample: int = Field(2000, ge=100, description="Rows compared, equally many on each side.")


class TailProbe(Stage):
    """What each stage takes from the rarest clusters, beside what it takes overall."""

    max_loss: float = Field(
        0.5, ge=0, le=1, description="A stage that takes a larger share of the rarest is noted."
    )
    rare_share: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="The rarest clusters are those that together hold this share of the rows.",
    )


class Probes(Stage):
    """Knowledge-collapse probes over a whole version."""

    diversity: DiversityProbe | None = Field(
        default_factory=DiversityProbe, description="The diversity panel."
    )
    tail: TailProbe | None = Field(
        default_factory=TailProbe, description="Coverage after each stage, of the rarest too."
    )
