"""The methods of a recipe: ways to make records, by the names that installed packages give them."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from configs.model import Model
from configs.references import ReferenceSet

GROUP = "stillhouse.methods"
"""Entry points of this group are methods. Their names are known without importing any of them."""


@lru_cache
def method_names() -> tuple[str, ...]:
    """Names of all methods that are installed."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def _known(name: str) -> str:
    if name not in method_names():
        raise ValueError(f"there is no method {name!r}; there are: {', '.join(method_names())}")
    return name


def _listed(schema: dict[str, Any]) -> None:
    schema["enum"] = list(method_names())


class Scoring(Model):
    """Who scores the answers of a method that compares them."""

    teacher: str = Field(description="Name of the teacher that scores; it then writes nothing.")
    allow_same_family: bool = Field(
        False, description="Whether it may be of a model family that also writes."
    )


class Method(Model):
    """One way to make records."""

    name: Annotated[str, AfterValidator(_known)] = Field(
        "grounded_qa",
        description="Name of the method; `stillhouse methods` lists what there is.",
        json_schema_extra=_listed,
    )
    weight: float = Field(1.0, gt=0, description="Share of the plan relative to other methods.")
    styles: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict,
        description="Styles of the method and their shares; by default the method's own.",
    )
    passages: int = Field(
        1,
        ge=1,
        le=20,
        description="Passages shown for one record: the one asked about, and those of its document "
        "that are nearest to it in wording, as far as they fit.",
    )
    distractors: int = Field(
        3,
        ge=1,
        le=20,
        description="Passages of other documents that records of the styles `distractor` and "
        "`unanswerable` show beside the one asked about, or without it.",
    )
    prompts: ReferenceSet | None = Field(
        None,
        description="Rows whose questions are asked, for methods that answer prompts of one's own.",
    )

    scoring: Scoring | None = Field(
        None, description="Who scores, for methods that compare answers of their own."
    )
    settings: dict[str, Any] = Field(
        default_factory=dict,
        description="Settings of this method alone; docs/catalogue.md lists them.",
    )

    @model_validator(mode="after")
    def _some_style(self) -> Self:
        if self.styles and not any(self.styles.values()):
            raise ValueError("give at least one style a share above 0")
        return self
