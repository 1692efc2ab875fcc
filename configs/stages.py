"""Settings of the stages a record passes: one model per stage, named as the stage registers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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


class CollapseProbe(Stage):
    """What a version has lost beside its corpus, its parent version and the anchor."""

    sample: int = Field(
        2000, ge=100, description="Rows compared by meaning, equally many on each side."
    )
    wide_sample: int = Field(
        20_000, ge=100, description="The same for what is cheap: wording, clusters, claims."
    )
    min_rows: int = Field(
        200, ge=20, description="With fewer rows than this on a side nothing is an alarm."
    )
    permutations: int = Field(
        499, ge=99, le=100_000, description="Random partings that a difference is held against."
    )
    resamples: int = Field(
        10, ge=4, le=1000, description="Half samples from which intervals are computed."
    )
    alpha: float = Field(
        0.05, gt=0, lt=1, description="Probability of any false alarm about a version."
    )
    min_change: float = Field(
        0.02, ge=0, description="A smaller relative change of a figure is no alarm."
    )
    neighbours: int = Field(5, ge=1, le=10, description="The neighbour a ball reaches to.")
    close: float = Field(
        0.95, gt=0, le=1, description="Similarity from which on a row repeats another's meaning."
    )
    template_rows: int = Field(
        5, ge=2, description="Rows that share a frame from which on it is a template."
    )
    rare_share: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="The rarest clusters or sources are those with this share of the rows.",
    )
    vanished: float = Field(
        5.0, gt=0, description="Rows to be expected of a cluster that is shown as vanished."
    )
    examples: int = Field(3, ge=0, le=20, description="Questions shown of a vanished cluster.")


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


class Canaries(Stage):
    """Records that must be rejected, planted in shards of their own and judged by the stages of the
    run. A version whose stages let too many through is quarantined.
    """

    planted: int = Field(40, ge=20, le=2000, description="Canaries, as far as the rows allow.")
    min_caught: float = Field(
        0.95, ge=0, le=1, description="A smaller share caught, of at least 20, is quarantined."
    )


class Probes(Stage):
    """Knowledge-collapse probes over a whole version."""

    collapse: CollapseProbe | None = Field(
        default_factory=CollapseProbe, description="What the version has lost beside others."
    )
    acceptance: Acceptance | None = Field(
        None, description="A score of the kept records that decides about none of them."
    )
    verifier: VerifierProbe | None = Field(
        default_factory=VerifierProbe, description="The verifier's own error on this corpus."
    )
    canaries: Canaries | None = Field(
        default_factory=Canaries, description="Planted records that the stages must reject."
    )
    tail: TailProbe | None = Field(
        default_factory=TailProbe, description="Coverage after each stage, of the rarest too."
    )
