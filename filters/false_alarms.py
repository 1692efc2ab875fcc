"""How often clean rows match: what a filter that accuses must say of itself."""

from __future__ import annotations

from typing import Any

import polars as pl

from configs.filters import Decontamination
from filters.decontamination import find_matches, item_text
from store.shares import wilson
from store.stages import Embed, Progress, silent

_EXAMPLES = 3


def false_alarms(
    control: pl.DataFrame,
    items: pl.DataFrame,
    embed: Embed,
    settings: Decontamination,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Rows known to be clean that would be flagged: their number, share, the share's 95 % interval
    (``low`` to ``high``) and the first three, each with the item it matched.
    """
    matches = find_matches(control, items, embed, settings, progress)
    flagged = [(row, match) for row, match in enumerate(matches) if match is not None]
    low, high = wilson(len(flagged), len(control))
    examples = []
    for row, match in flagged[:_EXAMPLES]:
        item = items.row(match.item, named=True)
        examples.append(
            {
                "question": control["question"][row],
                "item": f"{item['set']}:{item['id']}",
                "item_text": item_text(item, match),
                "method": match.method,
                "score": round(match.score, 3),
            }
        )
    return {
        "rows": len(control),
        "flagged": len(flagged),
        "share": len(flagged) / max(1, len(control)),
        "low": low,
        "high": high,
        "examples": examples,
    }
