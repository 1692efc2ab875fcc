"""Settings of the stages a record passes: one model per stage, named as the stage registers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Style = Literal[
    "question_answer", "cloze", "true_false", "signature", "comparison", "not_answerable"
]


RUBRIC_ID = r"^[a-z0-9_]+/[a-z0-9_]+@\d+\.\d+\.\d+$"
"""Ids of rubrics: their prompt's name and version."""


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
    max_tokens: int = Field(
        128,
        ge=16,
        le=8192,
        description="Text beyond this is not embedded. A static model has no limit.",
    )
    backend: Literal["torch", "onnx", "openvino"] = Field(
        "torch",
        description="What computes; `onnx` and `openvino` need the extra of that name.",
    )
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="Precision of the computing; `auto` is bfloat16 on a CPU that has it.",
    )
    batch_tokens: int | None = Field(
        None,
        ge=128,
        description="Tokens per forward pass, padding included; null is 1024 per CPU thread, and "
        "16384 on a GPU.",
    )


class DiversityProbe(Stage):
    """How varied the version is, beside its corpus and its parent version."""

    sample: int = Field(2000, ge=100, description="Rows compared, equally many on each side.")


class Acceptance(Stage):
    """Kept records scored by another rubric than the one that filters; nothing is dropped."""

    teacher: str = Field(description="Name of the teacher that judges; it then writes nothing.")
    rubric: str = Field(
        "judge/acceptance@1.0.0",
        pattern=RUBRIC_ID,
        description="The rubric: id and version of its prompt; not the filter's.",
    )
    sample: int = Field(100, ge=10, le=5000, description="Kept records that are scored.")
    allow_same_family: bool = Field(
        False, description="Whether the judge may be of a model family that also writes."
    )


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


class VerifierProbe(Stage):
    """Falsehoods planted in true claims about the corpus, to measure the verifier itself."""

    planted: int = Field(200, ge=20, le=20_000, description="Falsehoods, and as many truths.")
    min_caught: float = Field(
        0.95, ge=0, le=1, description="A smaller share of falsehoods caught is noted."
    )
    max_false_alarms: float = Field(
        0.05, ge=0, le=1, description="A larger share of truths rejected is noted."
    )


class Probes(Stage):
    """Knowledge-collapse probes over a whole version."""

    diversity: DiversityProbe | None = Field(
        default_factory=DiversityProbe, description="The diversity panel."
    )
    acceptance: Acceptance | None = Field(
        None, description="A score of the kept records that decides about none of them."
    )
    verifier: VerifierProbe | None = Field(
        default_factory=VerifierProbe, description="The verifier's own error on this corpus."
    )
    tail: TailProbe | None = Field(
        default_factory=TailProbe, description="Coverage after each stage, of the rarest too."
    )
