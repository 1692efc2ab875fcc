"""How far data may be from what people wrote: generations of models trained on each other."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from configs.model import Model


class DepthLimits(Model):
    """Generation depths of teachers: 0 was never trained on data of this pipeline, 1 was trained on
    rows of depth 0, and so on. A row has the depth of the teacher that wrote it.
    """

    warn: int = Field(1, ge=1, description="From this depth on a teacher's rows are noted.")
    block: int | None = Field(
        2,
        ge=1,
        description="A teacher of this depth or more is refused, unless `allow_depth` is given; "
        "null refuses none.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.block is not None and self.warn > self.block:
            raise ValueError("warn is more than block: what is refused needs no warning")
        return self


class AllowedDepth(Model):
    """Teachers deeper than `depth_limits.block`, on purpose."""

    depth: int = Field(ge=1, description="Deepest teacher that may write.")
    reason: str = Field(min_length=1, description="Why; the manifest names it.")
