"""How much of a version machines wrote: counted from its rows, said to people and to programs.

The label serves those who must mark what AI generated (Regulation (EU) 2024/1689, article 50). Its
type is one of IPTC's digital source types, by which pictures and texts are marked, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from store.records import HUMAN

RULE = "rule"
_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def origins_in(splits: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Rows of a version by split: all, those by machines, and of these those by AI models."""
    found = {name: _counted(rows["origin"]) for name, rows in splits.items() if len(rows)}
    whole = {key: sum(one[key] for one in found.values()) for key in ("rows", "synthetic", "ai")}
    shares = {name: {**one, "share": _share(one)} for name, one in found.items()}
    return {**whole, "share": _share(whole), "splits": shares}


def origins_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a version's manifest says of it; of one from before it did, what its lineage tells."""
    if "synthetic_content" in manifest:
        stated: Mapping[str, Any] = manifest["synthetic_content"]
        return stated
    real = int(manifest.get("lineage", {}).get("real_rows", 0))
    rules = sum(count for _, mode, count in manifest["teachers"] if mode == "rule-based")
    made = sum(count for _, _, count in manifest["teachers"])
    found = {"rows": real + made, "synthetic": made, "ai": made - rules}
    return {**found, "share": _share(found), "splits": {}}


def digital_source_type(found: Mapping[str, Any]) -> str:
    """IPTC's code for what the rows are."""
    if found["ai"] and found["synthetic"] < found["rows"]:
        return f"{_TYPES}compositeWithTrainedAlgorithmicMedia"
    if found["ai"]:
        return f"{_TYPES}trainedAlgorithmicMedia"
    return f"{_TYPES}{'composite' if found['synthetic'] < found['rows'] else 'algorithmicMedia'}"


def label_head(found: Mapping[str, Any]) -> dict[str, Any]:
    """The label in the card's YAML, for programs."""
    splits = {name: dict(one) for name, one in found["splits"].items()}
    return {
        "contains_ai_generated_text": bool(found["ai"]),
        "digital_source_type": digital_source_type(found),
        "rows": found["rows"],
        "synthetic_rows": found["synthetic"],
        "ai_generated_rows": found["ai"],
        "synthetic_share": found["share"],
        "splits": {
            name: {
                "rows": one["rows"],
                "synthetic_rows": one["synthetic"],
                "ai_generated_rows": one["ai"],
                "synthetic_share": one["share"],
            }
            for name, one in splits.items()
        },
    }


def label_text(found: Mapping[str, Any]) -> str:
    """The label in words: what was generated, by what, and where the other rows come from."""
    made, ai, rows = found["synthetic"], found["ai"], found["rows"]
    how = _how(made, ai)
    if made == rows:
        return f"every row was made by a machine. {how}"
    return (
        f"{made:,} of {rows:,} rows ({found['share']:.1%}) were made by a machine; the others "
        f"(`origin` human) are real rows of the recipe's anchor. {how}"
    )


def _how(made: int, ai: int) -> str:
    if not ai:
        return "Rules filled in the synthetic rows; no AI model wrote any of them."
    if ai == made:
        return "**The text of all synthetic rows was generated or changed by AI models.**"
    return (
        f"**The text of {ai:,} synthetic rows was generated or changed by AI models**; rules "
        f"filled in the other {made - ai:,}."
    )


def _counted(origin: pl.Series) -> dict[str, int]:
    synthetic = origin.ne_missing(HUMAN)
    ai = synthetic & origin.ne_missing(RULE)
    return {"rows": len(origin), "synthetic": int(synthetic.sum()), "ai": int(ai.sum())}


def _share(found: Mapping[str, int]) -> float:
    return round(found["synthetic"] / max(1, found["rows"]), 6)
