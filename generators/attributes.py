"""Attributes of structured records: declared distributions, and values drawn from them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from configs.conditions import Weights
from configs.model import Model

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Attribute(Model):
    """Values of an attribute by weight: its own, or others for each value of an earlier one."""

    values: Weights | None = Field(None, description="Values by weight, or a list of them.")
    given: _Name | None = Field(None, description="The earlier attribute that it depends on.")
    by: dict[str, Weights] = Field(
        default_factory=dict, description="Values by weight for each value of that attribute."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.values is None) != bool(self.given and self.by):
            raise ValueError("give `values`, or `given` and `by`")
        return self

    def after(self, drawn: Mapping[str, str]) -> Mapping[str, float]:
        """Values with their weights after the earlier attributes."""
        return self.values or self.by[drawn[str(self.given)]]


class Settings(Model):
    """The columns of a record."""

    attributes: dict[_Name, Attribute] = Field(min_length=1, description="Drawn, in this order.")
    fields: dict[_Name, str] = Field(
        min_length=1, description="Written by the teacher: what each field holds, by its name."
    )

    @model_validator(mode="after")
    def _declared(self) -> Self:
        values: dict[str, set[str]] = {}
        for name, attribute in self.attributes.items():
            if name in self.fields or name == "quotes" or "quotes" in self.fields:
                raise ValueError(f"{name}: attributes, fields and quotes must differ in name")
            if attribute.given is not None and attribute.given not in values:
                raise ValueError(f"{name} is given {attribute.given!r}, which comes before nowhere")
            missing = values.get(str(attribute.given), set()) - attribute.by.keys()
            if missing:
                raise ValueError(f"{name}.by lacks {', '.join(sorted(missing))}")
            each = [attribute.values] if attribute.values else attribute.by.values()
            values[name] = {value for weights in each for value in weights or ()}
        return self


def draw(settings: Settings, of: object) -> dict[str, str]:
    """A value of each attribute, the same for the same ``of``."""
    drawn: dict[str, str] = {}
    for name, attribute in settings.attributes.items():
        weights = attribute.after(drawn)
        rng = random.Random(repr((of, name)))
        (drawn[name],) = rng.choices([*weights], [*weights.values()])
    return drawn
