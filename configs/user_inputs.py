"""A sample of real users' messages, whose traits the prompts of messy twins take on."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from configs.model import Model


class UserInputs(Model):
    """Each kept record gets a messy twin, asked as one of these messages is written. Only the
    traits of a message are kept (its words, typos, capitals, ending and the like), never its text.
    """

    path: str = Field(
        min_length=1,
        description="A JSONL, JSON, CSV or Parquet file, a folder or a glob of them, relative to "
        "the recipe's folder.",
    )
    column: str | None = Field(
        None,
        description="Column with the message; by default the first there is of message, prompt, "
        "question, query, text and input.",
    )
    least: int = Field(50, ge=10, description="Messages that the sample must have at least.")
    max_distance: float = Field(
        0.15,
        gt=0,
        le=1,
        description="Jensen-Shannon distance of a feature of the twins from the sample that is "
        "noted when it is passed.",
    )
    auc_warn: float = Field(
        0.75,
        ge=0.5,
        le=1,
        description="AUC of a classifier that tells twins from real messages, from which on the "
        "version has a note.",
    )
    auc_fail: float | None = Field(
        0.9,
        ge=0.5,
        le=1,
        description="AUC from which on the version is quarantined; null never does.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.auc_fail is not None and self.auc_fail < self.auc_warn:
            raise ValueError("auc_warn is more than auc_fail; a version is noted before it fails")
        return self
