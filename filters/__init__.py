"""Records in, verdicts out: heuristics, duplicates of three kinds, and the choice of the target.

Importing this package registers its stages.
"""

from filters import decontamination, diversity, exact, heuristics, leakage, near, semantic

__all__ = ["decontamination", "diversity", "exact", "heuristics", "leakage", "near", "semantic"]
