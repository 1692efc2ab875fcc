"""The usual lexical figures, for equally many words of each side; shown and never an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from verifiers.collapse import lexical
from verifiers.collapse.metrics import METRICS
from verifiers.collapse.sides import Pool

_MOST = 60_000
"""Words looked at of each side."""
_PARTS = 8


def beside(reference: str, rows: Pool) -> list[dict[str, Any]]:
    """A row of the panel for each figure. Intervals come from eight parts of the words."""
    questions, answers = rows.texts("questions"), rows.texts("answers")
    texts = [f"{q} {a}" for q, a in zip(questions, answers, strict=True)]
    mine, theirs = (
        lexical.tokens_of(texts[: rows.size], _MOST),
        lexical.tokens_of(texts[rows.size :], _MOST),
    )
    # As many words on each side, since every lexical figure falls as a text grows.
    budget = min(len(mine), len(theirs))
    mine, theirs = mine[:budget], theirs[:budget]
    values, others = figures(mine), figures(theirs)
    errors = _errors(mine)
    return [
        {
            "metric": name,
            "gauge": METRICS[name].gauge,
            "reference": reference,
            "value": value,
            "low": value - errors[name],
            "high": value + errors[name],
            "reference_value": others[name],
            "sample": rows.size,
            "gated": False,
            "alarm": False,
        }
        for name, value in values.items()
    ]


def figures(tokens: Sequence[str]) -> dict[str, float]:
    """The figures of a text."""
    return {
        **{f"distinct_{n}": lexical.distinct_n(tokens, n) for n in (1, 2, 3)},
        "compression_ratio": lexical.compression_ratio(" ".join(tokens)),
        "mtld": lexical.mtld(tokens),
        "zipf_slope": lexical.zipf_slope(tokens),
    }


def _errors(tokens: Sequence[str]) -> dict[str, float]:
    """Two standard errors, from the spread over parts of the text."""
    size = len(tokens) // _PARTS
    parts = [figures(tokens[at * size : (at + 1) * size]) for at in range(_PARTS)]
    return {
        name: 2 * float(np.std([part[name] for part in parts], ddof=1)) / _PARTS**0.5
        for name in parts[0]
    }
