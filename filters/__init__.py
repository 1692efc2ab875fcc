"""Records in, verdicts out: heuristics, a judge, duplicates, and the choice of the target.

Importing this package registers its stages.
"""

from filters import diversity, exact, heuristics, judge, near, semantic

__all__ = ["diversity", "exact", "heuristics", "judge", "near", "semantic"]
