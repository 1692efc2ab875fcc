"""Records in, verdicts out: heuristics, a judge, duplicates, and the choice of the target.

Importing this package registers its stages.
"""

from filters import (
    decontamination,
    diversity,
    exact,
    heuristics,
    judge,
    leakage,
    near,
    semantic,
)

__all__ = [
    "decontamination",
    "diversity",
    "exact",
    "heuristics",
    "judge",
    "leakage",
    "near",
    "semantic",
]
