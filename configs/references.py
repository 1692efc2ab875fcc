"""Rows that records are held against: earlier versions, real rows, and evaluation sets."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from configs.model import Model

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class ReferenceSet(Model):
    """Questions, and answers where there are any, from one of three places."""

    name: str = Field(pattern=NAME, description="What matches are called by, as `name:id`.")
    version: str | None = Field(
        None,
        description="A published version in the output folder, for example qa@2; `qa` is the "
        "latest one when the run starts.",
    )
    path: str | None = Field(
        None,
        description="A JSONL, JSON, CSV or Parquet file, a folder or a glob of them, relative to "
        "the recipe's folder.",
    )
    hub: str | None = Field(None, description="A dataset on the Hugging Face hub, by its id.")
    config: str | None = Field(None, description="Configuration of the hub's dataset.")
    split: str = Field("test", description="Split of the hub's dataset.")
    question_field: str | None = Field(
        None,
        description="Field with the question; by default the first there is of question, prompt, "
        "instruction (with input), query, problem, and the chat `messages`.",
    )
    answer_field: str | None = Field(
        None,
        description="Field with the answer; by default the first there is of answer, output, "
        "response, completion, solution, and the chat `messages`.",
    )
    licence: str | None = Field(None, description="Licence of these rows.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        given = [field for field in ("version", "path", "hub") if getattr(self, field) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give one of version, path and hub ({' and '.join(given) or 'none'} given)"
            )
        if self.hub is None and self.config is not None:
            raise ValueError("config belongs to a dataset of the hub; leave it out")
        return self
