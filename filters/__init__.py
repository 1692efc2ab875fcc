"""Records in, verdicts out: heuristics, privacy, duplicates of three kinds, and the choice of the
target.

Importing this package registers its stages.
"""

from filters import diversity, exact, heuristics, near, privacy, semantic

__all__ = ["diversity", "exact", "heuristics", "near", "privacy", "semantic"]
