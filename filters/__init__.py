"""Records in, verdicts out: quality, privacy, a judge, decontamination, duplicates, selection.

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
    privacy,
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
    "privacy",
    "semantic",
]
