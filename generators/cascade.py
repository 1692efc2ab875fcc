"""The cascade: cheap teachers first, strong ones for what failed downstream.

A seed is escalated because its record was dropped (schema, heuristics, verifier), never because a
model was unsure of itself. A tier is trusted only after it was measured on the same seeds as the
strongest one (after RouteLLM, arXiv 2406.18665: no routing down without measured quality).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from configs.recipe import Recipe
from configs.teachers import Routing
from generators.plan import teacher_shares
from generators.seeds import Seed
from store.text import sha256


@dataclass(frozen=True, slots=True)
class Trial:
    """How a tier did on the seeds of the calibration."""

    tier: int
    asked: int
    accepted: int

    @property
    def rate(self) -> float:
        """Share of the seeds that gave an accepted record."""
        return self.accepted / self.asked if self.asked else 0.0


def tiers_of(recipe: Recipe) -> tuple[int, ...]:
    """Tiers of the model teachers that write, cheapest first."""
    return tuple(sorted({teacher.tier for teacher in recipe.writers if teacher.is_model}))


def trusted(
    trials: Sequence[Trial], planned: int, routing: Routing
) -> tuple[tuple[int, ...], list[str]]:
    """Tiers that may be used, cheapest first, and what is to be said of the others.

    ``trials`` are in the order of the tiers; ``planned`` counts the seeds there are. The strongest
    tier is always trusted.
    """
    strongest = trials[-1]
    if planned < routing.calibration:
        why = (
            f"tier {strongest.tier} is used alone: the plan has {planned} seeds to "
            f"calibrate on, and routing.calibration wants {routing.calibration}"
        )
        return (strongest.tier,), [why]
    kept, notes = [], []
    for trial in trials:
        behind = strongest.rate - trial.rate
        if behind > routing.tolerance + 1e-9:
            notes.append(
                f"tier {trial.tier} is switched off: {trial.rate:.0%} of its records were "
                f"accepted, tier {strongest.tier} reached {strongest.rate:.0%} on the same "
                f"{trial.asked} seeds (routing.tolerance {routing.tolerance:.0%})"
            )
        else:
            kept.append(trial.tier)
    return tuple(kept), notes


def too_many(asked: int, escalated: int, routing: Routing) -> list[str]:
    """What is to be said where so much is escalated that the cascade does not pay."""
    if not asked or escalated <= routing.too_many * asked:
        return []
    return [
        f"{escalated / asked:.0%} of the records were escalated, more than routing.too_many "
        f"({routing.too_many:.0%}): use the strong teacher directly"
    ]


def hand_over(seed: Seed, tier: int, recipe: Recipe, escalated: bool) -> Seed:
    """The same seed for a teacher of another tier, chosen by weight.

    The new seed is the same whether it was escalated or asked in a calibration, so what a
    calibration paid for is not paid for again.
    """
    shares = teacher_shares([t for t in recipe.writers if t.is_model and t.tier == tier])
    draw = random.Random(f"{seed.id}/{tier}")
    teacher = draw.choices(list(shares), list(shares.values()))[0]
    id_ = sha256(f"{seed.id}/{teacher}")[:16]
    return replace(seed, id=id_, teacher=teacher, escalated_from=seed.id if escalated else "")
