"""Conditions of a recipe: variables of prompts whose values the plan draws by weight."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field


def _weighed(value: Any) -> Any:
    """A plain list of values stands for equal weights."""
    return dict.fromkeys(value, 1.0) if isinstance(value, list) else value


_Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
_Value = Annotated[str, Field(min_length=1, max_length=400)]
Weights = Annotated[
    dict[_Value, Annotated[float, Field(gt=0, le=1e9)]],
    BeforeValidator(_weighed),
    Field(min_length=1),
]
"""Values with their weights, or a list of values that weigh the same."""
Conditions = dict[_Name, Weights]
"""Values by the name of their variable."""
