"""The content words of a text, stemmed, and how much of one text's wording another holds."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from store.text import words

STOP = frozenset(
    """a an the of in on at to for from by with and or but if then than as is are was were be
been being it its this that these those which who whom whose what when where how why do
does did not no nor can could may might will would shall should must have has had there
here also such so into onto over under about between through during per each any all
some both other more most only just very too own same s t according documentation
document documents says say said state states reads read sentence passage text called
named true false answer question value following given estimated estimate approximately
roughly nearly reported recorded""".split()
)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a word in folded case (Snowball's English stemmer)."""
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:  # snowballstemmer has no types
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order. Lone letters and numbers count."""
    return [stem(word) for word in words(text) if word not in STOP]


def coverage(wanted: Collection[str], held: Collection[str], weight: Mapping[str, float]) -> float:
    """Weighted share of ``wanted`` stems among ``held``; 0 where nothing is wanted.

    Stems without a weight are unknown to the corpus and weigh as much as its rarest.
    """
    rarest = weight.get("", 1.0)
    each = {word: weight.get(word, rarest) for word in wanted}
    # Sets have no order of their own; these sums do not depend on one.
    total = math.fsum(each.values())
    return math.fsum(w for word, w in each.items() if word in held) / total if total else 0.0
