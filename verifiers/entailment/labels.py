"""What the outputs of a classifier of pairs mean; families order their labels differently.

Guessing would turn the signs round, so names that are not known are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from configs.errors import ConfigError

SUPPORTS = frozenset({"entailment", "entails", "entailed", "support", "supports", "supported"})
CONTRADICTS = frozenset(
    {"contradiction", "contradicts", "contradicted", "refute", "refutes", "refuted"}
)
NEITHER = frozenset(
    """neutral unrelated notenoughinfo nei notentailment notentailed nonentailment notsupported
unsupported""".split()
)
"""Names of labels without case and signs, as published families write them."""
_NUMBERED = ({"0", "1"}, {"label0", "label1"})


@dataclass(frozen=True, slots=True)
class Labels:
    """Which output says that the evidence supports the claim, and which that it contradicts it,
    None where none does; ``count`` outputs in all.
    """

    count: int
    supports: int
    contradicts: int | None = None

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Rows of support and contradiction, the latter NaN where the model knows none. One output
        is a sigmoid's, several are a softmax's. What is not finite stays NaN.
        """
        rows = np.asarray(logits, np.float64).reshape(-1, self.count)
        rows = np.where(np.isfinite(rows).all(axis=1, keepdims=True), rows, np.nan)
        if self.count == 1:
            # A softmax over the score and 0 is its sigmoid, and does not overflow.
            rows = np.concatenate([rows, np.zeros_like(rows)], axis=1)
        powers = np.exp(rows - rows.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        none = np.full(len(rows), np.nan)
        against = none if self.contradicts is None else shares[:, self.contradicts]
        return np.stack([shares[:, self.supports], against], axis=1)


def labels_of(names: Mapping[int, str], model: str) -> Labels:
    """What the outputs of a model mean, by the names its configuration gives them.

    Two outputs that are only numbered are 0 for no and 1 for yes, as in MiniCheck; the model is
    tried out before it is believed (:mod:`verifiers.entailment.cross_encoder`).

    Raises:
        ConfigError: the names do not say it.
    """
    plain = {place: re.sub(r"[^a-z0-9]", "", name.casefold()) for place, name in names.items()}
    if len(plain) == 1:
        return Labels(1, 0)
    if len(plain) == 2 and set(plain.values()) in _NUMBERED:
        return Labels(2, 1)
    yes = [place for place, name in plain.items() if name in SUPPORTS]
    no = [place for place, name in plain.items() if name in CONTRADICTS]
    other = [place for place, name in plain.items() if name in NEITHER]
    if len(yes) != 1 or len(no) > 1 or len(yes + no + other) != len(plain):
        raise ConfigError(
            f"entailment.model {model!r} has the labels {', '.join(names.values())}, and they do "
            "not say which of them means that the evidence supports the claim; choose a model with "
            "entailment, neutral and contradiction, or write such names into `id2label` of "
            "config.json in a copy of its folder"
        )
    return Labels(len(plain), yes[0], no[0] if no else None)
