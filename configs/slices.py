"""When a part of a plan is given up, since too few of its records survive."""

from __future__ import annotations

from pydantic import Field

from configs.model import Model


class Slices(Model):
    """A slice is what one teacher is asked in one style of a method. Once enough of its candidates
    were judged and too few survived, the run asks for no more of them.
    """

    min_survival: float = Field(
        0.2,
        ge=0,
        le=1,
        description="Least share of a slice's candidates that must survive the stages which judge "
        "records one by one, repairs and stronger teachers included.",
    )
    least: int = Field(
        50, ge=1, description="Candidates of a slice that are judged before it may be stopped."
    )
