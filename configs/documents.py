"""How documents are cut, when two of them count as one, and which split they go to."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from configs.model import Model


class Chunking(Model):
    """How documents are cut into passages."""

    max_chars: int = Field(1200, ge=200, le=20_000, description="Longest passage, in characters.")
    overlap_chars: int = Field(
        150, ge=0, le=5_000, description="Text a passage repeats from the one before it."
    )

    @model_validator(mode="after")
    def _overlap_fits(self) -> Self:
        if self.overlap_chars * 2 > self.max_chars:
            raise ValueError("overlap_chars may be at most half of max_chars")
        return self


class Folding(Model):
    """Which documents of the corpus count as one."""

    threshold: float = Field(
        0.9,
        ge=0.5,
        le=1,
        description="Share of their runs of three words from which two documents of prose that "
        "hold on the same dates, and of which none has a number, name or negation of its own, are "
        "folded into one. At 1 only equal ones are.",
    )


class Splits(Model):
    """Shares of the published splits; whole documents go to one split."""

    train: float = Field(0.9, gt=0, le=1, description="Share of documents for training.")
    validation: float = Field(0.05, ge=0, lt=1, description="Share for validation.")
    test: float = Field(0.05, ge=0, lt=1, description="Share for test.")
    real_only: tuple[Literal["validation", "test"], ...] = Field(
        (), description="Splits that may hold human-written rows only; synthetic rows are refused."
    )

    @model_validator(mode="after")
    def _sum(self) -> Self:
        if abs(self.train + self.validation + self.test - 1) > 1e-6:
            raise ValueError("train + validation + test must add up to 1")
        return self
