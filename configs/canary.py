"""When a run pauses before the rest of its candidates is paid for."""

from __future__ import annotations

from pydantic import Field

from configs.model import Model


class Canary(Model):
    """The first candidates of a run are judged before the others are asked for. Where fewer of them
    stand than of the parent version, by more than tolerance and more than chance, the run pauses.
    """

    share: float = Field(
        0.05, gt=0, le=1, description="Share of the candidates that are planned at first."
    )
    at_least: int = Field(50, ge=20, description="Candidates of the batch at least.")
    tolerance: float = Field(
        0.03,
        ge=0,
        le=1,
        description="How far the share that stands after the stages which judge one by one may lie "
        "under the parent version's.",
    )
